#include "edge/shadows.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/core.h>

#include <utility>

namespace diptych::edge {

namespace {

constexpr std::size_t rows_told = 512;  // bytes of each answer

std::string_view beginning_of(std::string_view rows) { return rows.substr(0, rows_told); }

// From where they differ on, with a little before it.
std::string difference(std::string_view one, std::string_view other) {
    std::size_t at = 0;
    while (at < one.size() && at < other.size() && one[at] == other[at]) ++at;
    at = at > rows_told / 4 ? at - rows_told / 4 : 0;
    return fmt::format("{} | {}", beginning_of(one.substr(at)), beginning_of(other.substr(at)));
}

// What somebody else wrote stays on its line.
std::string on_one_line(std::string_view text) {
    std::string made;
    json::append_quoted(made, text);
    return made;
}

}  // namespace

void shadows::compare(
    std::string_view view,
    std::string_view shadow,
    std::string_view asked,
    read::query_answer const& answer,
    result<read::query_answer> const& other
) {
    std::string told;
    // Whatever a request names: only versions that there are get a count of their own.
    auto const is_known = other || other.error().code != "no_such_version";
    {
        auto const lock = std::scoped_lock(mutex_);
        auto& count = counts_[{
            std::string{view}, answer.version, std::string{is_known ? shadow : "unknown"}
        }];
        if (!other) {
            if (is_known || count.failed == 0) told = on_one_line(other.error().message);
            ++count.failed;
        } else if (other->at != answer.at) {
            ++count.moved;
        } else if (other->rows == answer.rows) {
            ++count.same;
        } else {
            ++count.different;
            told = difference(answer.rows, other->rows);
        }
    }
    if (told.empty() || !report_) return;
    report_(fmt::format(
        "view {} at {}: {} and its shadow {} {} {}: {}",
        view,
        to_string(answer.at),
        answer.version,
        is_known ? shadow : "unknown",
        other ? "differ for" : "can not be compared for",
        on_one_line(asked),
        told
    ));
}

std::vector<shadow_count> shadows::counts() const {
    auto const lock = std::scoped_lock(mutex_);
    std::vector<shadow_count> all;
    for (auto const& [key, count] : counts_) {
        all.push_back(count);
        std::tie(all.back().view, all.back().version, all.back().shadow) = key;
    }
    return all;
}

}  // namespace diptych::edge
