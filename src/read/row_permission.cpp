#include "read/row_permission.hpp"

#include "read/json_path.hpp"
#include "read/query_value.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

constexpr std::string_view claim_prefix = ":claim.";

std::vector<std::string> values_of(claims const& caller, std::string_view name) {
    std::vector<std::string> values;
    for (auto const& [claim, value] : caller)
        if (claim == name) values.push_back(value);
    return values;
}

result<void> check_permitted(directive const& words, std::string const& name, table const& of) {
    auto const path = parse_json_path(name);
    if (!path) return words.fail_before("'" + name + "': " + path.error());
    std::vector<std::string> known;
    for (auto const& one : of.columns) known.push_back(one.name);
    auto const* const column = of.find(path->column);
    if (column == nullptr)
        return words.fail_before(
            "no column '" + path->column + "' in table '" + of.name + "'" +
            did_you_mean(path->column, known)
        );
    auto const is_json = column->type.kind == column_kind::json;
    if (is_json == path->keys.empty() || path->as_json || column->type.kind == column_kind::blob)
        return words.fail_before("'" + name + "' is no value that can be compared");
    return {};
}

// What the caller has is held against a column or a value inside of JSON.
condition equals_any(
    table const& of, std::string const& name, std::vector<std::string> const& wanted
) {
    auto const path = parse_json_path(name).value_or(json_path{.column = name});
    auto const* const column = of.find(path.column);
    condition made{.what = {.on = {.of = column, .keys = path.keys}, .how = comparison::in}};
    for (auto const& text : wanted) {
        if (path.keys.empty()) {
            // What the column can not hold is in no row.
            if (auto value = stored_value(text, column->type))
                made.what.values.push_back(*std::move(value));
            continue;
        }
        made.what.values.emplace_back(text);
        if (auto number = json_number(text)) made.what.values.push_back(*std::move(number));
    }
    return made;
}

// What one line allows; nullopt: nothing, since the caller lacks a claim.
std::optional<condition> allowed_by(permission const& line, table const& of, claims const& caller) {
    condition all{.is = condition::kind::all};
    for (auto const& one : line) {
        auto const wanted =
            one.claim.empty() ? std::vector{one.text} : values_of(caller, one.claim);
        if (wanted.empty()) return {};
        if (one.what.starts_with(claim_prefix)) {
            auto const has = values_of(caller, one.what.substr(claim_prefix.size()));
            if (std::ranges::find_first_of(has, wanted) == has.end()) return {};
            continue;
        }
        all.parts.push_back(equals_any(of, one.what, wanted));
    }
    return all;
}

}  // namespace

result<permission> parse_allow(directive& words, table const& of) {
    permission made;
    do {
        permission_test one;
        DIPTYCH_TRY(one.what, words.word("a column, as in 'owner = :claim.sub'"));
        auto const is_claim = one.what.starts_with(':');
        if (is_claim &&
            (!one.what.starts_with(claim_prefix) || one.what.size() == claim_prefix.size()))
            return words.fail_before("'" + one.what + "' is no claim: write ':claim.sub'");
        if (!is_claim) {
            DIPTYCH_TRY(check_permitted(words, one.what, of));
        }
        DIPTYCH_TRY(words.expect("="));
        DIPTYCH_TRY(
            auto const value, words.word("a claim or a text, as in ':claim.sub' or 'open'")
        );
        auto const is_text = value.size() > 2 && value.front() == '\'' && value.back() == '\'';
        if (is_text)
            one.text = value.substr(1, value.size() - 2);
        else if (value.starts_with(claim_prefix) && value.size() > claim_prefix.size())
            one.claim = value.substr(claim_prefix.size());
        else
            return words.fail_before(
                "expected a claim or a text without blanks, as in ':claim.sub' or 'open', found '" +
                value + "'"
            );
        if (is_claim && !is_text)
            return words.fail_before("a claim is compared with a text, as in 'clerk'");
        made.push_back(std::move(one));
    } while (words.take("and"));
    DIPTYCH_TRY(words.expect_end());
    return made;
}

result<std::optional<condition>> permitted_rows(
    table const& of, served const& allowed, std::optional<claims> const& caller
) {
    if (allowed.allow.empty() || !caller) return std::nullopt;
    condition any{.is = condition::kind::any};
    for (auto const& line : allowed.allow) {
        auto part = allowed_by(line, of, *caller);
        if (!part) continue;
        if (part->parts.empty()) return std::nullopt;  // asks nothing of the row
        any.parts.push_back(*std::move(part));
    }
    if (!any.parts.empty()) return any;
    return fail(
        errc::denied,
        "claim_missing",
        "view '" + of.name + "' shows rows by the claims of who asks, and allows you none"
    );
}

}  // namespace diptych::read
