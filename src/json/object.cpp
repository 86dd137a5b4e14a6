#include <diptych/json_object.hpp>

#include <bitset>

namespace diptych::json {
namespace {

/// The field of this name; how.count if there is none.
std::size_t find_field(object_form const& how, std::string_view name) {
    std::size_t index = 0;
    while (index < how.count && how.fields[index].name != name) ++index;
    return index;
}

bool unknown_field(reader& in, object_form const& how, std::string_view name) {
    std::string sentence = "unknown field; there ";
    sentence += how.count == 0 ? "are none" : how.count == 1 ? "is only " : "are ";
    for (std::size_t i = 0; i < how.count; ++i)
        sentence += (i == 0 ? "" : ", ") + std::string{how.fields[i].name};
    std::string const shown{name};
    in.fail("unknown_field", std::move(sentence));
    return in.inside(shown);
}

bool missing_field(reader& in, field_form const& field) {
    std::string what;
    switch (field.of->describe().kind) {
        case model::value_kind::integer:
            what = "an integer";
            break;
        case model::value_kind::real:
            what = "a number";
            break;
        case model::value_kind::boolean:
            what = "true or false";
            break;
        case model::value_kind::timestamp:
            what = "a time";
            break;
        case model::value_kind::date:
            what = "a date";
            break;
        case model::value_kind::duration:
            what = "a duration";
            break;
        case model::value_kind::object:
            what = "an object";
            break;
        default:
            what = "a text";
    }
    in.fail("missing_field", "missing; it must be " + what);
    return in.inside(field.name);
}

}  // namespace

bool read_object(reader& in, void* to, object_form const& how) {
    if (!in.begin_object()) return false;
    void const* fields[reflect::fields_max];
    how.addresses(to, fields);
    std::bitset<reflect::fields_max> seen;
    for (std::size_t index = 0;; ++index) {
        // Members come in the order of the fields: that is how they are written.
        if (index >= how.count || !in.take_member(how.fields[index].name)) {
            std::string_view name;
            if (!in.next_member(name)) break;
            index = find_field(how, name);
            if (index == how.count) {
                if (in.how().all_known) return unknown_field(in, how, name);
                if (!in.skip()) return false;
                continue;
            }
        }
        auto const& field = how.fields[index];
        if (in.how().all_known && seen[index]) {
            in.fail("repeated_field", "given twice");
            return in.inside(field.name);
        }
        seen[index] = true;
        if (!field.of->read(in, const_cast<void*>(fields[index]))) return in.inside(field.name);
    }
    if (in.failed()) return false;
    if (in.how().all_there)
        for (std::size_t i = 0; i < how.count; ++i)
            if (how.fields[i].required && !seen[i]) return missing_field(in, how.fields[i]);
    return true;
}

void write_object(std::string& to, void const* what, object_form const& how) {
    void const* fields[reflect::fields_max];
    how.addresses(what, fields);
    to += '{';
    for (std::size_t i = 0; i < how.count; ++i) {
        to += i == 0 ? "\"" : ",\"";
        to += how.fields[i].name;  // an identifier: nothing to escape
        to += "\":";
        how.fields[i].of->write(to, fields[i]);
    }
    to += '}';
}

std::vector<model::field> describe_object(object_form const& how) {
    std::vector<model::field> fields;
    for (std::size_t i = 0; i < how.count; ++i)
        fields.push_back(
            {.name = std::string{how.fields[i].name},
             .of = how.fields[i].of->describe(),
             .required = how.fields[i].required}
        );
    return fields;
}

}  // namespace diptych::json
