#include "cli/commands.hpp"
#include "cli/event_line.hpp"
#include "cli/pages.hpp"
#include "cli/service.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace diptych::cli {

result<void> read(read_options const& how) {
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
    return log->follow(first_page_of(how), [&](std::string_view, std::string_view data) {
        auto const event = json::parse(std::string(data));
        if (!event) return true;
        fmt::print("{}\n", how.json ? std::string(data) : event_line(event->root()));
        std::fflush(stdout);
        return --left > 0;
    });
}

}  // namespace diptych::cli
