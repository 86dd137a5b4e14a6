/// @file
/// The incoming channels that are declared: ways on which messages of others come to commands and
/// to the inbox.
#pragma once

#include "endpoint/named_channels.hpp"
#include "intake/incoming.hpp"
#include "intake/scheme.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <string_view>
#include <vector>

namespace diptych::intake {

/// Channels are added first, on one thread; then it is thread-safe. Keeps references: log, clock,
/// random, effects and what receivers are made of must outlive it.
class incoming_set {
public:
    incoming_set(
        log::sequenced_log& log,
        clock& time,
        random_source& random,
        effects& to,
        std::vector<scheme> known,
        endpoint::surroundings in,
        incoming_options options = {}
    );

    /// Adds the channel that a file declares. Fails with invalid (code "channel_file") if it does
    /// not or there is one of this name, and as opening its receiver does.
    result<void> add(std::string_view file_name, std::string_view text);

    /// Whether the commands and sources that the files name are there. Fails with invalid (code
    /// "channel_file").
    result<void> check_effects() const;

    /// Null if there is none.
    incoming* find(std::string_view name) const { return channels_.find(name); }

    std::vector<incoming*> all() const { return channels_.all(); }

    /// One step of each. Whether there may be more to do at once.
    result<bool> step() { return channels_.step(); }

    /// Stops each.
    void stop();

private:
    log::sequenced_log& log_;
    clock& time_;
    random_source& random_;
    effects& to_;
    std::vector<scheme> const known_;
    endpoint::surroundings const in_;
    incoming_options const options_;
    endpoint::named_channels<incoming> channels_;
};

}  // namespace diptych::intake
