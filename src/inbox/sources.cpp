#include "inbox/sources.hpp"

#include "inbox/ledger.hpp"
#include "inbox/records.hpp"
#include "inbox/source_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
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

std::string to_string(undeclared_source const& what) {
    return fmt::format(
        "no file declares source {}, of which messages are held: {}", what.name, what.held
    );
}

result<std::vector<undeclared_source>> sources::undeclared() const {
    auto const lock = std::scoped_lock(looking_);
    if (!undeclared_) {
        DIPTYCH_TRY(undeclared_, find_undeclared());
    }
    return *undeclared_;
}

result<std::vector<undeclared_source>> sources::find_undeclared() const {
    constexpr std::string_view prefix = "$inbox-";
    std::set<std::string> names;
    auto const look = [&](recorded_event const& event) -> result<void> {
        if (!event.stream.starts_with(prefix)) return {};
        auto const name = event.stream.substr(prefix.size());
        if (!by_name_.contains(name)) names.emplace(name);
        return {};
    };
    query const holds{.items = {{.types = {std::string(held_type)}}}, .engine_events = true};
    DIPTYCH_TRY(log_.visit(holds, {.after = {}, .up_to = log_.end().position}, look));
    std::vector<undeclared_source> all;
    for (auto const& name : names) {
        source const lost{.name = name};
        ledger of(lost);
        DIPTYCH_TRY(of.catch_up(log_));
        auto const waits = [](auto const& one) { return !one.second.is_dropped; };
        auto const held = std::ranges::count_if(of.open(), waits);
        if (held > 0) all.push_back({.name = name, .held = static_cast<std::size_t>(held)});
    }
    return all;
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
