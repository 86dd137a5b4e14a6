#include "sim/rebuild.hpp"

#include "sim/all_rows.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <map>
#include <utility>

namespace diptych::sim {

namespace {

constexpr auto views_folder = "/data/log/views";

result<std::map<std::string, std::string>> rows_of_all(app::node& of) {
    std::map<std::string, std::string> all;
    for (auto const& view : of.views().names()) {
        DIPTYCH_TRY(auto answer, all_rows(of.views(), view));
        all[view] = std::move(answer.rows);
    }
    return all;
}

result<void> delete_views(storage::disk& on) {
    DIPTYCH_TRY(auto const names, on.list(views_folder));
    for (auto const& name : names)
        DIPTYCH_TRY(on.remove(std::filesystem::path(views_folder) / name));
    return on.sync_directory(views_folder);
}

result<std::optional<std::string>> compare(world& in) {
    DIPTYCH_TRY(auto const before, rows_of_all(in.node()));
    DIPTYCH_TRY(in.stop());
    DIPTYCH_TRY(delete_views(in.disk()));
    DIPTYCH_TRY(in.start());
    if (!in.come_to_rest()) return "does not come to rest after its views were deleted";
    DIPTYCH_TRY(auto const after, rows_of_all(in.node()));
    for (auto const& [view, rows] : before)
        if (rows != after.at(view))
            return fmt::format(
                "view {} shows {}\n  and built again {}", view, rows, after.at(view)
            );
    return std::optional<std::string>{};
}

}  // namespace

std::optional<std::string> differs_from_rebuild(world& in) {
    if (in.node().views().names().empty()) return {};
    auto const compared = compare(in);
    if (!compared) return "views can not be built again: " + compared.error().message;
    return *compared;
}

}  // namespace diptych::sim
