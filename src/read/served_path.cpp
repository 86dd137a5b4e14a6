#include "read/served_path.hpp"

#include "read/view_definition.hpp"

#include <algorithm>

namespace diptych::read {

std::vector<served_path> served_paths(served const& of) {
    std::vector<served_path> all;
    auto const add = [&](std::vector<std::string> const& names, bool served_path::* use) {
        for (auto const& name : names) {
            if (!name.contains("->")) continue;
            auto found = std::ranges::find(all, name, &served_path::path);
            if (found == all.end()) {
                auto const type = std::ranges::find(of.types, name, &declared_type::path);
                all.push_back(
                    {.path = name, .type = type == of.types.end() ? "" : to_string(type->type)}
                );
                found = all.end() - 1;
            }
            (*found).*use = true;
        }
    };
    add(of.filter, &served_path::filter);
    add(of.sort, &served_path::sort);
    return all;
}

}  // namespace diptych::read
