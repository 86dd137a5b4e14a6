#include "log/segments/index_snapshot.hpp"

#include "sqlite/file_trust.hpp"

#include <diptych/try.hpp>

namespace diptych::log::segments {

namespace {

constexpr std::size_t idle_max = 16;

// One reader behind a mutex: threads that share a snapshot take turns.
class frozen_postings final : public postings {
public:
    frozen_postings(
        std::shared_ptr<reader_pool> pool, std::unique_ptr<index_reader> reader, position last
    )
        : pool_(std::move(pool)), reader_(std::move(reader)), last_(last) {}

    ~frozen_postings() override {
        if (reader_->end()) pool_->give_back(std::move(reader_));
    }

    position first() const override { return position{1}; }
    position last() const override { return last_; }

    result<std::vector<position>> after(posting_key key, position after, std::size_t limit)
        const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->after(key, after, limit);
    }

    result<std::vector<position>> before(posting_key key, position before, std::size_t limit)
        const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->before(key, before, limit);
    }

    result<std::optional<version>> last_version(std::string_view stream) const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->last_version(stream);
    }

    result<std::vector<position>> from_version(
        std::string_view stream, version from, std::size_t limit
    ) const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->from_version(stream, from, limit);
    }

    result<std::optional<position>> find(std::string_view stream, uuid const& id) const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->find(stream, id);
    }

    result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
        const override {
        auto const held = std::lock_guard{mutex_};
        return reader_->find_answer(caller, id);
    }

private:
    std::shared_ptr<reader_pool> pool_;
    mutable std::mutex mutex_;
    std::unique_ptr<index_reader> reader_;
    position last_;
};

}  // namespace

std::unique_ptr<index_reader> reader_pool::take_idle() {
    auto const held = std::lock_guard{mutex_};
    if (idle_.empty()) return nullptr;
    auto one = std::move(idle_.back());
    idle_.pop_back();
    return one;
}

result<std::unique_ptr<index_reader>> reader_pool::take() {
    {
        auto const turn = std::scoped_lock{turnstile_};
    }
    auto const opening = std::shared_lock{opening_};
    while (auto one = take_idle())
        if (one->is_current()) return one;
    return index_reader::open(file_, log_id_);
}

void reader_pool::give_back(std::unique_ptr<index_reader> used) {
    auto const held = std::lock_guard{mutex_};
    if (is_replaced_ && !used->is_current()) return;  // it keeps a file that has no name any more
    if (!is_closed_ && idle_.size() < idle_max) idle_.push_back(std::move(used));
}

result<void> reader_pool::replace_file(sqlite::location const& with) {
    auto const turn = std::scoped_lock{turnstile_};
    auto const alone = std::scoped_lock{opening_};
    {
        auto const held = std::lock_guard{mutex_};
        is_replaced_ = true;
        idle_.clear();
    }
    return sqlite::replace(file_, with);
}

void reader_pool::close() {
    auto const held = std::lock_guard{mutex_};
    is_closed_ = true;
    idle_.clear();
}

result<index_snapshot> take_snapshot(std::shared_ptr<reader_pool> const& from) {
    DIPTYCH_TRY(auto reader, from->take());
    DIPTYCH_TRY(auto const at, reader->begin());
    auto what = std::make_shared<frozen_postings>(from, std::move(reader), at.position);
    return index_snapshot{.what = std::move(what), .at = at};
}

}  // namespace diptych::log::segments
