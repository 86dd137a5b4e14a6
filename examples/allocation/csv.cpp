#include "csv.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace shop::csv {

namespace {

std::optional<std::string> read_line(std::istream& in) {
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

// A quoted field, without its quotes; `at` goes from its opening quote to behind its closing one.
diptych::result<std::string> quoted(std::string_view line, std::size_t& at) {
    std::string field;
    for (++at; at < line.size(); ++at) {
        if (line[at] != '"')
            field += line[at];
        else if (line.substr(at).starts_with("\"\""))
            field += line[at++];
        else
            return ++at, field;
    }
    return diptych::fail(diptych::errc::invalid, "a quote is not closed");
}

}  // namespace

diptych::result<std::vector<std::string>> split(std::string_view line) {
    std::vector<std::string> fields;
    for (std::size_t at = 0;; ++at) {
        if (at < line.size() && line[at] == '"') {
            DIPTYCH_TRY(fields.emplace_back(), quoted(line, at));
        } else {
            auto const comma = std::min(line.find(',', at), line.size());
            fields.emplace_back(line.substr(at, comma - at));
            at = comma;
        }
        if (at == line.size()) return fields;
        if (line[at] != ',')
            return diptych::fail(diptych::errc::invalid, "text follows a closing quote");
    }
}

std::string join(std::vector<std::string> const& fields) {
    std::string line;
    for (auto const& field : fields) {
        if (&field != &fields.front()) line += ',';
        if (field.find_first_of(",\"\r\n") == std::string::npos) {
            line += field;
            continue;
        }
        line += '"';
        for (auto const c : field) line += c == '"' ? std::string(2, c) : std::string(1, c);
        line += '"';
    }
    return line;
}

diptych::result<table> table::open(std::istream& in, std::vector<std::string> const& columns) {
    auto header = read_line(in).value_or("");
    if (header.starts_with("\xEF\xBB\xBF")) header.erase(0, 3);  // a byte order mark
    DIPTYCH_TRY(auto const names, split(header));
    std::vector<std::size_t> places;
    for (auto const& column : columns) {
        auto const found = std::ranges::find(names, column);
        if (found == names.end())
            return diptych::fail(
                diptych::errc::invalid, "the first line names no column '" + column + "'"
            );
        places.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    return table{in, names.size(), std::move(places)};
}

diptych::result<std::optional<row>> table::next() {
    for (;;) {
        auto const text = read_line(*in_);
        if (!text) return std::nullopt;
        ++line_;
        if (text->find_first_not_of(" \t") == std::string::npos) continue;

        DIPTYCH_TRY(auto const all, split(*text));
        if (all.size() != width_)
            return diptych::fail(
                diptych::errc::invalid,
                "expected " + std::to_string(width_) + " fields, found " +
                    std::to_string(all.size())
            );
        row found{.line = line_, .fields = {}};
        for (auto const place : places_) found.fields.push_back(all[place]);
        return found;
    }
}

}  // namespace shop::csv
