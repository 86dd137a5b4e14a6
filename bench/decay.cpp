/// @file
/// (d) The rate of appends at 5 million events against that at 100 thousand, index and an async
/// view following. (h) What such a log costs: time to open it after its process was killed,
/// resident memory, bytes on disk and processor time.
#include "app/node.hpp"
#include "appends.hpp"
#include "bank.hpp"
#include "child.hpp"

#include <diptych/application.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

using namespace diptych;
using namespace diptych::bench;

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t bytes_ahead = 256u << 20;

application application_in(std::string const& folder) {
    write_balance_view(folder + "/balances.sql");
    auto app = application{{.data = folder + "/data", .wait_max = 60min}};
    app.add<bank::context>().views(folder + "/balances.sql");
    return app;
}

/// A log that grows.
class grown {
public:
    explicit grown(std::string const& below)
        : folder_(below), app_(application_in(folder_.path())) {}

    void grow_to(std::uint64_t events) {
        for (auto at = app_.log().end().position.value; at < events;) {
            auto const step = std::min<std::uint64_t>(250'000, events - at);
            fill(app_.log(), streams_, step);
            at += step;
            std::fprintf(stderr, "\rfilling: %llu", static_cast<unsigned long long>(at));
        }
        std::fprintf(stderr, "\r%40s\r", "");
        settle();
    }
    /// Waits until index and view have taken what there is.
    void settle() {
        must(app_.view("balances").wait_for(app_.log().end()), "view");
        while (app_.parts().log().statistics().index_lag > 0) std::this_thread::sleep_for(20ms);
    }
    double rate(append_load const& how) { return append_rate(app_.log(), streams_, how); }
    std::uint64_t events() { return app_.log().end().position.value; }
    void close() { app_.close().or_throw(); }
    scratch const& folder() const { return folder_; }

private:
    scratch folder_;
    application app_;
    stream_picker streams_{64};
};

/// Appends for ever, to be killed.
int write_until_killed(std::string const& folder) {
    auto app = application_in(folder);
    stream_picker streams{64};
    auto& log = app.log();
    std::puts("open");
    std::fflush(stdout);
    (void)append_rate(log, streams, {.length = seconds{600}, .has_checks = false});
    return 0;
}

/// Opens the log and says what it took: seconds, resident bytes, events.
int open_once(std::string const& folder) {
    auto app = application_in(folder);
    auto const before = resident_bytes();
    auto const took = time_of([&] { app.start().or_throw(); });
    std::printf(
        "%.3f s, resident %.0f MB (%.0f MB before), %llu events\n",
        took.count(),
        static_cast<double>(resident_bytes()) / 1e6,
        static_cast<double>(before) / 1e6,
        static_cast<unsigned long long>(app.log().end().position.value)
    );
    std::fflush(stdout);
    app.close().or_throw();
    return 0;
}

struct scale {
    std::uint64_t few;
    std::uint64_t many;
    int rounds;
};

/// (d)
void compare(std::string const& below, scale const& of, append_load const& how, grown& big) {
    rounds rates;
    rounds costs;
    auto const contest = [&](std::string const& name, auto const& rate) {
        auto const before = cpu_time();
        auto const measured = rate();
        rates.add(name, measured);
        costs.add(name, (cpu_time() - before).count() * 1e6 / (measured * how.length.count()));
    };
    for (int round = 0; round < of.rounds; ++round) {
        {
            scratch const folder(below);
            auto log = bare_framed_log(folder.path() + "/log", bytes_ahead);
            contest("bare log", [&] { return raw_append_rate(std::move(log), how); });
        }
        {
            grown small(below);
            small.grow_to(of.few);
            contest("at " + std::to_string(of.few), [&] { return small.rate(how); });
            small.close();
        }
        contest("at " + std::to_string(of.many), [&] { return big.rate(how); });
        big.settle();
    }
    rates.print("64 callers", "events/s", "at " + std::to_string(of.few));
    costs.print("processor time, callers included", "us an append", "bare log");
}

/// (h)
void costs_of(grown& big) {
    constexpr double payload = 342;
    auto const resident = static_cast<double>(resident_bytes()) / 1e6;
    auto const events = static_cast<double>(big.events());
    big.close();
    auto const log = static_cast<double>(big.folder().bytes_below("data/log")) / events;
    auto const all = static_cast<double>(big.folder().bytes_below("data")) / events;
    std::printf("\nresident after the run: %.0f MB\n", resident);
    std::printf(
        "on disk, log: %.1f bytes an event, %.2f of payload and metadata\n", log, log / payload
    );
    std::printf(
        "on disk, all: %.1f bytes an event, %.2f of payload and metadata\n", all, all / payload
    );
    auto const& folder = big.folder().path();
    std::printf("open after a clean close: %s", child({"--open", folder}).read_line().c_str());
    {
        child writer({"--write", folder});
        (void)writer.read_line();
        std::this_thread::sleep_for(2s);
        writer.kill();
    }
    std::printf("open after SIGKILL under load: %s", child({"--open", folder}).read_line().c_str());
}

}  // namespace

int main(int count, char** values) {
    if (count == 3 && values[1] == std::string_view{"--write"})
        return write_until_killed(values[2]);
    if (count == 3 && values[1] == std::string_view{"--open"}) return open_once(values[2]);
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"few", "100000"}, {"many", "5000000"}}
    );
    scale const of{
        .few = static_cast<std::uint64_t>(given.number("few")),
        .many = static_cast<std::uint64_t>(given.number("many")),
        .rounds = static_cast<int>(given.number("rounds")),
    };
    grown big(given.text("dir"));
    big.grow_to(of.many);
    compare(given.text("dir"), of, {.length = seconds{given.number("seconds")}}, big);
    costs_of(big);
}
