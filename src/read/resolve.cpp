#include "read/resolve.hpp"

#include "read/suggest.hpp"

#include <diptych/event.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

std::optional<column_type> type_of(model::type const& type) {
    using enum model::value_kind;
    switch (type.kind) {
        case text:
        case id:
        case enumeration:
        case date:
            return column_type{.kind = column_kind::text};
        case integer:
            return column_type{.kind = column_kind::integer};
        case real:
            return column_type{.kind = column_kind::real};
        case boolean:
            return column_type{.kind = column_kind::boolean};
        case timestamp:
            return column_type{.kind = column_kind::timestamp};
        case list:
        case map:
        case object:
            return column_type{.kind = column_kind::json};
        case duration:
        case json:
            break;
    }
    return {};
}

known_field field_of(model::field const& from) {
    known_field made{.name = from.name, .type = type_of(from.of)};
    made.is_list = from.of.kind == model::value_kind::list;
    auto const* shape = &from.of;
    if (made.is_list && !shape->fields.empty()) shape = &shape->fields.front().of;
    if (shape->kind == model::value_kind::object)
        for (auto const& part : shape->fields) made.fields.push_back(field_of(part));
    return made;
}

std::vector<std::string> names_of(std::span<known_field const> fields, std::string_view before) {
    std::vector<std::string> names;
    for (auto const& one : fields) names.push_back(std::string{before} + one.name);
    return names;
}

// Whether a value declared as `from` can be brought into the form of `to`.
bool fits(column_type from, column_type to) {
    using enum column_kind;
    if (from.kind == to.kind) return from.kind != decimal || from.scale <= to.scale;
    switch (to.kind) {
        case json:
            return true;
        case real:
            return from.kind == integer || from.kind == decimal;
        case decimal:
            return from.kind == integer || from.kind == real || from.kind == text;
        case timestamp:
        case blob:
            return from.kind == text;
        case text:
            return from.kind == timestamp;
        default:
            return false;
    }
}

class resolver {
public:
    resolver(source const& in, view_definition& view, known_types const& known)
        : in_(in), view_(view), types_(known) {
        for (auto const& one : known.contexts) known_.push_back(&one);
        for (auto const& one : view.events) known_.push_back(&one);
    }

    result<std::vector<error>> all() {
        auto const contexts = types_.contexts;
        for (auto const& own : view_.events) {
            if (std::ranges::find(contexts, own.type, &known_event::type) == contexts.end())
                continue;
            auto const what = "a context declares event '" + own.type + "' already";
            errors_.push_back(fail_at(in_, own.offset, what).error());
        }
        for (auto& on : view_.handlers) DIPTYCH_TRY(one(on));
        for (auto const& field : view_.keys) DIPTYCH_TRY(note(check(field)));
        return std::move(errors_);
    }

private:
    // Keeps what is wrong with the file; the rest ends everything.
    result<void> note(result<void> done) {
        if (done || done.error().code != "view_file") return done;
        errors_.push_back(std::move(done).error());
        return {};
    }

    result<void> one(handler& on) {
        std::vector<std::string> recorded;
        std::vector<known_event const*> events;
        for (auto const& name : on.types) {
            known_event const* event = nullptr;
            auto look = [&]() -> result<void> {
                DIPTYCH_TRY(event, find(name, on.offset));
                return {};
            };
            DIPTYCH_TRY(note(look()));
            recorded.push_back(event == nullptr ? name : event->type);
            if (event == nullptr) {
                handles_undeclared_ = true;
                continue;
            }
            events.push_back(event);
            handled_.push_back(event);
            recorded.insert(recorded.end(), event->formerly.begin(), event->formerly.end());
        }
        on.types = std::move(recorded);
        for (auto const* const event : events)
            for (auto& statement : on.statements) DIPTYCH_TRY(note(check(*event, statement)));
        for (auto const& statement : on.statements)
            for (auto const& one : statement.products) DIPTYCH_TRY(note(check(one, statement)));
        return {};
    }

    result<void> check(product const& one, statement_definition const& statement) const {
        auto decimals = one.decimals;
        for (auto const& factor : one.bindings) {
            auto const& as = statement.bindings[factor.binding].as;
            if (as && as->kind == column_kind::decimal) decimals += factor.divides ? -1 : 1;
        }
        if (decimals > 0) return {};
        return fail_at(
            in_,
            one.offset,
            "a product that has to do with " + to_string(one.into) +
                " needs a decimal as a factor: a column, or a field that @event declares to be one"
        );
    }

    // A field that some event of the view has, if all that they have is declared.
    result<void> check(key_field const& field) {
        std::optional<error> missing;
        for (auto const* const event : handled_) {
            auto const found = look_up(*event, event->fields, field.path, ":", field.offset);
            if (!found) {
                if (!missing) missing = found.error();
                continue;
            }
            auto const is_object = *found != nullptr && !(*found)->fields.empty() && (*found)->type;
            if (!is_object) return {};
            missing = fail_at(
                          in_,
                          field.offset,
                          "'" + (*found)->name + "' of " + event->type +
                              " is an object: a key is a value, or an array of values"
            )
                          .error();
        }
        if (!missing || handles_undeclared_) return {};
        return std::unexpected(*std::move(missing));
    }

