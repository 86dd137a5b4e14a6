#include "app/log_follower.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::app {

result<std::unique_ptr<log_follower>> log_follower::open(
    storage::disk& on,
    std::filesystem::path const& folder,
    clock& time,
    std::string name,
    piece_source ask
) {
    auto made =
        std::unique_ptr<log_follower>(new log_follower(time, std::move(name), std::move(ask)));
    DIPTYCH_TRY(auto log_id, log::segments::read_format(on, {folder}));
    if (!log_id) {
        DIPTYCH_TRY(auto const first, made->ask_({}));
        log_id = first.log_id;
    }
    DIPTYCH_TRY(made->copy_, log::segments::kept_copy::open(on, {folder}, *log_id));
    auto const shown = made->copy_->wanted();
    made->status_.at = made->status_.end = {shown.epoch, shown.at};
    return made;
}

result<bool> log_follower::take_next() {
    DIPTYCH_TRY(auto const piece, ask_(copy_->wanted()));
    {
        auto const lock = std::scoped_lock(mutex_);
        status_.end = piece.end;
        status_.heard_at = time_.now();
    }
    auto const is_all = copy_->take(piece);
    auto const lock = std::scoped_lock(mutex_);
    auto const shown = copy_->wanted();
    status_.at = {shown.epoch, shown.at};
    if (!is_all) return std::unexpected(is_all.error());
    return !*is_all;
}

result<bool> log_follower::step() {
    auto more = take_next();
    auto const lock = std::scoped_lock(mutex_);
    status_.trouble = more ? std::string{} : more.error().message;
    return more;
}

source_status log_follower::status() const {
    auto const lock = std::scoped_lock(mutex_);
    return status_;
}

}  // namespace diptych::app
