/// @file
/// diptych-conference: serves conferences, their registration and their payments.
#include "management/conferences.hpp"
#include "payments/payments.hpp"
#include "registration/context.hpp"
#include "test_clock.hpp"
#include "web/organisers.hpp"
#include "web/registrants.hpp"

#include <diptych/application.hpp>
#include <diptych/explain.hpp>
#include <diptych/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr auto usage = R"(diptych-conference: conferences, who registers for them, and who pays

  diptych-conference serve [--port N] [--data DIR] [--clock AHEAD]
      Serves at http://127.0.0.1:N (8080). --data (data/conference) keeps everything.
      --clock, for tests: it is so much later than the machine says (PT0S, PT29M), and PUT /clock
      with {"ahead":"PT29M"} moves it on.

  diptych-conference explain [COMMAND]
      Says what each command looks at, makes and refuses.

  diptych-conference map [--format text|json|mermaid|dot|svg]
      Draws commands, the events they make, and the views and processes that take those.
)";

using options = std::map<std::string, std::string, std::less<>>;

void add_contexts(diptych::application& app) {
    app.add<conference::management::context>();
    app.add<conference::registration::context>();
    app.add<conference::payments::context>();
    app.views(CONFERENCE_VIEWS);
}

int misunderstood(std::string const& what) {
    if (!what.empty()) std::cerr << "diptych-conference: " << what << "\n\n";
    std::cerr << usage;
    return 2;
}

int serve(options const& given, std::optional<std::chrono::milliseconds> ahead) {
    conference::test_clock clock{ahead.value_or(std::chrono::milliseconds{})};
    // [application]
    auto app = diptych::application{
        {.data = given.at("--data"), .clock = ahead ? &clock : nullptr, .message_log = true}
    };
    add_contexts(app);
    // [application]
    conference::web::site const pages{app};
    conference::web::add_organiser_routes(app, pages);
    conference::web::add_choosing_routes(app, pages);
    conference::web::add_registrant_routes(app, pages);
    conference::web::add_order_routes(app, pages);
    conference::web::add_payment_routes(app, pages);
    if (ahead) conference::add_clock_routes(app, clock);
    return diptych::exit_code(app.serve({
        .http = "127.0.0.1:" + given.at("--port"),
        .ready = [](auto at) { std::cout << "serving http://" << at << std::endl; },
    }));
}

int explain(int count, char** words) {
    return diptych::explained<
               conference::management::context,
               conference::registration::context,
               conference::payments::context>(count, words)
        .value_or(2);
}

int map(int count, char** words) {
    diptych::application app;
    add_contexts(app);
    return diptych::mapped(app, count, words).value_or(2);
}

}  // namespace

int main(int count, char** words) {
    options given{{"--port", "8080"}, {"--data", "data/conference"}, {"--clock", ""}};
    auto const verb = std::string_view{count > 1 ? words[1] : ""};
    auto const wants_help = [](std::string_view word) { return word == "--help" || word == "-h"; };
    if (verb == "help" || std::any_of(words + 1, words + count, wants_help)) {
        std::cout << usage;
        return 0;
    }
    if (verb == "explain") return explain(count, words);
    if (verb == "map") return map(count, words);
    if (verb != "serve")
        return misunderstood(
            verb.empty() ? "" : "There is no command \"" + std::string{verb} + "\""
        );
    for (int i = 2; i < count; i += 2) {
        auto const option = std::string{words[i]};
        auto const found = given.find(option);
        if (found == given.end()) return misunderstood("serve has no option \"" + option + "\"");
        if (i + 1 == count) return misunderstood(option + " needs a value");
        found->second = words[i + 1];
    }
    auto const& wanted = given.at("--clock");
    if (wanted.empty()) return serve(given, std::nullopt);
    auto const ahead = diptych::json::read<std::chrono::milliseconds>(diptych::json::write(wanted));
    if (!ahead) return misunderstood("--clock is a time such as PT29M, and not \"" + wanted + "\"");
    return serve(given, *ahead);
}
