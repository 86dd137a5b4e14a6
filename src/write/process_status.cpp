#include "write/process_status.hpp"

#include "base/planted_bug.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::write {

std::string_view to_string(process_state state) {
    switch (state) {
        case process_state::running:
            return "running";
        case process_state::waiting:
            return "waiting";
        case process_state::stuck:
            return "stuck";
    }
    return "running";
}

namespace {

// The machine said no, perhaps once only. Everything else that fails does so again.
bool is_of_the_machine(std::string_view code) {
    constexpr std::array<std::string_view, 4> codes{
        "input_output", "cannot_open", "io_error", "view_lost"
    };
    return std::ranges::find(codes, code) != codes.end();
}

// What is stored could not be read: that says nothing of what was asked for, which may stand.
bool is_damage(std::string_view code) {
    constexpr std::array<std::string_view, 8> codes{
        "corrupt_frame",
        "corrupt_answer",
        "corrupt_event",
        "corrupt_segment",
        "missing_segment",
        "damaged_index",
        "damaged_file",
        "not_a_database"
    };
    return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

bool passes_by_itself(error const& what) {
    if (what.kind == errc::failed)
        return is_of_the_machine(what.code) && !is_planted(bug::machine_failure_is_answer);
    if (what.kind == errc::corrupt) return is_damage(what.code);
    return what.kind == errc::unavailable || what.kind == errc::outcome_unknown ||
           what.kind == errc::conflict;
}

std::chrono::microseconds growing_rest(
    std::chrono::microseconds first, std::chrono::microseconds longest, int failures
) {
    auto rest = first;
    for (int i = 1; i < failures && rest < longest; ++i) rest *= 2;
    return std::min(rest, longest);
}

void process_pause::note_failure(position at, error why, timestamp now) {
    if (at != at_) attempts_ = 0;
    at_ = at;
    last_error_ = std::move(why);
    retry_at_ = now + growing_rest(first_, longest_, attempts_ + 1);
    ++attempts_;
}

void process_pause::note_success() {
    attempts_ = 0;
    last_error_.reset();
    retry_at_.reset();
}

void process_pause::describe(process_status& in) const {
    if (!last_error_) return;
    in.state = passes_by_itself(*last_error_) ? process_state::waiting : process_state::stuck;
    in.last_error = last_error_;
    in.attempts = attempts_;
    in.retry_at = retry_at_;
}

}  // namespace diptych::write
