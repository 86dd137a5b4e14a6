/// @file
/// The other end of incoming channels, as real brokers are at their worst: it is away, loses
/// connections and what it is told, and brings messages again and again, each in the order that
/// its kind keeps.
#pragma once

#include "intake/scheme.hpp"
#include "sim/chance.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

/// What whoever publishes a message knows of it.
struct meaning {
    enum class kind : std::uint8_t { command, message, nothing };

    kind is = kind::nothing;
    std::string id = {};       ///< That it is to be known by; empty: by its place.
    std::string key = {};      ///< Its effect stands behind those before it of its key.
    std::string name = {};     ///< Of the command or source.
    std::string body = {};     ///< Of the command, as the channel's file makes it.
    std::uint64_t number = 0;  ///< Is in the data of its event, as `"number":7`, and no other's.
};

/// A message at the broker.
struct arrival {
    std::string channel;
    intake::delivery what;  ///< Without a ticket.
    meaning means;
    bool is_done = false;  ///< The broker knows that: it need not come again.
    /// Where the log ended when the node first said so; none: it never did.
    std::optional<std::uint64_t> told = {};
    std::uint64_t times = 0;  ///< It was handed over.
};

/// The node, as far as a broker is concerned with it.
struct node_beyond {
    /// Whether it has ended, in the middle of a step that it does not know to be its last.
    std::function<bool()> is_gone;
    std::function<std::uint64_t()> end_of_log;  ///< What is durable by now.
    std::function<timestamp()> now;             ///< Never goes back.
};

/// Outlives nodes, and their receivers. One thread.
class broker {
public:
    broker(chance draws, node_beyond node);
    ~broker();
    broker(broker const&) = delete;
    broker& operator=(broker const&) = delete;

    /// Keeps a message for this channel.
    void publish(std::string channel, intake::delivery what, meaning means);

    /// Addresses "sim:one_by_one", where each message is acknowledged and what was not comes again
    /// in its order, "sim:by_offset", where that is said of all before a place in a partition, and
    /// "sim:asked", of senders who wait for an answer and send again. Keeps a reference.
    intake::scheme scheme();

    /// From here on it is there, and forgets nothing.
    void heal() {
        is_healed_ = true;
        is_away_ = false;
    }

    /// In the order in which they were published.
    std::vector<arrival> const& all() const { return all_; }

    /// How often something came that had come before, and something that was said got lost.
    std::uint64_t repeats() const { return repeats_; }
    std::uint64_t losses() const { return losses_; }

    /// Told of what comes and goes.
    void on_news(std::function<void(std::string)> tell) { tell_ = std::move(tell); }

private:
    class line;
    class single_line;
    class offset_line;

    bool one_in(std::uint64_t n) { return !is_healed_ && draws_.one_in(n); }
    void note(std::string_view what, arrival const& of);
    intake::delivery hand_over(std::size_t which, std::uint64_t ticket);

    chance draws_;
    node_beyond node_;
    std::function<void(std::string)> tell_;
    bool is_healed_ = false;
    bool is_away_ = false;
    std::vector<arrival> all_;
    std::map<std::string, std::vector<std::size_t>> by_channel_;  // of these
    std::map<std::string, std::vector<std::size_t>> offsets_;  // by channel and partition: stored
    std::uint64_t tickets_ = 0;
    std::uint64_t repeats_ = 0;
    std::uint64_t losses_ = 0;
};

}  // namespace diptych::sim
