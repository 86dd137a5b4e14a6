#include "app/view_test.hpp"

#include "app/temporary_folder.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "read/view_case.hpp"
#include "read/view_plan.hpp"
#include "read/view_set.hpp"
#include "read/view_version.hpp"

#include <diptych/clock.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace diptych::app {

namespace {

class given_clock final : public clock {
public:
    timestamp now() override { return at_; }
    void set(timestamp at) { at_ = at; }

private:
    timestamp at_{};
};

class counted_random final : public random_source {
public:
    std::uint64_t next() override { return ++last_; }

private:
    std::uint64_t last_ = 0;
};

struct looked_at {
    view_report report;
    std::optional<read::view_plan> plan = {};
    std::vector<read::read_case> cases = {};
};

// How a view comes to its rows.
struct way {
    std::string_view name;
    std::optional<bool> is_inline;  // nullopt: as the file says
    bool is_built_late;             // when all events are there
    bool restarts;
};

constexpr std::array ways{
    way{.name = "inline", .is_inline = true, .is_built_late = false, .restarts = false},
    way{.name = "async", .is_inline = false, .is_built_late = false, .restarts = false},
    way{.name = "rebuilt", .is_inline = false, .is_built_late = true, .restarts = false},
    way{.name = "restarted", .is_inline = {}, .is_built_late = false, .restarts = true},
};

// A log in memory and a view that follows it.
class stage {
public:
    stage(
        read::source text, std::string view, known_to_views const& known, std::filesystem::path at
    )
        : text_(std::move(text)),
          view_(std::move(view)),
          known_(known),
          folder_(std::move(at)),
          kept_(std::make_shared<log::memory::store>(uuid{.bytes = {1}})) {}

    result<void> open_log() {
        views_.reset();
        log_.reset();
        DIPTYCH_TRY(
            log_,
            log::sequenced_log::open(
                std::make_unique<log::memory::memory_engine>(kept_), time_, random_
            )
        );
        return {};
    }

    result<void> open_view() {
        views_ = std::make_unique<read::view_set>(
            *log_, folder_, time_, read::view_options{.events = known_.events}
        );
        DIPTYCH_TRY(views_->add_text(text_.file, text_.text));
        return views_->start();
    }

    // What went wrong with it is the case's to tell.
    result<void> append(read::given_event const& given) {
        time_.set(given.recorded_at);
        append_request request{.events = {given.event}};
        DIPTYCH_TRY(log_->append(std::move(request)));
        return views_ ? catch_up() : result<void>{};
    }

    result<void> catch_up() { return views_->catch_up(view_); }

    std::filesystem::path file(std::string const& version) const {
        return read::file_of(folder_, view_, version);
    }

private:
    read::source text_;
    std::string view_;
    known_to_views const& known_;
    std::filesystem::path folder_;
    given_clock time_;
    counted_random random_;
    std::shared_ptr<log::memory::store> kept_;
    std::unique_ptr<log::sequenced_log> log_;
    std::unique_ptr<read::view_set> views_;
};

result<looked_at> look_at(read::source const& text, known_to_views const& known) {
    looked_at made{.report = {.file = text.file}};
    auto const contexts = read::known_events(known.events);
    auto const older = std::make_shared<read::older_shapes const>(known.events);
    DIPTYCH_TRY(
        auto examined,
        read::examine_view(text, {.contexts = contexts, .is_recorded = known.is_recorded}, older)
    );
    made.report.view = examined.name;
    made.report.errors = std::move(examined.errors);
    made.report.warnings = std::move(examined.warnings);
    if (!examined.plan) return made;
    for (auto const& one : examined.plan->definition->cases) {
        made.cases.push_back(read::read_events(
            one,
            *examined.plan->definition,
            text,
            {.contexts = contexts,
             .is_older = [&](std::string_view type) { return older->contains(type); }}
        ));
        auto& errors = made.cases.back().errors;
        std::ranges::move(errors, std::back_inserter(made.report.errors));
    }
    if (made.report.errors.empty()) made.report.version = examined.plan->version;
    made.plan = std::move(examined.plan);
    return made;
}

class case_runner {
public:
    case_runner(
        read::source const& text,
        looked_at const& of,
        known_to_views const& known,
        std::filesystem::path folder
    )
        : text_(text), of_(of), known_(known), folder_(std::move(folder)) {}

