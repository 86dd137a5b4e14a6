// A view whose file is thrown away and made again of the log.
#include "read/live_view.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

// While it takes part in commits, nobody but the keeper moves anything; before, the writer did.
bool live_view::is_distrusted() const {
    if (keeper_ && keeper_->is_distrusted()) return true;
    return writer_ && writer_->into.connection().is_distrusted();
}

bool live_view::is_damage(error const& what) {
    return what.code == "damaged_file" || what.code == "not_a_database";
}

void live_view::look_for_damage(error const& what) {
    if (is_damage(what)) is_damaged_ = true;
}

// What was decided about dead letters is nowhere else, and can not be read any more. Of a file that
// does not even open nobody knows whether there were any: then it is by the text.
bool live_view::is_made_again_when_damaged() const {
    return !plan()->definition->parks && progress_->now().parking.ever == 0;
}

std::optional<std::string> live_view::reason_to_begin_again() const {
    if (is_distrusted()) return file_.string() + ": a sync has failed; it is built again";
    if (is_damaged_ && is_made_again_when_damaged())
        return file_.string() + ": it is damaged; it is built again";
    return std::nullopt;
}

// What is in its file is not trusted, and after a failed sync its WAL would only grow.
result<bool> live_view::begin_again(std::string const& why) {
    if (is_inline_) hold_appends(why);
    // The view is not new: appends wait for it.
    was_part_ = was_part_ || is_inline_;
    // Behind the append that may have been under way. What a damaged file has shown is not known.
    auto const shown = is_damaged_ ? in_.log.durable_end().position : progress_->now().at.position;
    rebuild_at_ = end_of_pause(rebuilds_++);
    attached_.reset();
    read_with(nullptr);
    shown_ = std::max<std::uint64_t>(shown_, shown.value);
    // Its names first: what closing still moves is then no file's.
    if (auto const gone = sqlite::remove(file_); !gone) {
        progress_->change([&](view_moment& now) {
            now.state = view_state::failed;
            now.last_error = gone.error();
        });
        return std::unexpected(gone.error());
    }
    is_damaged_ = false;
    keeper_.reset();
    writer_.reset();
    open();
    progress_->change([&](view_moment& now) {
        if (!now.last_error) now.last_error = fail(errc::failed, "distrusted", why).error();
    });
    return false;
}

}  // namespace diptych::read
