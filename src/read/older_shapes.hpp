/// @file
/// Old events in view files: each is turned into what it means today before a statement sees it.
#pragma once

#include "read/projection.hpp"

#include <diptych/model.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// The events of contexts that have an upcast. Thread-compatible.
class older_shapes {
public:
    explicit older_shapes(std::span<model::event const> events);

    bool empty() const { return old_.empty(); }

    /// Whether an event of this type may be of an older shape.
    bool contains(std::string_view type) const;

    /// What the event means today; nullopt if it is of today's shape as it is. Today's struct is
    /// tried first where both have one name. Fails with failed, code "event_misfit", if it fits
    /// none of its shapes.
    result<std::optional<std::vector<model::upcasted>>> today(recorded_event const& event) const;

    /// For the version of views: changes when events get or lose older shapes.
    std::string meaning() const;

private:
    std::vector<model::event> old_;
    std::vector<model::event> now_;  // those that share a name with an older shape
};

/// A projection that is given today's events only.
std::unique_ptr<projection> with_upcasts(
    std::shared_ptr<older_shapes const> shapes, std::unique_ptr<projection> inner
);

}  // namespace diptych::read
