#include <diptych/json_value.hpp>
#include <diptych/process_model.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::detail {
namespace {

std::string text_at(json::value const& in, std::string_view path) {
    auto const found = in.at(path);
    return found ? std::string{found->text()} : std::string{};
}

decoded broken(std::optional<error>& why, std::string message) {
    why = error{errc::corrupt, "corrupt", std::move(message)};
    return decoded::broken;
}

error about(error why, std::string_view process, recorded_event const& in) {
    why.message = std::string{process} + ", " + std::string{in.type} + " at position " +
                  std::to_string(in.position.value) + ": " + why.message;
    why.facts.emplace_back("position", std::to_string(in.position.value));
    return why;
}

// A reaction that does what its process says that it does.
result<void> check_sent(
    std::vector<std::string> const* sends, std::string_view process, std::string_view name
) {
    if (sends == nullptr || std::ranges::find(*sends, name) != sends->end()) return {};
    return fail(
        errc::failed,
        "undeclared_command",
        std::string{process} + " sends " + std::string{name} +
            ", which is not one of the commands that it says it `sends`"
    );
}

/// Calls `take` with the entries for this input until one says it was its own. An answer has an
/// entry for each command it may be about; an event one for each shape it may have, today's first.
template <class Take>
result<bool> with_entry(
    std::span<input_entry const> entries,
    std::string_view process,
    recorded_event const& in,
    Take const& take
) {
    auto const its = [&](input_entry const& entry) { return entry.type == in.type; };
    std::optional<error> why;
    auto const first = std::ranges::find_if(entries, its);
    if (first == entries.end()) return false;
    if (first->is_answer || std::ranges::count_if(entries, its) > 1)
        for (auto const& entry : entries)
            if (its(entry) && take(entry, json::fitting, why) == decoded::yes) return true;
    if (!first->is_answer) {
        why.reset();
        if (take(*first, json::tolerant, why) == decoded::yes) return true;
    }
    if (why) return std::unexpected(about(*std::move(why), process, in));
    return false;
}

}  // namespace

std::string sent_name(
    std::string_view context,
    std::span<std::string_view const> own_commands,
    std::string_view name,
    std::string_view home
) {
    auto const is_own = std::ranges::find(own_commands, name) != own_commands.end();
    return wire_name(is_own ? context : home, name);
}

decoded read_answer(
    std::string_view command,
    recorded_event const& from,
    answer_record& to,
    std::optional<error>& why
) {
    json::document record;
    if (auto const read = record.read(from.data); !read) return broken(why, read.error().message);
    auto const root = record.root();
    if (text_at(root, "command") != command) return decoded::not_mine;
    auto const body = root.find("body");
    if (!body) return broken(why, "body: missing; it must be the command that was sent");
    to.command = body->raw();
    to.id = text_at(root, "id");
    to.reason = text_at(root, "outcome.reason");
    to.detail = text_at(root, "outcome.detail");
    to.kind = text_at(root, "error.kind");
    to.code = text_at(root, "error.code");
    to.message = text_at(root, "error.message");
    return decoded::yes;
}

decoded read_timer(recorded_event const& from, timer_due& to, std::optional<error>& why) {
    json::document record;
    if (auto const read = record.read(from.data); !read) return broken(why, read.error().message);
    to.timer = text_at(record.root(), "timer");
    if (auto const due = record.root().find("due"))
        to.due = timestamp{std::chrono::microseconds{due->integer()}};
    return decoded::yes;
}

result<std::optional<std::string>> find_instance(
    std::span<input_entry const> entries, std::string_view process, recorded_event const& in
) {
    std::optional<std::string> name;
    if (in.erased) return name;
    if (is_engine_type(in.type)) {
        auto const stream = in.stream;
        if (stream.size() > process.size() && stream.starts_with(process) &&
            stream[process.size()] == '-')
            name = stream.substr(process.size() + 1);
        // Of a command to whose failure the process has nothing to say: whoever sent it hears so.
        if (name && in.type == "$failed") {
            std::optional<std::string> none;
            auto const is_heard = with_entry(
                entries,
                process,
                in,
                [&](input_entry const& entry, json::rules how, std::optional<error>& why) {
                    return entry.key(in, how, none, why);
                }
            );
            if (is_heard && !*is_heard) name.reset();
        }
        return name;
    }
    return guarded("key of " + std::string{process}, [&]() -> result<std::optional<std::string>> {
        auto const found = with_entry(
            entries,
            process,
            in,
            [&](input_entry const& entry, json::rules how, std::optional<error>& why) {
                return entry.key(in, how, name, why);
            }
        );
        if (!found) return std::unexpected(found.error());
        return name;
    });
}

result<model::reaction> react_with(
    std::span<input_entry const> entries,
    std::string_view process,
    std::string_view context,
    std::span<std::string_view const> own_commands,
    std::vector<std::string> const* sends,
    void const* state,
    recorded_event const& in,
    environment const& surroundings
) {
    return guarded("react of " + std::string{process}, [&]() -> result<model::reaction> {
        model::reaction made;
        reaction wanted;
        if (in.erased) return made;
        auto const found = with_entry(
            entries,
            process,
            in,
            [&](input_entry const& entry, json::rules how, std::optional<error>& why) {
                return entry.react(state, in, how, surroundings, wanted, why);
            }
        );
        if (!found) return std::unexpected(found.error());
        for (auto const& one : wanted.commands()) {
            auto name = sent_name(context, own_commands, one.name, one.home);
            DIPTYCH_TRY(check_sent(sends, process, name));
            made.commands.push_back(
                {std::move(name), one.json, one.how.name, one.how.after, one.how.within}
            );
        }
        for (auto const& one : wanted.started()) made.start.push_back({one.name, one.delay});
        made.cancel = wanted.cancelled();
        made.correlate = wanted.correlated();
        made.finish = wanted.finishes();
        return made;
    });
}

}  // namespace diptych::detail
