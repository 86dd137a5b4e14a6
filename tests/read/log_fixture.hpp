/// @file
/// A log in memory that survives being reopened, and a folder for the views that follow it.
#pragma once

#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "read/view_set.hpp"
#include "temporary_folder.hpp"

#include <diptych/clock.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace diptych::read {

using testing::temporary_folder;

class set_clock : public clock {
public:
    timestamp now() override { return at_; }
    void advance(std::chrono::microseconds by) { at_ += by; }

private:
    timestamp at_{std::chrono::hours{24 * 365}};
};

class counting_random : public random_source {
public:
    std::uint64_t next() override { return ++state_ * 0x9e3779b97f4a7c15u; }

private:
    std::uint64_t state_ = 0;
};

inline uuid test_log_id(std::uint8_t last = 1) {
    uuid id;
    id.bytes[15] = last;
    return id;
}

/// The log's store outlives the log: reopen() is a restart.
struct log_fixture {
    set_clock time;
    counting_random random;
    std::shared_ptr<log::memory::store> kept;
    std::unique_ptr<log::sequenced_log> log;

    explicit log_fixture(uuid const& id = test_log_id())
        : kept(std::make_shared<log::memory::store>(id)) {
        reopen();
    }

    void reopen() {
        log.reset();
        auto engine = std::make_unique<log::memory::memory_engine>(kept);
        log = log::sequenced_log::open(std::move(engine), time, random).or_throw();
    }

    result<appended> try_append(
        std::string type, std::string data, std::string stream = "s-1", std::string metadata = "{}"
    ) {
        time.advance(std::chrono::milliseconds{1});
        std::vector<event_data> events;
        events.push_back({
            .stream = std::move(stream),
            .type = std::move(type),
            .data = std::move(data),
            .metadata = std::move(metadata),
        });
        return log->append({.events = std::move(events)});
    }

    token append(std::string type, std::string data, std::string stream = "s-1") {
        return try_append(std::move(type), std::move(data), std::move(stream)).or_throw().at;
    }
};

inline std::string rows_of(
    view_set const& views, std::string_view name, url_query_parameters const& parameters = {}
) {
    return views.query(name, parameters).or_throw().rows;
}

inline view_status status_of(view_set const& views, std::string_view name) {
    for (auto const& one : views.status())
        if (one.name == name) return one;
    FAIL("no such view");
    return {};
}

}  // namespace diptych::read
