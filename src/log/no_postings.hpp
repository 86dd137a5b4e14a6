/// @file
/// Postings without a list: what stands for an index that is not there.
#pragma once

#include "log/postings.hpp"

namespace diptych::log {

/// Says how far it reaches, and nothing of what is there. Thread-safe.
class no_postings final : public postings {
public:
    explicit no_postings(position last = {}) : last_(last) {}

    position first() const override { return position{1}; }
    position last() const override { return last_; }
    result<std::vector<position>> after(posting_key, position, std::size_t) const override {
        return std::vector<position>{};
    }
    result<std::vector<position>> before(posting_key, position, std::size_t) const override {
        return std::vector<position>{};
    }
    result<std::optional<version>> last_version(std::string_view) const override {
        return std::optional<version>{};
    }
    result<std::vector<position>> from_version(std::string_view, version, std::size_t)
        const override {
        return std::vector<position>{};
    }
    result<std::optional<position>> find(std::string_view, uuid const&) const override {
        return std::optional<position>{};
    }
    result<std::optional<answer>> find_answer(std::string_view, std::string_view) const override {
        return std::optional<answer>{};
    }

private:
    position last_;
};

}  // namespace diptych::log
