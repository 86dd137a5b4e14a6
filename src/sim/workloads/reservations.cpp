#include "sim/json_member.hpp"
#include "sim/workloads/theatre.hpp"
#include "sim/workloads/workloads.hpp"

#include <fmt/core.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

constexpr auto seats_taken = R"sql(
-- @view seats inline
create table seats (show text not null, guest text not null, primary key (show, guest));
-- @on reserved
insert into seats (show, guest) values (:show, :guest);
-- @on released
delete from seats where show = :show and guest = :guest;
)sql";

constexpr auto letters_sent = R"sql(
-- @view letters async
create table letters (guest text primary key, sent integer not null);
-- @on written_to
insert into letters (guest, sent) values (:guest, 1)
on conflict (guest) do update set sent = sent + 1;
)sql";

std::string value_of(logged const& event, std::string_view name) {
    return text_in(event.data, name);
}

void query(clients& of, std::string view) {
    of.query(std::move(view), of.tokens().empty() ? token{} : of.draws().one_of(of.tokens()));
}

void act(clients& of) {
    auto& draws = of.draws();
    auto const show = fmt::format("s{}", draws.between(1, 3));
    auto const guest = fmt::format("g{}", draws.between(1, 6));
    auto const id = draws.one_in(2) ? fmt::format("k{}", draws.next()) : std::string{};
    auto const body = fmt::format(R"({{"show":"{}","guest":"{}"}})", show, guest);
    auto const draw = draws.below(20);
    if (draw < 10)
        of.command("reserve", body, id);
    else if (draw < 13)
        of.command("release", body, id);
    else if (draw < 16)
        of.command_again();
    else if (draw == 16)
        of.read({.limit = draws.between(1, 20)});
    else
        query(of, draws.one_in(2) ? "seats" : "letters");
}

std::string rows(std::string_view view, log_model const& log, std::uint64_t prefix) {
    std::set<std::pair<std::string, std::string>> seats;
    std::map<std::string, int> letters;
    for (std::uint64_t position = 1; position <= prefix; ++position) {
        auto const& event = log.at(position);
        if (event.type == "theatre.reserved")
            seats.emplace(value_of(event, "show"), value_of(event, "guest"));
        if (event.type == "theatre.released")
            seats.erase({value_of(event, "show"), value_of(event, "guest")});
        if (event.type == "theatre.written_to") ++letters[value_of(event, "guest")];
    }
    std::string text = "[";
    auto const row = [&](std::string const& one) { text += (text.size() > 1 ? "," : "") + one; };
    if (view == "seats")
        for (auto const& [show, guest] : seats)
            row(fmt::format(R"({{"show":"{}","guest":"{}"}})", show, guest));
    else
        for (auto const& [guest, sent] : letters)
            row(fmt::format(R"({{"guest":"{}","sent":{}}})", guest, sent));
    return text + "]";
}

struct theatre_at {
    theatre_at(log_model const& log, std::uint64_t prefix) {
        for (std::uint64_t position = 1; position <= prefix; ++position) {
            auto const& event = log.at(position);
            auto const change = event.type == "theatre.reserved"   ? 1
                                : event.type == "theatre.released" ? -1
                                                                   : 0;
            if (change == 0) continue;
            auto const guest = value_of(event, "guest");
            auto& house = houses[value_of(event, "show")];
            if (change > 0)
                house.insert(guest);
            else
                house.erase(guest);
            shows[guest] += change;
        }
    }
    std::map<std::string, std::set<std::string>> houses = {};
    std::map<std::string, int> shows = {};
};

// An answer follows from what stands before it.
std::optional<std::string> judge(
    log_model const& log, command_attempt const& what, outcome const& answer
) {
    theatre_at now{log, answer.at.position.value - answer.events.size()};
    auto const guest = text_in(what.json, "guest");
    auto const& house = now.houses[text_in(what.json, "show")];
    auto const sits = house.contains(guest);
    if (what.command == "release" && sits == answer.events.empty())
        return fmt::format("{} {}", guest, sits ? "keeps the seat" : "had none to give back");
    if (what.command != "reserve") return {};
    std::string_view const should = sits                                               ? "twice"
                                    : house.size() == theatre::seats                   ? "sold_out"
                                    : now.shows[guest] == int{theatre::shows_of_guest} ? "too_many"
                                                                                       : "";
    if (answer.reason == should) return {};
    return fmt::format("is refused for '{}' where it should be '{}'", answer.reason, should);
}

