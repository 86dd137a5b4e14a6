#include "read/what_if.hpp"

#include "base/tag_bytes.hpp"
#include "log/request_check.hpp"
#include "read/compare_tables.hpp"
#include "read/ended_replay.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::size_t piece_bytes_max = 1u << 20;
constexpr std::size_t transaction_max = 10'000;

/// A view in a file of its own, that goes when this does.
class scratch_view {
public:
    static result<scratch_view> make(
        view_plan const& plan, what_if_options const& how, std::string_view verb
    ) {
        scratch_view made;
        // Others may ask the same of other views meanwhile.
        auto const file = fmt::format("{}.{}.db", plan.definition->name, verb);
        made.file_ = sqlite::location{how.scratch.path / file, how.scratch.vfs};
        made.verb_ = verb;
        DIPTYCH_TRY(sqlite::remove(*made.file_));
        DIPTYCH_TRY(made.on_, sqlite::database::open(*made.file_));
        end_statements(*made.on_, how.stop);
        DIPTYCH_TRY(plan.create(*made.on_));
        DIPTYCH_TRY(made.with_, plan.project(*made.on_));
        DIPTYCH_TRY(made.on_->execute("begin"));
        return made;
    }
    scratch_view(scratch_view&&) = default;
    scratch_view& operator=(scratch_view&&) = delete;
    ~scratch_view() {
        with_.reset();
        on_.reset();
        if (file_) (void)sqlite::remove(*std::exchange(file_, std::nullopt));
    }

    result<void> apply(recorded_event const& event) {
        if (!with_->wants(event.type)) return {};
        if (++waiting_ == transaction_max) {
            DIPTYCH_TRY(finish());
            DIPTYCH_TRY(on_->execute("begin"));
        }
        auto done = with_->apply(event);
        if (done) return done;
        auto why = std::move(done).error();
        why.message = fmt::format(
            "as it {}: {} at position {} ({})", verb_, why.message, event.position.value, event.type
        );
        return std::unexpected(std::move(why));
    }
    result<void> finish() {
        waiting_ = 0;
        return on_->execute("commit");
    }
    sqlite::database const& rows() const { return *on_; }

private:
    scratch_view() = default;

    std::optional<sqlite::location> file_;
    std::string verb_;
    std::optional<sqlite::database> on_;
    std::unique_ptr<projection> with_;
    std::size_t waiting_ = 0;
};

/// Walks the log once, for both.
class two_histories {
public:
    two_histories(altered_history const& otherwise, scratch_view& is, scratch_view& would_be)
        : otherwise_(otherwise), is_(is), would_be_(would_be) {}

    result<void> walk(log::sequenced_log const& of, position last, what_if_options const& how) {
        recorded_event beginning{};
        beginning.epoch = end_.epoch;
        DIPTYCH_TRY(insert_behind(beginning));
        for (position at{}; at < last;) {
            DIPTYCH_TRY(go_on(how.stop));
            DIPTYCH_TRY(auto const frames, of.frames(at + 1, piece_bytes_max));
            auto const before = at;
            for (auto const& frame : frames)
                for (auto const& event : frame->events) {
                    if (event.position <= at || event.position > last) continue;
                    DIPTYCH_TRY(one(event));
                    at = event.position;
                }
            if (at == before) return fail(errc::corrupt, "the log ends before its end");
        }
        DIPTYCH_TRY(is_.finish());
        return would_be_.finish();
    }

    token end() const { return end_; }
    std::uint64_t removed() const { return removed_; }

private:
    result<void> one(recorded_event const& event) {
        end_ = {event.epoch, event.position};
        DIPTYCH_TRY(is_.apply(event));
        if (otherwise_.without.contains(event.position) ||
            otherwise_.without_types.contains(event.type)) {
            ++removed_;
        } else {
            DIPTYCH_TRY(would_be_.apply(event));
        }
        return insert_behind(event);
    }

    result<void> insert_behind(recorded_event const& place) {
        for (; next_ < otherwise_.inserted.size(); ++next_) {
            auto const& given = otherwise_.inserted[next_];
            if (given.after != place.position) return {};
            auto const tags = tag_bytes(given.event.tags);
            DIPTYCH_TRY(would_be_.apply({
                .position = place.position,
                .epoch = place.epoch,
                .version = {},
                .id = given.event.id,
                .recorded_at = given.recorded_at.value_or(place.recorded_at),
                .stream = given.event.stream,
                .type = given.event.type,
                .tags = tag_list(tags, given.event.tags.size()),
                .data = given.event.data,
                .metadata = given.event.metadata,
            }));
        }
        return {};
    }

    altered_history const& otherwise_;
    scratch_view& is_;
    scratch_view& would_be_;
    std::size_t next_ = 0;
    std::uint64_t removed_ = 0;
    token end_{epoch{1}, {}};  // of what has been walked
};

result<what_if_answer> compare_histories(
    view_plan const& is,
    view_plan const& would_be,
    altered_history const& otherwise,
    log::sequenced_log& of,
    what_if_options const& how
) {
    auto const end = of.durable_end();
    auto const last = std::min(otherwise.as_of.value_or(end.position), end.position);
    DIPTYCH_TRY(check_places(otherwise, last));
    DIPTYCH_TRY(auto one, scratch_view::make(is, how, "is"));
    DIPTYCH_TRY(auto other, scratch_view::make(would_be, how, "would be"));
    two_histories both(otherwise, one, other);
    DIPTYCH_TRY(both.walk(of, last, how));
    what_if_answer made{.rows = {.at = both.end()}};
    DIPTYCH_TRY(compare_tables(
        {one.rows(), *is.definition},
        {other.rows(), *would_be.definition},
        how.differences_max,
        made.rows
    ));
    made.removed = both.removed();
    made.inserted = otherwise.inserted.size();
    return made;
}

}  // namespace

result<void> check_places(altered_history const& otherwise, position last) {
    auto const check = [&](position at, std::string_view what) -> result<void> {
        if (at <= last) return {};
        return fail(
            errc::invalid,
            "no_such_position",
            fmt::format("{} position {}: the log is looked at up to {}", what, at.value, last.value)
        );
    };
    for (auto const& one : otherwise.inserted)
        DIPTYCH_TRY(check(one.after, "there can be nothing behind"));
    for (auto const one : otherwise.without)
        DIPTYCH_TRY(check(one, "there is nothing to leave out at"));
    append_request events;
    for (auto const& one : otherwise.inserted) events.events.push_back(one.event);
    DIPTYCH_TRY(log::check(events));
    if (!std::ranges::is_sorted(otherwise.inserted, {}, &inserted_event::after))
        return fail(
            errc::invalid, "wrong_order", "what is inserted must be in the order of places"
        );
    return {};
}

result<what_if_answer> compare_what_if(
    view_plan const& is,
    view_plan const& would_be,
    altered_history const& otherwise,
    log::sequenced_log& of,
    what_if_options const& how
) {
    return unless_ended(how.stop, compare_histories(is, would_be, otherwise, of, how));
}

}  // namespace diptych::read
