/// @file
/// The raw limit of reading: the segment files of a log read with nothing but pread, checksum and
/// simdjson (docs/reference/segment-format.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::bench {

/// What a deposit says. The views are valid until the next is read.
struct bare_deposit {
    std::string_view account;
    std::int64_t amount = 0;
    std::string_view note;
};

/// Reads the data of a deposit with simdjson. Not thread-safe.
class deposit_reader {
public:
    deposit_reader();
    ~deposit_reader();
    deposit_reader(deposit_reader const&) = delete;
    deposit_reader& operator=(deposit_reader const&) = delete;

    /// `readable` bytes may be read behind `data`, data included.
    bare_deposit read(std::string_view data, std::size_t readable);

private:
    class parser;
    std::unique_ptr<parser> parser_;
};

/// An event record as it stands in a file.
struct bare_record {
    std::string_view stream;
    std::string_view data;
    std::size_t readable;  ///< Bytes from the beginning of `data` that may be read.
    std::uint32_t file;
    std::uint64_t offset;  ///< Of the record.
    std::uint32_t size;    ///< Of the record.
};

/// The segment files of one log, open for reading.
class bare_segments {
public:
    /// `folder` is the log's, "data/log".
    explicit bare_segments(std::string const& folder);
    ~bare_segments();
    bare_segments(bare_segments const&) = delete;
    bare_segments& operator=(bare_segments const&) = delete;

    /// All events in order; every frame's checksum is verified. How many.
    std::uint64_t scan(std::function<void(bare_record const&)> const& each) const;

    /// One record with a pread, its checksum not verified. Valid until the next call.
    bare_record at(std::uint32_t file, std::uint64_t offset, std::uint32_t size);

private:
    struct segment {
        int file;
        std::uint32_t seed_base;  ///< Checksum of what seeds every frame, but for its number.
    };
    std::uint64_t scan_one(
        std::uint32_t number,
        std::string& buffer,
        std::function<void(bare_record const&)> const& each
    ) const;

    std::vector<segment> segments_;
    std::string buffer_;
};

}  // namespace diptych::bench
