// View files: any text is a view whose statements SQLite takes, or an error with its place.
#include "fuzz/target.hpp"
#include "read/parse.hpp"
#include "read/view_case.hpp"
#include "read/view_plan.hpp"
#include "read/view_version.hpp"
#include "sqlite/database.hpp"

#include <diptych/event.hpp>

#include <algorithm>

namespace diptych::fuzz {

namespace {

std::size_t fact(error const& what, std::string_view name) {
    for (auto const& [known, value] : what.facts)
        if (known == name) return std::stoul(value);
    return 0;
}

void check_place(error const& what, std::string_view text) {
    require(what.kind == errc::invalid, "a file that is no view is invalid");
    auto const line = fact(what, "line");
    auto const lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    require(line >= 1 && line <= lines, "an error names a line of the file");
    pieces rest{text};
    for (std::size_t i = 1; i < line; ++i) rest.line();
    auto const column = fact(what, "column");
    require(column >= 1 && column <= rest.line().size() + 1, "an error names a column of its line");
    require(what.message.starts_with("v.sql:"), "an error begins with the file's name");
}

/// Creates the tables and lets an empty event through every statement.
void run(read::view_plan const& plan) {
    auto const database = sqlite::database::open(":memory:").or_throw();
    require(plan.create(database).has_value(), "the tables of a view can be created");
    auto const projection = plan.project(database);
    require(projection.has_value(), "the statements of a view can be prepared");
    recorded_event event{
        .position = position{1},
        .epoch = epoch{1},
        .version = version{1},
        .id = {},
        .recorded_at = {},
        .stream = "a-1",
        .type = {},
        .tags = {},
        .data = R"({"order":"o1","sku":"s","quantity":3,"lines":[{"sku":"t","quantity":1}]})",
        .metadata = "{}",
    };
    for (auto const& handler : plan.definition->handlers)
        for (auto const& type : handler.types) {
            event.type = type;
            (void)(*projection)->apply(event);
        }
}

/// Reads the tests in the file, and looks for their rows in the view's empty tables.
void look_at_cases(read::view_plan const& plan, read::source const& in) {
    auto const database = sqlite::database::open(":memory:").or_throw();
    require(plan.create(database).has_value(), "the tables of a view can be created");
    for (auto const& one : plan.definition->cases) {
        auto const events = read::read_events(one, *plan.definition, in, {.contexts = {}});
        for (auto const& what : events.errors) check_place(what, in.text);
        if (!events.errors.empty()) continue;
        require(events.given.size() == one.given.size(), "an event is given or it is an error");
        for (auto const& expected : one.expected) {
            auto const said = read::row_differences(expected, *plan.definition, in, database);
            require(said.has_value(), "rows that are no error can be looked for");
            require(said->empty() == expected.rows.empty(), "there are no rows yet");
        }
    }
}

/// The same view in another mode, as its tests run it.
void change_mode(read::view_plan const& plan, read::source const& in) {
    for (auto const is_inline : {true, false}) {
        auto const other = read::parse_view(read::with_mode(in, is_inline));
        require(other && other->is_inline == is_inline, "a view can be run in either mode");
        require(other->name == plan.definition->name, "its mode does not change a view's name");
    }
}

}  // namespace

void view_file(std::string_view input) {
    auto const in = read::source{.file = "v.sql", .text = std::string(input)};
    auto const parsed = read::parse_view(in);
    if (!parsed) return check_place(parsed.error(), input);
    for (auto const& handler : parsed->handlers)
        for (auto const& statement : handler.statements) {
            require(statement.offset < input.size(), "a statement stands in its file");
            for (auto const& binding : statement.bindings)
                require(binding.offset < input.size(), "a binding stands in its file");
        }
    auto const no_older =
        std::make_shared<read::older_shapes const>(std::span<model::event const>{});
    auto const plan = read::plan_view(in, {}, no_older);
    if (!plan) return check_place(plan.error(), input);
    auto const again = read::plan_view({"v.sql", "\n\n" + in.text}, {}, no_older);
    require(again && again->version == plan->version, "empty lines do not change the meaning");
    run(*plan);
    look_at_cases(*plan, in);
    change_mode(*plan, in);
}

}  // namespace diptych::fuzz
