/// @file
/// (g) Messages through the inbox, judged, recorded and remembered, against bare appends of the
/// same events in the same rounds: of streams that are kept in order, and of a tolerant source.
#include "app/node.hpp"
#include "appends.hpp"

#include <diptych/application.hpp>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

struct contest {
    std::string below;
    append_load how;
};

double plain_rate(contest const& of) {
    scratch const folder(of.below);
    auto app = application{{.data = folder.path() + "/data"}};
    stream_picker streams{of.how.callers};
    return append_rate(app.log(), streams, of.how);
}

double message_rate(contest const& of, std::string const& mode) {
    scratch const folder(of.below);
    std::ofstream(folder.path() + "/source.toml") << "mode = '" << mode << "'\n";
    auto app = application{{.data = folder.path() + "/data"}};
    app.inbox(folder.path() + "/source.toml");
    auto& source = *app.parts().inbox()->find("source").or_throw();
    stream_picker streams{of.how.callers};
    return in_flight(of.how.callers, of.how.length, [&](std::size_t caller, auto done) {
        auto const [stream, at] = streams.next(caller);
        auto event = sample_event(stream);
        inbox::message one;
        one.id = event.stream + '/' + std::to_string(at.value);
        one.stream = std::move(event.stream);
        one.version = at.value + 1;
        one.type = std::move(event.type);
        one.data = std::move(event.data);
        std::vector<inbox::message> all;
        all.push_back(std::move(one));
        source.receive(
            std::move(all),
            [done = std::move(done)](std::vector<result<inbox::answer>> const& said) {
                must(said.front(), "message");
                if (said.front()->verdict != inbox::verdict::recorded)
                    give_up("message", to_string(said.front()->verdict));
                done();
            }
        );
    });
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count, values, {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"callers", "64"}}
    );
    contest const of{
        .below = given.text("dir"),
        .how =
            {.length = seconds{given.number("seconds")},
             .callers = static_cast<std::size_t>(given.number("callers"))},
    };
    rounds figures;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        figures.add("appends", plain_rate(of));
        figures.add("messages, resequence", message_rate(of, "resequence"));
        figures.add("messages, tolerant", message_rate(of, "tolerant"));
    }
    figures.print(given.text("callers") + " in flight", "events/s", "appends");
}
