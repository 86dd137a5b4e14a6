// The only file of this folder that includes toml++: it is dear to compile.
#include "intake/intake_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace diptych::intake {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t in_flight_most = 10'000;
constexpr std::int64_t attempts_most = 1'000;
constexpr std::chrono::microseconds pause_least = 250ms;
constexpr std::chrono::microseconds pause_most = 24h;

constexpr std::array<std::string_view, 8> own_keys{
    "from", "type", "id", "key", "in_flight", "attempts_max", "pause_max", "[on.<type>]"
};
constexpr std::array<std::string_view, 6> rule_keys{
    "command", "source", "[fields]", "event", "stream", "version"
};

bool is_channel_name(std::string_view text) {
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits) &&
           !(text[0] >= '0' && text[0] <= '9');
}

/// "250ms", "30s", "5m". Nothing if it is no such length.
std::optional<std::chrono::microseconds> parse_pause(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::chrono::microseconds>, 4> units{
        {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}}
    };
    std::int64_t count = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, fault] = std::from_chars(text.data(), end, count);
    if (fault != std::errc{} || count < 0) return {};
    auto const unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    for (auto const& [name, length] : units)
        if (name == unit && count <= pause_most / length) return length * count;
    return {};
}

std::optional<std::string> text_of(toml::node const& value) {
    if (auto text = value.value_exact<std::string>()) return text;
    if (auto const number = value.value_exact<std::int64_t>()) return std::to_string(*number);
    if (auto const yes = value.value_exact<bool>()) return std::string(*yes ? "true" : "false");
    return {};
}

class incoming_reader {
public:
    incoming_reader(std::string_view file, std::span<scheme const> known)
        : file_(file), known_(known) {}

    result<declaration> read(toml::table const& root, std::string name) {
        declaration made{.name = std::move(name), .from = {}, .scheme = {}, .address = {}};
        DIPTYCH_TRY(read_address(root, made));
        for (auto const& [key, value] : root) {
            if (key == "from") continue;
            DIPTYCH_TRY(auto const is_own, read_own(key.str(), value, made));
            if (!is_own) {
                DIPTYCH_TRY(read_setting(key, value, made));
            }
        }
        if (made.rules.empty())
            return wrong(
                root.source(),
                "what to do with a message is missing: [on.<type>] with command = \"...\" or "
                "source = \"...\""
            );
        auto const fits = scheme_->check(made);
        if (!fits) return wrong(root["from"].node()->source(), fits.error().message);
        return made;
    }

    std::unexpected<error> wrong(toml::source_region const& at, std::string_view what) const {
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format("{}:{}:{}: {}", file_, at.begin.line, at.begin.column, what)
        );
    }