    result<std::optional<failed_case>> run(std::size_t index) const {
        auto const& definition = *of_.plan->definition;
        auto const& one = definition.cases[index];
        // What differs, and in which ways it does.
        std::vector<std::pair<std::vector<std::string>, std::string>> outcomes;
        for (auto const& how : ways) {
            auto const folder = folder_ / (std::to_string(index) + "-" + std::string{how.name});
            DIPTYCH_TRY(auto lines, in_way(how, one, of_.cases[index].given, folder));
            if (lines.empty()) continue;
            auto const same =
                std::ranges::find(outcomes, lines, [](auto const& o) { return o.first; });
            if (same == outcomes.end())
                outcomes.emplace_back(std::move(lines), how.name);
            else
                same->second += ", " + std::string{how.name};
        }
        if (outcomes.empty()) return std::optional<failed_case>{};
        auto const line = read::place_of(text_, one.offset).line;
        failed_case told{.name = one.name.empty() ? "line " + std::to_string(line) : one.name};
        for (auto& [lines, names] : outcomes) {
            told.ways += (told.ways.empty() ? "" : "; ") + names;
            if (outcomes.size() > 1) told.differences.push_back(names + ":");
            std::ranges::move(lines, std::back_inserter(told.differences));
        }
        return std::optional{std::move(told)};
    }

private:
    result<std::vector<std::string>> in_way(
        way const& how,
        read::view_case const& one,
        std::vector<read::given_event> const& given,
        std::filesystem::path const& folder
    ) const {
        auto const& definition = *of_.plan->definition;
        // A view that parks is never inline.
        auto const is_inline = how.is_inline && *how.is_inline && !definition.parks;
        auto const text = how.is_inline ? read::with_mode(text_, is_inline) : text_;
        stage on{text, definition.name, known_, folder};
        DIPTYCH_TRY(on.open_log());
        if (!how.is_built_late) {
            DIPTYCH_TRY(on.open_view());
        }
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (how.restarts && i == given.size() / 2) {
                DIPTYCH_TRY(on.open_log());
                DIPTYCH_TRY(on.open_view());
            }
            if (auto const done = on.append(given[i]); !done)
                return stopped(given[i], done.error());
        }
        if (how.restarts) {
            DIPTYCH_TRY(on.open_log());
        }
        if (how.restarts || how.is_built_late) {
            DIPTYCH_TRY(on.open_view());
        }
        if (auto const done = on.catch_up(); !done)
            return std::vector{text_.file + ": " + done.error().message};
        DIPTYCH_TRY(
            auto const found,
            sqlite::database::open(
                on.file(of_.plan->version), {.mode = sqlite::open_mode::read_only}
            )
        );
        std::vector<std::string> lines;
        for (auto const& expected : one.expected) {
            DIPTYCH_TRY(auto differ, read::row_differences(expected, definition, text_, found));
            std::ranges::move(differ, std::back_inserter(lines));
        }
        return lines;
    }

    std::vector<std::string> stopped(read::given_event const& at, error const& why) const {
        return {
            text_.file + ":" + std::to_string(at.line) +
            ": the view does not take this event: " + why.message
        };
    }

    read::source const& text_;
    looked_at const& of_;
    known_to_views const& known_;
    std::filesystem::path folder_;
};

}  // namespace

std::function<result<bool>(std::string_view type)> recorded_in(event_log& log) {
    return [&log](std::string_view type) -> result<bool> {
        read_options const one{.what = {.items = {{.types = {std::string{type}}}}}, .limit = 1};
        DIPTYCH_TRY(auto const found, log.read(one));
        return !found.empty();
    };
}

result<view_report> check_view_text(read::source const& text, known_to_views const& known) {
    DIPTYCH_TRY(auto looked, look_at(text, known));
    return std::move(looked.report);
}

result<view_report> test_view(read::source const& text, known_to_views const& known) {
    DIPTYCH_TRY(auto looked, look_at(text, known));
    if (!looked.report.errors.empty()) return std::move(looked.report);
    DIPTYCH_TRY(auto const folder, temporary_folder::make());
    case_runner const runner{text, looked, known, folder.path()};
    for (std::size_t i = 0; i < looked.cases.size(); ++i) {
        DIPTYCH_TRY(auto failed, runner.run(i));
        if (failed) looked.report.failed.push_back(*std::move(failed));
        ++looked.report.cases;
    }
    return std::move(looked.report);
}

}  // namespace diptych::app
