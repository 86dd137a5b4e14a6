// What is done to views: new texts, versions, switching.
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/view_status_json.hpp"
#include "read/view_versions.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace diptych::edge {

namespace {

result<read::view_versions*> view_of(site_parts& parts, http::request const& asked) {
    return parts.of.views.versions(asked.parameter("view"));
}

// 200: it is so; 202: it will be.
http::response switched(read::view_versions const& view, bool is_done) {
    json::writer body;
    body.begin_object().member("view", view.name()).member("served", view.served()->id());
    body.member("switched", is_done).end_object();
    return http::json(is_done ? 200 : 202, std::move(body).text());
}

result<http::response> list_versions(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto const* const view, view_of(parts, asked));
    DIPTYCH_TRY(auto const all, view->all_versions());
    json::writer body;
    body.begin_object().member("view", view->name()).key("versions");
    write_versions(body, all);
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> put_view(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"switch"}));
    auto const way = asked.query_value("switch").value_or("by_itself");
    if (way != "by_itself" && way != "by_hand")
        return fail(
            errc::invalid,
            "bad_parameter",
            fmt::format("parameter 'switch' is by_itself or by_hand, not '{}'", way)
        );
    if (!parts.of.put_view)
        return fail(
            errc::denied, "views_fixed", "the views of this server are not changed this way"
        );
    DIPTYCH_TRY(
        auto const made, parts.of.put_view(asked.parameter("view"), asked.body, way == "by_itself")
    );
    json::writer body;
    body.begin_object()
        .member("view", made.name)
        .member("version", made.version)
        .member("served", made.is_served);
    body.key("warnings").begin_array();
    for (auto const& one : made.warnings) body.value(one);
    body.end_array().end_object();
    auto answer = http::json(
        made.is_new      ? 201
        : made.is_served ? 200
                         : 202,
        std::move(body).text()
    );
    answer.headers.add("Location", fmt::format("/views/{}/versions", made.name));
    return answer;
}

result<http::response> rebuild(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const view, view_of(parts, asked));
    DIPTYCH_TRY(auto const id, view->rebuild());
    json::writer body;
    body.begin_object().member("view", view->name()).member("version", id).end_object();
    return http::json(202, std::move(body).text());
}

result<http::response> switch_to(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"version"}));
    DIPTYCH_TRY(auto* const view, view_of(parts, asked));
    auto const version = asked.query_value("version");
    if (!version || version->empty())
        return fail(
            errc::invalid,
            "bad_parameter",
            fmt::format(
                "parameter 'version' says which one; GET /views/{}/versions lists them",
                view->name()
            )
        );
    DIPTYCH_TRY(auto const is_done, view->switch_to(*version));
    return switched(*view, is_done);
}

result<http::response> back(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const view, view_of(parts, asked));
    DIPTYCH_TRY(auto const is_done, view->back());
    return switched(*view, is_done);
}

result<http::response> resume(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const view, view_of(parts, asked));
    view->resume();
    return http::response{.status = 204};
}

result<http::response> drop(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const view, view_of(parts, asked));
    DIPTYCH_TRY(view->drop(asked.parameter("version")));
    return http::response{.status = 204};
}

}  // namespace

std::vector<http::route> view_care_routes(site_parts& parts) {
    return {
        answer_route(parts, "PUT", "/views/{view}", put_view, "Takes a view's text"),
        answer_route(
            parts, "GET", "/views/{view}/versions", list_versions, "Lists the versions of a view"
        ),
        answer_route(
            parts, "DELETE", "/views/{view}/versions/{version}", drop, "Removes a version of a view"
        ),
        answer_route(
            parts, "POST", "/views/{view}/rebuild", rebuild, "Builds a view again, beside itself"
        ),
        answer_route(
            parts, "POST", "/views/{view}/switch", switch_to, "Serves another version of a view"
        ),
        answer_route(
            parts, "POST", "/views/{view}/back", back, "Serves the version that was served before"
        ),
        answer_route(
            parts, "POST", "/views/{view}/resume", resume, "Lets a paused view try its event again"
        )
    };
}

}  // namespace diptych::edge
