#include "write/trying_again.hpp"

#include "base/growing_rest.hpp"
#include "base/planted_bug.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace diptych::write {

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

bool is_bad_place(error const& what) {
    constexpr std::array<std::string_view, 4> codes{
        "corrupt_frame", "corrupt_event", "corrupt_segment", "missing_segment"
    };
    return what.kind == errc::corrupt && std::ranges::find(codes, what.code) != codes.end();
}

void rest_after_failure::note_failure(position at, error why, timestamp now) {
    if (at != at_) attempts_ = 0;
    at_ = at;
    last_error_ = std::move(why);
    retry_at_ = now + growing_rest(first_, longest_, attempts_ + 1);
    ++attempts_;
}

void rest_after_failure::note_success() {
    attempts_ = 0;
    last_error_.reset();
    retry_at_.reset();
}

}  // namespace diptych::write
