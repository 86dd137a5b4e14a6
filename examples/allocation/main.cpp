/// @file
/// diptych-allocation: serves the allocation service, or runs it over tables.
#include "domain.hpp"
#include "import.hpp"
#include "routes.hpp"

#include <diptych/application.hpp>
#include <diptych/explain.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>

namespace {

constexpr auto usage = R"(diptych-allocation: which order gets which stock

  diptych-allocation serve [--port N] [--data DIR] [--channels DIR] [--replica VIEWS]
      Serves at http://127.0.0.1:N (8080). DIR (data/allocation) keeps everything.
      With --channels also on those that the files there declare, see channels/ of this example.
      With --replica for reading only, beside the process that writes to DIR; its views are in VIEWS.

  diptych-allocation import --batches FILE --orders FILE --out FILE [--data DIR]
      Reads batches (ref,sku,qty,eta) and order lines (orderid,sku,qty), and appends to --out
      (orderid,sku,qty,batchref) what is newly allocated. Without --data nothing else is kept.

  diptych-allocation explain [COMMAND]
      Says what each command looks at, makes and refuses.

  diptych-allocation map [--format text|json|mermaid|dot|svg]
      Draws commands, the events they make, and the views and processes that take those.
)";

using options = std::map<std::string, std::string>;

// `--name value` pairs, each one of `known`.
diptych::result<options> read_options(int count, char** words, std::string_view known) {
    options found;
    for (int i = 2; i < count; i += 2) {
        std::string const name = words[i];
        if (!name.starts_with("--") || known.find(name + " ") == std::string_view::npos)
            return diptych::fail(diptych::errc::invalid, "there is no option " + name);
        if (i + 1 == count) return diptych::fail(diptych::errc::invalid, name + " needs a value");
        found[name] = words[i + 1];
    }
    return found;
}

std::string value_of(options const& all, std::string const& name, std::string otherwise) {
    auto const found = all.find(name);
    return found == all.end() ? otherwise : found->second;
}

// [application]
diptych::application open(std::string const& data, std::string const& replica = {}) {
    auto app =
        diptych::application{{.data = data, .read_only = !replica.empty(), .views = replica}};
    app.add<shop::context>().views(ALLOCATION_VIEWS);
    return app;
}
// [application]

int serve(options const& given) {
    auto const port = value_of(given, "--port", "8080");
    unsigned number = 0;
    auto const read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || number > 65'535) {
        std::cerr << "diptych-allocation: --port: expected 0 to 65535, found '" << port << "'\n";
        return 2;
    }
    // [serve]
    auto app = open(value_of(given, "--data", "data/allocation"), value_of(given, "--replica", ""));
    shop::add_routes(app);
    if (given.contains("--channels")) app.channels(given.at("--channels"));
    return diptych::exit_code(app.serve({
        .http = "127.0.0.1:" + port,
        .ready = [](auto at) { std::cout << "serving http://" << at << std::endl; },
    }));
    // [serve]
}

int import(options const& given) {
    for (auto const* needed : {"--batches", "--orders", "--out"})
        if (!given.contains(needed)) {
            std::cerr << "diptych-allocation: import needs " << needed << '\n';
            return 2;
        }
    auto app = open(value_of(given, "--data", ""));
    auto const report = shop::import_tables(
                            app,
                            {.batches = given.at("--batches"),
                             .orders = given.at("--orders"),
                             .out = given.at("--out")},
                            std::cerr
    )
                            .or_throw();
    app.close().or_throw();
    std::cout << report.batches << " batches, " << report.allocated << " lines allocated, "
              << report.out_of_stock << " out of stock, " << report.skipped << " lines skipped\n";
    return 0;
}

}  // namespace

int main(int count, char** words) try {
    if (auto const done = diptych::explained<shop::context>(count, words)) return *done;
    if (auto const done = diptych::mapped(open(""), count, words)) return *done;
    auto const verb = std::string_view{count > 1 ? words[1] : ""};
    auto const wants_help = [](std::string_view word) { return word == "--help" || word == "-h"; };
    if (verb == "help" || std::any_of(words + 1, words + count, wants_help)) {
        std::cout << usage;
        return 0;
    }
    if (verb != "serve" && verb != "import") {
        std::cerr << usage;
        return 2;
    }
    auto const is_serve = verb == "serve";
    auto const given = read_options(
        count,
        words,
        is_serve ? "--port --data --channels --replica " : "--batches --orders --out --data "
    );
    if (!given) {
        std::cerr << "diptych-allocation: " << given.error().message << "\n\n" << usage;
        return 2;
    }
    return is_serve ? serve(*given) : import(*given);
} catch (diptych::failure const& what) {
    std::cerr << "diptych-allocation: " << what.what() << '\n';
    return 1;
}
