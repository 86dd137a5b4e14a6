/// @file
/// Random frames of a world in which everything meets everything.
#pragma once

#include "log/frame_maker.hpp"
#include "log/postings.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::testing {

using random_engine = std::mt19937_64;

inline std::size_t below(random_engine& random, std::size_t end) { return random() % end; }

// A small world, in which everything meets everything: few ids, some of them very long, tags equal
// to the own stream or given twice, event ids used in several streams.
struct world {
    explicit world(random_engine& source) : random(source) {
        for (int i = 0; i < 12; ++i) names.push_back("order-" + std::to_string(i));
        names.push_back("order");                          // A category and a stream.
        names.push_back("-");                              // An empty category.
        names.push_back("item-" + std::string(250, 'x'));  // As long as a name can be.
        names.push_back("item-\xff\xfe");
        types = {"placed", "order-1", "paid", "$timer"};
        hot = 1 + below(random, 3);
    }

    std::string name() {
        return below(random, 3) > 0 ? names[below(random, hot)]
                                    : names[below(random, names.size())];
    }

    uuid free_id(std::string const& stream) {
        if (below(random, 4) > 0) return {};
        auto const id = uuid{{static_cast<std::uint8_t>(below(random, 100)), 7}};
        return used.emplace(stream, id).second ? id : uuid{};
    }

    event_data event() {
        event_data made{.stream = name(), .type = types[below(random, types.size())]};
        for (auto tags = below(random, 4); tags > 0; --tags) made.tags.push_back(name());
        if (below(random, 8) == 0 && !made.tags.empty()) made.tags.push_back(made.tags.front());
        made.id = free_id(made.stream);
        return made;
    }

    log::answer answer() {
        auto const number = std::to_string(below(random, 300));
        return {
            .key =
                {.caller = below(random, 2) ? "" : "someone",
                 .id = number,
                 .digest = {static_cast<std::uint8_t>(below(random, 256))}},
            .recorded_at = {},
            .first = position{below(random, 1000)},
            .count = 3,
            .judged_at = position{below(random, 1000)},
            .body = std::string(below(random, 200), '\0'),
        };
    }

    log::frame_ptr frame(frame_maker& builder, std::size_t events_max) {
        std::vector<event_data> events;
        std::vector<log::answer> answers;
        auto const kind = below(random, 8);
        if (kind > 0)
            for (auto left = 1 + below(random, events_max); left > 0; --left)
                events.push_back(event());
        if (kind < 2)
            for (auto left = 1 + below(random, 3); left > 0; --left) {
                auto one = answer();
                // A frame never has two answers to one command.
                auto const is_its = [&](auto const& other) {
                    return other.key.id == one.key.id && other.key.caller == one.key.caller;
                };
                if (std::ranges::none_of(answers, is_its)) answers.push_back(std::move(one));
            }
        return builder.next(events, std::move(answers));
    }

    random_engine& random;
    std::vector<std::string> names;
    std::vector<std::string> types;
    std::size_t hot = 1;
    std::set<std::pair<std::string, uuid>> used;
};

}  // namespace diptych::testing
