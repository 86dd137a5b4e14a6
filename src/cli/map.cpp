#include "cli/messages.hpp"
#include "cli/service.hpp"
#include "diagram/diagram.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace diptych::cli {

namespace {

result<std::string> ask_map(service& of, std::string format) {
    DIPTYCH_TRY(
        auto answer,
        of.ask_well({.method = "GET", .path = "/map", .query = {{"format", std::move(format)}}})
    );
    return std::move(answer.body);
}

result<std::string> map_as(service& of, std::string const& format) {
    if (format != "svg") return ask_map(of, format);
    DIPTYCH_TRY(auto const dot, ask_map(of, "dot"));
    auto drawn = diagram::draw_svg(dot);
    if (drawn || drawn.error().code != "no_graphviz") return drawn;
    fmt::print(stderr, "diptych: {}; this is Mermaid instead\n", drawn.error().message);
    return ask_map(of, "mermaid");
}

}  // namespace

result<void> show_map(map_options const& how) {
    DIPTYCH_TRY(auto const of, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const text, map_as(*of, how.json ? "json" : how.format));
    if (text.empty())
        return fail(
            errc::not_found,
            "no_application",
            "there is no application here: ask the one that is served (--url), or its own program"
        );
    fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
    return {};
}

}  // namespace diptych::cli
