/// @file
/// The other end of channels, as nobody would wish for one: it is away, answers late or not at all,
/// loses what was sent, and refuses some of it for a while.
#pragma once

#include "outbox/scheme.hpp"
#include "outbox/transport.hpp"
#include "sim/chance.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

/// A message that it has got.
struct delivery {
    std::string channel;
    std::uint64_t life;  ///< Of the node, that sent it.
    outbox::message what;
};

/// Outlives nodes, and their transports. One thread.
class receiver {
public:
    /// `is_gone`: whether the node has ended, in the middle of a step that it does not know to be
    /// its last.
    receiver(chance draws, std::function<bool()> is_gone)
        : draws_(draws), is_gone_(std::move(is_gone)) {}
    receiver(receiver const&) = delete;
    receiver& operator=(receiver const&) = delete;

    /// Addresses "sim:", of channels in this life of the node. Keeps a reference.
    outbox::scheme scheme(std::uint64_t life);

    /// From here on it takes all, and says so.
    void heal() {
        is_healed_ = true;
        is_away_ = false;
    }

    /// In the order in which they came.
    std::vector<delivery> const& got() const { return got_; }

    /// What no channel may do, and one did.
    std::optional<std::string> const& wrong() const { return wrong_; }

private:
    class line;
    friend class line;

    bool refuses(delivery const& one);
    outbox::told answer(std::uint64_t ticket, delivery const& one);

    chance draws_;
    std::function<bool()> is_gone_;
    bool is_healed_ = false;
    bool is_away_ = false;
    std::set<std::pair<std::string, std::string>> let_in_;  // channel and id: refused no longer
    std::vector<delivery> got_;
    std::optional<std::string> wrong_;
};

}  // namespace diptych::sim
