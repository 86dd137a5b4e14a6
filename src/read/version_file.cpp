#include "read/version_file.hpp"

#include "read/suggest.hpp"
#include "read/view_choices.hpp"
#include "read/view_version.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::read {

result<std::vector<std::string>> ids_in(
    storage::disk& on, std::filesystem::path const& views, std::string_view view
) {
    std::vector<std::string> ids;
    DIPTYCH_TRY(auto const names, on.list(views));
    for (auto const& name : names)
        if (auto id = id_in(name, view); !id.empty()) ids.push_back(std::move(id));
    std::ranges::sort(ids);
    return ids;
}

result<sqlite::location> view_file_in(
    std::filesystem::path const& data, std::string_view view, std::string_view id
) {
    auto const views = data / "views";
    DIPTYCH_TRY(auto const ids, ids_in(storage::system_disk(), views, view));
    auto const name = "view '" + std::string{view} + "'";
    if (ids.empty())
        return fail(errc::not_found, "no_such_view", views.string() + " has no file of " + name);
    auto wanted = std::string{id};
    if (wanted.empty()) {
        DIPTYCH_TRY(auto const choices, view_choices::read(storage::system_disk(), views));
        if (auto const known = choices.find(view); known != choices.end())
            wanted = known->second.served;
        else if (ids.size() == 1)
            wanted = ids.front();
        else
            return fail(
                errc::invalid,
                "which_version",
                "nothing says which version of " + name + " is served; there are " + listed(ids)
            );
    }
    if (std::ranges::find(ids, wanted) == ids.end())
        return fail(
            errc::not_found,
            "no_such_version",
            name + " has no version " + wanted + "; there are " + listed(ids)
        );
    return sqlite::location{file_of(views, view, wanted)};
}

}  // namespace diptych::read
