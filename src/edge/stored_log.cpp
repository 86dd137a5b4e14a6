#include "edge/stored_log.hpp"

#include "edge/parameters.hpp"
#include "log/hash.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <limits>
#include <string>
#include <utility>

namespace diptych::edge {

namespace {

constexpr auto any_number = std::numeric_limits<std::uint64_t>::max();

result<log::hash256> read_chain(std::string_view text) {
    log::hash256 chain{};
    auto const* at = text.data();
    auto const fits = text.size() == 2 * chain.size();
    for (auto& byte : chain) {
        if (!fits) break;
        auto const [end, failed] = std::from_chars(at, at + 2, byte, 16);
        if (failed != std::errc{} || end != at + 2) break;
        at = end;
    }
    if (fits && at == text.data() + text.size()) return chain;
    return fail(
        errc::invalid,
        "bad_parameter",
        fmt::format("chain must have {} hexadecimal digits", 2 * chain.size())
    );
}

result<std::uint64_t> number_in(http::response const& answer, std::string_view name) {
    auto const text = answer.headers.find(name).value_or("");
    std::uint64_t number = 0;
    auto const* const last = text.data() + text.size();
    auto const [end, failed] = std::from_chars(text.data(), last, number);
    if (!text.empty() && failed == std::errc{} && end == last) return number;
    return fail(
        errc::failed, fmt::format("that is no piece of a log: its header {} is '{}'", name, text)
    );
}

}  // namespace

http::request request_for(log::stored_place const& from) {
    return {
        .path = "/log",
        .query =
            {{"segment", std::to_string(from.segment.value)},
             {"offset", std::to_string(from.offset)},
             {"epoch", std::to_string(from.epoch.value)},
             {"at", std::to_string(from.at.value)},
             {"chain", log::to_hex(from.chain)}}
    };
}

result<log::stored_place> place_in(http::request const& asked) {
    constexpr auto epoch_most = std::numeric_limits<std::uint32_t>::max();
    DIPTYCH_TRY(expect_parameters(asked, {"segment", "offset", "epoch", "at", "chain"}));
    DIPTYCH_TRY(auto const segment, number_parameter(asked, {"segment", 0, any_number}, 0));
    DIPTYCH_TRY(auto const offset, number_parameter(asked, {"offset", 0, any_number}, 0));
    DIPTYCH_TRY(auto const of_epoch, number_parameter(asked, {"epoch", 0, epoch_most}, 0));
    DIPTYCH_TRY(auto const at, number_parameter(asked, {"at", 0, any_number}, 0));
    log::stored_place place{
        .segment = position{segment},
        .offset = offset,
        .epoch = epoch{static_cast<std::uint32_t>(of_epoch)},
        .at = position{at},
    };
    if (auto const text = asked.query_value("chain")) {
        DIPTYCH_TRY(place.chain, read_chain(*text));
    }
    return place;
}

http::response response_of(log::stored_piece piece) {
    http::response answer{.status = 200, .body = std::move(piece.bytes)};
    answer.headers.add("Content-Type", "application/octet-stream");
    answer.headers.add("Cache-Control", "no-store");
    answer.headers.add("Diptych-Token", to_string(piece.end));
    answer.headers.add("Diptych-Log-Id", to_string(piece.log_id));
    answer.headers.add("Diptych-Segment", std::to_string(piece.segment.value));
    answer.headers.add("Diptych-Segment-Offset", std::to_string(piece.offset));
    answer.headers.add("Diptych-Segment-Size", std::to_string(piece.size));
    answer.headers.add("Diptych-Segment-Sealed", piece.is_sealed ? "1" : "0");
    answer.headers.add("Diptych-Next-Segment", std::to_string(piece.next.value));
    return answer;
}

result<log::stored_piece> piece_in(http::response answer) {
    log::stored_piece piece{.log_id = {}};
    auto const id = parse_uuid(answer.headers.find("Diptych-Log-Id").value_or(""));
    if (!id) return fail(errc::failed, "that is no piece of a log: it has no Diptych-Log-Id");
    piece.log_id = *id;
    DIPTYCH_TRY(piece.end, parse_token(answer.headers.find("Diptych-Token").value_or("")));
    DIPTYCH_TRY(auto const segment, number_in(answer, "Diptych-Segment"));
    DIPTYCH_TRY(piece.offset, number_in(answer, "Diptych-Segment-Offset"));
    DIPTYCH_TRY(piece.size, number_in(answer, "Diptych-Segment-Size"));
    DIPTYCH_TRY(auto const is_sealed, number_in(answer, "Diptych-Segment-Sealed"));
    DIPTYCH_TRY(auto const next, number_in(answer, "Diptych-Next-Segment"));
    piece.segment = position{segment};
    piece.is_sealed = is_sealed == 1;
    piece.next = position{next};
    piece.bytes = std::move(answer.body);
    return piece;
}

}  // namespace diptych::edge
