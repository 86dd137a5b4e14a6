#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/progress.hpp"
#include "cli/service.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <istream>

namespace diptych::cli {

namespace {

// Lines of one append. Fixed: importing the same file again makes the same appends, which are then
// repeats.
constexpr std::uint64_t lines_per_append = 256;

/// The event of a line of an export, as POST /events takes it.
result<std::string> event_of(std::string_view line) {
    DIPTYCH_TRY(auto const read, json::parse(std::string(line)));
    auto const root = read.root();
    json::writer out;
    out.begin_object();
    for (auto const* const name : {"id", "stream", "type", "tags", "data", "metadata"}) {
        auto const member = root.find(name);
        if (member)
            out.raw_member(name, member->raw());
        else if (std::string_view(name) == "stream" || std::string_view(name) == "type")
            return fail(errc::invalid, fmt::format("no \"{}\"", name));
    }
    return std::move(out.end_object()).text();
}

class importer {
public:
    importer(service& log, import_options const& how) : log_(log), how_(how) {}

    result<void> take(std::string_view line) {
        ++line_;
        if (!line.empty()) {
            auto event = event_of(line);
            if (!event && !how_.skip_bad)
                return fail(
                    errc::invalid, fmt::format("line {}: {}", line_, event.error().message)
                );
            if (!event) {
                ++skipped_;
                fmt::print(stderr, "line {}: {}; skipped\n", line_, event.error().message);
            } else {
                batch_ += (batch_.empty() ? "" : ",") + *event;
                ++taken_;
            }
        }
        if (line_ % lines_per_append == 0) return flush();
        return {};
    }

    result<void> flush() {
        if (batch_.empty()) return {};
        auto answer = log_.ask_well(
            {.method = "POST", .path = "/events", .body = R"({"events":[)" + batch_ + "]}"}
        );
        if (!answer) {
            answer.error().message =
                fmt::format("up to line {}: {}", line_, answer.error().message);
            return std::unexpected(std::move(answer).error());
        }
        batch_.clear();
        bar_.show(taken_, 0);
        return {};
    }

    void report() const {
        if (how_.json)
            fmt::print("{{\"imported\":{},\"skipped\":{}}}\n", taken_, skipped_);
        else
            fmt::print("imported {} events, skipped {} lines\n", taken_, skipped_);
    }

private:
    service& log_;
    import_options const& how_;
    progress_bar bar_{"importing"};
    std::string batch_;
    std::uint64_t line_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace

result<void> import_events(import_options const& how) {
    DIPTYCH_TRY(auto const from, open_input(how.file));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::writing));
    importer work(*log, how);
    for (std::string line; std::getline(*from, line);) DIPTYCH_TRY(work.take(line));
    DIPTYCH_TRY(work.flush());
    work.report();
    return {};
}

}  // namespace diptych::cli
