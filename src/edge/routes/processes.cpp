// How processes are: each with its instances, what they wait for, and what they are parked on.
#include "edge/nearest.hpp"
#include "edge/parameters.hpp"
#include "edge/process_json.hpp"
#include "edge/process_status_json.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::uint64_t shown_default = 100;
constexpr std::uint64_t shown_most = 1'000;

std::string_view short_name(std::string_view name) { return name.substr(name.rfind('.') + 1); }

result<write::process_runner*> process_of(site_parts& parts, http::request const& asked) {
    auto const name = asked.parameter("process");
    std::vector<std::string> known;
    for (auto const& [full, runner] : parts.of.processes) {
        if (full == name || short_name(full) == name) return runner;
        known.emplace_back(short_name(full));
        known.push_back(full);
    }
    return std::unexpected(with_nearest(
        {errc::not_found, "unknown_process", fmt::format("there is no process '{}' here", name)},
        name,
        known
    ));
}

result<write::instance_table::filter> state_asked(http::request const& asked) {
    using filter = write::instance_table::filter;
    auto const word = asked.query_value("state").value_or("");
    if (word.empty()) return filter::all;
    if (word == "running") return filter::running;
    if (word == "finished") return filter::finished;
    if (word == "parked") return filter::parked;
    return wrong_parameter("state", "state is running, finished or parked");
}

// Says where the next page is, if there may be one.
http::response page_of(
    json::writer body,
    std::string_view path,
    std::string_view next,
    std::uint64_t limit,
    std::string_view state = {}
) {
    auto answer = http::json(200, std::move(body).text());
    if (!next.empty())
        answer.headers.add(
            "Link",
            fmt::format(
                "<{}?after={}&limit={}{}>; rel=\"next\"",
                path,
                percent_encode(next),
                limit,
                state.empty() ? std::string{} : fmt::format("&state={}", state)
            )
        );
    return answer;
}

result<http::response> list_processes(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    json::writer body;
    body.begin_object().key("processes");
    write_process_status(body, parts.of);
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> list_instances(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"state", "after", "limit"}));
    DIPTYCH_TRY(auto* const process, process_of(parts, asked));
    DIPTYCH_TRY(auto const which, state_asked(asked));
    DIPTYCH_TRY(auto const limit, number_parameter(asked, {"limit", 1, shown_most}, shown_default));
    auto const after = std::string(asked.query_value("after").value_or(""));
    DIPTYCH_TRY(auto const list, process->list(which, after, limit));
    json::writer body;
    body.begin_object().key("instances").begin_array();
    for (auto const& one : list) {
        body.begin_object();
        write_instance(body, one);
        body.end_object();
    }
    body.end_array().end_object();
    return page_of(
        std::move(body),
        asked.path,
        list.size() < limit ? "" : list.back().name,
        limit,
        asked.query_value("state").value_or("")
    );
}

result<http::response> show_instance(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const process, process_of(parts, asked));
    DIPTYCH_TRY(auto const detail, process->show(std::string(asked.parameter("instance"))));
    json::writer body;
    body.begin_object();
    write_detail(body, detail);
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> list_parked(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"after", "limit"}));
    DIPTYCH_TRY(auto* const process, process_of(parts, asked));
    DIPTYCH_TRY(auto const limit, number_parameter(asked, {"limit", 1, shown_most}, shown_default));
    constexpr std::uint64_t last = ~std::uint64_t{0} >> 1;
    DIPTYCH_TRY(auto const after, number_parameter(asked, {"after", 0, last}, 0));
    DIPTYCH_TRY(auto const list, process->parked(position{after}, limit));
    json::writer body;
    body.begin_object().key("dead_letters").begin_array();
    for (auto const& one : list) {
        body.begin_object();
        write_parked(body, one);
        body.end_object();
    }
    body.end_array().end_object();
    auto const next = list.size() < limit ? std::string() : std::to_string(list.back().input.value);
    return page_of(std::move(body), asked.path, next, limit);
}

result<http::response> retry(
    site_parts& parts, http::request const& asked, std::string const& instance
) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const process, process_of(parts, asked));
    DIPTYCH_TRY(auto const instances, process->retry(instance));
    json::writer body;
    body.begin_object().member("instances", instances).end_object();
    return http::json(202, std::move(body).text());
}

result<http::response> retry_all_instances(site_parts& parts, http::request const& asked) {
    return retry(parts, asked, "");
}

result<http::response> retry_instance(site_parts& parts, http::request const& asked) {
    return retry(parts, asked, std::string(asked.parameter("instance")));
}

result<http::response> drop_input(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const process, process_of(parts, asked));
    auto const text = asked.parameter("position");
    std::uint64_t value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return fail(
            errc::invalid,
            "bad_position",
            fmt::format("'{}' is no position: an input is known by that of its event", text)
        );
    DIPTYCH_TRY(process->drop(position{value}));
    return http::response{.status = 204};
}

http::route process_route(
    site_parts& parts,
    std::string_view method,
    std::string_view behind,
    answer_function what,
    std::string_view summary
) {
    return answer_route(parts, method, "/processes/{process}" + std::string(behind), what, summary);
}

}  // namespace

std::vector<http::route> process_routes(site_parts& parts) {
    return {
        answer_route(parts, "GET", "/processes", list_processes, "Processes, and how they are"),
        process_route(
            parts, "GET", "/instances", list_instances, "Instances that have left a record"
        ),
        process_route(
            parts,
            "GET",
            "/instances/{instance}",
            show_instance,
            "An instance: its state, its commands without an answer, its timers"
        ),
        process_route(parts, "GET", "/dead-letters", list_parked, "Inputs that are parked"),
        process_route(
            parts, "POST", "/retry", retry_all_instances, "Tries again what is parked, of all"
        ),
        process_route(
            parts,
            "POST",
            "/instances/{instance}/retry",
            retry_instance,
            "Tries again what is parked of an instance"
        ),
        process_route(
            parts, "DELETE", "/dead-letters/{position}", drop_input, "Gives a parked input up"
        )
    };
}

}  // namespace diptych::edge
