#include "app/copies.hpp"

#include "app/covered.hpp"
#include "app/folder_copy.hpp"
#include "log/segments/home.hpp"
#include "log/segments/new_epoch.hpp"
#include "log/segments/standing_log.hpp"

#include <diptych/try.hpp>

#include <string>
#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;
namespace segments = log::segments;

namespace {

// The log up to where anything knows of it: what is left of one must not pass for all there was.
result<segments::standing_log> look_at_source(sqlite::location const& from) {
    segments::folder const in{from.path};
    DIPTYCH_TRY(auto const log_id, segments::read_format(from.disk(), in));
    if (!log_id) return fail(errc::not_found, from.string() + " has no log");
    DIPTYCH_TRY(auto const covered, covered_by_all(from, *log_id));
    return segments::look_at_log(from.disk(), in, covered);
}

result<segments::inspection> look_at_copy(
    storage::disk& on, segments::folder const& copy, uuid const& log_id
) {
    segments::segment_cache cache(on, {});
    return segments::inspect(on, copy, log_id, {}, cache);
}

// What was copied has to end where the log did.
result<segments::inspection> look_at_whole_copy(
    storage::disk& on, segments::folder const& copy, log::log_end const& end
) {
    DIPTYCH_TRY(auto found, look_at_copy(on, copy, end.log_id));
    auto const reached = found.last ? found.last->last() : position{};
    if (reached == end.position && (!found.last || found.last->extent().chain == end.chain))
        return found;
    return fail(
        errc::corrupt,
        copy.root.native() + ": the copy ends at position " + std::to_string(reached.value) +
            ", the log at " + std::to_string(end.position.value)
    );
}

// A copy says where it ends: one of which the end gets lost is then no log any more.
result<void> mark_end(
    storage::disk& on, segments::folder const& copy, segments::inspection const& found
) {
    return found.last ? segments::write_closed(on, copy, segments::mark_of(*found.last))
                      : result<void>{};
}

result<void> check_is_backup(storage::disk& on, segments::folder const& copy, uuid const& log_id) {
    DIPTYCH_TRY(auto const known, segments::read_format(on, copy));
    if (known != log_id)
        return fail(
            errc::invalid,
            "foreign_folder",
            copy.root.native() + " is of another log: name a folder that does not exist yet"
        );
    DIPTYCH_TRY(auto const home, segments::look_for_home(on, copy));
    if (home == segments::home::copy) return {};
    return fail(
        errc::conflict,
        "not_a_backup",
        copy.root.native() + " is a log that is written to, not a backup of one"
    );
}

result<backup_report> go_on(
    storage::disk& on,
    fs::path const& from,
    segments::standing_log const& log,
    segments::folder const& copy,
    segments::copy_options const& how
) {
    DIPTYCH_TRY(auto const lock, on.lock(copy.lock()));
    DIPTYCH_TRY(check_is_backup(on, copy, log.end.log_id));
    DIPTYCH_TRY(auto const earlier, look_at_copy(on, copy, log.end.log_id));
    {
        segments::segment_cache cache(on, {});
        DIPTYCH_TRY(segments::check_earlier(copy, earlier, log, cache));
    }
    DIPTYCH_TRY(auto const copied, segments::copy_log(on, log, copy, how));
    DIPTYCH_TRY(auto const found, look_at_whole_copy(on, copy, log.end));
    DIPTYCH_TRY(mark_end(on, copy, found));
    DIPTYCH_TRY(copy_view_files(on, from, copy.root));
    DIPTYCH_TRY(segments::remove_if_there(on, copy.unfinished(), copy.root));
    return backup_report{.end = log.end_token(), .copied = copied, .went_on = true};
}

}  // namespace

result<backup_report> back_up(
    sqlite::location const& from, fs::path const& to, segments::copy_options const& how
) {
    auto& on = from.disk();
    DIPTYCH_TRY(auto const log, look_at_source(from));
    DIPTYCH_TRY(auto const what, look_at_place(on, {to}));
    if (what == place::log) return go_on(on, from.path, log, {to}, how);
    if (what == place::foreign)
        return fail(
            errc::invalid,
            "foreign_folder",
            to.native() + " is no backup of a log: name a folder that does not exist yet"
        );
    DIPTYCH_TRY(auto made, unfinished_folder::begin(on, to));
    auto const& copy = made.in();
    DIPTYCH_TRY(auto const copied, segments::copy_log(on, log, copy, how));
    DIPTYCH_TRY(auto const found, look_at_whole_copy(on, copy, log.end));
    DIPTYCH_TRY(mark_end(on, copy, found));
    DIPTYCH_TRY(segments::make_homeless(on, copy));
    DIPTYCH_TRY(copy_view_files(on, from.path, copy.root));
    DIPTYCH_TRY(made.finish(log.end.log_id));
    return backup_report{.end = log.end_token(), .copied = copied};
}

result<restore_report> restore(
    sqlite::location const& from,
    fs::path const& to,
    random_source& random,
    segments::copy_options const& how
) {
    auto& on = from.disk();
    DIPTYCH_TRY(auto const what, look_at_place(on, {to}));
    if (what != place::free && what != place::unfinished)
        return fail(
            errc::invalid,
            "folder_not_empty",
            to.native() + " is not empty: restore to a folder that does not exist yet"
        );
    DIPTYCH_TRY(auto const log, look_at_source(from));
    DIPTYCH_TRY(auto const next, segments::epoch_after(log.end.epoch, random.next()));
    DIPTYCH_TRY(auto made, unfinished_folder::begin(on, to));
    auto const& folder = made.in();
    auto const& log_id = log.end.log_id;
    DIPTYCH_TRY(auto const copied, segments::copy_log(on, log, folder, how));
    DIPTYCH_TRY(auto const found, look_at_whole_copy(on, folder, log.end));
    DIPTYCH_TRY(segments::begin_epoch(on, folder, log_id, found, next));
    DIPTYCH_TRY(auto const begun, look_at_whole_copy(on, folder, log.end));
    DIPTYCH_TRY(mark_end(on, folder, begun));
    DIPTYCH_TRY(segments::make_home(on, folder));
    DIPTYCH_TRY(copy_view_files(on, from.path, folder.root));
    DIPTYCH_TRY(made.finish(log_id));
    return restore_report{.end = log.end_token(), .begun = next, .copied = copied};
}

}  // namespace diptych::app
