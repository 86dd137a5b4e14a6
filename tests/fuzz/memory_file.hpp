/// @file
/// A file that is a text in memory.
#pragma once

#include "storage/disk.hpp"

#include <string>
#include <utility>

namespace diptych::fuzz {

/// Read-only. Thread-compatible.
class memory_file final : public storage::file {
public:
    explicit memory_file(std::string content) : content_(std::move(content)) {}

    result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
        if (offset >= content_.size()) return std::size_t{0};
        return content_.copy(into.data(), into.size(), offset);
    }
    result<std::uint64_t> size() const override { return content_.size(); }
    result<void> write(std::uint64_t, std::string_view) override { return refused(); }
    result<void> truncate(std::uint64_t) override { return refused(); }
    result<void> sync() override { return refused(); }

private:
    static result<void> refused() { return fail(errc::denied, "this file is only read"); }

    std::string content_;
};

}  // namespace diptych::fuzz
