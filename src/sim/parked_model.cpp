#include "sim/parked_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace diptych::sim {

namespace {

// The greatest of some events so far, by key.
class by_key {
public:
    std::uint64_t greatest_with(std::vector<std::string> const& keys) const {
        std::uint64_t found = 0;
        for (auto const& key : keys)
            if (auto const known = all_.find(key); known != all_.end())
                found = std::max(found, known->second);
        return found;
    }
    void add(std::uint64_t value, std::vector<std::string> const& keys) {
        for (auto const& key : keys) {
            auto& known = all_[key];
            known = std::max(known, value);
        }
    }

private:
    std::map<std::string, std::uint64_t> all_;
};

}  // namespace

std::optional<std::string> parked_wrongly(
    log_model const& log, parked_view const& view, parked_rules const& of
) {
    std::map<std::uint64_t, std::uint64_t> nth;
    for (std::size_t i = 0; i < view.applied.size(); ++i)
        if (!nth.emplace(view.applied[i], i + 1).second)
            return fmt::format("{} was applied twice", view.applied[i]);
    by_key parked;
    by_key applied;
    for (std::uint64_t position = 1; position <= view.at; ++position) {
        auto const& event = log.at(position);
        auto const is_cause = view.causes.contains(position);
        auto const is_parked = is_cause || view.waiting.contains(position);
        auto const order = nth.contains(position) ? nth.at(position) : 0;
        if (!of.wants(event)) {
            if (order > 0 || is_parked)
                return fmt::format("{} is none of the view's events", position);
            continue;
        }
        if (order > 0 && is_parked) return fmt::format("{} is applied, and parked", position);
        if (order > 0 && of.always_fails(event))
            return fmt::format("{} is applied, and can not be", position);
        auto const keys = of.keys(event);
        auto const before = parked.greatest_with(keys);
        if (is_cause && !of.may_fail(event))
            return fmt::format("{} is parked, and there is nothing wrong with it", position);
        if (!is_cause && is_parked && before == 0)
            return fmt::format("{} waits, and there is nothing to wait for", position);
        if (order > 0 && before > 0)
            return fmt::format("{} is applied, and {} before it is parked", position, before);
        if (order > 0 && applied.greatest_with(keys) > order)
            return fmt::format("{} is applied behind what came later", position);
        if (order == 0 && !is_parked && !view.given_up.contains(position))
            return fmt::format("{} is neither applied nor parked", position);
        if (is_parked) parked.add(position, keys);
        if (order > 0) applied.add(order, keys);
    }
    for (auto const& [position, order] : nth)
        if (position > view.at) return fmt::format("{} is applied at {}", position, view.at);
    return {};
}

}  // namespace diptych::sim
