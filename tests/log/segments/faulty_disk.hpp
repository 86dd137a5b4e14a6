/// @file
/// A disk in memory that fails where it is told to, and forgets what was not synced.
#pragma once

#include "storage/disk.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace diptych::log::segments {

/// What is left of a write that was not synced when the machine stops.
enum class unsynced { lost, kept, half };

/// Paths are flat strings; a directory exists if it was made. Thread-safe.
class faulty_disk final : public storage::disk {
public:
    // Faults. Calls that change something are numbered from 1.
    std::size_t fail_at = 0;  ///< This call fails once; 0: none.
    bool fails_ever_after = false;
    bool fails_short = false;      ///< The failing write writes half of its bytes.
    bool is_full = false;          ///< Writes that make a file longer fail.
    std::size_t fail_read_in = 0;  ///< So many reads from now, one fails; 0: none.
    std::size_t calls() const { return calls_; }
    std::size_t open_files() const { return open_files_; }

    /// The machine stops and starts again. Nothing may be open.
    void crash(unsynced what) {
        names_ = durable_names_;
        for (auto& [path, one] : names_) one->crash(what);
        locked_.clear();
    }
    void forget_pages() { pages_.clear(); }

    /// For damage and for looking.
    std::string& content(std::filesystem::path const& path) { return names_.at(path)->content; }
    std::string content(std::filesystem::path const& path) const {
        return names_.at(path)->content;
    }
    bool has(std::filesystem::path const& path) const { return names_.contains(path); }
    /// As if damage had reached the platter.
    void make_durable() {
        for (auto& [path, one] : names_) one->settle();
        durable_names_ = names_;
    }
    std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> files;
        for (auto const& [path, one] : names_) files[path] = one->content;
        return files;
    }

    result<std::unique_ptr<storage::file>> open(
        std::filesystem::path const& path, storage::file_mode mode
    ) override {
        auto const lock = std::scoped_lock(mutex_);
        auto const there = names_.find(path);
        if (mode == storage::file_mode::create_new) {
            DIPTYCH_TRY(may("create", path));
            if (there != names_.end()) return fail(errc::failed, "exists: " + path.native());
            auto made = std::make_shared<node>();
            made->number = ++files_made_;
            names_[path] = made;
            return std::make_unique<handle>(*this, path, std::move(made));
        }
        if (there == names_.end()) return fail(errc::not_found, "not there: " + path.native());
        return std::make_unique<handle>(*this, path, there->second);
    }

    result<std::vector<std::string>> list(std::filesystem::path const& directory) override {
        auto const lock = std::scoped_lock(mutex_);
        if (!is_directory(directory)) return fail(errc::not_found, directory.native());
        std::vector<std::string> found;
        for (auto const& [path, one] : names_)
            if (std::filesystem::path(path).parent_path() == directory)
                found.push_back(std::filesystem::path(path).filename().native());
        for (auto const& path : directories_)
            if (std::filesystem::path(path).parent_path() == directory)
                found.push_back(std::filesystem::path(path).filename().native());
        for (auto const& [path, one] : pages_)
            if (std::filesystem::path(path).parent_path() == directory)
                found.push_back(std::filesystem::path(path).filename().native());
        std::ranges::sort(found);
        return found;
    }

    result<bool> exists(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        return names_.contains(path) || is_directory(path) || pages_.contains(path);
    }

    result<storage::file_facts> look_at(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        auto const there = names_.find(path);
        if (there == names_.end()) return fail(errc::not_found, "not there: " + path.native());
        return storage::file_facts{
            .bytes = there->second->content.size(), .identity = {0, there->second->number}
        };
    }

    result<void> make_directories(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        if (is_directory(path)) return {};
        DIPTYCH_TRY(may("make", path));
        directories_.push_back(path.native());
        return {};
    }

    result<void> rename(std::filesystem::path const& from, std::filesystem::path const& to)
        override {
        auto const lock = std::scoped_lock(mutex_);
        DIPTYCH_TRY(may("rename", from));
        auto const there = names_.find(from);
        if (there == names_.end()) return fail(errc::not_found, "not there: " + from.native());
        auto moved = there->second;
        names_.erase(there);
        names_[to] = std::move(moved);
        return {};
    }

    result<void> remove(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        DIPTYCH_TRY(may("remove", path));
        if (names_.erase(path) == 0) return fail(errc::not_found, path.native());
        return {};
    }

    result<void> sync_directory(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        DIPTYCH_TRY(may("sync", path));
        auto const is_in = [&](auto const& one) {
            return std::filesystem::path(one.first).parent_path() == path;
        };
        std::erase_if(durable_names_, is_in);
        for (auto const& one : names_)
            if (is_in(one)) durable_names_.insert(one);
        return {};
    }

    result<storage::file_lock> lock(std::filesystem::path const& path) override {
        auto const lock = std::scoped_lock(mutex_);
        if (std::ranges::count(locked_, path.native()) > 0)
            return fail(errc::unavailable, "locked", "process 1 writes to this folder");
        locked_.push_back(path.native());
        return storage::file_lock{this, [path](void* self) {
                                      std::erase(
                                          static_cast<faulty_disk*>(self)->locked_, path.native()
                                      );
                                  }};
    }

    result<std::unique_ptr<storage::shared_page>> share(
        std::filesystem::path const& path, bool writable
    ) override {
        auto const lock = std::scoped_lock(mutex_);
        if (!pages_.contains(path)) {
            if (!writable) return fail(errc::not_found, path.native());
            DIPTYCH_TRY(may("share", path));
            pages_[path] = std::make_shared<page_bytes>();
        }
        return std::make_unique<page>(pages_[path]);
    }

