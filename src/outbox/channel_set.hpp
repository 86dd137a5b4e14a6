/// @file
/// The channels that are declared: ways on which events leave the log.
#pragma once

#include "endpoint/named_channels.hpp"
#include "log/sequenced_log.hpp"
#include "outbox/channel.hpp"
#include "outbox/scheme.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

/// Channels are added first, on one thread; then it is thread-safe. Keeps references: log, clock,
/// random and what transports are made of must outlive it.
class channel_set {
public:
    channel_set(
        log::sequenced_log& log,
        clock& time,
        random_source& random,
        std::vector<scheme> known,
        endpoint::surroundings in,
        channel_options how = {}
    );

    /// Adds the channel that a file declares. Fails with invalid (code "channel_file") if it does
    /// not, or there is one of this name or to the same place, and as opening its transport does.
    result<void> add(std::string_view file_name, std::string_view text);

    /// Fails with not_found (code "unknown_channel"); the message names those that there are.
    result<channel*> find(std::string_view name) const;

    std::vector<channel*> all() const { return channels_.all(); }

    /// One step of each. Whether there may be more to do at once.
    result<bool> step() { return channels_.step(); }

    /// Stops each. Fails with the first failure, after all have been stopped.
    result<void> stop();

private:
    log::sequenced_log& log_;
    clock& time_;
    random_source& random_;
    std::vector<scheme> const known_;
    endpoint::surroundings const in_;
    channel_options const how_;
    endpoint::named_channels<channel> channels_;
    std::map<std::string, std::string> places_;  // and the file of the channel that delivers there
};

}  // namespace diptych::outbox
