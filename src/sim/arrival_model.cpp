#include "sim/arrival_model.hpp"

#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace diptych::sim {

namespace {

using complaint_of_arrivals = std::optional<std::string>;

using letter_name = std::pair<std::string, std::string>;  // message id and body

letter_name name_of_letter(logged const& parked) {
    return {text_in(parked.data, "message_id"), text_in(parked.data, "body")};
}

// Of a channel's records and of the effects of its messages, one after the other.
class arrivals_read {
public:
    arrivals_read(std::span<arrival const> all, arrival_rules const& by) : all_(all), by_(by) {}

    complaint_of_arrivals read(logged const& event) {
        if (event.stream == "$intake-" + by_.channel) return read_letter(event);
        if (event.type.starts_with('$') && event.type != "$inbox_held") return {};
        if (auto const number = number_in(event.data, "number"))
            first_.emplace(*number, event.position);
        return {};
    }

    complaint_of_arrivals check_end() const {
        for (auto const& one : all_)
            if (one.channel == by_.channel)
                if (auto wrong = check(one)) return fmt::format("{} {}", one.what.place, *wrong);
        return by_.is_in_order ? check_order() : complaint_of_arrivals{};
    }

private:
    complaint_of_arrivals read_letter(logged const& event) {
        if (event.type != "$intake_parked") return read_end(event);
        auto name = name_of_letter(event);
        auto const mine = [&](arrival const& one) {
            return one.channel == by_.channel && one.means.id == name.first &&
                   one.what.body == name.second;
        };
        auto const from = std::ranges::find_if(all_, mine);
        if (from == all_.end())
            return fmt::format("the dead letter at {} is nobody's message", event.position);
        for (auto const& [number, other] : open_)
            if (other == name)
                return fmt::format(
                    "{} is a dead letter at {}, and is one already", name.first, event.position
                );
        auto const attempts = number_in(event.data, "attempts").value_or(0);
        if (!is_hopeless(all_, *from) && attempts < static_cast<std::uint64_t>(by_.attempts_min))
            return fmt::format(
                "{} is given up after {} attempts at {}", name.first, attempts, event.position
            );
        letters_.emplace(name, event.position);
        open_.emplace(event.version, std::move(name));
        return {};
    }

    complaint_of_arrivals read_end(logged const& event) {
        auto const number = number_in(event.data, "number").value_or(0);
        if (open_.erase(number) > 0) return {};
        return fmt::format("{} at {} is of no dead letter", event.type, event.position);
    }

    // When it had its effect, or was a dead letter first.
    std::optional<std::uint64_t> settled_at(arrival const& one) const {
        auto const done = first_.find(one.means.number);
        auto const parked = letters_.find({one.means.id, one.what.body});
        std::optional<std::uint64_t> first;
        if (one.means.is != meaning::kind::nothing && done != first_.end()) first = done->second;
        if (parked != letters_.end() && (!first || parked->second < *first)) first = parked->second;
        return first;
    }

    complaint_of_arrivals check(arrival const& one) const {
        auto const at = settled_at(one);
        if (at && one.told && *at > *one.told)
            return fmt::format(
                "was told of when the log ended at {}, and stands at {}", *one.told, *at
            );
        if (!at && one.told && !was_refused(one)) return "was told of, and nothing came of it";
        if (!by_.is_finished) return {};
        if (!one.is_done) return "is not acknowledged, at rest";
        return one.told ? complaint_of_arrivals{} : "is acknowledged, and nobody said so";
    }

    bool was_refused(arrival const& one) const {
        return one.means.is == meaning::kind::command && by_.was_refused && by_.was_refused(one);
    }

    // Of those that never were dead letters.
    complaint_of_arrivals check_order() const {
        std::map<std::string, std::pair<std::uint64_t, arrival const*>> last;  // by key
        std::map<std::string, bool> seen;                                      // by id
        for (auto const& one : all_) {
            if (one.channel != by_.channel || !seen.emplace(one.means.id, true).second) continue;
            auto const at = first_.find(one.means.number);
            if (one.means.is == meaning::kind::nothing || at == first_.end() ||
                letters_.contains({one.means.id, one.what.body}))
                continue;
            auto& [before, other] = last[one.means.key];
            if (at->second < before)
                return fmt::format(
                    "{} stands at {}, before {} of its key at {}",
                    one.what.place,
                    at->second,
                    other->what.place,
                    before
                );
            before = at->second;
            other = &one;
        }
        return {};
    }

    std::span<arrival const> all_;
    arrival_rules const& by_;
    std::map<std::uint64_t, std::uint64_t> first_;  // of a number: where it stands
    std::map<letter_name, std::uint64_t> letters_;  // that there were: where they stand
    std::map<std::uint64_t, letter_name> open_;     // that there are, by number
};

}  // namespace

bool is_hopeless(std::span<arrival const> all, arrival const& one) {
    return one.means.is == meaning::kind::nothing ||
           std::ranges::any_of(all, [&](arrival const& other) {
               return other.channel == one.channel && other.means.id == one.means.id &&
                      other.what.body != one.what.body;
           });
}

std::map<std::uint64_t, std::pair<std::string, std::string>> letters_in(
    log_model const& log, std::string_view channel
) {
    std::map<std::uint64_t, letter_name> open;
    for (auto const& event : log.events()) {
        if (event.stream != fmt::format("$intake-{}", channel)) continue;
        if (event.type == "$intake_parked")
            open.emplace(event.version, name_of_letter(event));
        else
            open.erase(number_in(event.data, "number").value_or(0));
    }
    return open;
}

std::optional<std::string> arrived_wrongly(
    log_model const& log, std::span<arrival const> all, arrival_rules const& by
) {
    arrivals_read state{all, by};
    auto wrong = complaint_of_arrivals{};
    for (auto const& event : log.events())
        if ((wrong = state.read(event))) break;
    if (!wrong) wrong = state.check_end();
    if (wrong) return fmt::format("channel {}: {}", by.channel, *wrong);
    return {};
}

std::optional<std::string> came_of_nothing(log_model const& log, std::span<arrival const> all) {
    std::map<std::uint64_t, std::uint64_t> stands;  // by number
    for (auto const& event : log.events()) {
        auto const number = number_in(event.data, "number");
        if (event.type.starts_with('$') || !number) continue;
        auto const [first, is_new] = stands.emplace(*number, event.position);
        if (!is_new)
            return fmt::format(
                "message {} has its effect at {} and at {}", *number, first->second, event.position
            );
        auto const is_of_source = !text_in(event.metadata, "source").empty();
        auto const id = text_in(event.metadata, is_of_source ? "message_id" : "command_id");
        auto const is_asked_for = std::ranges::any_of(all, [&](arrival const& one) {
            auto const kind = is_of_source ? meaning::kind::message : meaning::kind::command;
            return one.means.is == kind && one.means.id == id && one.means.number == *number;
        });
        if (!is_asked_for) return fmt::format("position {} came of no message", event.position);
    }
    return {};
}

}  // namespace diptych::sim
