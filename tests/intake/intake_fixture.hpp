/// @file
/// An incoming channel over a log in memory that survives a restart, stepped by hand; a broker that
/// brings again what it was not told of, and effects that do what a test says.
#pragma once

#include "intake/incoming.hpp"
#include "intake/intake_file.hpp"
#include "intake/offered.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "write/manual_sources.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::intake {

/// The other end: outlives channels.
struct broker {
    std::vector<delivery> kept = {};  ///< Not yet told of.
    std::vector<verdict> told = {};
    bool is_away = false;
    int asked = 0;  ///< How often somebody came to take.

    void publish(std::string id, std::string body, std::string topic = "changed") {
        kept.push_back({.place = std::move(id), .topic = std::move(topic), .body = std::move(body)}
        );
    }
};

class scripted_receiver final : public receiver {
public:
    explicit scripted_receiver(broker& of) : of_(of) {}

    result<std::vector<delivery>> take(std::size_t most, std::chrono::milliseconds) override {
        ++of_.asked;
        if (of_.is_away) return fail(errc::unavailable, "broker", "nobody is there");
        std::vector<delivery> all;
        for (auto const& one : of_.kept) {
            auto const is_in_hand = std::ranges::any_of(in_hand_, [&](auto const& other) {
                return other.second == one.place;
            });
            if (is_in_hand || all.size() == most) continue;
            all.push_back(one);
            all.back().ticket = ++tickets_;
            in_hand_.emplace(tickets_, one.place);
        }
        return all;
    }

    void settle(std::uint64_t ticket, result<settled> const& what) override {
        auto const place = in_hand_.extract(ticket).mapped();
        if (!what) return;
        of_.told.push_back(what->what);
        std::erase_if(of_.kept, [&](delivery const& one) { return one.place == place; });
    }

private:
    broker& of_;
    std::uint64_t tickets_ = 0;
    std::map<std::uint64_t, std::string> in_hand_;
};

/// Knows ids again, as the log does.
struct scripted_effects final : public effects {
    std::vector<asked> done = {};  ///< Those with an effect, in order.
    std::map<std::string, std::string> known = {};
    std::vector<std::pair<asked, verdict_taker>> waiting = {};
    bool is_held_up = false;  ///< Nobody is answered until answer() is called.
    std::function<std::optional<error>(asked const&)> fault = {};

    result<void> check(rule const&) const override { return {}; }

    void carry_out(asked what, verdict_taker taker) override {
        if (is_held_up)
            waiting.emplace_back(std::move(what), std::move(taker));
        else
            answer(std::move(what), std::move(taker));
    }

    void answer_all() {
        for (auto& [what, taker] : std::exchange(waiting, {})) answer(what, std::move(taker));
    }

    void answer(asked what, verdict_taker taker) {
        if (fault)
            if (auto const why = fault(what)) return taker(std::unexpected(*why));
        auto const is_new = known.emplace(what.message_id, what.body).second;
        if (is_new) done.push_back(std::move(what));
        taker(settled{.what = is_new ? verdict::done : verdict::repeated});
    }

    std::string text() const {
        std::string all;
        for (auto const& one : done) all += (all.empty() ? "" : ", ") + one.message_id;
        return all;
    }
};

inline std::vector<scheme> test_schemes() {
    return {
        {.name = "test",
         .settings = {{.name = "word"}, {.name = "password", .is_secret = true}},
         .check = [](declaration const&) -> result<void> { return {}; },
         .open = [](declaration const&, endpoint::surroundings const&)
             -> result<std::unique_ptr<receiver>> { return fail(errc::failed, "not opened"); }},
        offered_scheme()
    };
}

inline constexpr std::string_view one_rule = "[on.changed]\ncommand = \"change\"\n";

inline declaration declared(
    std::string_view more = one_rule, std::string_view from = "test:there"
) {
    auto const known = test_schemes();
    auto const text = "from = \"" + std::string(from) + "\"\n" + std::string(more);
    return parse_incoming("channels/warehouse.toml", text, known).or_throw();
}

struct intake_fixture {
    bank::manual_clock time;
    bank::counting_random random;
    std::shared_ptr<log::memory::store> stored =
        std::make_shared<log::memory::store>(make_uuid_v7({}, 1, 2));
    std::unique_ptr<log::sequenced_log> log;
    broker from;
    scripted_effects to;
    intake::declaration how;
    incoming_options options;
    std::unique_ptr<incoming> channel;

    explicit intake_fixture(std::string_view more = one_rule, incoming_options with = {})
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
        to.waiting.clear();
        channel = std::make_unique<incoming>(
            how, *log, time, random, to, std::make_unique<scripted_receiver>(from), options
        );
    }

    /// Steps until there is nothing more to do at once.
    void run() {
        for (int steps = 0; channel->step().or_throw(); ++steps) REQUIRE(steps < 10'000);
    }

    void run_after(std::chrono::microseconds pause) {
        time.advance(pause);
        run();
    }

    std::vector<letter_view> letters() { return page(100).all; }

    letter_page page(std::size_t limit, version after = {}) {
        return channel->dead_letters(after, limit).or_throw();
    }
};

}  // namespace diptych::intake
