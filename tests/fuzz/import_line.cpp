// Lines of an import: of an exported log, and of tables of comma-separated values.
#include "cli/import_line.hpp"

#include "allocation/csv.hpp"
#include "fuzz/target.hpp"

#include <diptych/json_value.hpp>

#include <sstream>

namespace diptych::fuzz {

namespace {

void check_event(std::string_view line) {
    auto const event = cli::event_of_line(line);
    if (!event) return;
    auto const read = json::parse(*event);
    require(read.has_value(), "a line becomes JSON");
    require(
        cli::event_of_line(*event).or_throw() == *event,
        "what a line becomes is a line that becomes it"
    );
    auto const original = json::parse(std::string(line));
    for (auto const [name, value] : read->root().members())
        require(original->root().find(name)->raw() == value.raw(), "members are taken as they are");
}

void check_table(std::string const& text) {
    std::istringstream in(text);
    auto table = shop::csv::table::open(in, {"sku", "qty"});
    if (!table) return;
    for (std::size_t last = table->line();; last = table->line()) {
        auto const row = table->next();
        if (row && !*row) return;
        require(table->line() > last, "every line is read once");
        if (row) require((*row)->fields.size() == 2, "a row has the columns that were asked for");
    }
}

}  // namespace

void import_line(std::string_view input) {
    check_table(std::string(input));
    for (pieces in{input}; !in.rest.empty();) {
        auto const line = in.line();
        check_event(line);
        auto const fields = shop::csv::split(line);
        if (fields)
            require(
                shop::csv::split(shop::csv::join(*fields)).or_throw() == *fields,
                "fields are read as they are written"
            );
    }
}

}  // namespace diptych::fuzz
