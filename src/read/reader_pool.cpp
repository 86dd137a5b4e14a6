#include "read/reader_pool.hpp"

#include "read/dead_letters.hpp"
#include "read/view_database.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

constexpr std::size_t prepared_max = 32;
constexpr int cache_kib = 4 * 1024;

}  // namespace

result<std::unique_ptr<view_reader>> view_reader::open(sqlite::location const& file) {
    auto made = std::make_unique<view_reader>();
    DIPTYCH_TRY(
        made->connection_,
        sqlite::database::open(file, {.mode = sqlite::open_mode::read_only, .cache_kib = cache_kib})
    );
    DIPTYCH_TRY(made->checkpoint_, made->connection_.prepare(checkpoint_query));
    return made;
}

result<sqlite::statement*> view_reader::prepare(std::string const& sql) {
    auto const found =
        std::ranges::find(prepared_, sql, &std::pair<std::string, sqlite::statement>::first);
    if (found != prepared_.end()) {
        prepared_.splice(prepared_.begin(), prepared_, found);
    } else {
        DIPTYCH_TRY(auto made, connection_.prepare(sql));
        prepared_.emplace_front(sql, std::move(made));
        if (prepared_.size() > prepared_max) prepared_.pop_back();
    }
    return &prepared_.front().second;
}

result<token> view_reader::begin_snapshot() {
    DIPTYCH_TRY(auto const there, checkpoint_.step());
    if (!there) return fail(errc::corrupt, "not_a_view", "the view's file has no checkpoint");
    return token{
        .epoch = epoch{static_cast<std::uint32_t>(checkpoint_.integer(2))},
        .position = position{static_cast<std::uint64_t>(checkpoint_.integer(3))},
    };
}

result<parking_state> view_reader::parked() const {
    if (checkpoint_.integer(0) < format_with_dead_letters) return parking_state{};
    return read_parking(connection_);
}

result<reader_pool::lease> reader_pool::borrow() {
    {
        std::scoped_lock const guard{mutex_};
        if (in_use_ == connections_max_)
            return fail(errc::unavailable, "too_many_queries", "too many queries on this view");
        ++in_use_;
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return lease{*this, std::move(reader)};
        }
    }
    auto opened = view_reader::open(file_);
    if (!opened) {
        std::scoped_lock const guard{mutex_};
        --in_use_;
        return std::unexpected(std::move(opened).error());
    }
    return lease{*this, *std::move(opened)};
}

void reader_pool::give_back(std::unique_ptr<view_reader> reader) {
    reader->end_snapshot();
    reader->interrupt_when({});
    std::scoped_lock const guard{mutex_};
    --in_use_;
    idle_.push_back(std::move(reader));
}

}  // namespace diptych::read
