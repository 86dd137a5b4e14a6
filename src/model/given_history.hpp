/// @file
/// What a scenario begins with, as it would come out of a log.
#pragma once

#include "base/tag_bytes.hpp"

#include <diptych/event.hpp>
#include <diptych/model.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych::testing {

/// Keeps references to `events`.
class given_history {
public:
    explicit given_history(std::span<event_data const> events) {
        std::map<std::string, version> versions;
        for (auto const& event : events) {
            auto const& kept =
                *tags_.emplace_back(std::make_unique<std::string>(tag_bytes(event.tags)));
            recorded_event one{};
            one.position = position{recorded_.size() + 1};
            one.version = ++versions[event.stream];
            one.stream = event.stream;
            one.type = event.type;
            one.tags = tag_list{kept, event.tags.size()};
            one.data = event.data;
            one.metadata = event.metadata;
            recorded_.push_back(one);
        }
    }

    std::span<recorded_event const> all() const { return recorded_; }

    /// Folds the events that carry all of the names.
    result<model::erased_const> fold(
        model::state const& of, std::span<std::string const> names, bool fresh = false
    ) const {
        auto made = of.make();
        if (fresh) return made;
        for (auto const& event : recorded_) {
            auto const carried = [&](std::string const& name) { return event.carries(name); };
            if (!std::ranges::all_of(names, carried)) continue;
            DIPTYCH_TRY(of.fold(made.get(), event, names));
        }
        return made;
    }

private:
    std::vector<recorded_event> recorded_;
    std::vector<std::unique_ptr<std::string>> tags_;
};

}  // namespace diptych::testing
