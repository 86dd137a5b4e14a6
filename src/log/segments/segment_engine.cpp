#include "log/segments/segment_engine.hpp"

#include "log/no_postings.hpp"
#include "log/segments/reading_engine.hpp"
#include "log/segments/writing_engine.hpp"

#include <fmt/format.h>

namespace diptych::log::segments {

segment_engine::segment_engine(
    storage::disk& on, folder in, uuid const& log_id, segment_options options
)
    : disk_(on),
      folder_(std::move(in)),
      log_id_(log_id),
      options_(std::move(options)),
      cache_(on, options_.cache) {}

result<std::unique_ptr<segment_engine>> segment_engine::open(
    std::filesystem::path const& directory,
    mode how,
    storage::disk& on,
    clock& time,
    random_source& random,
    segment_options options
) {
    folder const in{directory};
    if (how == mode::writer) return writing_engine::open(on, in, time, random, std::move(options));
    return reading_engine::open(on, in, std::move(options));
}

std::vector<epoch_start> segment_engine::epochs() const {
    auto const at = now();
    if (!at) return {};
    return log_reader(at->list, cache_).epochs();
}

result<std::vector<frame_ptr>> segment_engine::frames(position from, std::size_t bytes_max) const {
    DIPTYCH_TRY(auto const at, now());
    return log_reader(at.list, cache_).frames(from, bytes_max);
}

result<position> segment_engine::visit(
    stretch const& of, std::size_t bytes_max, event_visitor const& visit
) const {
    DIPTYCH_TRY(auto const at, now());
    return log_reader(at.list, cache_).visit(of, bytes_max, visit);
}

result<page> segment_engine::fetch(std::span<position const> positions) const {
    DIPTYCH_TRY(auto const at, now());
    DIPTYCH_TRY(auto found, log_reader(at.list, cache_).fetch(positions));
    token const seen{.epoch = at.end.epoch, .position = at.end.position};
    return page{std::move(found.list), std::move(found.memory), seen, true};
}

result<position> segment_engine::position_at(timestamp when) const {
    DIPTYCH_TRY(auto const at, now());
    return log_reader(at.list, cache_).position_at(when);
}

result<hash256> segment_engine::chain_at(position at) const {
    DIPTYCH_TRY(auto const here, now());
    return log_reader(here.list, cache_).chain_at(at);
}

result<bool> segment_engine::passed(position at, hash256 const& chain) const {
    DIPTYCH_TRY(auto const here, now());
    return log_reader(here.list, cache_).passed(at, chain);
}

result<std::shared_ptr<postings const>> segment_engine::index() const {
    if (auto const* const opened = usable_index()) {
        auto snapshot = opened->snapshot();
        if (snapshot || snapshot.error().kind != errc::not_found) return snapshot;
        // Deleted under a reader: whoever rebuilds it is not done yet. A writer would take what the
        // index alone knows, such as answers, for never given.
        auto const open = writable();
        if (open || open.error().kind != errc::denied)
            return fail(errc::unavailable, "index_behind", "index.db is not where it was");
    }
    return std::make_shared<no_postings const>();
}

position segment_engine::merged_to() const {
    auto const* const opened = usable_index();
    return opened ? opened->checkpoint().position : position{};
}

result<std::optional<std::string>> segment_engine::load_state(std::string_view name) const {
    auto const* const opened = usable_index();
    if (!opened) return std::optional<std::string>{};
    return opened->load_state(name);
}

}  // namespace diptych::log::segments
