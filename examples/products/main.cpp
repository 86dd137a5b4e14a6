/// @file
/// diptych-products: serves a catalogue of products.
#include "domain.hpp"
#include "routes.hpp"

#include <diptych/application.hpp>
#include <diptych/explain.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace {

constexpr auto usage = R"(diptych-products: a catalogue whose products have fields of your own

  diptych-products serve [--port N] [--data DIR] [--views DIR]
      Serves at http://127.0.0.1:N (8080). --data (data/products) keeps everything. View files are
      in --views (the example's own), and are looked at while it runs.

  diptych-products explain [COMMAND]
      Says what each command looks at, makes and refuses.
)";

using options = std::map<std::string, std::string, std::less<>>;

int serve(options const& given) {
    auto app = diptych::application{{.data = given.at("--data"), .watch_views = true}};
    app.add<catalogue::context>().views(given.at("--views"));
    catalogue::add_routes(app);
    return diptych::exit_code(app.serve({
        .http = "127.0.0.1:" + given.at("--port"),
        .ready = [](auto at) { std::cout << "serving http://" << at << std::endl; },
    }));
}

}  // namespace

int main(int count, char** words) {
    auto const verb = std::string_view{count > 1 ? words[1] : ""};
    auto const wants_help = [](std::string_view word) { return word == "--help" || word == "-h"; };
    if (verb == "help" || std::any_of(words + 1, words + count, wants_help)) {
        std::cout << usage;
        return 0;
    }
    if (auto const done = diptych::explained<catalogue::context>(count, words)) return *done;
    options given{{"--port", "8080"}, {"--data", "data/products"}, {"--views", PRODUCTS_VIEWS}};
    auto is_understood = count % 2 == 0 && verb == "serve";
    for (int i = 2; is_understood && i < count; i += 2) {
        auto const found = given.find(std::string_view{words[i]});
        is_understood = found != given.end();
        if (is_understood) found->second = words[i + 1];
    }
    if (is_understood) return serve(given);
    std::cerr << usage;
    return 2;
}
