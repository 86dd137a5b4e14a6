#include "cli/processes.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

constexpr std::size_t process_page = 1'000;

std::string path_of(process_options const& how, std::string_view behind) {
    return fmt::format("/processes/{}{}", edge::percent_encode(how.process), behind);
}

std::string instance_path(process_options const& how, std::string_view behind = {}) {
    return path_of(how, fmt::format("/instances/{}{}", edge::percent_encode(how.instance), behind));
}

result<std::string> ask(process_options const& how, std::string method, std::string path) {
    DIPTYCH_TRY(auto const server, open_service(how.where, need::serving_views));
    auto answer = server->ask_well({.method = std::move(method), .path = std::move(path)});
    if (!answer) return std::unexpected(with_way_to_program(answer.error(), how.where));
    return std::move(answer->body);
}

void print_process(json::value const& one) {
    fmt::print(
        "{}  {}  at {}, {} behind  instances: {}, {} finished  {} commands open, {} timers  {} "
        "parked, {} of them given up\n",
        word_of(one, "name"),
        word_of(one, "state"),
        word_of(one, "at"),
        word_of(one, "lag"),
        word_of(one, "instances"),
        word_of(one, "finished"),
        word_of(one, "open_commands"),
        word_of(one, "timers"),
        word_of(one, "parked"),
        word_of(one, "dead")
    );
    if (auto const why = one.find("error")) fmt::print("  {}\n", word_of(*why, "detail"));
}

void print_instance(json::value const& one) {
    fmt::print(
        "{}  {}  {} reactions, the last record at {}\n",
        word_of(one, "instance"),
        word_of(one, "state"),
        word_of(one, "reactions"),
        word_of(one, "last")
    );
}

void print_input(json::value const& one) {
    auto const why = one.find("error");
    fmt::print(
        "{}  {}  {}\n",
        word_of(one, "position"),
        word_of(one, "instance"),
        why ? fmt::format(
                  "tried {} times{}: {}",
                  word_of(one, "attempts"),
                  word_of(one, "dead") == "true" ? ", given up" : "",
                  word_of(*why, "detail")
              )
            : "waits behind the one before"
    );
}

// Prints each member of a list that comes in pages, and goes on behind the last one.
result<void> print_pages(
    process_options const& how,
    std::string const& path,
    std::string_view list_name,
    std::string_view key,
    void (*print)(json::value const&)
) {
    DIPTYCH_TRY(auto const server, open_service(how.where, need::serving_views));
    for (std::string after;;) {
        http::request request{
            .method = "GET", .path = path, .query = {{"limit", std::to_string(process_page)}}
        };
        if (!how.state.empty()) request.query.emplace_back("state", how.state);
        if (!after.empty()) request.query.emplace_back("after", after);
        auto const answer = server->ask_well(std::move(request));
        if (!answer) return std::unexpected(with_way_to_program(answer.error(), how.where));
        DIPTYCH_TRY(auto const read, json::parse(answer->body));
        auto const list = read.root().find(list_name);
        if (!list) return fail(errc::failed, "not an answer of a server: " + answer->body);
        for (auto const one : list->elements()) {
            after = word_of(one, key);
            if (how.json)
                fmt::print("{}\n", one.raw());
            else
                print(one);
        }
        if (list->size() < process_page) return {};
    }
}

}  // namespace

result<void> process_list(process_options const& how) {
    if (!how.process.empty())
        return print_pages(
            how, path_of(how, "/instances"), "instances", "instance", print_instance
        );
    DIPTYCH_TRY(auto const body, ask(how, "GET", "/processes"));
    DIPTYCH_TRY(auto const read, json::parse(body));
    auto const list = read.root().find("processes");
    if (!list) return fail(errc::failed, "not an answer of a server: " + body);
    for (auto const one : list->elements())
        if (how.json)
            fmt::print("{}\n", one.raw());
        else
            print_process(one);
    if (list->size() == 0 && how.where.url.empty())
        fmt::print(
            stderr,
            "diptych: processes are those of a program: ask the one that is served (--url)\n"
        );
    return {};
}

result<void> process_show(process_options const& how) {
    DIPTYCH_TRY(auto const body, ask(how, "GET", instance_path(how)));
    if (how.json) {
        fmt::print("{}\n", body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(body));
    auto const root = read.root();
    print_instance(root);
    if (auto const value = root.find("value")) fmt::print("  state {}\n", value->raw());
    if (auto const why = root.find("value_error"))
        fmt::print("  its state can not be folded: {}\n", word_of(*why, "detail"));
    for (auto const one : root.find("commands")->elements())
        fmt::print(
            "  open: {} {} {}\n", word_of(one, "name"), word_of(one, "id"), word_of(one, "body")
        );
    for (auto const one : root.find("timers")->elements())
        fmt::print("  timer {} due {}\n", word_of(one, "timer"), word_of(one, "due"));
    for (auto const one : root.find("dead_letters")->elements()) print_input(one);
    return {};
}

result<void> process_dead_letters(process_options const& how) {
    return print_pages(how, path_of(how, "/dead-letters"), "dead_letters", "position", print_input);
}

result<void> process_retry(process_options const& how) {
    if (how.all != how.instance.empty())
        return fail(errc::invalid, "command_line", "give an INSTANCE, or --all");
    auto const path = how.all ? path_of(how, "/retry") : instance_path(how, "/retry");
    DIPTYCH_TRY(auto const body, ask(how, "POST", path));
    if (how.json) {
        fmt::print("{}\n", body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(body));
    auto const count = word_of(read.root(), "instances");
    fmt::print("{} {} tried again\n", count, count == "1" ? "instance is" : "instances are");
    return {};
}

result<void> process_drop(process_options const& how) {
    DIPTYCH_TRY(ask(how, "DELETE", path_of(how, fmt::format("/dead-letters/{}", how.position))));
    if (!how.json) fmt::print("dropped {}\n", how.position);
    return {};
}

}  // namespace diptych::cli
