#include "intake/intake_file.hpp"

#include "endpoint/channel_reader.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <utility>

namespace diptych::intake {

namespace {

constexpr std::string_view own_keys =
    "from, type, id, key, in_flight, attempts_max, pause_max, [on.<type>]";
constexpr std::string_view rule_keys = "command, source, [fields], event, stream, version";

class incoming_reader : endpoint::channel_reader {
public:
    incoming_reader(std::string_view path, std::span<scheme const> known)
        : channel_reader(path), known_(known) {}

    result<declaration> read(std::string_view text) {
        declaration made;
        DIPTYCH_TRY(made.name, name_of("channel"));
        DIPTYCH_TRY(auto const root, parse(text));
        note(root.source(), read_from(root, made));
        for (auto const& [key, value] : root) {
            auto const is_own = read_own(key.str(), value, made);
            note(key.source(), is_own);
            // Which settings there are is not known without a scheme.
            if (is_own && !*is_own && scheme_ != nullptr)
                note(
                    key.source(),
                    read_common(key, value, {own_keys, scheme_->name, scheme_->settings}, made)
                );
        }
        note(root.source(), expect_rules(root));
        DIPTYCH_TRY(expect_no_fault());
        auto const fits = scheme_->check(made);
        if (!fits) return wrong(root["from"].node()->source(), fits.error().message);
        return made;
    }

private:
    result<void> read_from(toml::table const& root, declaration& into) {
        auto const* const node = root["from"].node();
        if (node == nullptr)
            return wrong(root.source(), "from is missing: the address that messages come from");
        into.from = declared::text_of(*node);
        scheme_ = endpoint::scheme_of(into.from, known_);
        if (scheme_ == nullptr)
            return wrong(
                node->source(),
                "from is an address, as a text; this program takes messages from those that begin "
                "with " +
                    endpoint::beginnings_of(known_)
            );
        into.keeps = scheme_->keeps;
        return read_address(*node, into.from, into);
    }

    result<void> expect_rules(toml::table const& root) const {
        auto const* const rules = root["on"].as_table();
        if (root.contains("on") && (rules == nullptr || !rules->empty())) return {};
        return wrong(
            root.source(),
            "what to do with a message is missing: [on.<type>] with command = \"...\" or "
            "source = \"...\""
        );
    }

    result<bool> read_own(std::string_view key, toml::node const& value, declaration& into) {
        if (key == "type") {
            DIPTYCH_TRY(into.type, read_places(value, key));
        } else if (key == "id") {
            DIPTYCH_TRY(into.id, read_places(value, key));
        } else if (key == "key") {
            DIPTYCH_TRY(into.key, read_places(value, key));
        } else if (key == "on") {
            DIPTYCH_TRY(into.rules, read_rules(value));
        } else {
            return key == "from";
        }
        return true;
    }

    result<place_text> read_places(toml::node const& value, std::string_view key) const {
        auto const text = declared::text_of(value);
        if (text.empty())
            return wrong(value.source(), fmt::format("{} is a text, like \"{{data.order}}\"", key));
        auto made = place_text::parse(text);
        if (!made) return wrong(value.source(), made.error().message);
        return *std::move(made);
    }

    result<std::vector<rule>> read_rules(toml::node const& value) {
        auto const* const table = value.as_table();
        if (table == nullptr) return wrong(value.source(), "on is a table: [on.<type>]");
        std::vector<rule> all;
        for (auto const& [type, what] : *table) {
            auto made = read_rule(type, what);
            note(what.source(), made);
            if (made) all.push_back(*std::move(made));
        }
        return all;
    }

    result<rule> read_rule(toml::key const& type, toml::node const& what) const {
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
        DIPTYCH_TRY(read_target(*entry, made));
        return made;
    }

    result<void> read_target(toml::table const& from, rule& into) const {
        for (auto const& [key, value] : from) {
            auto const text = declared::text_of(value);
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
                return unknown(key, rule_keys);
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
            auto const text = declared::text_of(path);
            if (text.empty())
                return wrong(
                    path.source(), fmt::format("{} is the name of a field of data", name.str())
                );
            all.emplace_back(name.str(), text);
        }
        return all;
    }

    std::span<scheme const> known_;
    scheme const* scheme_ = nullptr;
};

}  // namespace

bool is_incoming(std::string_view text) {
    auto const root = declared::file_reader({}, {}).parse(text);
    // A mail has a sender: from, beside to.
    return root && root->contains("from") && !root->contains("to");
}

result<declaration> parse_incoming(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
) {
    return incoming_reader(file_name, known).read(text);
}

}  // namespace diptych::intake
