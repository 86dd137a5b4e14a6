#include "app/view_files.hpp"

#include "app/node.hpp"
#include "storage/whole_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;

namespace {

std::string plain(fs::path const& file) {
    std::error_code ignored;
    auto const whole = fs::weakly_canonical(file, ignored);
    return ignored ? file.string() : whole.string();
}

}  // namespace

view_files::view_files(read::view_set& views, fs::path own) : views_(views), own_(std::move(own)) {}

result<void> view_files::add(fs::path const& file) {
    std::error_code ignored;
    known_file found{
        .changed = fs::last_write_time(file, ignored), .bytes = fs::file_size(file, ignored)
    };
    auto text = storage::read_whole(storage::system_disk(), file);
    if (!text) return fail(errc::not_found, "view_file", file.string() + " can not be read");
    found.text = *std::move(text);
    DIPTYCH_TRY(found.view, views_.add_text(file.filename().string(), found.text));
    auto const lock = std::scoped_lock(mutex_);
    known_.insert_or_assign(plain(file), std::move(found));
    return {};
}

void view_files::watch(fs::path const& place) {
    auto const lock = std::scoped_lock(mutex_);
    places_.push_back(place);
}

result<void> view_files::look() {
    auto const lock = std::scoped_lock(mutex_);
    result<void> first;
    for (auto const& place : places_) {
        auto const files = view_files_of(place);
        if (!files) continue;  // it comes back, or the views stay as they are
        for (auto const& file : *files)
            if (auto looked = look_at(file); !looked && first) first = std::move(looked);
    }
    return first;
}

// With the lock.
result<void> view_files::look_at(fs::path const& file) {
    std::error_code why;
    auto const changed = fs::last_write_time(file, why);
    auto const bytes = why ? 0 : fs::file_size(file, why);
    if (why) return {};
    auto& known = known_[plain(file)];
    if (known.changed == changed && known.bytes == bytes) return {};
    auto text = storage::read_whole(storage::system_disk(), file);
    if (!text) return {};
    if (*text == known.text) {
        known.changed = changed;
        known.bytes = bytes;
        return {};
    }
    auto const made = views_.offer(file.filename().string(), *text);
    // What is no fault of the text is tried again.
    if (!made && made.error().kind != errc::invalid) return std::unexpected(made.error());
    known = {.changed = changed, .bytes = bytes, .text = *std::move(text)};
    if (!made) {
        known.fault = made.error().message;
        return std::unexpected(made.error());
    }
    known.view = made->name;
    return {};
}

namespace {

std::optional<std::string> text_of(fs::path const& file) {
    auto text = storage::read_whole(storage::system_disk(), file);
    return text ? std::optional{*std::move(text)} : std::nullopt;
}

// If that fails, too, what was refused is looked at again at the next start.
error put_back(error why, fs::path const& file, std::optional<std::string> const& text) {
    auto& disk = storage::system_disk();
    auto const done = text ? storage::write_whole(disk, file, *text) : disk.remove(file);
    if (!done)
        why.message +=
            fmt::format("; and {} could not be put back: {}", file.string(), done.error().message);
    return why;
}

}  // namespace

result<read::offered> view_files::put(
    std::string_view name, std::string_view text, bool by_itself
) {
    auto const lock = std::scoped_lock(mutex_);
    auto file = own_ / (std::string{name} + ".sql");
    DIPTYCH_TRY(auto const view, views_.check_text(file.filename().string(), text));
    if (view != name)
        return fail(
            errc::invalid,
            "other_view",
            fmt::format("the text is of view '{}', not of '{}'", view, name)
        );
    for (auto const& [path, known] : known_)
        if (known.view == view && path.parent_path() != plain(own_))
            return fail(
                errc::denied,
                "view_elsewhere",
                fmt::format("view '{}' comes from {}: change that file", view, path.string())
            );
    for (auto const& [path, known] : known_)
        if (known.view == view) file = path;
    // Kept before it is at work; what is refused then is not kept.
    auto const before = own_.empty() ? std::nullopt : text_of(file);
    if (!own_.empty()) {
        auto& disk = storage::system_disk();
        DIPTYCH_TRY(disk.make_directories(own_));
        DIPTYCH_TRY(storage::write_whole(disk, file, text));
    }
    auto made = views_.offer(file.filename().string(), text, by_itself);
    if (!made && !own_.empty()) return std::unexpected(put_back(made.error(), file, before));
    if (made && !own_.empty()) {
        std::error_code ignored;
        known_.insert_or_assign(
            plain(file),
            known_file{
                .changed = fs::last_write_time(file, ignored),
                .bytes = text.size(),
                .text = std::string{text},
                .view = view
            }
        );
    }
    return made;
}

std::vector<std::string> view_files::faults() const {
    auto const lock = std::scoped_lock(mutex_);
    std::vector<std::string> all;
    for (auto const& [path, known] : known_)
        if (!known.fault.empty()) all.push_back(known.fault);
    return all;
}

}  // namespace diptych::app