private:
    struct page_bytes {
        alignas(64) std::array<std::byte, 4096> bytes{};
    };
    struct page final : storage::shared_page {
        explicit page(std::shared_ptr<page_bytes> of) : kept(std::move(of)) {}
        std::span<std::byte, 4096> bytes() override { return kept->bytes; }
        std::shared_ptr<page_bytes> kept;
    };

    struct node {
        std::uint64_t number = 0;
        std::string content;
        std::string durable;
        struct change {
            std::size_t offset;
            std::string bytes;
        };
        std::vector<change> changes;  // not synced

        static void put(std::string& to, std::size_t offset, std::string_view bytes) {
            if (to.size() < offset + bytes.size()) to.resize(offset + bytes.size());
            std::memcpy(to.data() + offset, bytes.data(), bytes.size());
        }
        void settle() {
            durable = content;
            changes.clear();
        }
        void sync() {
            for (auto const& one : changes) put(durable, one.offset, one.bytes);
            durable.resize(content.size());
            changes.clear();
        }
        void crash(unsynced what) {
            for (auto const& one : changes) {
                if (what == unsynced::lost) break;
                auto const half = what == unsynced::half && &one == &changes.back();
                put(durable, one.offset, {one.bytes.data(), one.bytes.size() / (half ? 2 : 1)});
            }
            content = durable;
            changes.clear();
        }
    };

    class handle final : public storage::file {
    public:
        handle(faulty_disk& on, std::filesystem::path path, std::shared_ptr<node> to)
            : disk_(on), path_(std::move(path)), node_(std::move(to)) {
            ++disk_.open_files_;
        }
        ~handle() override { --disk_.open_files_; }

        result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
            auto const lock = std::scoped_lock(disk_.mutex_);
            if (disk_.fail_read_in > 0 && --disk_.fail_read_in == 0)
                return fail(errc::failed, "cannot read " + path_.native() + ": made to fail");
            if (offset >= node_->content.size()) return std::size_t{0};
            return node_->content.copy(into.data(), into.size(), offset);
        }
        result<void> write(std::uint64_t offset, std::string_view bytes) override {
            auto const lock = std::scoped_lock(disk_.mutex_);
            auto allowed = disk_.may("write", path_);
            if (!allowed && disk_.fails_short) put(offset, bytes.substr(0, bytes.size() / 2));
            if (!allowed) return allowed;
            if (disk_.is_full && offset + bytes.size() > node_->content.size())
                return fail(errc::unavailable, "disk_full", "no space left: " + path_.native());
            put(offset, bytes);
            return {};
        }
        result<void> sync() override {
            auto const lock = std::scoped_lock(disk_.mutex_);
            auto allowed = disk_.may("sync", path_);
            // As Linux does: after a failed sync the pages count as clean, and are not durable.
            if (!allowed) node_->changes.clear();
            if (!allowed) return allowed;
            node_->sync();
            return {};
        }
        result<std::uint64_t> size() const override {
            auto const lock = std::scoped_lock(disk_.mutex_);
            return node_->content.size();
        }
        result<void> truncate(std::uint64_t size) override {
            auto const lock = std::scoped_lock(disk_.mutex_);
            DIPTYCH_TRY(disk_.may("truncate", path_));
            node_->content.resize(size);
            std::erase_if(node_->changes, [&](auto const& one) { return one.offset >= size; });
            for (auto& one : node_->changes)
                one.bytes.resize(std::min<std::size_t>(one.bytes.size(), size - one.offset));
            return {};
        }

    private:
        void put(std::uint64_t offset, std::string_view bytes) {
            node::put(node_->content, offset, bytes);
            node_->changes.push_back({offset, std::string(bytes)});
        }

        faulty_disk& disk_;
        std::filesystem::path path_;
        std::shared_ptr<node> node_;
    };

    bool is_directory(std::filesystem::path const& path) const {
        return std::ranges::count(directories_, path.native()) > 0;
    }

    result<void> may(std::string_view what, std::filesystem::path const& path) {
        ++calls_;
        if (fail_at == 0 || calls_ < fail_at || (calls_ > fail_at && !fails_ever_after)) return {};
        return fail(
            errc::failed, "cannot " + std::string(what) + " " + path.native() + ": made to fail"
        );
    }

    std::mutex mutex_;
    std::size_t calls_ = 0;
    std::uint64_t files_made_ = 0;
    std::atomic<std::size_t> open_files_ = 0;
    std::map<std::string, std::shared_ptr<node>> names_;
    std::map<std::string, std::shared_ptr<node>> durable_names_;
    std::map<std::string, std::shared_ptr<page_bytes>> pages_;
    std::vector<std::string> directories_;
    std::vector<std::string> locked_;
};

}  // namespace diptych::log::segments
