/// @file
/// Delivers to a file: a CloudEvent in each line.
#pragma once

#include "outbox/scheme.hpp"
#include "outbox/transport.hpp"
#include "storage/disk.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::channels {

/// "file:out/orders.jsonl"
outbox::scheme file_scheme();

/// What was sent since the last call of answers() is written and synced together there. A line that
/// a crash cut off is removed when the file is opened; what others have written stays, and it goes
/// on behind it. A file that does not begin with a '{', and one to which another channel delivers,
/// is left alone: nobody is there. Keeps a reference: the disk must outlive it.
class file_transport final : public outbox::transport {
public:
    file_transport(storage::disk& on, std::filesystem::path path, std::string source)
        : file_transport(on, path, std::move(source), path.string() + ".lock") {}

    /// `lock` is the same file for all that deliver to one, whatever names they have for it.
    file_transport(
        storage::disk& on, std::filesystem::path path, std::string source, std::string lock
    )
        : disk_(on),
          path_(std::move(path)),
          source_(std::move(source)),
          lock_path_(std::move(lock)) {}

    void send(std::uint64_t ticket, outbox::message const& what) override;
    std::vector<outbox::told> answers() override;

private:
    result<void> write();
    result<void> stand_at_end();
    result<void> put(std::string_view lines);
    result<void> open();
    result<void> make_folder();
    result<void> take_lock();
    result<std::uint64_t> end_of_lines(std::uint64_t size) const;
    result<std::uint64_t> end_of_known(std::uint64_t size) const;
    result<void> expect_lines(std::uint64_t size) const;
    result<void> end_last_line();

    storage::disk& disk_;
    std::filesystem::path const path_;
    std::string const source_;
    std::filesystem::path const lock_path_;
    storage::file_lock lock_;                    // held from opening the file on
    std::unique_ptr<storage::file> file_;        // null: to be opened
    std::optional<storage::file_facts> opened_;  // last
    std::uint64_t end_ = 0;                      // of what is synced, of that file
    std::string lines_;                          // not yet written
    std::string unsure_;                         // behind end_: of these something may be there
    std::vector<std::uint64_t> tickets_;
};

}  // namespace diptych::channels
