/// @file
/// The inbox of one source: takes messages in, and lets those pass that can.
///
/// Passive: it owns no thread and asks nobody for the time. Messages are judged one after another
/// against memory, which counts what is under way as done; what they lead to is proposed to the
/// log in that order and committed together with whatever else is. If a proposal is refused, what
/// it was counted on for is taken back when nothing is under way any more; if it is not known what
/// became of it, the memory is thrown away then, and made again of the log.
#pragma once

#include "inbox/answer.hpp"
#include "inbox/ledger.hpp"
#include "inbox/memory.hpp"
#include "inbox/release.hpp"
#include "inbox/source.hpp"
#include "inbox/status.hpp"
#include "log/growing_pause.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::inbox {

struct round;
struct round_item;
struct ticket;

/// Runs a task elsewhere, soon: not on the commit step's thread.
using task = std::move_only_function<void()>;
using elsewhere = std::function<void(task)>;

struct source_options {
    inbox::elsewhere elsewhere;
    std::size_t streams_max = 100'000;       ///< Source streams remembered.
    std::size_t dead_letters_max = 100'000;  ///< More of them, and no message is held any more.
    std::size_t held_bytes_max = 256u << 20;
    std::uint64_t follow_max = 50'000;  ///< Positions looked at in a step.
};

/// See the file comment. Thread-safe; step() is one thread's at a time. Keeps references: log and
/// clock must outlive it, and all that it proposed be answered before it is gone.
class source_inbox {
public:
    source_inbox(source of, log::sequenced_log& log, clock& time, source_options options);
    ~source_inbox();

    source const& of() const { return source_; }

    /// Takes messages in, each on its own. Returns at once.
    ///
    /// An answer fails with invalid (code "message_id_reused") if its message id came with other
    /// content, refused or invalid as an inline view says, unavailable if the holding area is full
    /// (code "inbox_full") or as the log says, outcome_unknown.
    void receive(std::vector<message> messages, answers_taker done);

    /// Lets those pass whose time has come. Whether there may be more to do at once.
    result<bool> step();

    /// Lets a dead letter pass now, over what it waits for; before it those of its stream with
    /// lower versions, in as many appends as they need. `done` gets one answer, which fails with
    /// not_found, or as the log says; what was appended before that has passed.
    void retry(std::string message_id, answers_taker done);

    /// Lets a dead letter go. Its version counts as passed.
    void drop(std::string message_id, answers_taker done);

    source_status status();
    std::vector<gap> gaps(std::size_t most);
    std::vector<held_message> page(
        bool dead_letters, std::optional<held_place> const& after, std::size_t limit
    );

private:
    using round_ptr = std::shared_ptr<round>;

    // With mutex_.
    result<bool> fresh(std::function<void()> later);
    result<void> recover();
    result<void> rebuild();
    void take_notes();
    result<void> judge(round_ptr const& of, std::size_t i);
    void look(round_ptr const& of, std::size_t i);
    void confirm(round_ptr const& of, std::size_t i, message const& held, answer meant);
    result<void> hold(round_ptr const& of, std::size_t i, std::string why);
    result<void> pass(round_ptr const& of, std::size_t i);
    result<void> begin(round_ptr const& of, bool is_drop);
    void let_go(release& planned, round_ptr const& of, verdict meant, bool is_part);
    void note_failures();
    result<bool> let_pass();
    result<bool> follow_log();
    std::unexpected<error> give_up(error why);
    void propose(ticket what, append_request request);
    held_message describe(held const& one);

    // Without.
    void run(round_ptr const& of);
    void operate(round_ptr const& of, bool is_drop);
    void resume();
    result<void> compare(round_item& one) const;
    std::set<std::string> alone();

    // With it or without.
    void settle(ticket const& what, result<appended> said);
    void lose(ticket const& what, result<appended> const& said);
    void settle_message(ticket const& what, result<appended> said);
    void settle_confirm(ticket const& what, result<appended> const& said);
    void settle_release(ticket const& what, result<appended> const& said);
    void leave(round_ptr const& of);

    source const source_;
    log::sequenced_log& log_;
    clock& time_;
    source_options const options_;
    inbox::counters counters_;
    std::atomic<bool> is_lost_ = true;       // memory is not what the log says
    std::atomic<bool> must_rebuild_ = true;  // nor by what is to be taken back alone
    std::atomic<bool> is_troubled_ = false;  // the last step, or what it let go, has failed
    std::atomic<std::size_t> under_way_ = 0;
    std::atomic<std::size_t> releasing_ = 0;  // messages whose passing is under way

    std::mutex noting_;  // guards the four below: what answers of the log leave for later
    std::vector<assumption> refused_;
    std::vector<std::string> durable_;  // messages that are held
    std::set<std::string> alone_;
    std::map<std::string, std::string> given_up_;  // why, by message id

    std::mutex mutex_;          // guards what follows
    log::growing_pause pause_;  // before the next release is tried
    ledger ledger_{source_};
    memory memory_;
    std::uint64_t rebuilds_ = 0;
    std::optional<position> made_of_failed_;     // memory, of a log that ended there and had failed
    std::vector<std::function<void()>> parked_;  // until memory can be made again
};

}  // namespace diptych::inbox
