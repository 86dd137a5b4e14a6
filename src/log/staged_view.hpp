/// @file
/// The log as the commit step sees it: what is recorded and what it has just staged.
#pragma once

#include "log/frame_builder.hpp"
#include "log/past.hpp"
#include "log/proposal.hpp"
#include "log/reader.hpp"
#include "log/tail.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace diptych::log {

/// Commit step only, for one group. Keeps references.
class staged_view final : public stage {
public:
    staged_view(
        engine const& behind,
        line_of_history const& line,
        heads& known,
        pinned_tail recorded,
        frame_builder const& staged
    )
        : line_(line),
          heads_(known),
          recorded_(behind, line, std::move(recorded)),
          staged_(staged) {}

    // For user code that decides again.
    token end() const override { return line_.at(staged_.end()); }
    std::optional<std::vector<recorded_event>> since(
        query const& what, position after, std::size_t limit
    ) const override;

    /// The stream's version, from what `what` found out where possible. It is then in heads.
    result<version> version_of(std::string_view stream, prepared const& what);

    /// The first event after `after` that `what` matches. Reads the index only if the tail does not
    /// reach so far back.
    result<std::optional<recorded_event>> first_match(query const& what, position after);

    /// The stream's event of this version.
    result<std::optional<recorded_event>> event_of(std::string_view stream, version at);

    /// What is newer than what `what` has looked at, or everything if it has not looked.
    class unseen final : public past {
    public:
        unseen(staged_view const& in, prepared const& what) : in_(in), what_(what) {}

        result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
            const override;
        result<std::optional<position>> find(std::string_view stream, uuid const& id)
            const override;
        result<page> fetch(position first, std::size_t count) const override;

    private:
        staged_view const& in_;
        prepared const& what_;
    };

private:
    auto const& blocks() const { return recorded_.seen().blocks; }

    line_of_history const& line_;
    heads& heads_;
    reader recorded_;
    frame_builder const& staged_;
    page from_index_;  // keeps the event that was given last
};

}  // namespace diptych::log
