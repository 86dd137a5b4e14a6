/// @file
/// A block as a reader sees it: up to his watermark, under the same interface as the index.
#pragma once

#include "log/block.hpp"
#include "log/postings.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace diptych::log {

/// Keeps a reference: whoever uses it keeps the tail pinned. Thread-compatible.
class block_view final : public postings {
public:
    /// `frames` are those committed since the log was opened: answers of later ones are not seen.
    block_view(block const& of, position last, std::uint64_t frames)
        : block_(of), last_(last), frames_(frames) {}

    position first() const override { return block_.first(); }
    position last() const override { return last_; }
    result<std::vector<position>> after(posting_key key, position after, std::size_t limit)
        const override;
    result<std::vector<position>> before(posting_key key, position before, std::size_t limit)
        const override;
    result<std::optional<version>> last_version(std::string_view stream) const override;
    result<std::vector<position>> from_version(
        std::string_view stream, version from, std::size_t limit
    ) const override;
    result<std::optional<position>> find(std::string_view stream, uuid const& id) const override;
    result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
        const override;

    /// Appends the events at these positions, and the frames that hold them.
    void copy(
        std::span<position const> positions,
        std::vector<recorded_event>& events,
        std::vector<std::shared_ptr<void const>>& memory
    ) const;

private:
    block const& block_;
    position last_;
    std::uint64_t frames_;
};

}  // namespace diptych::log
