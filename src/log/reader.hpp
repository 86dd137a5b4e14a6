/// @file
/// Reading: the same for all engines. Pin the tail, open an index that reaches it, walk both in
/// order of position.
#pragma once

#include "log/engine.hpp"
#include "log/line_of_history.hpp"
#include "log/past.hpp"
#include "log/tail.hpp"

#include <diptych/event_log.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace diptych::log {

class block_view;

/// Reads what one pinned tail and the index behind it hold. Made for one call or one transaction;
/// cheap. Thread-compatible. Keeps references: engine and line must outlive it.
class reader final : public past {
public:
    reader(engine const& behind, line_of_history const& line, pinned_tail front)
        : engine_(behind), line_(line), tail_(std::move(front)) {}

    tail_view const& seen() const { return *tail_; }
    token end() const { return line_.at(tail_->end.position); }

    result<page> read(read_options const& options) const;
    result<page> read_stream(std::string_view stream, stream_options const& options) const;
    result<version> stream_version(std::string_view stream) const;

    result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
        const override;
    result<std::optional<position>> find(std::string_view stream, uuid const& id) const override;
    result<page> fetch(position first, std::size_t count) const override;

    result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const;

    /// How far a visit has come.
    struct visited {
        position to;
        std::size_t events = 0;
        bool is_dense = false;  ///< Most were visited: whole frames are the better way to go on.
    };

    /// Visits some of what `what` matches, at least as far as the first of a stretch that is not
    /// empty: a page from the index, some frames, or a block of the tail.
    result<visited> visit_some(
        query const& what, stretch const& of, bool in_frames, event_visitor const& visit
    ) const;

private:
    result<visited> visit_index(query const& what, stretch const& of, event_visitor const& visit)
        const;
    result<visited> visit_frames(query const& what, stretch const& of, event_visitor const& visit)
        const;
    result<visited> visit_block(query const& what, stretch const& of, event_visitor const& visit)
        const;

    struct source {
        postings const* lists;
        block_view const* block;  // null: the index
        position first;           // wanted from here ...
        position last;            // ... to here
    };
    using source_visitor = std::function<result<bool>(source const&)>;
    struct collected {
        std::vector<recorded_event> events;
        std::vector<std::shared_ptr<void const>> memory;
    };

    static result<void> check(read_options const& options);

    // What is looked for: with names, the index is needed.
    enum class by { name, position };

    // Visits what overlaps with [first, last], nearest first, while `go_on` says so.
    result<void> each_source(
        position first,
        position last,
        direction way,
        source_visitor const& go_on,
        by what = by::name
    ) const;
    result<std::shared_ptr<postings const>> index() const;
    result<void> load(
        source const& from, std::vector<position> positions, direction way, collected& into
    ) const;
    result<void> load_matching(
        source const& from, query const& what, direction way, std::size_t limit, collected& into
    ) const;
    result<void> load_versions(
        source const& from, std::string_view stream, stream_options const& options, collected& into
    ) const;
    result<std::optional<version>> last_version(source const& from, std::string_view stream) const;
    position oldest_place(std::string_view stream, version from) const;
    result<position> newest_place(std::string_view stream, version from) const;
    page made_of(collected found, position last, read_options const& how) const;

    engine const& engine_;
    line_of_history const& line_;
    pinned_tail tail_;
};

}  // namespace diptych::log
