#include "sim/shrink.hpp"

#include <diptych/assert.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <utility>

namespace diptych::sim {

namespace {

class shrinker {
public:
    shrinker(workload const& of, run_options failing, std::size_t runs_max)
        : workload_(of), best_{.how = std::move(failing), .report = {}}, runs_max_(runs_max) {
        best_.how.trace = {};
    }

    shrunk_run shrink() {
        auto const broken = breaks(best_.how);
        DIPTYCH_ASSERT(broken, "a run that keeps every promise is not shrunk");
        leave_out_the_rest();
        turn_off(&run_options::faults);
        turn_off(&run_options::crashes);
        while (leave_out_chunks()) {
        }
        return std::move(best_);
    }

private:
    // Steps after the one at which it was noticed.
    void leave_out_the_rest() {
        auto how = best_.how;
        how.steps = std::min<std::size_t>(how.steps, best_.report.steps + 1);
        if (how.only.empty()) {
            how.only.resize(how.steps);
            std::iota(how.only.begin(), how.only.end(), 0u);
        }
        (void)breaks(how);
    }

    void turn_off(bool run_options::* kind) {
        auto how = best_.how;
        how.*kind = false;
        (void)breaks(how);
    }

    // Halves first, single steps last. Whether anything could be left out.
    bool leave_out_chunks() {
        auto const before = best_.how.only.size();
        for (auto chunk = std::max<std::size_t>(before / 2, 1); chunk > 0; chunk /= 2)
            for (std::size_t from = 0; from < best_.how.only.size() && !is_over();)
                if (!breaks_without(from, chunk)) from += chunk;
        return best_.how.only.size() < before && !is_over();
    }

    bool breaks_without(std::size_t from, std::size_t chunk) {
        auto how = best_.how;
        auto const first = how.only.begin() + static_cast<std::ptrdiff_t>(from);
        auto const count = std::min(chunk, how.only.size() - from);
        how.only.erase(first, first + static_cast<std::ptrdiff_t>(count));
        return !how.only.empty() && breaks(how);  // none left would mean all of them
    }

    bool breaks(run_options const& how) {
        ++best_.runs;
        auto report = simulate(workload_, how);
        if (!report.broken) return false;
        best_.how = how;
        best_.report = std::move(report);
        return true;
    }

    bool is_over() const { return best_.runs >= runs_max_; }

    workload const& workload_;
    shrunk_run best_;
    std::size_t runs_max_;
};

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    auto const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    return number;
}

}  // namespace

shrunk_run shrink(workload const& of, run_options failing, std::size_t runs_max) {
    return shrinker{of, std::move(failing), runs_max}.shrink();
}

std::string text_of(std::vector<std::size_t> const& steps) {
    std::string text;
    for (std::size_t i = 0; i < steps.size();) {
        auto last = i;
        while (last + 1 < steps.size() && steps[last + 1] == steps[last] + 1) ++last;
        text += text.empty() ? "" : ",";
        text +=
            last == i ? fmt::format("{}", steps[i]) : fmt::format("{}-{}", steps[i], steps[last]);
        i = last + 1;
    }
    return text;
}

result<std::vector<std::size_t>> steps_of(std::string_view text) {
    constexpr std::size_t steps_max = 1'000'000;
    std::vector<std::size_t> steps;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        auto const dash = part.find('-');
        auto const from = number_in(part.substr(0, dash));
        auto const to = dash == part.npos ? from : number_in(part.substr(dash + 1));
        auto const least = steps.empty() ? 0 : steps.back() + 1;
        if (!from || !to || *from < least || *to < *from || *to >= steps_max)
            return fail(
                errc::invalid,
                "bad_steps",
                fmt::format("'{}' is no step or range of steps after the one before it", part)
            );
        for (auto step = *from; step <= *to; ++step) steps.push_back(step);
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    return steps;
}

result<void> check_steps(run_options const& of) {
    if (of.only.empty() || of.only.back() < of.steps) return {};
    return fail(
        errc::invalid,
        "no_such_step",
        fmt::format("there is no step {} in a run of {} steps", of.only.back(), of.steps)
    );
}

}  // namespace diptych::sim
