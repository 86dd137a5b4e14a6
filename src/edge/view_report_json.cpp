#include "edge/view_report_json.hpp"

#include <cstdint>

namespace diptych::edge {

void write_view_report(json::writer& to, app::view_report const& what) {
    to.begin_object().member("file", what.file).member("view", what.view);
    if (!what.version.empty()) to.member("version", what.version);
    to.key("errors").begin_array();
    for (auto const& one : what.errors) {
        to.begin_object().member("code", one.code).member("message", one.message);
        for (auto const& [name, value] : one.facts) to.raw_member(name, value);
        to.end_object();
    }
    to.end_array().key("warnings").begin_array();
    for (auto const& warning : what.warnings) to.value(warning);
    to.end_array().member("tests", std::uint64_t{what.cases});
    to.key("failed").begin_array();
    for (auto const& failed : what.failed) {
        to.begin_object().member("test", failed.name).member("ways", failed.ways);
        to.key("differences").begin_array();
        for (auto const& line : failed.differences) to.value(line);
        to.end_array().end_object();
    }
    to.end_array().end_object();
}

}  // namespace diptych::edge
