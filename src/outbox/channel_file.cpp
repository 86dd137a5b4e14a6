#include "outbox/channel_file.hpp"

#include "endpoint/channel_reader.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace diptych::outbox {

namespace {

constexpr std::string_view own_keys =
    "to, types, categories, kinds, [where], start, in_flight, attempts_max, pause_max, on_refused, "
    "once, source";

class outgoing_reader : endpoint::channel_reader {
public:
    outgoing_reader(std::string_view path, std::span<scheme const> known)
        : endpoint::channel_reader(path), known_(known) {}

    result<declaration> read(std::string_view text) {
        declaration made;
        DIPTYCH_TRY(made.name, name_of("channel"));
        DIPTYCH_TRY(auto const root, parse(text));
        made.source = "diptych/" + made.name;
        note(root.source(), read_to(root, made));
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
        DIPTYCH_TRY(expect_no_fault());
        auto const fits = scheme_->check(made);
        if (!fits) return wrong(root["to"].node()->source(), fits.error().message);
        return made;
    }

private:
    result<void> read_to(toml::table const& root, declaration& into) {
        auto const* const node = root["to"].node();
        if (node == nullptr)
            return wrong(
                root.source(),
                "to is missing: an address that begins with one of " +
                    endpoint::beginnings_of(known_)
            );
        into.to = declared::text_of(*node);
        scheme_ = endpoint::scheme_of(into.to, known_);
        if (scheme_ == nullptr)
            return wrong(
                node->source(),
                "to is an address, as a text; this program delivers to those that begin with " +
                    endpoint::beginnings_of(known_)
            );
        into.keeps = scheme_->keeps;
        return read_address(*node, into.to, into);
    }

    result<bool> read_own(std::string_view key, toml::node const& value, declaration& into) const {
        if (key == "types") {
            DIPTYCH_TRY(into.what.types, read_types(value));
        } else if (key == "categories") {
            DIPTYCH_TRY(into.what.categories, read_names(value, key));
        } else if (key == "kinds") {
            DIPTYCH_TRY(into.what.kinds, read_names(value, key));
        } else if (key == "where") {
            DIPTYCH_TRY(into.what.where, read_where(value));
        } else if (key == "start") {
            DIPTYCH_TRY(auto const word, read_word(value, key, {"first", "now"}));
            into.start = word == 1 ? beginning::now : beginning::first;
        } else if (key == "on_refused") {
            DIPTYCH_TRY(auto const word, read_word(value, key, {"pause", "park"}));
            into.on_refused = word == 1 ? refusal_rule::park : refusal_rule::pause;
        } else if (key == "once") {
            auto const yes = value.value_exact<bool>();
            if (!yes) return wrong(value.source(), "once is true or false");
            into.once = *yes;
        } else if (key == "source") {
            into.source = declared::text_of(value);
            if (into.source.empty()) return wrong(value.source(), "source is a text");
        } else {
            return key == "to";
        }
        return true;
    }

    result<std::vector<std::string>> read_types(toml::node const& value) const {
        DIPTYCH_TRY(auto all, texts(value, "types"));
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
        DIPTYCH_TRY(auto all, texts(value, key));
        for (auto const& one : all)
            if (one.contains('-') || one.starts_with('$'))
                return wrong(
                    value.source(),
                    fmt::format("'{}': what stands before the '-' of a stream or id", one)
                );
        return all;
    }

    result<std::vector<field_rule>> read_where(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr)
            return wrong(value.source(), "where is a table: field = value, both of data");
        std::vector<field_rule> all;
        for (auto const& [path, wanted] : *table) {
            auto text = declared::plain_text_of(wanted);
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
        toml::node const& value, std::string_view key, std::initializer_list<std::string_view> words
    ) const {
        auto const word = value.value_exact<std::string_view>().value_or("");
        auto const at = std::ranges::find(words, word);
        if (at == words.end())
            return wrong(
                value.source(), fmt::format("{} is \"{}\"", key, fmt::join(words, "\" or \""))
            );
        return static_cast<std::size_t>(at - words.begin());
    }

    std::span<scheme const> known_;
    scheme const* scheme_ = nullptr;
};

}  // namespace

result<declaration> parse_channel(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
) {
    return outgoing_reader(file_name, known).read(text);
}

}  // namespace diptych::outbox
