#include "cli/commands.hpp"
#include "cli/event_line.hpp"
#include "cli/pages.hpp"
#include "cli/service.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace diptych::cli {

namespace {

/// A stream is read by its versions; what selects from the whole log does not apply.
result<void> check_stream_options(read_options const& how) {
    if (how.stream.empty()) return {};
    for (auto const& [option, is_given] :
         {std::pair{"--type", !how.types.empty()},
          {"--tag", !how.tags.empty()},
          {"--category", !how.category.empty()},
          {"--after", !how.after.empty()}})
        if (is_given)
            return fail(
                errc::invalid,
                "command_line",
                fmt::format(
                    "read STREAM takes no {}; without STREAM, --tag {} finds all events with that "
                    "id",
                    option,
                    how.stream
                )
            );
    return {};
}

}  // namespace

result<void> read(read_options const& how) {
    DIPTYCH_TRY(check_stream_options(how));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::reading));
    return for_each_event(*log, how, [&](json::value const& event) {
        fmt::print("{}\n", how.json ? std::string(event.raw()) : event_line(event));
        return true;
    });
}

result<void> follow(read_options const& how) {
    if (!how.stream.empty())
        return fail(
            errc::invalid, "follow takes --tag and --type, not --stream: a stream's id is a tag too"
        );
    DIPTYCH_TRY(auto const log, open_service(how.where, need::reading));
    auto left = how.limit == 0 ? ~std::uint64_t{0} : how.limit;
    auto const each = [&](std::string_view, std::string_view data) {
        auto const event = json::parse(std::string(data));
        if (!event) return true;
        fmt::print("{}\n", how.json ? std::string(data) : event_line(event->root()));
        std::fflush(stdout);
        return --left > 0;
    };
    auto const patience = std::chrono::duration<double>(how.retry_seconds);
    return log->follow(
        first_page_of(how), each, std::chrono::duration_cast<std::chrono::milliseconds>(patience)
    );
}

}  // namespace diptych::cli
