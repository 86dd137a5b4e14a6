#include "app/asked_history.hpp"

#include "base/tag_bytes.hpp"
#include "read/ended_replay.hpp"
#include "write/asked_states.hpp"
#include "write/fold.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::app {

namespace {

// Folds the states of one decision. What folding failed with is kept apart from what reading did.
class asked_fold {
public:
    explicit asked_fold(asked_history& in) : in_(in) {}

    bool has_failed() const { return has_failed_; }

    result<model::erased> of(model::state_key const& key) {
        DIPTYCH_TRY(read::go_on(in_.stop));
        auto made = write::make_state(*key.of);
        if (!made) return failed(std::move(made).error());
        auto value = *std::move(made);
        std::size_t next = 0;
        if (in_.up_to.value > 0) {
            auto const fold_next = [&](recorded_event const& event) -> result<void> {
                DIPTYCH_TRY(read::go_on(in_.stop));
                DIPTYCH_TRY(insert_up_to(event.position - 1, next, key, value));
                if (!in_.is_in({.at = event.position})) return {};
                if (in_.is_left_out(event)) {
                    in_.missed.insert(event.position);
                    return {};
                }
                in_.seen.insert({.at = event.position});
                return fold_one(key, value, event);
            };
            auto const what = model::query_of(key);
            DIPTYCH_TRY(in_.log.visit(what, {.after = {}, .up_to = in_.up_to}, fold_next));
        }
        DIPTYCH_TRY(insert_up_to(in_.up_to, next, key, value));
        return value;
    }

private:
    std::unexpected<error> failed(error why) {
        has_failed_ = true;
        return std::unexpected(std::move(why));
    }

    result<void> fold_one(
        model::state_key const& key, model::erased& into, recorded_event const& event
    ) {
        auto const value = write::writable(*key.of, into);
        if (!value) return failed(value.error());
        auto folded = write::fold_event(*key.of, *value, event, key.names);
        if (!folded) return failed(std::move(folded).error());
        return {};
    }

    result<void> insert_up_to(
        position at, std::size_t& next, model::state_key const& key, model::erased& into
    ) {
        auto const& inserted = in_.otherwise.inserted;
        for (; next < inserted.size() && inserted[next].after <= at; ++next)
            if (in_.is_in({.at = inserted[next].after, .ordinal = next + 1})) {
                DIPTYCH_TRY(fold_inserted(key, into, next));
            }
        return {};
    }

    result<void> fold_inserted(
        model::state_key const& key, model::erased& into, std::size_t number
    ) {
        auto const& one = in_.otherwise.inserted[number];
        auto const tags = tag_bytes(one.event.tags);
        recorded_event const event{
            .position = one.after,
            .epoch = epoch{1},
            .version = {},
            .id = one.event.id,
            .recorded_at = one.recorded_at.value_or(timestamp{}),
            .stream = one.event.stream,
            .type = one.event.type,
            .tags = tag_list{tags, one.event.tags.size()},
            .data = one.event.data,
            .metadata = one.event.metadata
        };
        if (!matches(model::query_of(key), event)) return {};
        in_.seen.insert({.at = one.after, .ordinal = number + 1});
        return fold_one(key, into, event);
    }

    asked_history& in_;
    bool has_failed_ = false;
};

command_result failed_with(error const& why) {
    return {.outcome = std::string(to_string(why.kind)), .code = why.code, .detail = why.message};
}

}  // namespace

result<command_result> decide_in(asked_history& in, past_command const& what) {
    asked_fold folds(in);
    using found = std::optional<model::erased_const>;
    auto is_read = true;
    auto const source = [&](model::state_key const& key) -> result<found> {
        auto value = folds.of(key);
        is_read = value || folds.has_failed();
        if (!value) return std::unexpected(std::move(value).error());
        return found(*std::move(value));
    };
    auto const states = write::ask(*what.of, what.value.get(), source);
    if (!is_read) return std::unexpected(states.error());
    if (!states) return failed_with(states.error());
    environment const surroundings{what.surroundings.now, what.surroundings.seed};
    auto said = write::guarded("decide of " + what.of->name, [&] {
        return what.of->decide(what.value.get(), **states, surroundings);
    });
    if (!said) return failed_with(said.error());
    if (said->refused)
        return command_result{
            .outcome = "refused", .code = std::move(said->reason), .detail = std::move(said->detail)
        };
    command_result made{.outcome = "accepted"};
    for (auto& event : said->events)
        made.events.push_back(
            {std::move(event.type), std::move(event.stream), std::move(event.data)}
        );
    return made;
}

}  // namespace diptych::app
