/// @file
/// History and log side by side: which attempts belong together, what of them stands, and what was
/// there when.
#pragma once

#include "sim/history.hpp"
#include "sim/log_model.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

/// Something asked for, once or again and again: an operation's append, a command id's command, or
/// one that has no id.
struct asked_for {
    std::vector<attempt const*> attempts = {};  ///< By beginning.
    std::vector<logged const*> stands = {};     ///< Its events, in order.

    /// When the first attempt began; 0 if nobody asked.
    std::uint64_t begun() const { return attempts.empty() ? 0 : attempts.front()->begun; }
};

/// See the file comment. What it is made from must outlive it.
class evidence {
public:
    evidence(history const& of, log_model const& log);

    history const& seen() const { return history_; }
    log_model const& log() const { return log_; }

    /// By operation. Has also what stands in the log and nobody asked for.
    std::map<std::uint64_t, asked_for> const& appends() const { return appends_; }
    /// By their marks; also of processes, which are no clients.
    std::map<std::string, asked_for, std::less<>> const& commands() const { return commands_; }
    /// Events that were messages, by source and message id.
    std::map<std::pair<std::string, std::string>, std::vector<logged const*>> const& messages(
    ) const {
        return messages_;
    }
    /// The records of commands that were queued, by their ids. If there is a second, the first.
    std::map<std::string, logged const*, std::less<>> const& queued() const { return queued_; }
    /// What stands in the log and can be nobody's.
    std::vector<logged const*> const& strange() const { return strange_; }
    /// The operations that were brought under one command id, by that id.
    std::map<std::string, std::vector<std::uint64_t>, std::less<>> const& shared_ids() const {
        return shared_ids_;
    }

    /// The highest position that anybody had been shown before this moment.
    std::uint64_t shown_before(std::uint64_t moment) const;
    /// The highest one that an append or a command had been answered with before.
    std::uint64_t acknowledged_before(std::uint64_t moment) const;
    /// The highest one that a view had shown before, in this life of the node: it does not go back.
    std::uint64_t shown_by_view(std::string const& view, std::uint64_t life, std::uint64_t moment)
        const;
    /// The last position that can have been in the log at this moment: what was asked for later is
    /// not among them.
    std::uint64_t there_by(std::uint64_t moment) const;

private:
    using steps = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // (moment, position)

    void sort_events();
    void sort_attempts();
    void note_moments();

    history const& history_;
    log_model const& log_;
    std::map<std::uint64_t, asked_for> appends_;
    std::map<std::string, asked_for, std::less<>> commands_;
    std::map<std::pair<std::string, std::string>, std::vector<logged const*>> messages_;
    std::map<std::string, logged const*, std::less<>> queued_;
    std::vector<logged const*> strange_;
    std::map<std::string, std::vector<std::uint64_t>, std::less<>> shared_ids_;
    steps shown_;                                                   // by moment; positions grow
    steps acknowledged_;                                            // likewise
    std::map<std::pair<std::string, std::uint64_t>, steps> views_;  // by view and life; likewise
    steps later_;  // where what began at a moment or later stands first; by moment
};

/// Of the command that made the event: its id, or what else it can be told by; empty if none did.
std::string mark_in(std::string_view metadata);

/// The position that an attempt has seen for certain; 0 for nothing.
std::uint64_t shown_by(attempt const& one);

/// Whether an attempt's request may stand: it was accepted, or nobody knows.
bool may_stand(attempt const& one);

/// Whether it was answered, and with no error: also with a refusal.
bool succeeded(attempt const& one);

/// Whether it was answered, and accepted.
bool is_accepted(attempt const& one);

/// Why it has failed; nullptr if it has not, or was not answered.
error const* failure_of(attempt const& one);

}  // namespace diptych::sim
