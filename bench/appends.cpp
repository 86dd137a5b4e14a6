#include "appends.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace diptych::bench {

namespace {

append_request next_request(stream_picker& streams, std::size_t caller, append_load const& how) {
    append_request request;
    for (std::size_t i = 0; i < how.batch; ++i) {
        auto const [stream, at] = streams.next(caller);
        request.events.push_back(sample_event(stream));
        if (how.has_checks)
            request.expect.try_emplace(request.events.back().stream, expected_version::exactly(at));
    }
    return request;
}

}  // namespace

void give_up(std::string_view what, std::string_view why) {
    std::fprintf(
        stderr,
        "%.*s: %.*s\n",
        static_cast<int>(what.size()),
        what.data(),
        static_cast<int>(why.size()),
        why.data()
    );
    std::exit(1);
}

void must_accept(result<outcome> const& answer) {
    must(answer, "command");
    if (!answer->accepted()) give_up("command refused", answer->reason);
}

double append_rate(event_log& log, stream_picker& streams, append_load const& how) {
    auto const rate = how.is_waiting
                          ? blocking(
                                how.callers,
                                how.length,
                                [&](std::size_t caller) {
                                    must(log.append(next_request(streams, caller, how)), "append");
                                }
                            )
                          : in_flight(how.callers, how.length, [&](std::size_t caller, auto done) {
                                log.append(
                                    next_request(streams, caller, how),
                                    [done = std::move(done)](result<appended> const& answer) {
                                        must(answer, "append");
                                        done();
                                    }
                                );
                            });
    return rate * static_cast<double>(how.batch);
}

void fill(event_log& log, stream_picker& streams, std::uint64_t events) {
    constexpr std::uint64_t callers = 4;
    constexpr std::uint64_t batch = 500;
    std::vector<std::thread> threads;
    for (std::size_t caller = 0; caller < callers; ++caller)
        threads.emplace_back([&, caller] {
            auto const end = events * (caller + 1) / callers;
            for (auto at = events * caller / callers; at < end; at += batch) {
                append_load const how{
                    .length = {},
                    .batch = static_cast<std::size_t>(std::min(batch, end - at)),
                    .has_checks = false
                };
                // Every caller fills its part of all the lanes.
                auto const lane = caller + at / batch % (streams.lanes() / callers) * callers;
                must(log.append(next_request(streams, lane, how)), "append");
            }
        });
    for (auto& thread : threads) thread.join();
}

double raw_append_rate(std::unique_ptr<raw_log> log, append_load const& how) {
    stream_picker streams{how.callers};
    auto const next = [&](std::size_t caller) {
        auto const [stream, at] = streams.next(caller);
        return raw_event{.stream = stream, .version = at.value + 1, .bytes = std::string(342, 'x')};
    };
    if (how.is_waiting)
        return blocking(how.callers, how.length, [&](std::size_t caller) {
            log->append_and_wait(next(caller));
        });
    return in_flight(how.callers, how.length, [&](std::size_t caller, auto done) {
        log->append(next(caller), std::move(done));
    });
}

}  // namespace diptych::bench
