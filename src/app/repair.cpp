#include "app/repair.hpp"

#include "app/folder_check.hpp"
#include "app/node.hpp"
#include "log/segments/home.hpp"
#include "log/segments/index_schema.hpp"
#include "log/segments/marks.hpp"
#include "read/view_checkpoints.hpp"
#include "sqlite/file_trust.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

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

// What has followed this log, and how far. A file that cannot be read says nothing.
result<std::vector<segments::checkpoint>> checkpoints_on(
    segments::folder const& in, uuid const& log_id
) {
    DIPTYCH_TRY(auto all, segments::marks_in(storage::system_disk(), in, log_id));
    if (auto index = segments::open_index_to_read({in.index()}, log_id)) {
        auto reader = segments::checkpoint_reader::prepare(*index);
        if (auto const at = reader ? reader->read() : std::unexpected(reader.error());
            at && at->position.value > 0)
            all.push_back(
                {.name = in.index().native(), .position = at->position, .chain = at->chain}
            );
    }
    DIPTYCH_TRY(auto const views, read::view_checkpoints({in.root / "views"}));
    for (auto const& [file, is] : views)
        if (is.log_id == log_id)
            all.push_back({.name = "view " + file, .position = is.at.position, .chain = is.chain});
    return all;
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
        DIPTYCH_TRY(look_at_log(*log_id));
        DIPTYCH_TRY(auto const found, check());
        if (!found.log) return beyond_repair(found.log.error());
        report_.end = found.log->end;
        look_at_index(found);
        look_at_views(found);
        if (how_.dry_run) return report_;
        for (auto const& file : to_remove_) DIPTYCH_TRY(remove(file));
        lock->reset();
        DIPTYCH_TRY(open_and_close());
        DIPTYCH_TRY(auto const after, check());
        if (auto wrong = after.fault()) return std::unexpected(*std::move(wrong));
        if (after.log) report_.end = after.log->end;
        return report_;
    }

private:
    // The end of the log, which opening it to write will put right.
    result<void> look_at_log(uuid const& log_id) {
        auto& disk = storage::system_disk();
        DIPTYCH_TRY(auto const checkpoints, checkpoints_on(in_, log_id));
        segments::segment_cache cache(disk, {});
        auto const found = segments::inspect(disk, in_, log_id, checkpoints, cache);
        if (!found && found.error().kind == errc::corrupt) return beyond_repair(found.error());
        if (!found) return std::unexpected(found.error());
        if (found->loss) return beyond_repair(*found->loss);
        if (found->last && !found->tail_is_zero) {
            DIPTYCH_TRY(auto const size, found->last->on().size());
            auto const end = found->last->extent().frames_end;
            tell(
                found->last->path().native(),
                "at offset " + std::to_string(end) + ", behind position " +
                    std::to_string(found->last->last().value) + ", stands no whole frame",
                "cut " + std::to_string(size - end) +
                    " bytes of an append that was never acknowledged"
            );
        }
        DIPTYCH_TRY(auto const home, segments::look_for_home(disk, in_));
        if (home == segments::home::copy)
            tell(
                how_.folder.native(),
                "it is a copy of the folder that its log was written to",
                "began a new epoch at its end"
            );
        return {};
    }

    result<folder_check> check() const {
        return check_folder({
            .folder = how_.folder,
            .views = how_.views,
            .differences_max = 1,
            .progress = how_.progress,
        });
    }

    void look_at_index(folder_check const& found) {
        auto const file = in_.index();
        if (!found.index) {
            if (report_.end.position.value > 0)
                tell(file.native(), "it is not there, or is no index of this log", "built it");
            return;
        }
        if (*found.index) return;
        tell(file.native(), found.index->error().message, "built it again");
        to_remove_.push_back(file);
    }

    void look_at_views(folder_check const& found) {
        for (auto const& one : found.views) {
            auto const wrong = one.fault();
            if (!wrong) continue;
            tell(
                one.file,
                wrong->message,
                one.view.empty() ? "removed it; its program builds it when it starts"
                                 : "built it again"
            );
            to_remove_.push_back(one.file);
        }
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
    result<void> open_and_close() {
        auto app = application{{
            .data = how_.folder,
            .threads = false,
            .complain = [](std::string_view) {},
            .progress = how_.progress,
        }};
        std::error_code ignored;
        if (fs::is_directory(how_.folder / "views", ignored)) app.views(how_.folder / "views");
        if (!how_.views.empty()) app.views(how_.views);
        DIPTYCH_TRY(app.start());
        return app.close();
    }

    repair_options const& how_;
    segments::folder const in_;
    repair_report report_ = {};
    std::vector<fs::path> to_remove_;
};

}  // namespace

result<repair_report> repair(repair_options const& how) { return repairer(how).run(); }

}  // namespace diptych::app
