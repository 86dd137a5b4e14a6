#include "read/case_cells.hpp"
#include "read/directive.hpp"
#include "read/iso_time.hpp"
#include "read/lexer.hpp"
#include "read/suggest.hpp"
#include "read/view_case.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace diptych::read {

namespace {

constexpr timestamp first_second{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1}
};

class event_reader {
public:
    event_reader(
        view_definition const& view,
        source const& in,
        case_surroundings const& with,
        case_cells& cells
    )
        : view_(view), in_(in), with_(with), cells_(cells) {
        for (auto const& one : with.contexts) known_.push_back(&one);
        for (auto const& one : view.events) known_.push_back(&one);
    }

    result<given_event> read(case_line const& line, std::optional<timestamp> before) {
        line_ = &line;
        json::document document;
        if (auto const parsed = document.read(line.json); !parsed)
            return fail_at(
                in_, line.offset, "an event is one line of JSON: " + parsed.error().message
            );
        auto const root = document.root();
        given_event made{
            .event = {.stream = "given-1", .type = {}},
            .recorded_at = before ? *before + std::chrono::seconds{1} : first_second,
            .line = place_of(in_, line.offset).line,
        };
        for (auto const& [name, value] : root.members()) DIPTYCH_TRY(member(made, name, value));
        if (made.event.type.empty()) return fail_at(in_, line.offset, "an event needs a \"type\"");
        if (before && made.recorded_at < *before)
            return fail_at(in_, line.offset, "it is recorded before the event before it");
        DIPTYCH_TRY(look_up(made, root.find("type"), root.find("data")));
        return made;
    }

private:
    result<void> member(given_event& made, std::string_view name, json::value value) {
        using enum json::kind;
        auto const is = [&](json::kind kind) { return value.kind() == kind; };
        if (name == "type" && is(text)) {
            made.event.type = value.text();
        } else if (name == "stream" && is(text)) {
            made.event.stream = value.text();
        } else if (name == "data" && is(object)) {
            made.event.data = value.raw();
        } else if (name == "metadata" && is(object)) {
            made.event.metadata = value.raw();
        } else if (name == "tags" && is(array)) {
            for (auto const one : value.elements()) {
                if (one.kind() != text) return misfit(one, "tags", "texts");
                made.event.tags.emplace_back(one.text());
            }
        } else if (name == "id" && is(text)) {
            auto const id = parse_uuid(value.text());
            if (!id) return misfit(value, "id", "a UUID");
            made.event.id = *id;
        } else if (name == "recorded_at" && is(text)) {
            auto const at = parse_time(value.text());
            if (!at) return misfit(value, "recorded_at", "a time like \"2026-03-01T12:30:00Z\"");
            made.recorded_at = timestamp{std::chrono::microseconds{*at}};
        } else {
            return unknown_member(name, value);
        }
        return {};
    }

    result<void> unknown_member(std::string_view name, json::value value) const {
        std::array<std::string, 7> const known{
            "type", "stream", "data", "tags", "metadata", "recorded_at", "id"
        };
        if (std::ranges::find(known, name) != known.end()) {
            auto const is_object = name == "data" || name == "metadata";
            return misfit(
                value,
                name,
                is_object        ? "an object"
                : name == "tags" ? "a list"
                                 : "text"
            );
        }
        return fail_at(
            in_,
            offset_of(value),
            "an event has no \"" + std::string{name} + "\"" + did_you_mean(name, known) +
                " Known are " + listed(known)
        );
    }

    result<void> misfit(json::value found, std::string_view what, std::string_view expected) const {
        return fail_at(
            in_,
            offset_of(found),
            std::string{what} + " must be " + std::string{expected} + ", not " +
                std::string{found.raw()}
        );
    }

    // Values are views of the line.
    std::size_t offset_of(json::value found) const {
        return line_->offset + static_cast<std::size_t>(found.raw().data() - line_->json.data());
    }

    result<void> look_up(
        given_event& made, std::optional<json::value> type, std::optional<json::value> data
    ) const {
        auto const& name = made.event.type;
        known_event const* found = nullptr;
        std::vector<std::string> names;
        std::size_t bare = 0;
        for (auto const* const one : known_) {
            names.push_back(one->type);
            auto const is_former = std::ranges::find(one->formerly, name) != one->formerly.end();
            if (one->type == name || is_former) {
                found = one;
                bare = 1;
                break;
            }
            if (!one->type.ends_with("." + name)) continue;
            found = one;
            ++bare;
        }
        if (bare == 1) {
            auto const is_bare = found->type.ends_with("." + name);
            if (is_bare) made.event.type = found->type;
            return data ? fields(found->fields, *data, found->type, "") : result<void>{};
        }
        auto const is_handled = std::ranges::any_of(view_.handlers, [&](handler const& on) {
            return std::ranges::find(on.types, name) != on.types.end();
        });
        if (bare == 0 && (is_handled || (with_.is_older && with_.is_older(name)))) return {};
        for (auto const& on : view_.handlers)
            names.insert(names.end(), on.types.begin(), on.types.end());
        return fail_at(
            in_,
            offset_of(*type),
            bare > 1 ? "'" + name + "' may be one of several events: write its full name"
                     : "nobody declares event '" + name + "'" + did_you_mean(name, names)
        );
    }

