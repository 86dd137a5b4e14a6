#include "app/copies.hpp"

#include "app/folder_copy.hpp"
#include "log/line_of_history.hpp"
#include "log/segments/home.hpp"
#include "log/segments/new_epoch.hpp"
#include "log/segments/segment_engine.hpp"

#include <diptych/try.hpp>

#include <memory>
#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;
namespace segments = log::segments;

namespace {

// The log in a folder, as far as it is durable now.
struct opened_log {
    std::unique_ptr<segments::segment_engine> engine;
    segments::segment_engine::moment now;

    static result<opened_log> open(fs::path const& folder) {
        DIPTYCH_TRY(
            auto engine,
            segments::segment_engine::open(
                folder,
                segments::segment_engine::mode::reader,
                storage::system_disk(),
                system_clock(),
                system_random(),
                {.indexed = false}
            )
        );
        DIPTYCH_TRY(auto now, engine->now());
        return opened_log{.engine = std::move(engine), .now = std::move(now)};
    }

    token end() const { return log::line_of_history(engine->epochs()).at(now.end.position); }
};

result<segments::inspection> inspect(segments::folder const& in, uuid const& log_id) {
    segments::segment_cache cache(storage::system_disk(), {});
    return segments::inspect(storage::system_disk(), in, log_id, {}, cache);
}

// What was copied has to end where the log did, and says so: a copy of which the end gets lost is
// then no log any more.
result<segments::inspection> finish(segments::folder const& copy, log::log_end const& end) {
    DIPTYCH_TRY(auto found, inspect(copy, end.log_id));
    auto const reached = found.last ? found.last->last() : position{};
    if (reached != end.position || (found.last && found.last->extent().chain != end.chain))
        return fail(
            errc::corrupt,
            copy.root.native() + ": the copy ends at position " + std::to_string(reached.value) +
                ", the log at " + std::to_string(end.position.value)
        );
    if (found.last) {
        DIPTYCH_TRY(segments::write_closed(storage::system_disk(), copy, segments::mark_of(found)));
    }
    return found;
}

result<void> check_is_backup(segments::folder const& copy, uuid const& log_id) {
    auto& disk = storage::system_disk();
    DIPTYCH_TRY(auto const known, segments::read_format(disk, copy));
    if (!known || *known != log_id)
        return fail(
            errc::invalid,
            "foreign_folder",
            copy.root.native() + (known ? " is of another log" : " is no backup of a log") +
                ": name a folder that does not exist yet"
        );
    DIPTYCH_TRY(auto const home, segments::look_for_home(disk, copy));
    if (home == segments::home::copy) return {};
    return fail(
        errc::conflict,
        "not_a_backup",
        copy.root.native() + " is a log that is written to, not a backup of one"
    );
}

result<backup_report> go_on(
    fs::path const& from, opened_log const& log, segments::folder const& copy, auto const& progress
) {
    auto& disk = storage::system_disk();
    DIPTYCH_TRY(check_is_backup(copy, log.now.end.log_id));
    DIPTYCH_TRY(auto const lock, disk.lock(copy.lock()));
    DIPTYCH_TRY(auto const earlier, inspect(copy, log.now.end.log_id));
    {
        segments::segment_cache cache(disk, {});
        DIPTYCH_TRY(segments::check_earlier(copy, earlier, log.now.list, cache));
    }
    DIPTYCH_TRY(auto const copied, segments::copy_log(disk, log.now.list, copy, progress));
    DIPTYCH_TRY(finish(copy, log.now.end));
    DIPTYCH_TRY(copy_view_files(from, copy.root));
    return backup_report{.end = log.end(), .copied = copied, .went_on = true};
}

}  // namespace

result<backup_report> back_up(
    fs::path const& from, fs::path const& to, segments::copy_progress const& progress
) {
    auto& disk = storage::system_disk();
    DIPTYCH_TRY(auto const log, opened_log::open(from));
    DIPTYCH_TRY(auto const is_free, is_free_place(to));
    if (!is_free) return go_on(from, log, segments::folder{without_slash(to)}, progress);
    DIPTYCH_TRY(auto made, unfinished_folder::begin(to));
    auto const& copy = made.in();
    DIPTYCH_TRY(auto const copied, segments::copy_log(disk, log.now.list, copy, progress));
    DIPTYCH_TRY(segments::create_format(disk, copy, log.now.end.log_id));
    DIPTYCH_TRY(segments::make_homeless(disk, copy));
    DIPTYCH_TRY(finish(copy, log.now.end));
    DIPTYCH_TRY(copy_view_files(from, copy.root));
    DIPTYCH_TRY(made.finish());
    return backup_report{.end = log.end(), .copied = copied};
}

result<restore_report> restore(
    fs::path const& from,
    fs::path const& to,
    random_source& random,
    segments::copy_progress const& progress
) {
    auto& disk = storage::system_disk();
    DIPTYCH_TRY(auto const is_free, is_free_place(to));
    if (!is_free)
        return fail(
            errc::invalid,
            "folder_not_empty",
            to.native() + " is not empty: restore to a folder that does not exist yet"
        );
    DIPTYCH_TRY(auto const log, opened_log::open(from));
    DIPTYCH_TRY(auto made, unfinished_folder::begin(to));
    auto const& folder = made.in();
    DIPTYCH_TRY(auto const copied, segments::copy_log(disk, log.now.list, folder, progress));
    DIPTYCH_TRY(segments::create_format(disk, folder, log.now.end.log_id));
    DIPTYCH_TRY(auto const found, finish(folder, log.now.end));
    DIPTYCH_TRY(auto const next, segments::epoch_after(log.now.end.epoch, random.next()));
    if (found.last) {
        DIPTYCH_TRY(segments::begin_epoch(disk, folder, found, next));
    }
    DIPTYCH_TRY(finish(folder, log.now.end));
    DIPTYCH_TRY(segments::make_home(disk, folder));
    DIPTYCH_TRY(copy_view_files(from, folder.root));
    DIPTYCH_TRY(made.finish());
    return restore_report{.end = log.end(), .begun = next, .copied = copied};
}

}  // namespace diptych::app
