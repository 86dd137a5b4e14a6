#include <diptych/uuid.hpp>

#include <cstddef>

namespace diptych {

namespace {

constexpr bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string to_string(uuid const& id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (auto const byte : id.bytes) {
        if (dash_at(text.size())) text += '-';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

result<uuid> parse_uuid(std::string_view text) {
    uuid id;
    std::size_t nibble = 0;
    for (std::size_t i = 0; text.size() == 36 && i < 36; ++i) {
        if (dash_at(i)) {
            if (text[i] != '-') break;
            continue;
        }
        auto const value = digit(text[i]);
        if (value < 0) break;
        auto& byte = id.bytes[nibble / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | value);
        if (++nibble == 32) return id;
    }
    return fail(
        errc::invalid,
        "malformed_uuid",
        "\"" + std::string(text) + "\" is not a UUID of 36 characters"
    );
}

uuid make_uuid_v7(
    std::chrono::sys_time<std::chrono::milliseconds> time, std::uint64_t high, std::uint64_t low
) {
    uuid id;
    auto const ms = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | (high >> 8 & 0x0f));
    id.bytes[7] = static_cast<std::uint8_t>(high);
    for (std::size_t i = 0; i < 8; ++i)
        id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

}  // namespace diptych