private:
    result<void> read_address(toml::table const& root, declaration& into) {
        auto const* const node = root["from"].node();
        if (node == nullptr)
            return wrong(root.source(), "from is missing: the address that messages come from");
        into.from = node->value_exact<std::string>().value_or("");
        auto const colon = into.from.find(':');
        into.scheme = into.from.substr(0, colon);
        auto const found = std::ranges::find(known_, into.scheme, &scheme::name);
        if (colon == std::string::npos || found == known_.end()) {
            std::string names;
            for (auto const& one : known_)
                names.append(names.empty() ? "" : ", ").append(one.name).append(":");
            return wrong(
                node->source(),
                "from is an address, as a text; this program takes messages from those that begin "
                "with " +
                    names
            );
        }
        into.address = into.from.substr(colon + 1);
        if (into.address.find('@') < into.address.find('/', 2))
            return wrong(
                node->source(), "no user or password in an address: they have settings of their own"
            );
        into.keeps = found->keeps;
        scheme_ = &*found;
        return {};
    }

    result<bool> read_own(std::string_view key, toml::node const& value, declaration& into) const {
        if (key == "type") {
            DIPTYCH_TRY(into.type, read_places(value, key));
        } else if (key == "id") {
            DIPTYCH_TRY(into.id, read_places(value, key));
        } else if (key == "key") {
            DIPTYCH_TRY(into.key, read_places(value, key));
        } else if (key == "in_flight") {
            DIPTYCH_TRY(auto const number, read_number(value, key, in_flight_most));
            into.in_flight = static_cast<std::size_t>(number);
        } else if (key == "attempts_max") {
            DIPTYCH_TRY(auto const number, read_number(value, key, attempts_most));
            into.attempts_max = static_cast<int>(number);
        } else if (key == "pause_max") {
            DIPTYCH_TRY(into.pause_max, read_pause(value));
        } else if (key == "on") {
            DIPTYCH_TRY(into.rules, read_rules(value));
        } else {
            return false;
        }
        return true;
    }

    result<void> read_setting(toml::key const& key, toml::node const& value, declaration& into)
        const {
        auto const known =
            std::ranges::find(scheme_->settings, key.str(), &outbox::setting_rule::name);
        if (known == scheme_->settings.end()) return unknown(key);
        std::vector<std::string> texts;
        auto const add = [&](toml::node const& one) {
            auto text = text_of(one);
            if (text) texts.push_back(*std::move(text));
            return text.has_value();
        };
        bool is_good = true;
        if (auto const* const list = value.as_array())
            for (auto const& one : *list) is_good = add(one) && is_good;
        else
            is_good = add(value);
        if (!is_good)
            return wrong(
                value.source(),
                fmt::format("{} is a text, a whole number, true or false", key.str())
            );
        for (auto const& one : texts)
            if (known->is_secret && (!one.starts_with("env:") || one.size() < 5))
                return wrong(
                    value.source(),
                    fmt::format(
                        "{0} does not stand in a file: {0} = \"env:NAME\" takes it from the "
                        "environment",
                        key.str()
                    )
                );
        into.settings.emplace(key.str(), std::move(texts));
        return {};
    }

    std::unexpected<error> unknown(toml::key const& key) const {
        std::string own;
        for (auto const& one : scheme_->settings)
            own.append(own.empty() ? "" : ", ").append(one.name);
        return wrong(
            key.source(),
            fmt::format(
                "there is no '{}' here; there are {}{}",
                key.str(),
                fmt::join(own_keys, ", "),
                own.empty() ? "" : fmt::format("; and for {}: {}", scheme_->name, own)
            )
        );
    }

    result<place_text> read_places(toml::node const& value, std::string_view key) const {
        auto const text = value.value_exact<std::string>().value_or("");
        if (text.empty())
            return wrong(value.source(), fmt::format("{} is a text, like \"{{data.order}}\"", key));
        auto made = place_text::parse(text);
        if (!made) return wrong(value.source(), made.error().message);
        return *std::move(made);
    }

    result<std::vector<rule>> read_rules(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr) return wrong(value.source(), "on is a table: [on.<type>]");
        std::vector<rule> all;
        for (auto const& [type, what] : *table) {
            auto const* const entry = what.as_table();
            if (entry == nullptr)
                return wrong(
                    what.source(),
                    fmt::format("on.{} is a table; a type with dots needs quotes", type.str())
                );
            rule made{.type = std::string(type.str())};
            made.is_prefix = made.type.ends_with('*');
            if (made.is_prefix) made.type.pop_back();
            if (made.type.contains('*'))
                return wrong(type.source(), "a type, or its beginning and a '*'");
            DIPTYCH_TRY(read_rule(*entry, made));
            all.push_back(std::move(made));
        }
        return all;
    }

    result<void> read_rule(toml::table const& from, rule& into) const {
        for (auto const& [key, value] : from) {
            auto const text = value.value_exact<std::string>().value_or("");
            if (key == "command" || key == "source") {
                if (!into.name.empty() || text.empty())
                    return wrong(value.source(), "either command or source, and its name");
                into.to = key == "command" ? rule::target::command : rule::target::source;
                into.name = text;
            } else if (key == "event") {
                if (text.empty() || text.starts_with('$'))
                    return wrong(value.source(), "event is the type that it gets");
                into.event = text;
            } else if (key == "stream") {
                DIPTYCH_TRY(into.stream, read_places(value, "stream"));
            } else if (key == "version") {
                DIPTYCH_TRY(into.version, read_places(value, "version"));
            } else if (key == "fields") {
                DIPTYCH_TRY(into.fields, read_fields(value));
            } else {
                return wrong(
                    key.source(),
                    fmt::format(
                        "there is no '{}' here; there are {}", key.str(), fmt::join(rule_keys, ", ")
                    )
                );
            }
        }
        if (into.name.empty())
            return wrong(from.source(), "command = \"...\" or source = \"...\" is missing");
        if (into.to == rule::target::command &&
            (!into.event.empty() || into.stream || into.version))
            return wrong(from.source(), "event, stream and version are of a source's messages");
        return {};
    }

    result<std::vector<std::pair<std::string, std::string>>> read_fields(toml::node const& value
    ) const {
        auto const* const table = value.as_table();
        if (table == nullptr || table->empty())
            return wrong(value.source(), "fields is a table: member = \"field\" of the message");
        std::vector<std::pair<std::string, std::string>> all;
        for (auto const& [name, path] : *table) {
            auto const text = path.value_exact<std::string>().value_or("");
            if (text.empty())
                return wrong(
                    path.source(), fmt::format("{} is the name of a field of data", name.str())
                );
            all.emplace_back(name.str(), text);
        }
        return all;
    }

    result<std::int64_t> read_number(
        toml::node const& value, std::string_view key, std::int64_t most
    ) const {
        auto const number = value.value_exact<std::int64_t>();
        if (number && *number >= 1 && *number <= most) return *number;
        return wrong(value.source(), fmt::format("{} is a whole number from 1 to {}", key, most));
    }

    result<std::chrono::microseconds> read_pause(toml::node const& value) const {
        auto const length = parse_pause(value.value_exact<std::string_view>().value_or(""));
        if (length && *length >= pause_least) return *length;
        return wrong(
            value.source(),
            "pause_max is a length of time from 250ms to 24h, like \"500ms\", \"30s\" or \"5m\""
        );
    }

    std::string_view file_;
    std::span<scheme const> known_;
    scheme const* scheme_ = nullptr;
};

}  // namespace

bool is_incoming(std::string_view text) {
    try {
        auto const root = toml::parse(text);
        // A mail has a sender: from, beside to.
        return root.contains("from") && !root.contains("to");
    } catch (toml::parse_error const&) {
        return false;
    }
}

result<declaration> parse_incoming(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
) {
    auto name = file_name.substr(file_name.find_last_of('/') + 1);
    if (name.ends_with(".toml")) name.remove_suffix(5);
    incoming_reader reader(file_name, known);
    if (!is_channel_name(name))
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format(
                "{}: the file's name is the channel's: lower case letters, digits and '_', a "
                "letter first, and .toml",
                file_name
            )
        );
    try {
        return reader.read(toml::parse(text, file_name), std::string(name));
    } catch (toml::parse_error const& fault) {
        return reader.wrong(fault.source(), fault.description());
    }
}

}  // namespace diptych::intake
