/// @file
/// Fuzz targets: functions that take any bytes, and throw if a promise about them is broken.
///
/// Each is a program under libFuzzer (preset `fuzz`) and, in every build, a test that runs the
/// corpus and some thousands of mutations of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace diptych::fuzz {

/// What a target throws.
class broken_promise : public std::logic_error {
    using logic_error::logic_error;
};

/// Throws broken_promise unless it holds. `promise` is a sentence.
inline void require(bool holds, char const* promise) {
    if (!holds) throw broken_promise(promise);
}

/// Cuts numbers and texts from the front of an input. At its end there are zeros and empty texts.
struct pieces {
    std::string_view rest;

    std::uint8_t byte() {
        if (rest.empty()) return 0;
        auto const first = static_cast<std::uint8_t>(rest.front());
        rest.remove_prefix(1);
        return first;
    }
    std::uint64_t number(int bytes) {
        std::uint64_t value = 0;
        while (bytes-- > 0) value = value << 8 | byte();
        return value;
    }
    std::string_view text(std::size_t size) {
        auto const taken = rest.substr(0, size);
        rest.remove_prefix(taken.size());
        return taken;
    }
    /// Up to the next line break, which is left out.
    std::string_view line() {
        auto const taken = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), taken.size() + 1));
        return taken;
    }
};

void append_body(std::string_view input);
void command_body(std::string_view input);
void http_request(std::string_view input);
void import_line(std::string_view input);
void inbox_message(std::string_view input);
void inbox_source(std::string_view input);
void index_chunk(std::string_view input);
void index_rows(std::string_view input);
void intake_message(std::string_view input);
void json_struct(std::string_view input);
void json_text(std::string_view input);
void log_folder(std::string_view input);
void log_record(std::string_view input);
void segment_file(std::string_view input);
void tokens(std::string_view input);
void view_cursor(std::string_view input);
void view_file(std::string_view input);
void view_query(std::string_view input);
void watermark(std::string_view input);

}  // namespace diptych::fuzz
