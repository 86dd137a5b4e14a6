/// @file
/// A disk in memory that behaves as badly as a real one may: it forgets what was not synced when
/// the power fails, tears and reorders writes sector by sector, and fails at the n-th call.
#pragma once

#include "sim/chance.hpp"
#include "sim/name_table.hpp"
#include "storage/disk.hpp"

#include <diptych/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace diptych::sim {

/// How a call fails.
enum class fault_kind : std::uint8_t {
    io_error,     ///< EIO; nothing was done. A sync also forgets that the pages were dirty.
    no_space,     ///< ENOSPC; nothing was done.
    short_write,  ///< EIO after the first half of the bytes.
    flipped_bit,  ///< Succeeds, with one bit wrong in what is read or written.
};

/// A failure of the disk.
struct disk_fault {
    std::uint64_t call = 0;  ///< Not before this call, from 1.
    fault_kind kind = fault_kind::io_error;
    std::uint64_t calls = 1;     ///< How many calls fail, of those that fit.
    std::string operation = {};  ///< Only this one, "sync"; empty: any.
    std::string where = {};      ///< Only on paths with this in them; empty: any.
    std::uint64_t spared = 0;    ///< Calls that fit and go well before.
    bool is_whole = false;       ///< `where` is all of the path.
};

/// A call that was made, for traces and for enumerating faults.
struct disk_call {
    std::uint64_t number;
    std::string_view operation;  ///< "write", "sync", "rename", ...
    std::string path;
};

/// See the file comment; names are as name_table says. Thread-safe, but power_off() and power_on()
/// are one thread's.
class lying_disk final : public storage::disk {
public:
    /// The seed decides what is lost when a sync fails.
    explicit lying_disk(std::uint64_t seed = 1);
    ~lying_disk() override;

    /// From now on every call fails, also of files that are open. Locks are freed.
    void power_off();

    /// What was not synced is there or not, as chance has it: sectors and names one by one, of a
    /// shared page any earlier state. Files that were open before stay unusable.
    void power_on(random_source& chance);

    /// As a process that is killed and started again: everything written is there.
    void restart_process();

    void fail_at(std::vector<disk_fault> faults);
    /// One more; of those that wait, the newest three are kept.
    void add_fault(disk_fault fault);
    /// The next call of this operation ("sync") on this file fails.
    void fail_operation(std::string_view operation, std::filesystem::path const& path);
    /// From this call on as after power_off(), which it needs all the same; 0: never.
    void lose_power_at(std::uint64_t call);
    bool is_off() const;
    /// Writes that would make all files together longer than this fail with "no space".
    void limit_bytes(std::optional<std::uint64_t> most);
    bool has_limit() const;
    void on_call(std::function<void(disk_call const&)> watch);
    /// Told before each "write" and "sync" of a file, with its path; may use the disk itself.
    void before_call(std::function<void(std::string_view, std::string const&)> look);

    std::uint64_t calls() const;
    std::uint64_t faults_met() const;  ///< Calls that were made to fail or lie.
    std::uint64_t bytes() const;

    /// Everything in it, for damage and for looking. Not while anybody else uses it.
    std::map<std::string, std::string> contents() const;
    void replace(std::filesystem::path const& path, std::string content);

    result<std::unique_ptr<storage::file>> open(
        std::filesystem::path const& path, storage::file_mode mode
    ) override;
    result<std::vector<std::string>> list(std::filesystem::path const& directory) override;
    result<bool> exists(std::filesystem::path const& path) override;
    result<storage::file_facts> look_at(std::filesystem::path const& path) override;
    result<void> make_directories(std::filesystem::path const& path) override;
    result<void> rename(std::filesystem::path const& from, std::filesystem::path const& to)
        override;
    result<void> remove(std::filesystem::path const& path) override;
    result<void> sync_directory(std::filesystem::path const& path) override;
    result<storage::file_lock> lock(std::filesystem::path const& path) override;
    result<std::unique_ptr<storage::shared_page>> share(
        std::filesystem::path const& path, bool writable
    ) override;

private:
    class handle;
    struct page;
    using page_bytes = std::array<std::byte, 4096>;
    struct page_history {
        std::shared_ptr<page_bytes> now;
        std::vector<page_bytes> earlier = {};
    };

    // Counts a call and says how it is to fail, or to lie.
    result<std::optional<fault_kind>> enter(std::string_view operation, std::string const& path);
    // As enter, where there is nothing to lie about.
    result<void> enter_whole(std::string_view operation, std::string const& path);
    std::optional<fault_kind> fault_of(std::string_view operation, std::string const& path);
    void keep_pages();
    std::uint64_t sum_of_sizes() const;

    mutable std::mutex mutex_;  // guards everything below
    chance losses_;
    name_table names_;
    std::map<std::string, page_history> pages_;
    std::set<std::string> locked_;
    std::uint64_t session_ = 1;  // handles of an earlier one are stale
    std::uint64_t files_made_ = 0;
    bool is_off_ = false;
    std::uint64_t calls_ = 0;
    std::uint64_t power_lost_at_ = 0;
    std::uint64_t faults_met_ = 0;
    std::vector<disk_fault> faults_;
    std::optional<std::uint64_t> bytes_max_;
    std::function<void(disk_call const&)> watch_;
    std::function<void(std::string_view, std::string const&)> look_;
};

}  // namespace diptych::sim
