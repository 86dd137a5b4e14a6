/// @file
/// (k) Processes: what a million timers that run cost a step and in memory, and how many instances
/// a second go from an event through a command to its answer, against the same events and commands
/// without a process.
#include "app/node.hpp"
#include "appends.hpp"
#include "harness.hpp"

#include <diptych/diptych.hpp>

#include <cstdio>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace orders {

using namespace std::chrono_literals;
using order_id = diptych::id<"order">;

struct placed {
    order_id order;
};
struct parked {
    order_id order;
};
struct confirmed {
    order_id order;
};
struct confirm {
    order_id order;
    diptych::decision<confirmed> decide() const { return confirmed{.order = order}; }
};

/// Each parked order has a timer for ten years, each placed one is confirmed.
struct checkout {
    using of = order_id;
    diptych::reaction react(parked const&) const { return diptych::start("expiry", 24h * 3650); }
    diptych::reaction react(placed const& e) const { return confirm{.order = e.order}; }
    diptych::reaction react(diptych::accepted<confirm> const&) const { return diptych::finish(); }
};

struct with_process : diptych::context<
                          diptych::commands<confirm>,
                          diptych::events<placed, parked>,
                          diptych::processes<checkout>> {
    static constexpr auto name = "orders";
};
struct without : diptych::context<diptych::commands<confirm>, diptych::events<placed, parked>> {
    static constexpr auto name = "orders";
};

}  // namespace orders

namespace {

class told_clock final : public diptych::clock {
public:
    timestamp now() override { return at_ += std::chrono::microseconds{1}; }
    void advance(std::chrono::microseconds by) { at_ += by; }

private:
    timestamp at_ = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
};

std::string order(std::size_t number) { return "order-o" + std::to_string(number); }

void append_orders(
    application& app, std::string const& type, std::size_t first, std::size_t count
) {
    for (std::size_t i = 0; i < count;) {
        append_request request;
        for (std::size_t n = 0; n < 500 && i < count; ++n, ++i) {
            auto const name = order(first + i);
            request.events.push_back(
                {.stream = name,
                 .type = "orders." + type,
                 .data = R"({"order":")" + name.substr(6) + R"("})"}
            );
        }
        must(app.log().append(std::move(request)), "append");
    }
}

write::process_runner& runner_of(application& app) { return *app.parts().processes().at(0).second; }

// Until nothing is left to do, the index following.
std::size_t run(application& app) {
    std::size_t steps = 0;
    while (app.step().or_throw()) ++steps;
    return steps;
}

double idle_step_us(application& app) {
    constexpr int times = 2'000;
    std::vector<double> all;
    for (int round = 0; round < 5; ++round)
        all.push_back(
            time_of([&] {
                for (int i = 0; i < times; ++i) (void)runner_of(app).step().or_throw();
            }).count() *
            1e6 / times
        );
    return median(all);
}

void timers(std::string const& folder, std::size_t count) {
    told_clock time;
    auto app = application{{.data = folder, .threads = false, .clock = &time}};
    app.add<orders::with_process>().start().or_throw();
    auto const idle = idle_step_us(app);
    auto const before = resident_bytes();
    append_orders(app, "parked", 0, count);
    auto const took = time_of([&] { run(app); });
    auto const with = idle_step_us(app);
    auto const running = runner_of(app).statistics().timers;
    auto const memory = resident_bytes();
    time.advance(std::chrono::hours{24 * 3651});
    auto const firing = time_of([&] {
        while (runner_of(app).statistics().fired < count) (void)app.step().or_throw();
    });
    std::printf("\n### %zu timers\n\n| | |\n|---|---|\n", count);
    std::printf("| running | %llu |\n", static_cast<unsigned long long>(running));
    std::printf("| a step with nothing to do, no timer | %.1f us |\n", idle);
    std::printf("| a step with nothing to do, all timers running | %.1f us |\n", with);
    std::printf("| started a second | %.0f |\n", static_cast<double>(count) / took.count());
    std::printf(
        "| fired a second, all due at once | %.0f |\n", static_cast<double>(count) / firing.count()
    );
    std::printf(
        "| memory, more than before | %.0f MB |\n",
        (static_cast<double>(memory) - static_cast<double>(before)) / 1e6
    );
    app.close().or_throw();
}

double instances_with(std::string const& folder, std::size_t count) {
    auto app = application{{.data = folder}};
    app.add<orders::with_process>().start().or_throw();
    auto const took = time_of([&] {
        append_orders(app, "placed", 0, count);
        while (runner_of(app).statistics().finished < count)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
    });
    app.close().or_throw();
    return static_cast<double>(count) / took.count();
}

double commands_alone(std::string const& folder, std::size_t count) {
    auto app = application{{.data = folder}};
    app.add<orders::without>().start().or_throw();
    auto const took = time_of([&] {
        append_orders(app, "placed", 0, count);
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> callers;
        for (int caller = 0; caller < 64; ++caller)
            callers.emplace_back([&] {
                for (std::size_t i = next++; i < count; i = next++)
                    must(
                        app.execute(orders::confirm{.order = {"o" + std::to_string(i)}}, {}),
                        "confirm"
                    );
            });
    });
    app.close().or_throw();
    return static_cast<double>(count) / took.count();
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "3"}, {"timers", "1000000"}, {"instances", "100000"}}
    );
    {
        scratch const folder(given.text("dir"));
        timers(folder.path() + "/data", static_cast<std::size_t>(given.number("timers")));
    }
    auto const instances = static_cast<std::size_t>(given.number("instances"));
    rounds figures;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        scratch const folder(given.text("dir"));
        auto const round_at = folder.path() + "/";
        figures.add("64 callers, no process", commands_alone(round_at + "alone", instances));
        figures.add("process", instances_with(round_at + "process", instances));
    }
    figures.print(
        given.text("instances") + " orders, placed and confirmed",
        "orders/s",
        "64 callers, no process"
    );
}
