#include "read/view_choices.hpp"

#include "storage/whole_file.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <utility>

namespace diptych::read {

namespace {

using choices = std::map<std::string, view_choice, std::less<>>;

constexpr std::int64_t choices_format = 1;

std::string text_of(choices const& all) {
    json::writer out;
    out.begin_object().member("format", choices_format).key("views").begin_object();
    for (auto const& [name, one] : all) {
        out.key(name).begin_object().member("served", one.served);
        if (!one.before.empty()) out.member("before", one.before);
        if (!one.building.empty()) out.member("building", one.building);
        if (!one.offered.empty()) out.member("offered", one.offered);
        if (one.is_part) out.member("part", true);
        out.end_object();
    }
    out.end_object().end_object();
    return std::move(out).text() + '\n';
}

result<choices> parse_choices(std::string text, std::filesystem::path const& path) {
    auto const damaged = [&](std::string const& why) {
        return fail(
            errc::corrupt,
            "view_choices",
            path.string() + " is damaged: " + why + "; remove it, and the view files decide"
        );
    };
    auto const read = json::parse(std::move(text));
    if (!read) return damaged(read.error().message);
    auto const root = read->root();
    auto const format = root.find("format");
    auto const views = root.find("views");
    if (!format || format->kind() != json::kind::integer || !views ||
        views->kind() != json::kind::object)
        return damaged("it has no format or no views");
    if (format->integer() > choices_format)
        return fail(
            errc::invalid,
            "newer_format",
            path.string() + " has format " + std::to_string(format->integer()) +
                "; this program knows up to " + std::to_string(choices_format)
        );
    choices all;
    for (auto const member : views->members()) {
        auto const word = [&](std::string_view name) {
            auto const found = member.value.find(name);
            return found && found->kind() == json::kind::text ? std::string{found->text()}
                                                              : std::string{};
        };
        auto const part = member.value.find("part");
        view_choice one{
            .served = word("served"),
            .before = word("before"),
            .building = word("building"),
            .offered = word("offered"),
            .is_part = part && part->kind() == json::kind::boolean && part->boolean(),
        };
        if (one.served.empty()) return damaged("it does not say what is served");
        all.emplace(member.name, std::move(one));
    }
    return all;
}

}  // namespace

view_choices::view_choices(storage::disk& on, std::filesystem::path const& folder)
    : on_(on), path_(folder / "versions.json") {}

result<choices> view_choices::read(storage::disk& on, std::filesystem::path const& folder) {
    auto const path = folder / "versions.json";
    auto text = storage::read_whole(on, path);
    if (!text && text.error().kind == errc::not_found) return choices{};
    if (!text) return std::unexpected(text.error());
    return parse_choices(*std::move(text), path);
}

result<void> view_choices::load() {
    DIPTYCH_TRY(auto found, read(on_, path_.parent_path()));
    auto const lock = std::scoped_lock(mutex_);
    all_ = std::move(found);
    return {};
}

std::optional<view_choice> view_choices::of(std::string_view view) const {
    auto const lock = std::scoped_lock(mutex_);
    auto const found = all_.find(view);
    if (found == all_.end()) return {};
    return found->second;
}

result<void> view_choices::keep(std::string_view view, view_choice const& what) {
    auto const lock = std::scoped_lock(mutex_);
    auto const found = all_.find(view);
    if (found != all_.end() && found->second == what) return {};
    auto next = all_;
    next.insert_or_assign(std::string{view}, what);
    DIPTYCH_TRY(storage::write_whole(on_, path_, text_of(next)));
    all_ = std::move(next);
    return {};
}

}  // namespace diptych::read
