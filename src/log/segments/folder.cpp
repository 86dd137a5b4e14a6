#include "log/segments/folder.hpp"

#include "storage/whole_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace diptych::log::segments {

namespace {

constexpr std::string_view first_word = "diptych ";
constexpr std::string_view known_version = "1";

result<uuid> parse_format(std::string_view text, std::filesystem::path const& path) {
    auto const line_end = text.find('\n');
    if (!text.starts_with(first_word) || line_end == text.npos)
        return fail(
            errc::invalid,
            "foreign_folder",
            path.native() + " does not say \"diptych\": this is another program's folder"
        );
    auto const version = text.substr(first_word.size(), line_end - first_word.size());
    if (version != known_version)
        return fail(
            errc::invalid,
            "newer_format",
            fmt::format(
                "{} says format {}, this program knows format {}: use a newer program",
                path.native(),
                version,
                known_version
            )
        );
    auto const rest = text.substr(line_end + 1);
    auto const id = parse_uuid(rest.substr(rest.find(' ') + 1, 36));
    if (!rest.starts_with("log ") || !id)
        return fail(errc::corrupt, path.native() + " has no log id in its second line");
    return *id;
}

bool is_ours_before_format(std::string_view name) {
    return name == "LOCK" || name == "log" || name == "FORMAT.tmp";
}

}  // namespace

std::filesystem::path folder::segment(position first) const {
    return log() / fmt::format("{:020}.seg", first.value);
}

result<std::optional<uuid>> read_format(storage::disk& on, folder const& in) {
    DIPTYCH_TRY(auto const there, on.exists(in.root));
    if (!there) return std::optional<uuid>{};
    DIPTYCH_TRY(auto const names, on.list(in.root));
    if (std::ranges::find(names, "FORMAT") == names.end()) {
        if (std::ranges::find(names, unfinished_name) != names.end())
            return fail(
                errc::invalid,
                "unfinished_copy",
                in.root.native() +
                    " is an unfinished copy of a log: run the same backup or restore again, or "
                    "remove it"
            );
        for (auto const& name : names)
            if (!is_ours_before_format(name))
                return fail(
                    errc::invalid,
                    "foreign_folder",
                    fmt::format(
                        "{} holds \"{}\" but no FORMAT: this is another program's folder",
                        in.root.native(),
                        name
                    )
                );
        return std::optional<uuid>{};
    }
    DIPTYCH_TRY(auto const text, storage::read_whole(on, in.format()));
    DIPTYCH_TRY(auto const id, parse_format(text, in.format()));
    return std::optional<uuid>{id};
}

result<void> create_format(storage::disk& on, folder const& in, uuid const& log_id) {
    DIPTYCH_TRY(on.make_directories(in.log()));
    // Names become durable in any order: what FORMAT promises must not come after it.
    DIPTYCH_TRY(on.sync_directory(in.root));
    auto const text = fmt::format("{}{}\nlog {}\n", first_word, known_version, to_string(log_id));
    return storage::write_whole(on, in.format(), text);
}

result<void> sync_way_to(storage::disk& on, std::filesystem::path const& folder) {
    std::error_code unknown;
    auto const whole = std::filesystem::absolute(folder, unknown);
    for (auto one = whole.parent_path(); !one.empty(); one = one.parent_path()) {
        auto const synced = on.sync_directory(one);
        if (!synced && synced.error().kind != errc::denied) return synced;
        if (one == one.parent_path()) break;
    }
    return {};
}

result<std::vector<position>> list_segments(storage::disk& on, folder const& in) {
    auto const names = on.list(in.log());
    if (!names && names.error().kind == errc::not_found)
        return fail(errc::corrupt, "missing_segment", in.log().native() + " is missing");
    if (!names) return std::unexpected(names.error());
    std::vector<position> firsts;
    for (auto const& name : *names) {
        if (name.size() != 24 || !name.ends_with(".seg")) continue;
        std::uint64_t first = 0;
        auto const* const digits_end = name.data() + 20;
        if (std::from_chars(name.data(), digits_end, first).ptr == digits_end)
            firsts.emplace_back(first);
    }
    return firsts;
}

result<std::optional<durable_mark>> read_closed(
    storage::disk& on, folder const& in, uuid const& log_id
) {
    auto const bytes = storage::read_whole(on, in.closed());
    if (!bytes && bytes.error().kind == errc::not_found) return std::optional<durable_mark>{};
    if (!bytes) return std::unexpected(bytes.error());
    auto const found = decode_mark(*bytes);
    if (!found || found->mark.log_id != log_id) return std::optional<durable_mark>{};
    return std::optional{found->mark};
}

result<void> write_closed(storage::disk& on, folder const& in, durable_mark const& mark) {
    return storage::write_whole(on, in.closed(), encode(mark, 1));
}

result<void> remove_if_there(
    storage::disk& on, std::filesystem::path const& path, std::filesystem::path const& parent
) {
    DIPTYCH_TRY(auto const there, on.exists(path));
    if (!there) return {};
    DIPTYCH_TRY(on.remove(path));
    return on.sync_directory(parent);
}

}  // namespace diptych::log::segments
