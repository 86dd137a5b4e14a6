#include "read/view_versions.hpp"
#include "sim/all_rows.hpp"
#include "sim/json_member.hpp"
#include "sim/node_log.hpp"
#include "sim/parked_model.hpp"
#include "sim/workloads/workloads.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

namespace diptych::sim {

namespace {

using words = std::vector<std::string>;

words const desks{"desk-1", "desk-2", "desk-3", "desk-4"};
words const people{"who-1", "who-2", "who-3", "desk-1"};
words const views_that_park{"by_stream", "by_op"};

// What `came` while the gate is closed fails, and may be applied later; what `broke` fails always.
// Each event that is applied takes the next number.
constexpr auto in_order = R"sql(
-- @view {0} async
-- @park
{1}
create table {0} (position integer primary key, nth integer not null);
create table counter (one integer primary key, n integer not null);
create table gate (one integer primary key, is_closed boolean not null);
-- @event went (op integer, place integer)
-- @event came (op integer, place integer)
-- @event broke (op integer, place integer)
-- @event opened (op integer, place integer)
-- @event closed (op integer, place integer)
-- @on went, came, broke
insert into counter (one, n) values (1, 1) on conflict (one) do update set n = n + 1;
-- @on went
insert into {0} (position, nth) values (:$position, (select n from counter where one = 1));
-- @on came
insert into {0} (position, nth)
values (:$position, case when (select is_closed from gate where one = 1) then null
                         else (select n from counter where one = 1) end);
-- @on broke
insert into {0} (position, nth) values (:$position, null);
-- @on opened
insert into gate (one, is_closed) values (1, false) on conflict (one) do update set is_closed = false;
-- @on closed
insert into gate (one, is_closed) values (1, true) on conflict (one) do update set is_closed = true;
)sql";

constexpr auto beside_them = R"sql(
-- @view beside async
create table beside (position integer primary key);
-- @event went (op integer, place integer)
-- @event came (op integer, place integer)
-- @event broke (op integer, place integer)
-- @on went, came, broke
insert into beside (position) values (:$position);
)sql";

void act_with_gates(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw < 14) {
        append_request made;
        for (auto n = draws.between(1, 3); n > 0; --n) {
            auto const type = draws.below(20);
            event_data event{
                .stream = draws.one_of(desks),
                .type = type < 11   ? "went"
                        : type < 18 ? "came"
                        : type < 19 ? "broke"
                                    : "ignored"
            };
            for (auto const& tag : people)
                if (draws.one_in(6) && tag != event.stream) event.tags.push_back(tag);
            made.events.push_back(std::move(event));
        }
        of.append(std::move(made));
    } else if (draw < 18) {
        of.append({.events = {{.stream = "gate-1", .type = draws.one_in(3) ? "closed" : "opened"}}}
        );
    } else {
        of.query(draws.one_of<std::string>({"by_stream", "by_op", "beside"}), {});
    }
}

