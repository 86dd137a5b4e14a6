#include "log/segments/index_writer.hpp"

#include "base/planted_bug.hpp"

#include <diptych/try.hpp>

namespace diptych::log::segments {

namespace {

// The checkpoint after the frames. Fails with failed if they do not follow `from`.
result<index_checkpoint> checkpoint_after(
    index_checkpoint from, std::span<frame_ptr const> frames
) {
    for (auto const& frame : frames) {
        if (frame->event_count == 0) continue;
        if (frame->first != from.position + 1)
            return fail(
                errc::failed,
                "index_gap",
                "the index stands at position " + std::to_string(from.position.value) +
                    ", but was given a frame that begins at " + std::to_string(frame->first.value)
            );
        from = {.position = frame->last(), .chain = frame->chain};
    }
    if (is_planted(bug::index_beyond_log)) from.position = from.position + 1;
    return from;
}

}  // namespace

result<void> pending_states::add(
    std::string_view name, std::string_view bytes, std::size_t bytes_max
) {
    auto const known = by_name_.find(name);
    auto const replaced = known == by_name_.end() ? 0 : known->second.size();
    auto const size = bytes_ - replaced + bytes.size();
    if (size > bytes_max && bytes_ > replaced)
        return fail(errc::unavailable, "too many states wait to be written to the index");
    if (known == by_name_.end()) {
        by_name_.emplace(name, bytes);
    } else {
        known->second = bytes;
    }
    bytes_ = size;
    return {};
}

std::string const* pending_states::find(std::string_view name) const {
    auto const known = by_name_.find(name);
    return known == by_name_.end() ? nullptr : &known->second;
}

result<std::unique_ptr<index_writer>> index_writer::open(
    sqlite::location const& file, uuid const& log_id, index_limits const& limits
) {
    auto made = std::make_unique<index_writer>();
    made->limits_ = limits;
    DIPTYCH_TRY(made->database_, open_index_to_write(file, log_id));
    auto const& opened = made->database_;
    DIPTYCH_TRY(made->read_checkpoint_, checkpoint_reader::prepare(opened));
    DIPTYCH_TRY(made->write_checkpoint_, checkpoint_writer::prepare(opened));
    DIPTYCH_TRY(made->lists_, list_writer::prepare(opened, limits));
    DIPTYCH_TRY(made->ids_, id_writer::prepare(opened));
    DIPTYCH_TRY(made->answers_, answer_writer::prepare(opened));
    DIPTYCH_TRY(made->save_state_, opened.prepare("insert or replace into states values (?1, ?2)"));
    return made;
}

result<index_checkpoint> index_writer::checkpoint() { return read_checkpoint_.read(); }

result<index_checkpoint> index_writer::merge(
    std::span<frame_ptr const> frames, index_checkpoint const& from, pending_states const& states
) {
    DIPTYCH_TRY(auto const to, checkpoint_after(from, frames));
    auto const written = write(frames, to, states);
    if (!written) {
        lists_.forget();
        return std::unexpected(written.error());
    }
    return to;
}

result<void> index_writer::write(
    std::span<frame_ptr const> frames, index_checkpoint const& to, pending_states const& states
) {
    auto const batch = gather(frames);
    DIPTYCH_TRY(auto all, sqlite::transaction::begin(database_));
    DIPTYCH_TRY(lists_.add(batch.chunks));
    DIPTYCH_TRY(ids_.add(batch.ids));
    DIPTYCH_TRY(answers_.add(batch.answers));
    DIPTYCH_TRY(save(states));
    DIPTYCH_TRY(write_checkpoint_.write(to));
    return all.commit();
}

result<void> index_writer::save(pending_states const& states) {
    for (auto const& [name, bytes] : states)
        DIPTYCH_TRY(save_state_.bind_blob(1, name).bind_blob(2, bytes).run());
    return {};
}

result<bool> index_writer::maintain(timestamp end, pending_states const& states) {
    DIPTYCH_TRY(auto all, sqlite::transaction::begin(database_));
    DIPTYCH_TRY(save(states));
    DIPTYCH_TRY(auto const expired, answers_.expire(end, limits_.expire_max));
    DIPTYCH_TRY(all.commit());
    if (database_.pages_written() - pages_moved_ >= limits_.wal_pages) {
        DIPTYCH_TRY(database_.checkpoint());
        pages_moved_ = database_.pages_written();
    }
    return expired == limits_.expire_max;
}

result<void> index_writer::close(pending_states const& states) {
    {
        DIPTYCH_TRY(auto all, sqlite::transaction::begin(database_));
        DIPTYCH_TRY(save(states));
        DIPTYCH_TRY(all.commit());
    }
    return database_.checkpoint();
}

}  // namespace diptych::log::segments
