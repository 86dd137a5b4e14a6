/// @file
/// What one state of one model is called: in the cache, among snapshots, in its own stream.
#pragma once

#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <span>
#include <string>

namespace diptych::write {

/// Fails with invalid if these are not names that the state is folded for: one of each kind of its
/// ids, in their order.
result<void> expect_names(model::state const& of, std::span<std::string const> names);

/// Two states of equal keys are the same state.
std::string cache_key(model::state const& of, std::span<std::string const> names);

/// The name its snapshots are kept under.
std::string snapshot_name(model::state const& of, std::span<std::string const> names);

/// The stream of its `$state` records: "$state-stock:product-p1".
std::string state_stream(model::state const& of, std::span<std::string const> names);

/// For messages: "stock of product-p1".
std::string describe(model::state const& of, std::span<std::string const> names);

}  // namespace diptych::write
