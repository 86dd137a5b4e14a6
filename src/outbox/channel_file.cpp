// The only file that includes toml++: it is dear to compile.
#include "outbox/channel_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace diptych::outbox {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t in_flight_most = 10'000;
constexpr std::int64_t attempts_most = 1'000;
constexpr std::chrono::microseconds pause_least = 250ms;
constexpr std::chrono::microseconds pause_most = 24h;

constexpr std::array<std::string_view, 11> own_keys{
    "to",
    "types",
    "categories",
    "kinds",
    "[where]",
    "start",
    "in_flight",
    "attempts_max",
    "pause_max",
    "on_refused",
    "once"
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

class channel_reader {
public:
    channel_reader(std::string_view file, std::span<scheme const> known)
        : file_(file), known_(known) {}

    result<declaration> read(toml::table const& root, std::string name) {
        declaration made{
            .name = std::move(name), .to = {}, .scheme = {}, .address = {}, .source = {}
        };
        made.source = "diptych/" + made.name;
        DIPTYCH_TRY(read_address(root, made));
        for (auto const& [key, value] : root) {
            if (key == "to") continue;
            DIPTYCH_TRY(auto const is_own, read_own(key.str(), value, made));
            if (!is_own) {
                DIPTYCH_TRY(read_setting(key, value, made));
            }
        }
        auto const fits = scheme_->check(made);
        if (!fits) return wrong(root["to"].node()->source(), fits.error().message);
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
    std::string schemes() const {
        std::string all;
        for (auto const& one : known_)
            all.append(all.empty() ? "" : ", ").append(one.name).append(":");
        return all;
    }

    result<void> read_address(toml::table const& root, declaration& into) {
        auto const* const node = root["to"].node();
        if (node == nullptr)
            return wrong(
                root.source(), "to is missing: an address that begins with one of " + schemes()
            );
        into.to = node->value_exact<std::string>().value_or("");
        auto const colon = into.to.find(':');
        into.scheme = into.to.substr(0, colon);
        auto const found = std::ranges::find(known_, into.scheme, &scheme::name);
        if (colon == std::string::npos || found == known_.end())
            return wrong(
                node->source(),
                "to is an address, as a text; this program delivers to those that begin with " +
                    schemes()
            );
        into.address = into.to.substr(colon + 1);
        if (into.address.find('@') < into.address.find('/', 2))
            return wrong(
                node->source(), "no user or password in an address: they have settings of their own"
            );
        into.keeps = found->keeps;
        scheme_ = &*found;
        return {};
    }

    result<bool> read_own(std::string_view key, toml::node const& value, declaration& into) const {
        if (key == "types") {
            DIPTYCH_TRY(into.what.types, read_types(value));
        } else if (key == "categories") {
            DIPTYCH_TRY(into.what.categories, read_names(value, "categories"));
        } else if (key == "kinds") {
            DIPTYCH_TRY(into.what.kinds, read_names(value, "kinds"));
        } else if (key == "where") {
            DIPTYCH_TRY(into.what.where, read_where(value));
        } else if (key == "start") {
            DIPTYCH_TRY(auto const word, read_word(value, "start", {"first", "now"}));
            into.start = word == 1 ? beginning::now : beginning::first;
        } else if (key == "in_flight") {
            DIPTYCH_TRY(auto const number, read_number(value, "in_flight", in_flight_most));
            into.in_flight = static_cast<std::size_t>(number);
        } else if (key == "attempts_max") {
            DIPTYCH_TRY(auto const number, read_number(value, "attempts_max", attempts_most));
            into.attempts_max = static_cast<int>(number);
        } else if (key == "pause_max") {
            DIPTYCH_TRY(into.pause_max, read_pause(value));
        } else if (key == "on_refused") {
            DIPTYCH_TRY(auto const word, read_word(value, "on_refused", {"pause", "park"}));
            into.on_refused = word == 1 ? refusal_rule::park : refusal_rule::pause;
        } else if (key == "once") {
            auto const yes = value.value_exact<bool>();
            if (!yes) return wrong(value.source(), "once is true or false");
            into.once = *yes;
        } else if (key == "source") {
            into.source = value.value_exact<std::string>().value_or("");
            if (into.source.empty()) return wrong(value.source(), "source is a text");
        } else {
            return false;
        }
        return true;
    }

    result<void> read_setting(toml::key const& key, toml::node const& value, declaration& into)
        const {
        auto const rule = std::ranges::find(scheme_->settings, key.str(), &setting_rule::name);
        if (rule == scheme_->settings.end()) return unknown(key);
        auto const bad = [&] {
            return wrong(
                value.source(),
                fmt::format("{} is a text, a whole number, true or false", key.str())
            );
        };
        std::vector<std::string> texts;
        if (auto const* const list = value.as_array()) {
            for (auto const& one : *list) {
                auto text = text_of(one);
                if (!text) return bad();
                texts.push_back(*std::move(text));
            }
        } else {
            auto text = text_of(value);
            if (!text) return bad();
            texts.push_back(*std::move(text));
        }
        for (auto const& one : texts)
            if (rule->is_secret && (!one.starts_with("env:") || one.size() < 5))
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

    static std::optional<std::string> text_of(toml::node const& value) {
        if (auto text = value.value_exact<std::string>()) return text;
        if (auto const number = value.value_exact<std::int64_t>()) return std::to_string(*number);
        if (auto const yes = value.value_exact<bool>()) return std::string(*yes ? "true" : "false");
        return {};
    }

    std::unexpected<error> unknown(toml::key const& key) const {
        std::string own;
        for (auto const& one : scheme_->settings)
            own.append(own.empty() ? "" : ", ").append(one.name);
        return wrong(
            key.source(),
            fmt::format(
                "there is no '{}' here; there are {}, source{}",
                key.str(),
                fmt::join(own_keys, ", "),
                own.empty() ? "" : fmt::format("; and for {}: {}", scheme_->name, own)
            )
        );
    }

    result<std::vector<std::string>> read_types(toml::node const& value) const {
        DIPTYCH_TRY(auto all, read_texts(value, "types"));
        for (auto const& one : all)
            if (one.starts_with('$') || one.find('*') < one.size() - 1)
                return wrong(
                    value.source(),
                    fmt::format(
                        "'{}' is no type of event, nor its beginning and a '*': \"shop.*\"", one
                    )
                );
        return all;
    }

    result<std::vector<std::string>> read_names(toml::node const& value, std::string_view key)
        const {
        DIPTYCH_TRY(auto all, read_texts(value, key));
        for (auto const& one : all)
            if (one.contains('-') || one.starts_with('$'))
                return wrong(
                    value.source(),
                    fmt::format("'{}': what stands before the '-' of a stream or id", one)
                );
        return all;
    }

    result<std::vector<std::string>> read_texts(toml::node const& value, std::string_view key)
        const {
        std::vector<std::string> all;
        auto const* const list = value.as_array();
        if (list == nullptr || list->empty())
            return wrong(
                value.source(), fmt::format("{} is a list of texts, with at least one", key)
            );
        for (auto const& one : *list) {
            auto const text = one.value_exact<std::string>();
            if (!text || text->empty())
                return wrong(one.source(), fmt::format("{} is a list of texts", key));
            all.push_back(*text);
        }
        return all;
    }

    result<std::vector<field_rule>> read_where(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr)
            return wrong(value.source(), "where is a table: field = value, both of data");
        std::vector<field_rule> all;
        for (auto const& [path, wanted] : *table) {
            auto text = text_of(wanted);
            if (!text)
                return wrong(
                    wanted.source(),
                    fmt::format("{} must be a text, a whole number, true or false", path.str())
                );
            all.push_back(
                {.path = std::string(path.str()),
                 .value = *std::move(text),
                 .is_text = wanted.is_string()}
            );
        }
        return all;
    }

    /// The place of the word in the list.
    result<std::size_t> read_word(
        toml::node const& value, std::string_view key, std::vector<std::string_view> const& words
    ) const {
        auto const word = value.value_exact<std::string_view>().value_or("");
        auto const at = std::ranges::find(words, word);
        if (at == words.end())
            return wrong(
                value.source(), fmt::format("{} is \"{}\"", key, fmt::join(words, "\" or \""))
            );
        return static_cast<std::size_t>(at - words.begin());
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

result<declaration> parse_channel(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
) {
    auto name = file_name.substr(file_name.find_last_of('/') + 1);
    if (name.ends_with(".toml")) name.remove_suffix(5);
    channel_reader reader(file_name, known);
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

}  // namespace diptych::outbox
