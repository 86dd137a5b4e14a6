#include "inbox/memory.hpp"

#include "base/planted_bug.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace diptych::inbox {

namespace {

bool has_order(source const& of, message const& what) {
    return of.is_ordered() && what.version > 0;
}

std::string about(message const& what) {
    std::string types;
    for (auto const& one : what.after->types) types.append(types.empty() ? "" : " or ").append(one);
    return fmt::format("waits for {} about {}", types, what.waits_for);
}

// Why the order of its source stream keeps a message back.
result<std::optional<std::string>> reason_of_order(
    source const& of, memory& in, message const& what
) {
    DIPTYCH_TRY(auto const* const at, in.passed.of(what.stream));
    if (what.version <= at->last) return std::nullopt;
    auto const* const first = in.area.first_of(what.stream);
    if (of.mode == ordering::resequence) {
        if (what.version > at->last + 1 && !is_planted(bug::gap_passed_over))
            return fmt::format("waits for version {} of {}", at->last + 1, what.stream);
        return std::nullopt;
    }
    if (first == nullptr || first->what->version >= what.version ||
        first->what->version <= at->last)
        return std::nullopt;
    return fmt::format(
        "waits for version {} of {}, which is held", first->what->version, what.stream
    );
}

}  // namespace

std::vector<std::string> memory::note(std::string_view type, std::string_view id_name) {
    std::vector<std::string> noted;
    for (auto const* const one : area.waiting_for(id_name)) {
        auto const& types = one->what->after->types;
        if (std::ranges::find(types, type) == types.end()) continue;
        auto const& id = noted.emplace_back(one->what->id);
        area.know(id);
        look_at(*area.find(id));
    }
    return noted;
}

// What one of them has put in another may have taken out.
result<void> memory::take_back(std::vector<assumption> all) {
    for (auto const& one : all)
        if (one.added) area.take(*one.added);
    for (auto& of : all)
        for (auto& one : of.taken) {
            if (area.find(one.what->id) != nullptr) continue;
            // Perhaps only by what is taken back.
            if (one.is_known && !one.is_dropped) {
                DIPTYCH_TRY(one.is_known, known.has(*one.what->after, one.what->waits_for));
            }
            look_at(one);
            area.add(std::move(one));
        }
    for (auto const& of : all)
        for (auto const& stream : of.streams) {
            passed.forget(stream);
            for (auto const* const one : area.all_of(stream)) look_at(*one);
        }
    return {};
}

result<std::optional<std::string>> reason_to_wait(
    source const& of, memory& in, message const& what
) {
    if (has_order(of, what)) {
        DIPTYCH_TRY(auto reason, reason_of_order(of, in, what));
        if (reason) return reason;
    }
    if (what.waits_for.empty()) return std::nullopt;
    DIPTYCH_TRY(auto const is_known, in.known.has(*what.after, what.waits_for));
    if (is_known) return std::nullopt;
    return about(what);
}

result<bool> can_pass(source const& of, memory& in, held const& one) {
    if (!one.failure.empty() || !one.is_durable) return false;
    if (has_order(of, *one.what)) {
        DIPTYCH_TRY(auto const reason, reason_of_order(of, in, *one.what));
        if (reason) return false;
    }
    return !one.waits_for_id() || is_planted(bug::unknown_id_passed);
}

}  // namespace diptych::inbox
