#include "cli/commands.hpp"
#include "cli/import_line.hpp"
#include "cli/input.hpp"
#include "cli/progress.hpp"
#include "cli/service.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <istream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diptych::cli {

namespace {

constexpr std::size_t lines_per_append = 256;

struct import_line {
    std::uint64_t number;
    std::string event;  ///< As POST /events takes it.
};

std::string body_of(std::span<import_line const> lines) {
    std::string body = R"({"events":[)";
    for (auto const& line : lines) body += (&line == lines.data() ? "" : ",") + line.event;
    return body + "]}";
}

/// Whether some of the events are to blame, not the log or the way to it.
bool is_fault_of_a_line(error const& what) { return what.kind == errc::invalid; }

class importer {
public:
    importer(service& log, import_options const& how) : log_(log), how_(how) {}

    result<void> take(std::string_view line) {
        ++line_;
        if (line.empty()) return {};
        auto event =
            how_.backfill.empty() ? event_of_line(line) : event_of_line(line, how_.backfill, line_);
        if (!event) return skip(line_, event.error());
        batch_.push_back({.number = line_, .event = *std::move(event)});
        if (batch_.size() == lines_per_append) return flush();
        return {};
    }

    result<void> flush() {
        DIPTYCH_TRY(append(batch_));
        batch_.clear();
        bar_.show(imported_ + repeated_, 0);
        return {};
    }

    void report() const {
        if (how_.json)
            fmt::print(
                "{{\"imported\":{},\"repeated\":{},\"skipped\":{}}}\n",
                imported_,
                repeated_,
                skipped_
            );
        else
            fmt::print(
                "imported {} event{}, {} {} there before, skipped {} line{}\n",
                imported_,
                imported_ == 1 ? "" : "s",
                repeated_,
                repeated_ == 1 ? "was" : "were",
                skipped_,
                skipped_ == 1 ? "" : "s"
            );
    }

private:
    /// Appends lines at once if that goes, else half by half: an append is all or nothing, so one
    /// line that is known already, or bad, holds up all others of its batch.
    result<void> append(std::span<import_line const> lines) {
        if (lines.empty()) return {};
        auto const answer =
            log_.ask_well({.method = "POST", .path = "/events", .body = body_of(lines)});
        if (answer) return count(lines.size(), answer->body);
        if (!is_fault_of_a_line(answer.error())) return at(lines.front().number, answer.error());
        if (lines.size() == 1) return skip(lines.front().number, answer.error());
        auto const half = lines.size() / 2;
        DIPTYCH_TRY(append(lines.first(half)));
        return append(lines.subspan(half));
    }

    result<void> count(std::size_t lines, std::string const& answer) {
        DIPTYCH_TRY(auto const said, json::parse(answer));
        (said.root().find("repeated") ? repeated_ : imported_) += lines;
        return {};
    }

    result<void> skip(std::uint64_t line, error const& why) {
        if (!how_.skip_bad) return at(line, why);
        ++skipped_;
        fmt::print(stderr, "line {}: {}; skipped\n", line, why.message);
        return {};
    }

    static std::unexpected<error> at(std::uint64_t line, error what) {
        what.message = fmt::format("line {}: {}", line, what.message);
        what.facts.emplace_back("line", std::to_string(line));
        return std::unexpected(std::move(what));
    }

    service& log_;
    import_options const& how_;
    progress_bar bar_{"importing"};
    std::vector<import_line> batch_;
    std::uint64_t line_ = 0;
    std::uint64_t imported_ = 0;
    std::uint64_t repeated_ = 0;
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
