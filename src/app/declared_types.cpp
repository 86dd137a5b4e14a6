#include "app/declared_types.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::app {

inbox::declared_types declared_types_of(std::vector<model::context const*> const& contexts) {
    std::set<std::string, std::less<>> names;
    for (auto const* const context : contexts)
        for (auto const& event : context->events) {
            names.insert(event.type);
            names.insert(event.formerly.begin(), event.formerly.end());
        }
    return [names = std::move(names)](std::string_view type) { return names.contains(type); };
}

}  // namespace diptych::app
