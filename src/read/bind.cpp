#include "read/bind.hpp"

#include "read/base64.hpp"
#include "read/decimal.hpp"
#include "read/iso_time.hpp"

namespace diptych::read {

namespace {

using expectation = std::optional<std::string>;

void bind_by_kind(sqlite::statement& to, int at, json::value value) {
    switch (value.kind()) {
        case json::kind::null:
            to.bind_null(at);
            break;
        case json::kind::boolean:
            to.bind(at, std::int64_t{value.boolean()});
            break;
        case json::kind::integer:
            to.bind(at, value.integer());
            break;
        case json::kind::real:
            to.bind(at, value.real());
            break;
        case json::kind::text:
            to.bind(at, value.text());
            break;
        case json::kind::array:
        case json::kind::object:
            to.bind(at, value.raw());
            break;
    }
}

expectation bind_scaled(
    sqlite::statement& to, int at, std::optional<std::int64_t> stored, std::string expected
) {
    if (!stored) return expected;
    to.bind(at, *stored);
    return {};
}

std::optional<std::int64_t> scaled(json::value value, int scale) {
    if (value.is_number()) return parse_decimal(value.raw(), scale);
    if (value.kind() == json::kind::text) return parse_decimal(value.text(), scale);
    return {};
}

std::optional<std::int64_t> time_of(json::value value) {
    if (value.kind() != json::kind::text) return {};
    return parse_time(value.text());
}

}  // namespace

expectation bind_json(
    sqlite::statement& to,
    int at,
    std::optional<json::value> given,
    std::optional<column_type> as,
    std::string& scratch
) {
    if (!given || given->is_null()) {
        to.bind_null(at);
        return {};
    }
    auto const value = *given;
    if (!as) {
        bind_by_kind(to, at, value);
        return {};
    }
    auto const is = [&](json::kind kind) { return value.kind() == kind; };
    switch (as->kind) {
        case column_kind::text:
            if (!is(json::kind::text)) return "text";
            to.bind(at, value.text());
            return {};
        case column_kind::integer:
            if (!is(json::kind::integer)) return "an integer of 64 bits";
            to.bind(at, value.integer());
            return {};
        case column_kind::real:
            if (!value.is_number()) return "a number";
            to.bind(at, value.real());
            return {};
        case column_kind::boolean:
            if (!is(json::kind::boolean)) return "true or false";
            to.bind(at, std::int64_t{value.boolean()});
            return {};
        case column_kind::decimal:
            return bind_scaled(
                to,
                at,
                scaled(value, as->scale),
                "a number with at most " + std::to_string(as->scale) + " digits after the point"
            );
        case column_kind::timestamp:
            return bind_scaled(to, at, time_of(value), "a time like \"2026-03-01T12:30:00Z\"");
        case column_kind::json:
            to.bind(at, value.raw());
            return {};
        case column_kind::blob:
            if (!is(json::kind::text)) return "text in base64";
            if (auto bytes = from_base64(value.text())) {
                scratch = *std::move(bytes);
                to.bind_blob(at, scratch);
                return {};
            }
            return "text in base64";
    }
    return {};
}

}  // namespace diptych::read
