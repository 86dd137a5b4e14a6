/// @file
/// A channel over a log in memory that survives a restart, stepped by hand, and a receiver that
/// does what a test says.
#pragma once

#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "outbox/channel.hpp"
#include "outbox/channel_file.hpp"
#include "write/manual_sources.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::outbox {

/// A message that the receiver has.
struct arrived {
    std::string stream;
    std::uint64_t version;
    std::string id;

    bool operator==(arrived const&) const = default;
};

/// What outlives channels: the other end.
struct receiver {
    std::vector<arrived> got = {};
    std::vector<std::pair<std::uint64_t, message>> asked = {};  ///< And not answered.
    std::size_t tries = 0;
    std::size_t beside_most = 0;  ///< Messages under way at once.
    std::function<fate(message const&)> decide = [](message const&) { return fate::delivered; };
    /// Which of those asked are answered now, by their place; all in turn if empty.
    std::function<std::vector<std::size_t>(std::size_t asked)> turn = {};
    std::optional<std::chrono::microseconds> after = {};

    /// As "order-1 1, order-1 2".
    std::string text() const {
        std::string all;
        for (auto const& one : got)
            all += (all.empty() ? "" : ", ") + one.stream + " " + std::to_string(one.version);
        return all;
    }

    std::vector<std::uint64_t> versions_of(std::string_view stream) const {
        std::vector<std::uint64_t> all;
        for (auto const& one : got)
            if (one.stream == stream) all.push_back(one.version);
        return all;
    }
};

class scripted_transport final : public transport {
public:
    explicit scripted_transport(receiver& to) : to_(to) { to_.asked.clear(); }

    void send(std::uint64_t ticket, message const& what) override {
        for (auto const& [other, one] : to_.asked) CHECK(one.stream != what.stream);
        to_.asked.emplace_back(ticket, what);
        to_.beside_most = std::max(to_.beside_most, to_.asked.size());
        ++to_.tries;
        // It arrives whether or not anybody lives to hear of it.
        fates_[ticket] = to_.decide(what);
        if (fates_[ticket] == fate::delivered)
            to_.got.push_back({.stream = what.stream, .version = what.version.value, .id = what.id}
            );
    }

    std::vector<told> answers() override {
        std::vector<std::size_t> places;
        if (to_.turn)
            places = to_.turn(to_.asked.size());
        else
            for (std::size_t i = 0; i < to_.asked.size(); ++i) places.push_back(i);
        std::vector<told> all;
        for (auto const i : places) {
            auto const ticket = to_.asked[i].first;
            all.push_back({.ticket = ticket, .what = fates_[ticket], .why = "as told"});
            all.back().after = to_.after;
        }
        std::erase_if(to_.asked, [&](auto const& one) {
            return std::ranges::any_of(all, [&](auto const& t) { return t.ticket == one.first; });
        });
        return all;
    }

private:
    receiver& to_;
    std::map<std::uint64_t, fate> fates_;
};

inline scheme test_scheme() {
    return {
        .name = "test",
        .settings = {{.name = "word"}, {.name = "key", .is_secret = true, .is_list = true}},
        .check = [](declaration const&) -> result<void> { return {}; },
        .open = [](declaration const&, endpoint::surroundings const&)
            -> result<std::unique_ptr<transport>> { return fail(errc::failed, "not opened"); }
    };
}

inline declaration declared(std::string_view more = {}, std::string_view name = "orders") {
    std::vector const known{test_scheme()};
    auto const text = "to = \"test:there\"\n" + std::string(more);
    return parse_channel("channels/" + std::string(name) + ".toml", text, known).or_throw();
}

struct outbox_fixture {
    bank::manual_clock time;
    bank::counting_random random;
    std::shared_ptr<log::memory::store> stored =
        std::make_shared<log::memory::store>(make_uuid_v7({}, 1, 2));
    std::unique_ptr<log::sequenced_log> log;
    receiver to;
    outbox::declaration how;
    channel_options options;
    std::unique_ptr<outbox::channel> channel;

    explicit outbox_fixture(std::string_view more = {}, channel_options with = {})
        : how(declared(more)), options(with) {
        restart();
    }

    /// Drops all that is in memory, as a crash does, and opens again on what was stored.
    void restart() {
        channel.reset();
        if (log) (void)log->close();
        log = log::sequenced_log::open(
                  std::make_unique<log::memory::memory_engine>(stored), time, random
        )
                  .or_throw();
        channel = std::make_unique<outbox::channel>(
            how, *log, time, random, std::make_unique<scripted_transport>(to), options
        );
    }

    token append(std::string stream, std::string type = "placed", std::string data = "{}") {
        std::vector<event_data> events;
        events.push_back(
            {.stream = std::move(stream), .type = std::move(type), .data = std::move(data)}
        );
        return log->append({.events = std::move(events)}).or_throw().at;
    }

    /// Steps until there is nothing more to do at once.
    void run() {
        for (int steps = 0; channel->step().or_throw(); ++steps) REQUIRE(steps < 10'000);
    }

    /// As run(), and lets time pass as often as anything rests.
    void run_out() {
        run();
        for (int rounds = 0; channel->status().lag > 0; ++rounds) {
            REQUIRE(rounds < 1'000);
            time.advance(std::chrono::seconds{40});
            run();
        }
        time.advance(std::chrono::seconds{2});
        run();
    }

    std::vector<std::string> data_of(std::string const& type) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.items = {{.types = {type}}}}, .limit = 10'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.data);
        return all;
    }
};

}  // namespace diptych::outbox
