#include "write/log_stamp.hpp"

#include <diptych/try.hpp>

namespace diptych::write {

result<std::string> stamp_of(log::sequenced_log const& log, position at) {
    auto const end = log.durable_end();
    DIPTYCH_TRY(auto const chain, log.chain_at(at));
    return to_string(end.log_id) + ' ' + to_string(token{end.epoch, at}) + ' ' + log::to_hex(chain);
}

std::optional<position> position_of_stamp(
    log::sequenced_log const& log, std::string_view stamp, position up_to
) {
    auto const first = stamp.find(' ');
    auto const second = stamp.rfind(' ');
    if (first == stamp.npos || first == second) return std::nullopt;
    if (stamp.substr(0, first) != to_string(log.durable_end().log_id)) return std::nullopt;
    auto const point = parse_token(stamp.substr(first + 1, second - first - 1));
    if (!point || point->position > up_to || !log.check(*point)) return std::nullopt;
    auto const chain = log.chain_at(point->position);
    if (!chain || stamp.substr(second + 1) != log::to_hex(*chain)) return std::nullopt;
    return point->position;
}

std::optional<std::string_view> take_line(std::string_view& text) {
    auto const end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace diptych::write