// One event, of the command's kind and about whom it is about.
std::optional<std::string> made_by(
    command_attempt const& what, std::vector<logged const*> const& stands
) {
    if (stands.size() != 1) return fmt::format("{} events", stands.size());
    auto const& event = *stands.front();
    auto const type = what.command == "reserve" ? "theatre.reserved" : "theatre.released";
    if (event.type != type || text_in(event.data, "guest") != text_in(what.json, "guest") ||
        text_in(event.data, "show") != text_in(what.json, "show"))
        return fmt::format("position {} is not what it asked for", event.position);
    return {};
}

void probe(clients& of) { of.command("release", R"({"show":"s0","guest":"g0"})"); }

// Never more guests than seats, never more shows than allowed, a letter for each seat.
struct seat {
    bool is_taken = false;
    std::optional<timestamp> released_at = {};
    bool is_reminded = false;  // since it was taken
    int timers = 0;            // that have come due
    int reminders = 0;
};

// Who keeps a seat is reminded of it; once for each timer, perhaps when he has taken it again.
std::optional<std::string> reminders_rule(log_model const& log) {
    std::map<std::pair<std::string, std::string>, seat> all;
    for (auto const& event : log.events()) {
        if (event.type == "$timer_due") {
            auto const show = event.stream.substr(event.stream.rfind('-') + 1);
            auto& one = all[{text_in(event.data, "timer"), show}];
            ++one.timers;
            auto const due = number_in(event.data, "due").value_or(0);
            if (!one.is_taken && one.released_at &&
                *one.released_at < timestamp{std::chrono::microseconds(due)})
                return fmt::format("the timer at {} had been cancelled", event.position);
        }
        if (!event.type.starts_with("theatre.")) continue;
        auto& one = all[{value_of(event, "guest"), value_of(event, "show")}];
        if (event.type == "theatre.reserved") {
            one.is_taken = true;
            one.is_reminded = false;
        } else if (event.type == "theatre.released") {
            one.is_taken = false;
            one.released_at = event.recorded_at;
        } else if (event.type == "theatre.reminded") {
            one.is_reminded = true;
            if (++one.reminders > one.timers)
                return fmt::format("a reminder too many at {}", event.position);
        }
    }
    for (auto const& [who, one] : all)
        if (one.is_taken && !one.is_reminded)
            return fmt::format("{} was not reminded of {}", who.first, who.second);
    return {};
}

std::optional<std::string> rule(log_model const& log) {
    std::map<std::string, std::set<std::string>> houses;
    std::map<std::string, std::size_t> shows;
    std::map<std::pair<std::string, std::string>, int> owed;
    for (auto const& event : log.events()) {
        if (!event.type.starts_with("theatre.")) continue;
        auto const show = value_of(event, "show");
        auto const guest = value_of(event, "guest");
        if (event.type == "theatre.reserved") {
            if (!houses[show].insert(guest).second)
                return fmt::format("{} sits twice in {} at {}", guest, show, event.position);
            if (houses[show].size() > theatre::seats)
                return fmt::format("{} is overbooked at {}", show, event.position);
            if (++shows[guest] > theatre::shows_of_guest)
                return fmt::format("{} has too many shows at {}", guest, event.position);
            ++owed[{guest, show}];
        } else if (event.type == "theatre.released") {
            if (houses[show].erase(guest) == 0)
                return fmt::format("{} gives back what it has not at {}", guest, event.position);
            --shows[guest];
        } else if (event.type == "theatre.reminded") {
            continue;
        } else if (--owed[{guest, show}] < 0) {
            return fmt::format("{} is written to once too often at {}", guest, event.position);
        }
    }
    for (auto const& [who, letters] : owed)
        if (letters != 0)
            return fmt::format("{} was not written to about {}", who.first, who.second);
    return reminders_rule(log);
}

}  // namespace

workload reservations() {
    std::vector<app::view_text> const views{
        {"seats.sql", seats_taken}, {"letters.sql", letters_sent}
    };
    return {
        .builds =
            {{.contexts = {&context_model<theatre::context>()}, .views = views, .id = "first"},
             {.contexts = {&context_model<theatre_next::context>()}, .views = views, .id = "next"}},
        .act = act,
        .probe = probe,
        .storage = {},
        .domain = {.rows = rows, .judge = judge, .made_by = made_by},
        .rule = rule,
    };
}

}  // namespace diptych::sim
