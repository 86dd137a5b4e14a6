#include "cli/import_line.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

namespace diptych::cli {

result<std::string> event_of_line(std::string_view line) {
    DIPTYCH_TRY(auto const read, json::parse(std::string(line)));
    auto const root = read.root();
    json::writer out;
    out.begin_object();
    for (std::string_view const name : {"id", "stream", "type", "tags", "data", "metadata"}) {
        auto const member = root.find(name);
        if (member)
            out.raw_member(name, member->raw());
        else if (name == "stream" || name == "type")
            return fail(errc::invalid, "no \"" + std::string(name) + '"');
    }
    return std::move(out.end_object()).text();
}

}  // namespace diptych::cli
