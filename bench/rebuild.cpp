/// @file
/// (h) Durable appends while a view of a million events is built again beside itself, against the
/// same appends without that: how many a second, and how long one takes.
#include "app/node.hpp"
#include "appends.hpp"
#include "bank.hpp"
#include "read/view_versions.hpp"

#include <diptych/application.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

using namespace std::chrono_literals;

struct figures {
    double rate = 0;
    double median_ms = 0;
    double p99_ms = 0;
};

figures append_for(seconds length, std::size_t callers, event_log& log, stream_picker& streams) {
    using clock = std::chrono::steady_clock;
    std::vector<std::vector<double>> took(callers);
    auto const rate = blocking(callers, length, [&](std::size_t caller) {
        auto const [stream, at] = streams.next(caller);
        auto const began = clock::now();
        must(log.append({.events = {sample_event(stream)}}), "append");
        std::chrono::duration<double, std::milli> const time = clock::now() - began;
        took[caller].push_back(time.count());
    });
    std::vector<double> all;
    for (auto const& one : took) all.insert(all.end(), one.begin(), one.end());
    return {.rate = rate, .median_ms = percentile(all, 0.5), .p99_ms = percentile(all, 0.99)};
}

/// Builds the view again and again.
class rebuilding {
public:
    explicit rebuilding(read::view_versions& view) : view_(view), thread_([this] { run(); }) {}
    ~rebuilding() {
        is_ending_ = true;
        thread_.join();
        while (view_.is_building()) std::this_thread::sleep_for(10ms);
    }
    rebuilding(rebuilding const&) = delete;
    rebuilding& operator=(rebuilding const&) = delete;

private:
    void run() {
        while (!is_ending_) {
            if (!view_.is_building()) {
                // What it was served from before is not followed besides.
                for (auto const& one : view_.versions())
                    if (one.standing == read::version_standing::kept)
                        must(view_.drop(one.id), "drop");
                must(view_.rebuild(), "rebuild");
            }
            std::this_thread::sleep_for(1ms);
        }
    }

    read::view_versions& view_;
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

void run(arguments const& given) {
    scratch const folder(given.text("dir"));
    auto const length = seconds{given.number("seconds")};
    auto const callers = static_cast<std::size_t>(given.number("callers"));
    write_balance_view(folder.path() + "/balances.sql");
    auto app = application{{.data = folder.path() + "/data", .wait_max = 10min}};
    app.add<bank::context>().views(folder.path() + "/balances.sql");
    app.start().or_throw();
    stream_picker streams;
    fill(app.log(), streams, static_cast<std::uint64_t>(given.number("events")));
    must(app.view("balances").wait_for(app.log().end()), "view");
    auto* const view = app.parts().views().versions("balances").or_throw();

    auto const before_it = resident_bytes();
    auto most = before_it;
    auto const alone = time_of([&] {
        must(view->rebuild(), "rebuild");
        while (view->is_building()) {
            most = std::max(most, resident_bytes());
            std::this_thread::sleep_for(1ms);
        }
    });
    std::printf(
        "\nBuilt again while nothing is recorded: %.0f events/s; resident memory %.0f MiB before, "
        "%.0f MiB at most.\n",
        given.number("events") / alone.count(),
        static_cast<double>(before_it) / (1 << 20),
        static_cast<double>(most) / (1 << 20)
    );

    rounds rates;
    rounds medians;
    rounds worst;
    double done = 0;
    double spent = 0;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        auto const tell = [&](std::string const& name, figures const& of) {
            rates.add(name, of.rate);
            medians.add(name, of.median_ms);
            worst.add(name, of.p99_ms);
        };
        tell("quiet", append_for(length, callers, app.log(), streams));
        rebuilding const busy(*view);
        std::this_thread::sleep_for(200ms);
        auto const at = [&] {
            for (auto const& one : view->versions())
                if (one.standing == read::version_standing::building)
                    return static_cast<double>(one.at.position.value);
            return 0.0;
        };
        auto const before = at();
        tell("while a view is built", append_for(length, callers, app.log(), streams));
        if (at() > before) done += at() - before, spent += length.count();
    }
    auto const title = given.text("callers") + " callers";
    rates.print(title, "appends/s", "quiet");
    medians.print("an append, median", "ms", "quiet");
    worst.print("an append, 99 of 100 within", "ms", "quiet");
    if (spent > 0) std::printf("\nMeanwhile built: %.0f events/s.\n", done / spent);
    app.close().or_throw();
}

}  // namespace

int main(int count, char** values) {
    run(
        {count,
         values,
         {{"dir", "."}, {"rounds", "5"}, {"events", "1000000"}, {"seconds", "4"}, {"callers", "64"}}
        }
    );
}
