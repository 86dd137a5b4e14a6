// Does it bite? Each bug that is planted must be noticed within a number of seeds.
#include "base/planted_bug.hpp"
#include "sim/every_call.hpp"
#include "sim/run.hpp"
#include "sim/workloads/workloads.hpp"

#include <doctest/doctest.h>

#ifdef DIPTYCH_PLANTS_BUGS

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

// A bug, and the seeds within which it must be noticed. `favourite`: what faults of the
// disk are aimed at, where it takes a rare one.
struct hunt {
    bug planted;
    std::string what;
    std::uint64_t seeds;
    std::optional<aim> favourite = {};
    std::size_t steps = 80;
};

std::vector<hunt> const among_appends{
    {bug::no_sync, "answered for without a sync", 10},
    {bug::failed_sync_retried, "a failed sync is retried, and believed", 40, aim{"sync", ".seg"}},
    {bug::page_cache_trusted, "recovery takes what it can read", 40, aim{"sync", ".seg"}},
    {bug::name_not_synced, "a segment is used before its name is durable", 20},
    {bug::verdict_left_standing, "accepted, though the write has failed", 20, aim{"write", ".seg"}},
    {bug::no_version_check, "expected versions are not looked at in the commit step", 5},
    {bug::no_query_check, "nor what was recorded in between", 10},
    {bug::only_first_item_checked, "of a condition only the first item is looked at", 20},
    {bug::answers_forgotten, "a command id is not remembered", 40},
    {bug::checkpoint_behind_rows, "rows, and then their checkpoint", 20},
    {bug::synced_late, "a frame is synced before the next one", 10},
    {bug::watermark_before_sync, "others are shown a frame that is not durable", 60},
    {bug::key_not_recorded, "a command id is not in the frame of its events", 10},
    {bug::digest_not_compared, "other bytes under a known id get its answer", 10},
    {bug::event_id_not_looked_for, "an event sent again is recorded again", 40},
    {bug::heads_kept_after_failure, "versions from before a failed write", 60, aim{"write", ".seg"}
    },
    {bug::tail_forgotten, "readers pass over a block while it is merged", 20},
    {bug::dropped_before_merge, "a block leaves memory first", 40, aim{"write", "index"}},
    {bug::answers_dropped_at_merge, "the index is not given the answers", 20},
    {bug::version_off_by_one, "in the index", 5},
    {bug::published_before_written, "seen before it is durable", 60},
    {bug::views_before_log, "inline views commit before the log", 40},
    {bug::wrong_query_checked, "the commit step looks for other tags", 20},
    {bug::hint_taken_for_truth, "a view is believed to be where the log is", 10},
    {bug::index_beyond_log, "the index has an event more than the log", 10},
    {bug::index_ahead_of_log, "the index gets what is not recorded", 10, aim{"write", ".seg"}},
    {bug::checkpoint_before_rows, "a checkpoint without its rows", 60, aim{"write", "-wal"}},
    {bug::switched_behind, "a version is served before it shows as much", 60, {}, 200},
};

std::vector<hunt> const among_reservations{
    {bug::no_query_check, "decided on what was, not on what is", 10},
    {bug::inline_not_abandoned,
     "an inline view keeps what was not written",
     60,
     aim{"write", ".seg"}},
    {bug::attached_behind, "events between catching up and taking part", 20},
    {bug::shown_late, "commits pass one version of a view, and queries another", 60, {}, 200},
    {bug::older_fold_used, "a snapshot of another program's fold", 150, {}, 200},
    {bug::sent_with_new_id, "a process sends again under another id", 20},
    {bug::refusal_not_recorded, "a refusal is not remembered", 20},
    {bug::machine_failure_is_answer,
     "a process gives up what the machine failed",
     60,
     aim{"read", "index.db"}},
    {bug::timer_left_running, "a timer comes due twice", 20},
    {bug::timer_before_inputs, "a timer comes due that had been cancelled", 60, {}, 200},
    {bug::sent_before_recorded, "a command is sent before its reaction is on record", 60},
};

std::vector<hunt> const among_parked{
    {bug::key_forgotten, "of what waits only one key counts", 20},
    {bug::parked_apart, "a dead letter, and then the checkpoint", 60, aim{"write", "-wal"}},
    {bug::retried_past_others, "what waits for two is applied behind one", 60, {}, 200},
    {bug::retried_twice, "a dead letter stays when its event is applied", 20},
};

std::vector<hunt> const among_messages{
    {bug::released_twice, "that a message has passed is not recorded", 20},
    {bug::held_forgotten, "messages that wait are forgotten", 20},
    {bug::lost_memory_used, "judged on what was believed before a failure", 60, aim{"write", ".seg"}
    },
    {bug::unknown_id_passed, "a message passes before what it refers to", 20},
    {bug::older_passed, "in strict order a message passes behind a newer one", 20},
    {bug::gap_passed_over, "a message passes before the one that it comes behind", 20},
};

