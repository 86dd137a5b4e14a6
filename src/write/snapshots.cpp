#include "write/snapshots.hpp"

#include "base/planted_bug.hpp"
#include "write/log_stamp.hpp"
#include "write/state_names.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <string_view>

namespace diptych::write {

namespace {

constexpr std::string_view format_line = "diptych snapshot 1";

std::string revision_of(model::state const& of) {
    return of.revision ? std::to_string(*of.revision) : "-";
}

}  // namespace

// Five lines, and then the saved state.
std::string snapshots::lines_of(model::state const& of, std::string const& stamp) const {
    return std::string(format_line) + '\n' + stamp + '\n' + of.fingerprint + '\n' +
           revision_of(of) + '\n' + build_id_ + '\n';
}

std::optional<snapshot> snapshots::fitting(
    model::state const& of, std::string_view bytes, position up_to
) const {
    if (take_line(bytes) != format_line) return std::nullopt;
    auto const stamp = take_line(bytes);
    if (!stamp) return std::nullopt;
    auto const at = position_of_stamp(log_, *stamp, up_to);
    auto const is_of_another_fold = take_line(bytes) != of.fingerprint;
    auto const is_of_another_revision = take_line(bytes) != revision_of(of);
    auto const another = take_line(bytes) != build_id_ || build_id_.empty();
    auto const fits = !is_of_another_fold && !is_of_another_revision && (!another || of.revision);
    if (!at || (!fits && !is_planted(bug::older_fold_used))) return std::nullopt;
    auto loaded = guarded("loading " + of.name, [&] { return of.load(bytes); });
    if (!loaded) return std::nullopt;
    return snapshot{.state = {.value = *std::move(loaded), .at = *at}, .of_another_build = another};
}

std::optional<snapshot> snapshots::load(
    model::state const& of, std::span<std::string const> names, position up_to, bool& ignored
) const {
    ignored = false;
    if (!keeps(of)) return std::nullopt;
    auto const bytes = log_.load_state(snapshot_name(of, names));
    if (!bytes || !*bytes) return std::nullopt;
    auto found = fitting(of, **bytes, up_to);
    ignored = !found;
    return found;
}

// Without a build id nobody could tell the snapshots of this program from an older one's.
bool snapshots::keeps(model::state const& of) const {
    return of.save != nullptr && of.load != nullptr && (!build_id_.empty() || of.revision);
}

bool snapshots::offer(
    model::state const& of, std::span<std::string const> names, folded_state what
) {
    if (!keeps(of)) return false;
    std::lock_guard const lock(mutex_);
    if (pending_.size() >= pending_max_) return false;
    pending_.push_back({.of = &of, .names = {names.begin(), names.end()}, .what = std::move(what)});
    return true;
}

result<bool> snapshots::step() {
    std::unique_lock lock(mutex_);
    if (pending_.empty()) return false;
    auto const next = std::move(pending_.back());
    pending_.pop_back();
    lock.unlock();
    DIPTYCH_TRY(auto const stamp, stamp_of(log_, next.what.at));
    DIPTYCH_TRY(auto const saved, guarded("saving " + next.of->name, [&]() -> result<std::string> {
                    return next.of->save(next.what.value.get());
                }));
    DIPTYCH_TRY(
        log_.save_state(snapshot_name(*next.of, next.names), lines_of(*next.of, stamp) + saved)
    );
    return true;
}

}  // namespace diptych::write
