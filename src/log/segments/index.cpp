#include "log/segments/index.hpp"

#include "log/segments/index_snapshot.hpp"
#include "log/segments/index_writer.hpp"

#include <diptych/try.hpp>

#include <functional>
#include <mutex>
#include <utility>

namespace diptych::log::segments {

namespace {

class file_index final : public index {
public:
    file_index(
        std::shared_ptr<reader_pool> pool,
        std::unique_ptr<index_writer> writer,
        index_checkpoint at,
        std::function<result<std::unique_ptr<index_writer>>()> reopen,
        std::size_t states_bytes_max
    )
        : pool_(std::move(pool)),
          writer_(std::move(writer)),
          reopen_(std::move(reopen)),
          states_bytes_max_(states_bytes_max),
          is_open_to_write_(writer_ != nullptr),
          checkpoint_(at) {}

    index_checkpoint checkpoint() const override {
        auto const held = std::lock_guard{mutex_};
        return checkpoint_;
    }

    result<std::shared_ptr<postings const>> snapshot() const override {
        DIPTYCH_TRY(auto taken, take_snapshot(pool_));
        reached(taken.at);
        return std::move(taken.what);
    }

    result<void> merge(std::span<frame_ptr const> frames) override {
        DIPTYCH_TRY(auto* const writer, open_writer());
        DIPTYCH_TRY(auto const at, writer->merge(frames, checkpoint(), take_states()));
        reached(at);
        return {};
    }

    result<bool> maintain(timestamp now, std::chrono::microseconds keep) override {
        DIPTYCH_TRY(auto* const writer, open_writer());
        return writer->maintain(now - keep, take_states());
    }

    result<void> save_state(std::string_view name, std::string_view bytes) override {
        auto const held = std::lock_guard{mutex_};
        if (!is_open_to_write_) return not_to_write();
        return states_.add(name, bytes, states_bytes_max_);
    }

    result<std::optional<std::string>> load_state(std::string_view name) const override {
        {
            auto const held = std::lock_guard{mutex_};
            if (auto const* const waiting = states_.find(name)) return *waiting;
        }
        DIPTYCH_TRY(auto reader, pool_->take());
        auto found = reader->load_state(name);
        if (found) pool_->give_back(std::move(reader));
        return found;
    }

    bool is_distrusted() const override { return writer_ && writer_->is_distrusted(); }

    result<void> replace(sqlite::location const& with) override {
        writer_.reset();
        replaced_by_ = with;
        return go_on_replacing();
    }

    result<void> close() override {
        if (replaced_by_) (void)go_on_replacing();  // else the next start builds it
        pool_->close();
        auto const writer = std::exchange(writer_, nullptr);
        if (!writer) return {};
        return writer->close(take_last_states());
    }

private:
    static std::unexpected<error> not_to_write() {
        return fail(errc::denied, "read_only", "the index is open for reading only, or closed");
    }

    result<index_writer*> open_writer() {
        if (replaced_by_) {
            DIPTYCH_TRY(go_on_replacing());
        }
        if (!writer_) return not_to_write();
        return writer_.get();
    }

    result<void> go_on_replacing() {
        DIPTYCH_TRY(pool_->replace_file(*replaced_by_));
        DIPTYCH_TRY(auto made, reopen_());
        DIPTYCH_TRY(auto const at, made->checkpoint());
        auto const wanted = checkpoint();
        // What is merged next would make it look whole.
        if (at.position != wanted.position || at.chain != wanted.chain)
            return fail(
                errc::corrupt,
                "index_lost",
                "index.db: what was built to take its place is gone; the next start builds it again"
            );
        writer_ = std::move(made);
        replaced_by_.reset();
        return {};
    }

    pending_states take_states() {
        auto const held = std::lock_guard{mutex_};
        return std::exchange(states_, {});
    }

    pending_states take_last_states() {
        auto const held = std::lock_guard{mutex_};
        is_open_to_write_ = false;
        return std::exchange(states_, {});
    }

    // Snapshots may be taken at the same time in any order: the checkpoint never goes back.
    void reached(index_checkpoint const& at) const {
        auto const held = std::lock_guard{mutex_};
        if (at.position > checkpoint_.position) checkpoint_ = at;
    }

    std::shared_ptr<reader_pool> pool_;
    std::unique_ptr<index_writer> writer_;  // The writing thread's; null for a reader.
    std::function<result<std::unique_ptr<index_writer>>()> reopen_;
    std::optional<sqlite::location> replaced_by_;  // What is being put in its place, if anything.
    std::size_t states_bytes_max_;
    mutable std::mutex mutex_;  // guards everything below
    bool is_open_to_write_;
    mutable index_checkpoint checkpoint_;
    pending_states states_;
};

}  // namespace

result<std::unique_ptr<index>> index::open(
    sqlite::location const& file, uuid const& log_id, mode how, index_limits const& limits
) {
    auto pool = std::make_shared<reader_pool>(file, log_id);
    if (how == mode::reader) {
        DIPTYCH_TRY(auto const now, take_snapshot(pool));
        return std::make_unique<file_index>(std::move(pool), nullptr, now.at, nullptr, 0);
    }
    auto const open = [=] { return index_writer::open(file, log_id, limits); };
    DIPTYCH_TRY(auto writer, open());
    DIPTYCH_TRY(auto const at, writer->checkpoint());
    return std::make_unique<file_index>(
        std::move(pool), std::move(writer), at, open, limits.states_bytes_max
    );
}

}  // namespace diptych::log::segments