std::vector<hunt> const among_queued{
    {bug::queued_before_stored, "a command is acknowledged before it is in the queue", 20},
    {bug::resting_passed, "a command passes one of its key that is to be tried again", 20},
    {bug::dead_passed, "a command passes a dead one of its key", 20},
    {bug::queue_sends_anew, "the queue sends again under another id", 40},
    {bug::completed_apart, "work is recorded, and then its end", 150, aim{"write", ".seg"}, 200},
    {bug::leased_twice, "a command is leased to two", 20},
    {bug::dropped_when_executed, "what was executed is dropped", 150},
};

std::vector<hunt> const among_deliveries{
    {bug::checkpoint_when_sent, "what was sent is taken for delivered", 20},
    {bug::beside_its_stream, "two messages of a stream are under way", 20},
    {bug::letter_passed, "a dead letter is passed in its stream", 20},
    {bug::letter_behind_checkpoint,
     "a dead letter comes behind the checkpoint",
     60,
     aim{"write", ".seg"},
     200},
    {bug::dropped_with_rest, "with a dead letter goes what is behind it", 60, {}, 200},
    {bug::once_not_waited_for, "a delivery is not on record when its stream goes on", 20},
};

std::vector<hunt> const among_arrivals{
    {bug::told_before_effect, "a broker is told of a message that is not done", 20},
    {bug::told_of_another, "a broker is told of another message than the one that is done", 20},
    {bug::told_before_letter, "a broker is told of a dead letter that is not recorded", 60},
    {bug::come_again_unknown, "what comes again has its effect again", 20},
    {bug::rest_passed, "a message passes one of its key that is to be tried again", 60},
    {bug::letters_forgotten, "dead letters are gone after a restart", 20},
};

struct planting {
    explicit planting(bug which) { plant(which); }
    ~planting() { plant(bug::none); }
};

run_report run(workload const& in, hunt const& of, std::uint64_t seed) {
    return simulate(in, {.seed = seed, .steps = of.steps, .favourite = of.favourite});
}

// How many seeds it took, and what was noticed.
std::optional<std::pair<std::uint64_t, std::string>> caught(workload const& in, hunt const& of) {
    planting const bug(of.planted);
    for (std::uint64_t seed = 1; seed <= of.seeds; ++seed)
        if (auto const report = run(in, of, seed); report.broken)
            return std::pair{seed, *report.broken};
    return {};
}

void check(workload const& in, std::vector<hunt> const& all) {
    for (auto const& one : all) {
        auto const found = caught(in, one);
        CHECK_MESSAGE(found, one.what << ": not noticed within " << one.seeds << " seeds");
        // Else it would be the checker that is wrong.
        CHECK_MESSAGE(
            (!found || !run(in, one, found->first).broken),
            one.what << ": seed " << (found ? found->first : 0) << " is broken without it"
        );
        if (found) MESSAGE(one.what, ": seed ", found->first, ": ", found->second);
    }
}

}  // namespace

TEST_CASE("bugs planted under appends are noticed") { check(appends(), among_appends); }
TEST_CASE("bugs planted under reservations are noticed") {
    check(reservations(), among_reservations);
}

TEST_CASE("bugs planted under parking are noticed") { check(parking(), among_parked); }

TEST_CASE("bugs planted under messages are noticed") { check(sim::messages(), among_messages); }

TEST_CASE("bugs planted under the queue are noticed") { check(queued(), among_queued); }

TEST_CASE("bugs planted under deliveries are noticed") { check(deliveries(), among_deliveries); }

TEST_CASE("bugs planted under arrivals are noticed") { check(arrivals(), among_arrivals); }

// Where nothing is left to chance, runs are looked at as those by seeds are.
TEST_CASE("bugs planted are noticed where each call of the disk fails, and each bit is flipped") {
    planting const bug(bug::no_sync);
    auto const calls = fail_every_call(appends(), {.seed = 1, .steps = 30});
    CHECK(calls.broken);

    // A bit that is flipped excuses what could not be read, and nothing else.
    plant(bug::no_query_check);
    auto bits = flip_every_bit(appends(), {.seed = 1, .steps = 60});
    for (auto seed = 2u; seed < 6 && !bits.broken; ++seed)
        bits = flip_every_bit(appends(), {.seed = seed, .steps = 60});
    CHECK(bits.broken.value_or("").starts_with("a bit flipped by write "));
    MESSAGE(calls.broken.value_or(""), "; ", bits.broken.value_or(""));
}

TEST_CASE("every bug that can be planted is hunted") {
    for (auto one = 1; one <= static_cast<int>(last_bug); ++one) {
        auto const which = static_cast<bug>(one);
        CHECK_MESSAGE(
            std::ranges::count(among_appends, which, &hunt::planted) +
                    std::ranges::count(among_reservations, which, &hunt::planted) +
                    std::ranges::count(among_parked, which, &hunt::planted) +
                    std::ranges::count(among_messages, which, &hunt::planted) +
                    std::ranges::count(among_queued, which, &hunt::planted) +
                    std::ranges::count(among_deliveries, which, &hunt::planted) +
                    std::ranges::count(among_arrivals, which, &hunt::planted) >
                0,
            "nobody hunts number " << one
        );
    }
}

#else

TEST_CASE("bugs planted: this build has no place for any") {
    MESSAGE("whether the simulator bites is not tested here, but in builds with sanitizers");
}

#endif
