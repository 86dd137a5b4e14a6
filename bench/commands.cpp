/// @file
/// (b) Full commands, read, decided and appended, against bare appends of the same events in the
/// same rounds; on keys that nobody shares and on one that all share, and with a message log. (c)
/// The same appends with one inline view.
#include "app/node.hpp"
#include "appends.hpp"
#include "bank.hpp"

#include <diptych/application.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

struct contest {
    std::string below;
    append_load how;
};

/// An application with the view of the balances in a folder of its own.
class running {
public:
    running(std::string const& below, std::string const& life, bool keeps_messages = false)
        : folder_(below), app_({.data = folder_.path() + "/data", .message_log = keeps_messages}) {
        write_balance_view(folder_.path() + "/balances.sql", life);
        app_.add<bank::context>().views(folder_.path() + "/balances.sql");
        app_.start().or_throw();
    }
    application& app() { return app_; }

private:
    scratch folder_;
    application app_;
};

double event_rate(contest const& of, std::string const& life) {
    running one(of.below, life);
    stream_picker streams{of.how.callers};
    return append_rate(one.app().log(), streams, of.how);
}

bank::deposit next_deposit(stream_picker& streams, std::size_t caller, bool is_hot) {
    auto const account = is_hot ? std::string{"hot"} : std::to_string(streams.next(caller).first);
    return {.account = {account}, .amount = 7, .note = std::string(210, 'x')};
}

double command_rate_of(running& one, contest const& of, bool is_hot) {
    stream_picker streams{of.how.callers};
    if (of.how.is_waiting)
        return blocking(of.how.callers, of.how.length, [&](std::size_t caller) {
            must_accept(one.app().execute(next_deposit(streams, caller, is_hot)));
        });
    auto& executor = one.app().parts().commands();
    auto const* const command = executor.find("deposit").or_throw();
    return in_flight(of.how.callers, of.how.length, [&](std::size_t caller, auto done) {
        executor.execute_async(
            *command,
            std::make_shared<bank::deposit const>(next_deposit(streams, caller, is_hot)),
            {},
            [done = std::move(done)](result<outcome> const& answer) {
                must_accept(answer);
                done();
            }
        );
    });
}

double command_rate(contest const& of, bool is_hot) {
    running one(of.below, "async");
    return command_rate_of(one, of, is_hot);
}

/// With a record of each, and the index of the message log. `unrecorded` gets the share of those
/// that came faster than they could be recorded.
double recorded_rate(contest const& of, double& unrecorded) {
    running one(of.below, "async", true);
    auto const rate = command_rate_of(one, of, false);
    auto const all = rate * of.how.length.count();
    unrecorded = static_cast<double>(one.app().parts().messages().status().dropped) / all;
    return rate;
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"callers", "64"}, {"alone", "0"}}
    );
    contest of{
        .below = given.text("dir"),
        .how =
            {.length = seconds{given.number("seconds")},
             .callers = static_cast<std::size_t>(given.number("callers"))},
    };
    if (given.number("alone") > 0) {  // for a profiler
        auto const before = cpu_time();
        auto const rate = command_rate(of, false);
        auto const spent = (cpu_time() - before).count() / of.how.length.count();
        std::printf("%.0f commands/s, %.1f us each\n", rate, spent * 1e6 / rate);
        return 0;
    }
    rounds with_commands;
    rounds with_views;
    std::vector<double> unrecorded;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        of.how.is_waiting = false;
        auto const plain = event_rate(of, "async");
        with_commands.add("appends", plain);
        with_commands.add("commands, disjoint keys", command_rate(of, false));
        with_commands.add("commands, one hot key", command_rate(of, true));
        with_commands.add(
            "commands, disjoint keys, message log", recorded_rate(of, unrecorded.emplace_back())
        );
        with_views.add("appends, async view", plain);
        with_views.add("appends, inline view", event_rate(of, "inline"));
        of.how.is_waiting = true;
        with_commands.add("appends, blocking", event_rate(of, "async"));
        with_commands.add("commands, disjoint keys, blocking", command_rate(of, false));
        with_commands.add("commands, one hot key, blocking", command_rate(of, true));
    }
    with_commands.print("commands from " + given.text("callers") + " callers", "1/s", "appends");
    std::printf(
        "\nhot key of disjoint keys: %.2f\n",
        with_commands.ratio("commands, one hot key", "commands, disjoint keys")
    );
    std::printf(
        "message log of none: %.2f; without a record: %.0f %%\n",
        with_commands.ratio("commands, disjoint keys, message log", "commands, disjoint keys"),
        100 * median(unrecorded)
    );
    with_views.print(
        "views, " + given.text("callers") + " callers", "events/s", "appends, async view"
    );
}
