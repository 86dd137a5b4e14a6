/// @file
/// The machine's disk, that says what is asked of it.
#pragma once

#include "sqlite/disk_vfs.hpp"
#include "storage/disk.hpp"

#include <diptych/try.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

namespace diptych::read {

class watched_disk final : public storage::disk {
public:
    using path = std::filesystem::path;

    std::function<void(path const&)> on_open = [](path const&) {};
    std::function<void(path const&)> on_read = [](path const&) {};

    result<std::unique_ptr<storage::file>> open(path const& at, storage::file_mode mode) override {
        on_open(at);
        DIPTYCH_TRY(auto opened, machine_.open(at, mode));
        return std::make_unique<watched_file>(*this, at, std::move(opened));
    }
    result<std::vector<std::string>> list(path const& at) override { return machine_.list(at); }
    result<bool> exists(path const& at) override { return machine_.exists(at); }
    result<storage::file_facts> look_at(path const& at) override { return machine_.look_at(at); }
    result<void> make_directories(path const& at) override { return machine_.make_directories(at); }
    result<void> rename(path const& from, path const& to) override {
        return machine_.rename(from, to);
    }
    result<void> remove(path const& at) override { return machine_.remove(at); }
    result<void> sync_directory(path const& at) override { return machine_.sync_directory(at); }
    result<storage::file_lock> lock(path const& at) override { return machine_.lock(at); }
    result<std::unique_ptr<storage::shared_page>> share(path const& at, bool writable) override {
        return machine_.share(at, writable);
    }

private:
    class watched_file final : public storage::file {
    public:
        watched_file(watched_disk& on, path at, std::unique_ptr<storage::file> to)
            : on_(on), at_(std::move(at)), to_(std::move(to)) {}

        result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
            on_.on_read(at_);
            return to_->read(offset, into);
        }
        result<void> write(std::uint64_t offset, std::string_view bytes) override {
            return to_->write(offset, bytes);
        }
        result<void> sync() override { return to_->sync(); }
        result<std::uint64_t> size() const override { return to_->size(); }
        result<void> truncate(std::uint64_t size) override { return to_->truncate(size); }

    private:
        watched_disk& on_;
        path at_;
        std::unique_ptr<storage::file> to_;
    };

    storage::disk& machine_ = storage::system_disk();
};

}  // namespace diptych::read
