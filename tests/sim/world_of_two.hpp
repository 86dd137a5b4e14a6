/// @file
/// A history and a log that fit, for tests to change.
#pragma once

#include "sim/checker.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

inline logged event(std::uint64_t position, std::uint64_t version, std::string stream, int op) {
    return {
        .position = position,
        .version = version,
        .recorded_at = timestamp{std::chrono::microseconds{static_cast<std::int64_t>(position)}},
        .id = std::to_string(position),
        .stream = std::move(stream),
        .type = "t",
        .tags = {},
        .data = R"({"op":)" + std::to_string(op) + "}",
    };
}

inline append_request request(std::string stream, int op) {
    return {
        .events =
            {{.stream = std::move(stream),
              .type = "t",
              .data = R"({"op":)" + std::to_string(op) + "}"}}
    };
}

inline result<appended> accepted_at(std::uint64_t at) {
    return appended{.at = {.position = position{at}}, .first = position{at}, .count = 1};
}

struct world_of_two {
    attempt& add(decltype(attempt::what) what, std::uint64_t begun, std::uint64_t answered) {
        of.attempts.push_back(std::make_unique<attempt>(attempt{
            .client = 1,
            .begun = begun,
            .answered = answered,
            .answers = answered > 0 ? 1u : 0u,
            .what = std::move(what),
        }));
        return *of.attempts.back();
    }
    append_attempt& appended_as(std::size_t i) {
        return std::get<append_attempt>(of.attempts[i]->what);
    }
    std::string broken() const {
        auto const rows = [](std::string_view, log_model const&, std::uint64_t prefix) {
            return std::to_string(prefix);
        };
        return broken_promise(of, log_model{log}, {.rows = rows}).value_or("");
    }
    bool is_broken(std::string_view promise) const { return broken().starts_with(promise); }

    world_of_two() {
        add(append_attempt{.operation = 1, .request = request("a", 1), .answer = accepted_at(1)},
            1,
            2);
        add(append_attempt{.operation = 2, .request = request("a", 2), .answer = accepted_at(2)},
            3,
            4);
    }

    history of;
    std::vector<logged> log{event(1, 1, "a", 1), event(2, 2, "a", 2)};
};

}  // namespace diptych::sim
