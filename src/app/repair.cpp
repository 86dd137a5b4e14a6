#include "app/repair.hpp"

#include "app/covered.hpp"
#include "app/folder_check.hpp"
#include "app/node.hpp"
#include "log/segments/home.hpp"
#include "sqlite/file_trust.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;
namespace segments = log::segments;

namespace {

std::unexpected<error> beyond_repair(error what) {
    what.message +=
        ". Nothing was changed: only a copy has what is lost here. Restore a backup: diptych "
        "restore BACKUP NEW_FOLDER";
    if (what.code == "acknowledged_loss")
        what.message +=
            ". If it is no file of this log's, or to go on without what is lost, delete it";
    return std::unexpected(std::move(what));
}

// Only a damaged log is beyond repair; a machine that does not read it now may do so later.
std::unexpected<error> unchanged(error what) {
    if (what.kind == errc::corrupt) return beyond_repair(std::move(what));
    what.message += ". Nothing was changed";
    return std::unexpected(std::move(what));
}

// Behind the last byte that is not zero: blocks are written ahead.
result<std::uint64_t> end_of_bytes(storage::file const& in, std::uint64_t begin) {
    auto end = begin;
    std::string piece(1 << 20, '\0');
    for (auto at = begin;;) {
        DIPTYCH_TRY(auto const size, in.read(at, piece));
        if (size == 0) return end;
        auto const last = std::string_view(piece).substr(0, size).find_last_not_of('\0');
        if (last != std::string_view::npos) end = at + last + 1;
        at += size;
    }
}

class repairer {
public:
    explicit repairer(repair_options const& how) : how_(how), in_{how.folder} {}

    result<repair_report> run() {
        auto& disk = storage::system_disk();
        DIPTYCH_TRY(auto const log_id, segments::read_format(disk, in_));
        if (!log_id) return fail(errc::not_found, "there is no log in " + how_.folder.native());
        auto lock = disk.lock(in_.lock());
        if (!lock) return std::unexpected(lock.error());
        DIPTYCH_TRY(auto const is_a_backup, segments::is_backup(disk, in_));
        if (is_a_backup)
            return fail(
                errc::invalid,
                "backup",
                how_.folder.native() +
                    " is a backup: repairing it would make it a log of its own, and no more be "
                    "added to it. Make a new backup, or restore this one: diptych restore " +
                    how_.folder.native() + " NEW_FOLDER"
            );
        DIPTYCH_TRY(look_at_log(*log_id));
        auto const checked = check(true);
        if (!checked) return unchanged(checked.error());
        auto const& found = *checked;
        if (!found.log) return unchanged(found.log.error());
        report_.end = found.log->end;
        if (auto const done = look_at_index(found); !done) return unchanged(done.error());
        if (auto const done = look_at_views(found); !done) return unchanged(done.error());
        // It would not open with these.
        if (!found.unread.empty())
            return unchanged(fail(errc::invalid, "view_file", found.unread.front()).error());
        if (how_.dry_run) return report_;
        for (auto const& file : to_remove_) DIPTYCH_TRY(remove(file));
        lock->reset();
        DIPTYCH_TRY(open_and_close(found.view_files));
        DIPTYCH_TRY(auto const after, check(false));
        if (auto wrong = after.fault()) return std::unexpected(*std::move(wrong));
        report_.end = after.log->end;
        DIPTYCH_TRY(look_at_what_was_made(after));
        return report_;
    }

private:
    // The end of the log, which opening it to write will put right.
    result<void> look_at_log(uuid const& log_id) {
        auto& disk = storage::system_disk();
        DIPTYCH_TRY(auto const checkpoints, covered_by_all({how_.folder}, log_id));
        segments::segment_cache cache(disk, {});
        auto const found = segments::inspect(disk, in_, log_id, checkpoints, cache);
        if (!found && found.error().kind == errc::corrupt) return beyond_repair(found.error());
        if (!found) return std::unexpected(found.error());
        if (found->loss) return beyond_repair(*found->loss);
        if (found->last && !found->tail_is_zero) {
            auto const end = found->last->extent().frames_end;
            DIPTYCH_TRY(auto const torn, end_of_bytes(found->last->on(), end));
            tell(
                found->last->path().native(),
                "at offset " + std::to_string(end) + ", behind position " +
                    std::to_string(found->last->last().value) + ", stands no whole frame",
                will("cut ", "cut ") + std::to_string(torn - end) +
                    " bytes of an append that was never acknowledged"
            );
        }
        DIPTYCH_TRY(auto const home, segments::look_for_home(disk, in_));
        if (home == segments::home::copy)
            tell(
                how_.folder.native(),
                "it is a copy of the folder that its log was written to",
                will("begin", "began") + " a new epoch at its end"
            );
        return {};
    }

