#include "log/segments/home.hpp"

#include "log/segments/new_epoch.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>

namespace diptych::log::segments {

namespace {

std::string text_of(std::uint64_t which) { return fmt::format("diptych home 1\n{:016x}\n", which); }

// No file that is looked at is this one.
constexpr std::uint64_t nowhere = 0;

result<std::uint64_t> which(storage::disk& on, std::filesystem::path const& file) {
    DIPTYCH_TRY(auto const facts, on.look_at(file));
    return facts.identity.second;
}

// Null: there is none.
result<std::optional<std::string>> read_home(storage::disk& on, folder const& in) {
    auto const file = on.open(in.home(), storage::file_mode::read_only);
    if (!file && file.error().kind == errc::not_found) return std::nullopt;
    if (!file) return std::unexpected(file.error());
    std::string text(64, '\0');
    DIPTYCH_TRY(auto const size, (*file)->read(0, text));
    text.resize(size);
    return text;
}

result<void> write_home(storage::disk& on, folder const& in, bool is_here) {
    auto const next = in.root / "HOME.tmp";
    DIPTYCH_TRY(remove_if_there(on, next, in.root));
    DIPTYCH_TRY(auto const file, on.open(next, storage::file_mode::create_new));
    auto itself = nowhere;
    if (is_here) {
        DIPTYCH_TRY(itself, which(on, next));
    }
    DIPTYCH_TRY(file->write(0, text_of(itself)));
    DIPTYCH_TRY(file->sync());
    DIPTYCH_TRY(on.rename(next, in.home()));
    return on.sync_directory(in.root);
}

}  // namespace

result<home> look_for_home(storage::disk& on, folder const& in) {
    DIPTYCH_TRY(auto const text, read_home(on, in));
    if (!text) return home::unknown;
    DIPTYCH_TRY(auto const itself, which(on, in.home()));
    return *text == text_of(itself) && itself != nowhere ? home::here : home::copy;
}

result<bool> is_backup(storage::disk& on, folder const& in) {
    DIPTYCH_TRY(auto const text, read_home(on, in));
    return text == text_of(nowhere);
}

result<void> make_home(storage::disk& on, folder const& in) { return write_home(on, in, true); }
result<void> make_homeless(storage::disk& on, folder const& in) {
    return write_home(on, in, false);
}

result<void> renew_home(storage::disk& on, folder const& in) {
    auto made = make_home(on, in);
    if (!made && made.error().kind == errc::unavailable) return {};
    return made;
}

result<bool> settle(
    storage::disk& on,
    folder const& in,
    uuid const& log_id,
    std::span<checkpoint const> checkpoints,
    random_source& random
) {
    DIPTYCH_TRY(auto const found, look_for_home(on, in));
    if (found != home::copy) return false;
    segment_cache cache(on, {});
    DIPTYCH_TRY(auto const log, inspect(on, in, log_id, checkpoints, cache));
    if (log.loss) return false;
    auto const last = log.last ? log.last->header().epoch : epoch{1};
    DIPTYCH_TRY(auto const next, epoch_after(last, random.next()));
    if (log.last) {
        DIPTYCH_TRY(repair(on, in, log));
    }
    DIPTYCH_TRY(begin_epoch(on, in, log_id, log, next));
    DIPTYCH_TRY(make_home(on, in));
    return true;
}

}  // namespace diptych::log::segments
