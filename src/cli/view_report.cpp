#include "cli/view_report.hpp"

#include "cli/version_line.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

error error_in(json::value in) {
    error made{.kind = errc::invalid, .code = "", .message = ""};
    for (auto const& [name, value] : in.members()) {
        if (name == "code")
            made.code = value.text();
        else if (name == "message")
            made.message = value.text();
        else
            made.facts.emplace_back(name, value.raw());
    }
    return made;
}

}  // namespace

result<app::view_report> checked_by(service& server, read::source const& text) {
    DIPTYCH_TRY(
        auto const answer,
        server.ask_well(
            {.method = "POST",
             .path = "/view-files/check",
             .query = {{"file", text.file}},
             .headers = {{"Content-Type", "application/sql"}},
             .body = text.text}
        )
    );
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const said = read.root();
    auto const errors = said.find("errors");
    auto const warnings = said.find("warnings");
    if (!errors || !warnings) return fail(errc::failed, "not a report: " + answer.body);
    app::view_report made{
        .file = text.file, .view = word_of(said, "view"), .version = word_of(said, "version")
    };
    for (auto const one : errors->elements()) made.errors.push_back(error_in(one));
    for (auto const one : warnings->elements()) made.warnings.emplace_back(one.text());
    return made;
}

}  // namespace diptych::cli
