/// @file
/// Bugs that tests switch on, to see that the simulator and its checker notice them. Each has
/// happened to an event store or a database.
///
/// There are none but in builds with the address sanitizer, which are for tests.
#pragma once

#include <cstdint>

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
    event_skipped_on_error,     ///< A view goes on behind an event that it could not apply.
    wal_trusted_again,          ///< SQLite moves a WAL of which a sync has failed.
    machine_failure_is_answer,  ///< A process gives up a command that the machine failed.
};

#ifdef __SANITIZE_ADDRESS__
/// Switches one on, and any other off. Not while a node runs on another thread.
void plant(bug which);
bool is_planted(bug which);
#else
constexpr bool is_planted(bug) { return false; }
#endif

}  // namespace diptych