    result<void> fields(
        std::span<known_field const> declared,
        json::value given,
        std::string const& type,
        std::string const& before
    ) const {
        for (auto const& [name, value] : given.members()) {
            auto const field = std::ranges::find(declared, name, &known_field::name);
            auto const path = before + std::string{name};
            if (field == declared.end()) {
                std::vector<std::string> known;
                for (auto const& one : declared) known.push_back(before + one.name);
                return fail_at(
                    in_,
                    offset_of(value),
                    type + " has no field '" + path + "'" + did_you_mean(path, known)
                );
            }
            if (value.is_null()) continue;
            DIPTYCH_TRY(one_field(*field, value, type, path));
        }
        return {};
    }

    result<void> one_field(
        known_field const& field,
        json::value value,
        std::string const& type,
        std::string const& path
    ) const {
        if (field.is_list) {
            if (value.kind() != json::kind::array)
                return misfit(value, "'" + path + "' of " + type, "a list");
            if (field.fields.empty()) return {};
            for (auto const one : value.elements()) {
                if (one.kind() != json::kind::object)
                    return misfit(one, "an element of '" + path + "'", "an object");
                DIPTYCH_TRY(fields(field.fields, one, type, path + "."));
            }
            return {};
        }
        if (!field.fields.empty()) {
            if (value.kind() != json::kind::object)
                return misfit(value, "'" + path + "' of " + type, "an object");
            return fields(field.fields, value, type, path + ".");
        }
        if (!field.type) return {};
        auto const fits = cells_.stored(value, field.type);
        if (fits) return {};
        return misfit(value, "'" + path + "' of " + type, fits.error().message);
    }

    view_definition const& view_;
    source const& in_;
    case_surroundings const& with_;
    case_cells& cells_;
    std::vector<known_event const*> known_;
    case_line const* line_ = nullptr;
};

result<void> check_row(
    case_line const& line, table const& of, source const& in, case_cells& cells
) {
    json::document document;
    if (auto const parsed = document.read(line.json); !parsed)
        return fail_at(in, line.offset, "a row is one line of JSON: " + parsed.error().message);
    std::vector<std::string> known;
    for (auto const& one : of.columns) known.push_back(one.name);
    for (auto const& [name, value] : document.root().members()) {
        auto const offset =
            line.offset + static_cast<std::size_t>(value.raw().data() - line.json.data());
        auto const* const column = of.find(name);
        if (column == nullptr)
            return fail_at(
                in,
                offset,
                "no column '" + std::string{name} + "' in table '" + of.name + "'" +
                    did_you_mean(name, known)
            );
        auto const fits = cells.stored(value, column->type);
        if (!fits)
            return fail_at(
                in,
                offset,
                "column '" + column->name + "' is " + to_string(column->type) + ", and wants " +
                    fits.error().message + ", not " + std::string{value.raw()}
            );
    }
    return {};
}

}  // namespace

read_case read_events(
    view_case const& of,
    view_definition const& resolved,
    source const& in,
    case_surroundings const& with
) {
    read_case made;
    auto cells = case_cells::make();
    if (!cells) {
        made.errors.push_back(cells.error());
        return made;
    }
    event_reader reader{resolved, in, with, *cells};
    std::optional<timestamp> before;
    for (auto const& line : of.given) {
        auto one = reader.read(line, before);
        if (!one) {
            made.errors.push_back(std::move(one).error());
            continue;
        }
        before = one->recorded_at;
        made.given.push_back(*std::move(one));
    }
    for (auto const& expected : of.expected) {
        auto const table = std::ranges::find(resolved.tables, expected.table, &table::name);
        for (auto const& row : expected.rows)
            if (auto right = check_row(row, *table, in, *cells); !right)
                made.errors.push_back(std::move(right).error());
    }
    return made;
}

source with_mode(source const& in, bool is_inline) {
    auto changed = in;
    auto const tokens = lex(in);
    if (!tokens) return changed;
    for (auto const& token : *tokens) {
        if (token.kind != token_kind::directive) continue;
        directive words{in, token};
        if (words.name() != "@view") continue;
        auto const name = words.word("the view's name");
        auto const line = "@view " + name.value_or("") + (is_inline ? " inline" : " async");
        changed.text.replace(token.offset, token.text.size(), line);
        break;
    }
    return changed;
}

}  // namespace diptych::read