std::string change_some(read::view_versions& of, chance& draws, operator_notes& notes) {
    auto const letters = of.dead_letters("", position{0}, 1'000);
    if (!letters || letters->empty()) return {};
    auto const one = draws.one_of(*letters).at;
    auto const is_drop = draws.one_in(8);
    auto const is_all = draws.one_in(is_drop ? 6 : 3);
    auto const only = is_all ? std::optional<position>{} : one;
    if (is_drop) {
        auto& dropped = notes.dropped[of.name()];
        for (auto const& letter : *letters)
            if (is_all || letter.at == one) dropped.insert(letter.at.value);
    }
    auto const how = is_drop ? read::change_of_parked::drop : read::change_of_parked::retry;
    auto const done = of.change_dead_letters("", how, only);
    return fmt::format(
        "{} {} {}: {}",
        of.name(),
        is_drop ? "drop" : "retry",
        is_all ? "all" : std::to_string(one.value),
        done ? fmt::format("{} applied, {} failed", done->applied, done->failed)
             : done.error().message
    );
}

result<parked_view> seen_in(app::node& of, std::string const& view, operator_notes const& notes) {
    DIPTYCH_TRY(auto const found, all_rows(of.views(), view));
    DIPTYCH_TRY(auto* const versions, of.views().versions(view));
    DIPTYCH_TRY(auto const letters, versions->dead_letters("", position{0}, 10'000));
    DIPTYCH_TRY(auto const rows, json::parse(found.rows));
    parked_view made{.at = found.at.position.value};
    std::vector<std::pair<std::int64_t, std::uint64_t>> in_turn;
    for (auto const row : rows.root().elements())
        in_turn.emplace_back(
            row.find("nth")->integer(), static_cast<std::uint64_t>(row.find("position")->integer())
        );
    std::ranges::sort(in_turn);
    // Of what has failed nothing is left, so that no number is.
    std::int64_t n = 0;
    for (auto const& [nth, position] : in_turn) {
        if (nth != ++n) return fail(errc::corrupt, "numbers", fmt::format("{} is no {}", nth, n));
        made.applied.push_back(position);
    }
    for (auto const& one : letters) (one.behind ? made.waiting : made.causes).insert(one.at.value);
    if (auto const known = notes.dropped.find(view); known != notes.dropped.end())
        made.given_up = known->second;
    return made;
}

bool is_type(logged const& event, std::initializer_list<std::string_view> types) {
    return std::ranges::find(types, std::string_view{event.type}) != types.end();
}

parked_rules rules_of(std::string const& view) {
    return {
        .wants = [](logged const& e) { return is_type(e, {"went", "came", "broke"}); },
        .may_fail = [](logged const& e) { return is_type(e, {"came", "broke"}); },
        .always_fails = [](logged const& e) { return is_type(e, {"broke"}); },
        .keys =
            [by_op = view == "by_op"](logged const& e) {
                auto const member = [&](std::string_view name) {
                    return fmt::format("{}={}", name, number_in(e.data, name).value_or(0));
                };
                if (by_op) return words{member("op")};
                words keys{e.stream};
                keys.insert(keys.end(), e.tags.begin(), e.tags.end());
                return keys;
            },
    };
}

// Failing to look is no broken promise while the disk fails.
std::optional<std::string> look(world& in, operator_notes const& notes) {
    auto const log = log_of(in.node());
    if (!log) return {};
    for (auto const& view : views_that_park) {
        auto const seen = seen_in(in.node(), view, notes);
        if (!seen && seen.error().code == "numbers") return view + ": " + seen.error().message;
        if (!seen) continue;
        if (auto wrong = parked_wrongly(*log, *seen, rules_of(view))) return view + ": " + *wrong;
    }
    return {};
}

std::optional<std::string> operate(world& in, chance& draws, operator_notes& notes) {
    auto& views = in.node().views();
    if (draws.one_in(3)) {
        notes.told = change_some(**views.versions(draws.one_of(views_that_park)), draws, notes);
        if (in.disk().is_off()) return {};
    }
    return look(in, notes);
}

std::optional<std::string> parked_at_rest(world& in, operator_notes& notes) {
    if (auto wrong = look(in, notes)) return wrong;
    auto const beside = all_rows(in.node().views(), "beside");
    if (!beside) return beside.error().message;
    auto const log = log_of(in.node());
    if (!log) return log.error().message;
    auto const wanted = std::ranges::count_if(log->events(), rules_of("").wants);
    if (beside->count != static_cast<std::size_t>(wanted))
        return fmt::format("beside has {} rows of {}", beside->count, wanted);
    return {};
}

}  // namespace

workload parking() {
    return {
        .builds =
            {{.views =
                  {{"by_stream.sql", fmt::format(in_order, "by_stream", "")},
                   {"by_op.sql", fmt::format(in_order, "by_op", "-- @key :op")},
                   {"beside.sql", beside_them}}}},
        .act = act_with_gates,
        .storage = {.attempts_max = 1},
        .operate = operate,
        .operated_at_rest = parked_at_rest,
    };
}

}  // namespace diptych::sim
