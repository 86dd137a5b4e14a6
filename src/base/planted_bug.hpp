/// @file
/// Bugs that tests switch on, to see that the simulator and its checker notice them. Each has
/// happened to an event store or a database.
///
/// There are none but in builds with the address sanitizer, which are for tests.
#pragma once

#include <cstdint>

#if defined(__SANITIZE_ADDRESS__)
#define DIPTYCH_PLANTS_BUGS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DIPTYCH_PLANTS_BUGS
#endif
#endif

namespace diptych {

enum class bug : std::uint8_t {
    none,
    no_sync,                    ///< A frame is answered for without a sync.
    failed_sync_retried,        ///< A sync that failed is tried again, and believed.
    page_cache_trusted,         ///< Recovery takes what it can read for what is durable.
    name_not_synced,            ///< A new segment is used before its name is durable.
    verdict_left_standing,      ///< Accepted, though the write has failed.
    no_version_check,           ///< Expected versions are not looked at in the commit step.
    no_query_check,             ///< Nor what was recorded in between.
    only_first_item_checked,    ///< Of a condition with several.
    answers_forgotten,          ///< A command id is not remembered.
    checkpoint_behind_rows,     ///< A view's checkpoint is written in a transaction of its own.
    checkpoint_before_rows,     ///< A view's checkpoint moves, though its rows were not written.
    machine_failure_is_answer,  ///< A process gives up a command that the machine failed.
    synced_late,                ///< A frame is answered for, and synced before the next one.
    watermark_before_sync,      ///< Other processes are shown a frame that is not durable.
    key_not_recorded,           ///< A command id is not in the frame of its events.
    refusal_not_recorded,       ///< Nor that of a command without events.
    digest_not_compared,        ///< Other bytes under a known id are given its answer.
    event_id_not_looked_for,    ///< An event sent again is recorded again.
    heads_kept_after_failure,   ///< Versions found out before a failed write are believed.
    inline_not_abandoned,       ///< An inline view keeps what could not be written.
    attached_behind,       ///< Events between a view's catching up and its taking part are lost.
    tail_forgotten,        ///< Readers pass over a block while it is merged.
    dropped_before_merge,  ///< A block leaves memory before the index has it.
    answers_dropped_at_merge,  ///< The index is not given the answers.
    version_off_by_one,        ///< In the index.
    older_fold_used,           ///< A snapshot of another program's fold is taken for this one's.
    sent_with_new_id,          ///< A process sends a command again under another id.
    published_before_written,  ///< Positions are seen before their frame is durable.
    views_before_log,          ///< Inline views commit before the frame is written.
    wrong_query_checked,       ///< The commit step looks for other tags than were asked for.
    hint_taken_for_truth,      ///< A view is believed to be where the log is.
    index_beyond_log,          ///< The index says that it has an event more than the log.
    index_ahead_of_log,        ///< The index is given a frame before it is written.
    switched_behind,           ///< A version is served before it shows what the other one did.
    shown_late,                ///< Commits pass the new version of a view, queries the old one.
    key_forgotten,             ///< Of an event that is parked behind another one.
    parked_apart,              ///< A dead letter is written, and the checkpoint moved later.
    retried_past_others,       ///< What waits for two events is applied when one of them is.
    retried_twice,             ///< A dead letter stays, though its event has been applied.
    released_twice,            ///< That a message which waited has passed is not recorded.
    held_forgotten,            ///< Messages that wait are not looked for in the log.
    lost_memory_used,          ///< Messages are judged on what was believed before a failure.
    unknown_id_passed,         ///< A message passes before what it refers to.
    older_passed,              ///< A message passes behind a newer one that has, in strict order.
    gap_passed_over,           ///< A message passes before the one that it comes behind.
    timer_left_running,        ///< A timer that has come due runs on.
    timer_before_inputs,       ///< A timer comes due before an input that cancels it is looked at.
    sent_before_recorded,      ///< A process sends a command, and records its reaction later.
    queued_before_stored,      ///< A command is acknowledged before it is in the queue.
    resting_passed,            ///< A command passes one of its key that waits to be tried again.
    dead_passed,               ///< As above, one that is dead.
    queue_sends_anew,          ///< The queue sends a command again under another id.
    completed_apart,           ///< What a worker has done is recorded, and then that he has.
    leased_twice,              ///< A command that one works on is given to another.
    dropped_when_executed,     ///< A command is dropped that was executed before a crash.
    checkpoint_when_sent,      ///< A channel takes what it has sent for delivered.
    beside_its_stream,         ///< Two messages of a stream are under way.
    letter_passed,             ///< What follows a dead letter in its stream is delivered.
    letter_behind_checkpoint,  ///< A channel's checkpoint passes a dead letter, which comes later.
    dropped_with_rest,         ///< With a dead letter, all behind it in its stream is dropped.
    once_not_waited_for,       ///< A stream goes on before its delivery is on record.
    told_before_effect,        ///< A broker is told that a message is done with when it begins.
    told_of_another,           ///< A broker is told of the newest message of a key, not the first.
    told_before_letter,        ///< A broker is told of a dead letter before that is recorded.
    come_again_unknown,        ///< A message that comes again is taken for another one.
    rest_passed,               ///< What is behind a message that rests, in its key, goes on.
    letters_forgotten,         ///< Dead letters are not looked for in the log after a start.
};

inline constexpr bug last_bug = bug::letters_forgotten;

#ifdef DIPTYCH_PLANTS_BUGS
/// Switches one on, and any other off. Not while a node runs on another thread.
void plant(bug which);
bool is_planted(bug which);
#else
constexpr bool is_planted(bug) { return false; }
#endif

}  // namespace diptych