    // Null: the engine's own, or nothing is declared that it could be held against.
    result<known_event const*> find(std::string const& name, std::size_t offset) {
        if (is_engine_type(name)) return nullptr;
        std::vector<known_event const*> bare;
        for (auto const* const event : known_) {
            if (event->type == name) return event;
            if (event->type.ends_with("." + name)) bare.push_back(event);
        }
        if (bare.size() == 1) return bare.front();
        std::vector<std::string> names;
        for (auto const* const event : bare.empty() ? known_ : bare) names.push_back(event->type);
        if (bare.size() > 1)
            return fail_at(in_, offset, "'" + name + "' may be " + listed(names) + ": write which");
        if (types_.is_recorded) {
            auto const is_there = types_.is_recorded(name);
            // Nobody can look: a log that is only read may have no index yet.
            if (!is_there && is_there.error().kind == errc::unavailable) return nullptr;
            if (!is_there) return std::unexpected(is_there.error());
            if (*is_there) return nullptr;
        }
        auto const what = "nobody declares event '" + name + "'" + did_you_mean(name, names);
        if (!types_.contexts.empty()) return fail_at(in_, offset, what);
        auto const at = place_of(in_, offset);
        view_.warnings.push_back(in_.file + ":" + std::to_string(at.line) + ": " + what);
        return nullptr;
    }

    result<void> check(known_event const& event, statement_definition& statement) {
        DIPTYCH_TRY(auto const elements, elements_of(event, statement));
        for (auto& one : statement.bindings)
            DIPTYCH_TRY(note(check(event, one, statement, elements)));
        return {};
    }

    using known_elements = std::optional<std::span<known_field const>>;  // nullopt: not declared

    // What is declared of the elements of each @each.
    result<std::vector<known_elements>> elements_of(
        known_event const& event, statement_definition const& statement
    ) {
        std::vector<known_elements> all;
        for (auto const& one : statement.each) {
            auto const inside = one.in ? all[*one.in] : known_elements{event.fields};
            known_field const* array = nullptr;
            if (inside) {
                auto const before = one.in ? ":" + statement.each[*one.in].name + "." : ":";
                DIPTYCH_TRY(array, look_up(event, *inside, one.path, before, statement.offset));
            }
            auto const is_array = array == nullptr || array->is_list || !array->type;
            if (!is_array)
                return fail_at(
                    in_,
                    statement.offset,
                    "@each goes through an array, and '" + array->name + "' of " + event.type +
                        " is none"
                );
            auto const is_known = array != nullptr && !array->fields.empty();
            all.push_back(is_known ? known_elements{array->fields} : std::nullopt);
        }
        return all;
    }

    result<void> check(
        known_event const& event,
        binding& one,
        statement_definition const& statement,
        std::span<known_elements const> elements
    ) {
        known_field const* field = nullptr;
        if (one.from == binding_source::field) {
            DIPTYCH_TRY(field, look_up(event, event.fields, one.path, ":", one.offset));
        } else if (one.from == binding_source::element && elements[one.level] &&
                   !one.path.empty()) {
            auto const before = ":" + statement.each[one.level].name + ".";
            DIPTYCH_TRY(field, look_up(event, *elements[one.level], one.path, before, one.offset));
        }
        if (field == nullptr || !field->type) return {};
        return agree(event, one, *field->type);
    }

    // Null: the path leads into something whose shape is not declared.
    result<known_field const*> look_up(
        known_event const& event,
        std::span<known_field const> fields,
        std::span<std::string const> path,
        std::string before,
        std::size_t offset
    ) {
        known_field const* field = nullptr;
        for (auto const& part : path) {
            if (field != nullptr && field->fields.empty()) {
                auto const is_open = !field->type || field->type->kind == column_kind::json;
                if (is_open && !field->is_list) return nullptr;
                return fail_at(
                    in_, offset, "'" + field->name + "' of " + event.type + " has no parts"
                );
            }
            auto const found = std::ranges::find(fields, part, &known_field::name);
            if (found == fields.end())
                return fail_at(
                    in_,
                    offset,
                    event.type + " has no field '" + before + part + "'" +
                        did_you_mean(before + part, names_of(fields, before))
                );
            field = &*found;
            fields = field->fields;
            before += part + ".";
        }
        return field;
    }

    result<void> agree(known_event const& event, binding& one, column_type declared) {
        if (!one.as) {
            one.as = declared;
            return {};
        }
        if (fits(declared, *one.as)) return {};
        return fail_at(
            in_,
            one.offset,
            to_string(one) + " of " + event.type + " is " + to_string(declared) +
                " and can not go where " + to_string(*one.as) + " is wanted"
        );
    }

    source const& in_;
    view_definition& view_;
    known_types const& types_;
    std::vector<known_event const*> known_;
    std::vector<known_event const*> handled_;
    bool handles_undeclared_ = false;
    std::vector<error> errors_;
};

}  // namespace

std::vector<known_event> known_events(std::span<model::event const> of) {
    std::vector<known_event> known;
    for (auto const& from : of) {
        if (from.upcast != nullptr) continue;  // views see what it means today
        known_event made{.type = from.type, .formerly = from.formerly};
        for (auto const& field : from.fields) made.fields.push_back(field_of(field));
        known.push_back(std::move(made));
    }
    return known;
}

result<std::vector<error>> resolve_all(
    source const& in, view_definition& view, known_types const& known
) {
    return resolver{in, view, known}.all();
}

result<void> resolve(source const& in, view_definition& view, known_types const& known) {
    DIPTYCH_TRY(auto errors, resolve_all(in, view, known));
    if (!errors.empty()) return std::unexpected(std::move(errors.front()));
    return {};
}

}  // namespace diptych::read
