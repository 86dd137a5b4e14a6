#include "read/iso_time.hpp"

#include <diptych/iso8601.hpp>

namespace diptych::read {

std::optional<std::int64_t> parse_time(std::string_view text) {
    if (auto const day = parse_date(text))
        return std::chrono::microseconds{day->time_since_epoch()}.count();
    if (auto const at = parse_timestamp(text)) return at->time_since_epoch().count();
    return {};
}

void append_time(std::string& to, std::int64_t microseconds) {
    append_iso8601(to, timestamp{std::chrono::microseconds{microseconds}});
}

}  // namespace diptych::read
