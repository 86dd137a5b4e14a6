// Dead letters of the versions of a view.
#include "read/view_versions.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

result<view_versions::version_ptr> view_versions::version_at_work(std::string_view id) const {
    auto served = served_version();
    if (id.empty() || served->view->id() == id) return served;
    if (auto found = find_beside(id)) return found;
    DIPTYCH_TRY(find(id));  // says what there is
    return served;
}

result<std::vector<dead_letter>> view_versions::dead_letters(
    std::string_view id, position after, std::size_t limit
) const {
    DIPTYCH_TRY(auto const one, version_at_work(id));
    return one->view->parked(after, limit);
}

result<dead_letter> view_versions::dead_letter_at(std::string_view id, position at) const {
    auto const before = position{at.value == 0 ? 0 : at.value - 1};
    DIPTYCH_TRY(auto found, dead_letters(id, before, 1));
    if (!found.empty() && found.front().at == at) return std::move(found.front());
    return fail(
        errc::not_found,
        "no_such_dead_letter",
        "event " + std::to_string(at.value) + " is no dead letter of view '" + name_ + "'"
    );
}

result<parking_outcome> view_versions::change_dead_letters(
    std::string_view id, change_of_parked change, std::optional<position> only
) {
    DIPTYCH_TRY(auto const one, version_at_work(id));
    auto const lock = std::scoped_lock(one->stepping);
    return one->view->change_parked(change, only);
}

}  // namespace diptych::read
