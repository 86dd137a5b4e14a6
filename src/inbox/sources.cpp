#include "inbox/sources.hpp"

#include "inbox/source_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <utility>

namespace diptych::inbox {

result<void> sources::add(std::string_view file_name, std::string_view text) {
    DIPTYCH_TRY(auto made, parse_source(file_name, text));
    auto name = made.name;
    if (by_name_.contains(name))
        return fail(
            errc::invalid,
            "inbox_file",
            fmt::format("{}: there is a source {} already", file_name, name)
        );
    by_name_.emplace(
        std::move(name), std::make_unique<source_inbox>(std::move(made), log_, time_, options_)
    );
    return {};
}

result<source_inbox*> sources::find(std::string_view name) const {
    if (auto const at = by_name_.find(name); at != by_name_.end()) return at->second.get();
    std::string names;
    for (auto const& [one, of] : by_name_) names.append(names.empty() ? "" : ", ").append(one);
    return fail(
        errc::not_found,
        "unknown_source",
        fmt::format(
            "no source '{}' is declared; {}", name, names.empty() ? "none is" : "there are " + names
        )
    );
}

result<bool> sources::step() {
    auto more = false;
    for (auto const& [name, of] : by_name_) {
        DIPTYCH_TRY(auto const stepped, of->step());
        more = more || stepped;
    }
    return more;
}

std::vector<source_inbox*> sources::all() const {
    std::vector<source_inbox*> every;
    for (auto const& [name, of] : by_name_) every.push_back(of.get());
    return every;
}

}  // namespace diptych::inbox