    result<folder_check> check(bool nobody_writes) const {
        return check_folder({
            .folder = how_.folder,
            .views = how_.views,
            .nobody_writes = nobody_writes,
            .differences_max = 1,
            .progress = how_.progress,
        });
    }

    // Only what is wrong is removed: what can not be read now may be right.
    result<void> look_at_index(folder_check const& found) {
        auto const file = in_.index();
        if (!found.index) {
            if (report_.end.position.value == 0) return {};
            tell(
                file.native(),
                "it is not there, or is no index of this log",
                will("build it", "built it")
            );
            makes_index_ = true;
            return {};
        }
        if (*found.index) return {};
        if (found.index->error().kind != errc::corrupt)
            return std::unexpected(found.index->error());
        tell(file.native(), found.index->error().message, will("build it again", "built it again"));
        to_remove_.push_back(file);
        makes_index_ = true;
        return {};
    }

    result<void> look_at_views(folder_check const& found) {
        for (auto const& one : found.views) {
            auto const wrong = one.fault();
            if (!wrong) continue;
            if (wrong->kind != errc::corrupt) return std::unexpected(*wrong);
            tell(
                one.file,
                wrong->message,
                one.view.empty()
                    ? will("remove", "removed") + " it; its program builds it when it starts"
                    : will("build it again", "built it again")
            );
            to_remove_.push_back(one.file);
            if (!one.view.empty()) views_to_make_.emplace_back(one.view, one.file);
        }
        return {};
    }

    // What was removed has to be there again, with everything in it.
    result<void> look_at_what_was_made(folder_check const& after) const {
        auto const end = after.log->end.position;
        auto const is_index_made = after.index && *after.index && (*after.index)->at == end;
        if (makes_index_ && !is_index_made) return not_made(in_.index().native());
        for (auto const& [view, file] : views_to_make_) {
            auto const is_it = [&](checked_view const& one) { return one.file == file; };
            auto const made = std::ranges::find_if(after.views, is_it);
            if (made == after.views.end() || made->found->at.position != end) return not_made(file);
        }
        return {};
    }

    static std::unexpected<error> not_made(std::string const& file) {
        return fail(
            errc::failed,
            "not_built",
            file + " was not built to the end of the log: start the program, which builds it"
        );
    }

    std::string will(std::string_view plan, std::string_view done) const {
        return how_.dry_run ? "would " + std::string(plan) : std::string(done);
    }

    void tell(std::string what, std::string why, std::string done) {
        report_.all.push_back(
            {.what = std::move(what), .why = std::move(why), .done = std::move(done)}
        );
    }

    static result<void> remove(fs::path const& file) {
        DIPTYCH_TRY(sqlite::remove({file}));
        return sqlite::remove_if_distrusted({file});
    }

    // As the next process that writes would: cuts, indexes, and builds the views it knows.
    result<void> open_and_close(std::vector<fs::path> const& view_files) const {
        // What the server keeps for a full disk stays as it is.
        std::error_code none;
        auto const reserve = fs::file_size(in_.reserve(), none);
        application_options const how{
            .data = how_.folder,
            .reserve_bytes = none ? 0 : reserve,
            .threads = false,
            .complain = [](std::string_view) {},
            .progress = how_.progress,
        };
        DIPTYCH_TRY(auto const open, node::open(how, {.view_files = view_files}));
        for (auto const& [view, file] : views_to_make_) DIPTYCH_TRY(open->views().catch_up(view));
        return open->close();
    }

    repair_options const& how_;
    segments::folder const in_;
    repair_report report_ = {};
    std::vector<fs::path> to_remove_;
    bool makes_index_ = false;
    std::vector<std::pair<std::string, std::string>> views_to_make_;  // name and file
};

}  // namespace

result<repair_report> repair(repair_options const& how) { return repairer(how).run(); }

}  // namespace diptych::app
