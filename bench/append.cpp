/// @file
/// (a) Durable appends through the public API with version check, index and one async view
/// following, against a bare framed log and plain SQLite with the same grouping. 342-byte events
/// over 10,000 streams at random.
#include "harness.hpp"
#include "raw_log.hpp"
#include "sample_events.hpp"

#include <diptych/application.hpp>

#include <cstdio>
#include <memory>
#include <string>

using namespace diptych;
using namespace diptych::bench;

namespace {

struct settings {
    std::string below;
    seconds length;
    std::size_t callers;
    std::size_t batch;
};

/// The contestants differ in nothing but the log: the same streams, versions and bytes.
double raw(std::unique_ptr<raw_log> log, settings const& how, bool waiting) {
    stream_picker streams{how.callers};
    auto const next = [&](std::size_t caller) {
        auto const [stream, at] = streams.next(caller);
        return raw_event{.stream = stream, .version = at.value + 1, .bytes = std::string(342, 'x')};
    };
    if (waiting)
        return blocking(how.callers, how.length, [&](std::size_t caller) {
            log->append_and_wait(next(caller));
        });
    return in_flight(how.callers, how.length, [&](std::size_t caller, auto done) {
        log->append(next(caller), std::move(done));
    });
}

double through_api(settings const& how, bool waiting) {
    scratch const folder(how.below);
    auto app = application{{.data = folder.path() + "/data"}};
    write_balance_view(folder.path() + "/balances.sql");
    app.views(folder.path() + "/balances.sql");
    auto& log = app.log();
    stream_picker streams{how.callers};
    auto const next = [&](std::size_t caller) {
        append_request request;
        for (std::size_t i = 0; i < how.batch; ++i) {
            auto const [stream, at] = streams.next(caller);
            request.events.push_back(sample_event(stream));
            request.expect.try_emplace(request.events.back().stream, expected_version::exactly(at));
        }
        return request;
    };
    auto const expect_accepted = [](result<appended> const& answer) {
        if (answer) return;
        std::fprintf(stderr, "append: %s\n", answer.error().message.c_str());
        std::exit(1);
    };
    auto const rate =
        waiting
            ? blocking(
                  how.callers,
                  how.length,
                  [&](std::size_t caller) { expect_accepted(log.append(next(caller))); }
              )
            : in_flight(how.callers, how.length, [&](std::size_t caller, auto done) {
                  log.append(next(caller), [&, done = std::move(done)](result<appended> answer) {
                      expect_accepted(answer);
                      done();
                  });
              });
    app.close().or_throw();
    return rate * static_cast<double>(how.batch);
}

void compare(settings const& how, int times) {
    rounds figures;
    auto const file = [](scratch const& in) { return in.path() + "/log"; };
    for (int round = 0; round < times; ++round) {
        if (how.batch == 1) {
            scratch const first(how.below);
            figures.add("bare log", raw(bare_framed_log(file(first), 768u << 20), how, false));
            scratch const second(how.below);
            figures.add(
                "bare log, blocking", raw(bare_framed_log(file(second), 768u << 20), how, true)
            );
            scratch const third(how.below);
            figures.add("plain SQLite", raw(plain_sqlite(file(third)), how, false));
        }
        figures.add("diptych", through_api(how, false));
        figures.add("diptych, blocking", through_api(how, true));
    }
    auto const title = std::to_string(how.callers) + " callers" +
                       (how.batch == 1 ? "" : ", batches of " + std::to_string(how.batch));
    figures.print(title, "events/s", how.batch == 1 ? "bare log" : "diptych");
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count, values, {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"callers", "0"}}
    );
    auto const times = static_cast<int>(given.number("rounds"));
    auto how = settings{
        .below = given.text("dir"),
        .length = seconds{given.number("seconds")},
        .callers = 0,
        .batch = 1
    };
    for (std::size_t const callers : {1, 16, 64, 256}) {
        if (given.number("callers") > 0 && given.number("callers") != static_cast<double>(callers))
            continue;
        how.callers = callers;
        compare(how, times);
    }
    if (given.number("callers") > 0) return 0;
    how.callers = 16;
    how.batch = 100;
    compare(how, times);
}
