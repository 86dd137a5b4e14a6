/// @file
/// (a) Durable appends through the public API with version check, index and one async view
/// following, against a bare framed log and plain SQLite with the same grouping. 342-byte events
/// over 10,000 streams at random.
#include "appends.hpp"
#include "bank.hpp"

#include <diptych/application.hpp>

#include <string>

using namespace diptych;
using namespace diptych::bench;

namespace {

constexpr std::uint64_t bytes_ahead = 768u << 20;

double through_api(std::string const& below, append_load const& how) {
    scratch const folder(below);
    write_balance_view(folder.path() + "/balances.sql");
    auto app = application{{.data = folder.path() + "/data"}};
    app.add<bank::context>().views(folder.path() + "/balances.sql");
    stream_picker streams{how.callers};
    auto const rate = append_rate(app.log(), streams, how);
    app.close().or_throw();
    return rate;
}

// For a profiler: the engine alone.
void engine_alone(std::string const& below, append_load const& how, int times) {
    rounds figures;
    for (int round = 0; round < times; ++round) {
        auto const before = cpu_time();
        auto const rate = through_api(below, how);
        figures.add("diptych", rate);
        figures.add("us an event", (cpu_time() - before).count() * 1e6 / rate / how.length.count());
    }
    figures.print(std::to_string(how.callers) + " callers", "events/s", "diptych");
}

void compare(std::string const& below, append_load const& how, int times) {
    auto waiting = how;
    waiting.is_waiting = true;
    auto const file = [](scratch const& in) { return in.path() + "/log"; };
    rounds figures;
    for (int round = 0; round < times; ++round) {
        if (how.batch == 1) {
            scratch const first(below);
            figures.add(
                "bare log", raw_append_rate(bare_framed_log(file(first), bytes_ahead), how)
            );
            scratch const second(below);
            figures.add(
                "bare log, blocking",
                raw_append_rate(bare_framed_log(file(second), bytes_ahead), waiting)
            );
            scratch const third(below);
            figures.add("plain SQLite", raw_append_rate(plain_sqlite(file(third)), how));
        }
        figures.add("diptych", through_api(below, how));
        figures.add("diptych, blocking", through_api(below, waiting));
    }
    auto const title = std::to_string(how.callers) + (how.callers == 1 ? " caller" : " callers") +
                       (how.batch == 1 ? "" : ", batches of " + std::to_string(how.batch));
    figures.print(title, "events/s", how.batch == 1 ? "bare log" : "diptych");
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"callers", "0"}, {"alone", "0"}}
    );
    auto const times = static_cast<int>(given.number("rounds"));
    auto how = append_load{.length = seconds{given.number("seconds")}};
    for (std::size_t const callers : {1u, 16u, 64u, 256u}) {
        if (given.number("callers") > 0 && given.number("callers") != static_cast<double>(callers))
            continue;
        how.callers = callers;
        if (given.number("alone") > 0)
            engine_alone(given.text("dir"), how, times);
        else
            compare(given.text("dir"), how, times);
    }
    if (given.number("callers") > 0) return 0;
    how.callers = 16;
    how.batch = 100;
    compare(given.text("dir"), how, times);
}
