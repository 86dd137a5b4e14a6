// The simulated broker of incoming channels: what it may do, and what it does in runs.
#include "sim/broker.hpp"

#include "sim/run.hpp"
#include "sim/workloads/workloads.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

struct brought {
    broker of;
    std::unique_ptr<intake::receiver> line;
    std::string from;

    brought(std::uint64_t seed, std::string address)
        : of(chance{seed},
             {.is_gone = [] { return false; },
              .end_of_log = [] { return std::uint64_t{1}; },
              .now = [] { return timestamp{}; }}),
          from(std::move(address)) {
        for (int i = 0; i < 12; ++i) {
            intake::delivery what;
            what.key = i % 2 == 0 ? "a" : "b";
            of.publish("c", what, {.key = what.key});
        }
        connect();
    }

    void connect() {
        static virtual_clock time;
        line.reset();
        intake::declaration declared;
        declared.name = "c";
        declared.address = from;
        endpoint::surroundings const in{
            .disk = storage::system_disk(), .folder = {}, .time = time, .environment = {}
        };
        line = of.scheme().open(declared, in).or_throw();
    }

    std::vector<intake::delivery> take() {
        return line->take(3, {}).value_or(std::vector<intake::delivery>{});
    }

    bool is_done() const {
        for (auto const& one : of.all())
            if (!one.is_done) return false;
        return true;
    }
};

}  // namespace

TEST_CASE("a broker brings every message until it knows that it is done with, each key in order") {
    std::uint64_t repeats = 0;
    std::uint64_t losses = 0;
    for (auto const* const address : {"one_by_one", "by_offset", "asked"})
        for (std::uint64_t seed = 1; seed < 60; ++seed) {
            brought at(seed, address);
            std::set<std::string> done;
            std::map<std::string, std::size_t> next;  // by key: the place of the next new one
            for (int steps = 0; steps < 400 && !at.is_done(); ++steps) {
                if (steps == 20) at.connect();
                if (steps == 200) at.of.heal();
                for (auto const& one : at.take()) {
                    // What was not done with before comes in its turn.
                    if (done.insert(one.place).second) {
                        auto const number = std::stoul(one.place.substr(2));
                        CHECK(number > next[one.key]);
                        next[one.key] = number;
                    }
                    at.line->settle(one.ticket, intake::settled{.what = intake::verdict::done});
                }
            }
            CHECK(at.is_done());
            CHECK(done.size() == 12);
            repeats += at.of.repeats();
            losses += at.of.losses();
        }
    CHECK(repeats > 100);
    CHECK(losses > 50);
}

TEST_CASE("runs of arrivals meet what they are for") {
    std::uint64_t repeats = 0;
    std::uint64_t losses = 0;
    std::map<std::string, std::uint64_t> events;
    auto of = arrivals();
    of.rule = [&](log_model const& log) -> std::optional<std::string> {
        for (auto const& event : log.events()) ++events[event.type];
        return {};
    };
    auto const at_rest = of.at_rest;
    of.at_rest = [&](world& in) {
        repeats += in.broker().repeats();
        losses += in.broker().losses();
        return at_rest(in);
    };
    for (std::uint64_t seed = 1; seed <= 15; ++seed)
        CHECK(!simulate(of, {.seed = seed, .steps = 120}).broken);
    CHECK(repeats > 50);
    CHECK(losses > 20);
    for (std::string const type :
         {"workshop.worked",
          "counted",
          "noted",
          "remarked",
          "$inbox_held",
          "$inbox_released",
          "$intake_parked",
          "$intake_released",
          "$intake_dropped"})
        CHECK_MESSAGE(events[type] > 0, type);
}
