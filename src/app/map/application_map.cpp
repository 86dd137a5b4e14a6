// The map of an application that does not run, and `program map`.
#include "app/application_state.hpp"
#include "app/channel_schemes.hpp"
#include "app/map/domain_map.hpp"
#include "diagram/diagram.hpp"
#include "intake/intake_file.hpp"
#include "outbox/channel_file.hpp"
#include "storage/whole_file.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

#include <cstdio>
#include <utility>

namespace diptych {

namespace {

result<void> declare_channels(
    std::vector<std::filesystem::path> const& files, app::map_sources& to
) {
    auto const known = app::channel_schemes();
    auto const known_incoming = app::incoming_schemes();
    for (auto const& file : files) {
        auto const text = storage::read_whole(storage::system_disk(), file);
        if (!text) return fail(errc::not_found, "channel_file", file.string() + " can not be read");
        if (intake::is_incoming(*text)) {
            DIPTYCH_TRY(auto one, intake::parse_incoming(file.string(), *text, known_incoming));
            to.incoming.push_back(std::move(one));
        } else {
            DIPTYCH_TRY(auto one, outbox::parse_channel(file.string(), *text, known));
            to.channels.push_back(std::move(one));
        }
    }
    return {};
}

std::optional<map_format> format_of(std::string_view word) {
    if (word == "text") return map_format::text;
    if (word == "json") return map_format::json;
    if (word == "mermaid") return map_format::mermaid;
    if (word == "dot") return map_format::dot;
    return std::nullopt;
}

result<std::string> drawn(application const& app, std::string_view how) {
    if (how != "svg") return app.map(*format_of(how));
    DIPTYCH_TRY(auto const dot, app.map(map_format::dot));
    auto svg = diagram::draw_svg(dot);
    if (svg || svg.error().code != "no_graphviz") return svg;
    std::fprintf(stderr, "%s; this is Mermaid instead\n", svg.error().message.c_str());
    return app.map(map_format::mermaid);
}

}  // namespace

// Views are looked up in a log that is empty and in memory.
result<std::string> application::map(map_format how) const {
    auto const& of = *implementation_;
    if (of.mistake) return std::unexpected(*of.mistake);
    app::node_parts const parts{
        .contexts = of.parts.contexts,
        .view_files = of.parts.view_files,
        .views = of.parts.views,
        .view_texts = of.parts.view_texts,
        .is_looked_at = true
    };
    DIPTYCH_TRY(
        auto const node,
        app::node::open(
            {.threads = false,
             .clock = of.options.clock,
             .random = of.options.random,
             .complain = of.options.complain},
            parts
        )
    );
    app::map_sources from{
        .contexts = of.parts.contexts,
        .views = node->views().served(),
        .outside = of.options.outside_commands
    };
    DIPTYCH_TRY(declare_channels(of.parts.channel_files, from));
    return app::to_text(app::map_of(from), how);
}

std::optional<int> mapped(application const& app, int count, char const* const* words) {
    if (count < 2 || std::string_view{words[1]} != "map" || (count != 2 && count != 4))
        return std::nullopt;
    auto const how = count == 4 ? std::string_view{words[3]} : "text";
    auto const is_known = how == "svg" || format_of(how);
    if (count == 4 && (std::string_view{words[2]} != "--format" || !is_known)) {
        std::fputs("map: --format text, json, mermaid, dot or svg\n", stderr);
        return 2;
    }
    auto const text = drawn(app, how);
    if (!text) {
        std::fprintf(stderr, "map: %s\n", text.error().message.c_str());
        return 1;
    }
    std::fputs(text->c_str(), stdout);
    return 0;
}

}  // namespace diptych
