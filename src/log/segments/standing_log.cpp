#include "log/segments/standing_log.hpp"

#include "log/line_of_history.hpp"
#include "log/segments/marks.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log::segments {

namespace {

bool is_durable(std::span<checkpoint const> marks, segment const& last) {
    return std::ranges::any_of(marks, [&](checkpoint const& one) {
        return one.mark && one.mark->segment == last.header().first &&
               one.mark->offset >= last.extent().frames_end;
    });
}

segment_list whole_list_of(inspection const& found) {
    auto all = list_of(found);
    if (!found.last_is_sealed) return all;
    auto sealed = found.sealed;
    sealed.push_back(found.last->entry());
    return {
        .sealed = std::make_shared<std::vector<segment_entry> const>(std::move(sealed)),
        .open = nullptr,
        .last = all.last,
    };
}

}  // namespace

token standing_log::end_token() const {
    std::vector<epoch_start> epochs;
    auto const add = [&](segment_header const& of) {
        epochs.push_back({.epoch = of.epoch, .first = of.first});
    };
    for (auto const& one : found.sealed) add(one.header);
    if (found.last) add(found.last->header());
    return line_of_history(std::move(epochs)).at(end.position);
}

result<standing_log> look_at_log(
    storage::disk& on, folder const& in, std::span<checkpoint const> covered
) {
    DIPTYCH_TRY(auto const log_id, read_format(on, in));
    if (!log_id) return fail(errc::not_found, in.root.native() + " has no log");
    // Before the segments are listed: they reach at least as far.
    DIPTYCH_TRY(auto marks, marks_in(on, in, *log_id));
    marks.insert(marks.end(), covered.begin(), covered.end());
    segment_cache cache(on, {});
    DIPTYCH_TRY(auto found, inspect(on, in, *log_id, marks, cache, storage::file_mode::read_only));
    if (found.loss) return std::unexpected(*std::move(found.loss));
    standing_log log{.found = std::move(found), .end = {.log_id = *log_id}, .list = {}};
    log.list = whole_list_of(log.found);
    if (!log.found.last) return log;
    auto& last = *log.found.last;
    // Written, but perhaps not yet synced. What is in a copy must not be lost here.
    if (!is_durable(marks, last)) {
        DIPTYCH_TRY(last.on().sync());
    }
    auto const extent = last.extent();
    log.end.epoch = last.header().epoch;
    log.end.position = last.last();
    log.end.chain = extent.chain;
    log.end.recorded_at = extent.last_recorded;
    return log;
}

}  // namespace diptych::log::segments
