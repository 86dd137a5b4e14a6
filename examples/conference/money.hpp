/// @file
/// Money, and the code that lets somebody back to what is theirs: what all contexts mean the same
/// thing by.
///
/// Money is counted in cents and is never a floating-point number. In JSON it is a text, "120.50";
/// 120.5 is understood, 120.505 is not. What has to be rounded is rounded to the even cent: half of
/// 0.25 is 0.12, half of 0.27 is 0.14.
#pragma once

#include <diptych/environment.hpp>
#include <diptych/json_form.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace conference {

/// An amount. What is read and written is a hundred million at most, either way (money_max): a
/// price times a quantity always fits. Anything above it throws std::range_error when it is
/// written.
struct money {
    std::int64_t cents = 0;

    friend auto operator<=>(money const&, money const&) = default;
    friend money operator+(money a, money b) { return {a.cents + b.cents}; }
    friend money operator-(money a, money b) { return {a.cents - b.cents}; }
    friend money operator*(money a, int times) { return {a.cents * times}; }
    money& operator+=(money more) { return *this = *this + more; }
};

inline constexpr money money_max{100'000'000'00};

/// So many hundredths of an amount, rounded half to even. `percent` is 0 to 100.
money share_of(money amount, int percent);

/// "120.50".
std::string to_text(money amount);

/// Six letters and digits that are not mistaken for each other: what a registrant or an organiser
/// is given to find an order or a conference again.
std::string draw_access_code(diptych::environment const& surroundings);

}  // namespace conference

template <>
struct diptych::json::form<conference::money> {
    static bool read(reader& in, conference::money& to);
    static void write(std::string& to, conference::money what);
    static model::type describe() { return {.kind = model::value_kind::text}; }
};
