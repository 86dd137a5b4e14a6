/// @file
/// What the contract's cases need: a log on a fixture's engine with a clock and randomness of their
/// own, and short words for events.
///
/// A fixture is a type with `std::unique_ptr<log::engine> engine()`, which opens (again) what was
/// written before; the engine it gave last is gone by then.
#pragma once

#include "log/sequenced_log.hpp"

#include <diptych/clock.hpp>
#include <diptych/event_log.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::contract {

using namespace std::chrono_literals;

/// Stands still until it is told. Thread-safe.
class hand_clock final : public clock {
public:
    timestamp now() override { return timestamp{std::chrono::microseconds{now_}}; }
    void advance(std::chrono::microseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_ = 1'700'000'000'000'000;
};

/// The same numbers every time. Thread-safe.
class counted_random final : public random_source {
public:
    std::uint64_t next() override { return 0x9e3779b97f4a7c15 * ++count_; }

private:
    std::atomic<std::uint64_t> count_ = 0;
};

template <class Fixture>
struct opened {
    explicit opened(log::limits const& limits = {}) : bounds(limits) { open(); }

    void open() {
        log = log::sequenced_log::open(fixture.engine(), time, random, bounds).or_throw();
    }

    /// As after a crash: nothing is closed.
    void crash_and_open() {
        log.reset();
        open();
    }

    log::sequenced_log* operator->() const { return log.get(); }

    result<appended> append(
        std::vector<event_data> events, std::map<std::string, expected_version> expect = {}
    ) {
        return log->append(append_request{.events = std::move(events), .expect = std::move(expect)}
        );
    }

    log::limits bounds;
    hand_clock time;
    counted_random random;
    Fixture fixture;
    std::unique_ptr<log::sequenced_log> log;
};

inline event_data event(
    std::string stream,
    std::string type,
    std::vector<std::string> tags = {},
    std::string data = "{}"
) {
    return {
        .stream = std::move(stream),
        .type = std::move(type),
        .tags = std::move(tags),
        .data = std::move(data),
    };
}

inline uuid id_of(std::uint8_t number) {
    uuid id;
    id.bytes.fill(number);
    return id;
}

inline command_key key_of(std::string id, std::uint8_t digest = 1, std::string caller = "ada") {
    command_key key{.caller = std::move(caller), .id = std::move(id)};
    key.digest.fill(digest);
    return key;
}

inline query of_type(std::string type) { return {.items = {{.types = {std::move(type)}}}}; }
inline query of_tag(std::string tag) { return {.items = {{.tags = {std::move(tag)}}}}; }

inline unless_recorded unless(query what, token after = {}) {
    return {.what = std::move(what), .after = after};
}

inline std::string fact(error const& of, std::string_view name) {
    for (auto const& [known, value] : of.facts)
        if (known == name) return value;
    return "none";
}

inline std::vector<std::uint64_t> positions(page const& of) {
    std::vector<std::uint64_t> all;
    for (auto const& one : of) all.push_back(one.position.value);
    return all;
}

inline std::vector<std::uint64_t> versions(page const& of) {
    std::vector<std::uint64_t> all;
    for (auto const& one : of) all.push_back(one.version.value);
    return all;
}

using numbers = std::vector<std::uint64_t>;

/// Collects answers of callbacks.
struct answers {
    std::shared_ptr<std::vector<std::pair<int, result<appended>>>> all =
        std::make_shared<std::vector<std::pair<int, result<appended>>>>();

    auto as(int number) {
        return [all = all, number](result<appended> answer) {
            all->emplace_back(number, std::move(answer));
        };
    }
    std::size_t count() const { return all->size(); }
    result<appended> const& of(int number) const {
        for (auto const& [known, answer] : *all)
            if (known == number) return answer;
        throw std::logic_error("not answered");
    }
};

}  // namespace diptych::contract

namespace doctest {
template <>
struct StringMaker<std::vector<std::uint64_t>> {
    static String convert(std::vector<std::uint64_t> const& all) {
        std::string text;
        for (auto const one : all) text += std::to_string(one) + " ";
        return text.c_str();
    }
};
}  // namespace doctest
