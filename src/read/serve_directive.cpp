#include "read/serve_directive.hpp"

#include "read/json_path.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace diptych::read {

namespace {

constexpr std::uint32_t cache_seconds_max = 365 * 24 * 60 * 60;

class serve_parser {
public:
    serve_parser(directive& words, table const& of) : words_(words), of_(of) {
        made_.offset = words.offset();
    }

    result<served> parse() {
        if (words_.at_end()) return words_.fail("expected filter, sort, search, limit or cache");
        while (!words_.at_end()) DIPTYCH_TRY(part());
        return std::move(made_);
    }

private:
    result<void> part() {
        if (words_.take("filter")) return values(made_.filter);
        if (words_.take("sort")) return values(made_.sort);
        if (words_.take("search")) return search();
        if (words_.take("limit")) return limit();
        if (words_.take("cache")) return cache();
        std::array<std::string, 5> const known{"filter", "sort", "search", "limit", "cache"};
        return words_.fail(
            "expected filter, sort, search, limit or cache, found '" + *words_.peek() + "'" +
            did_you_mean(*words_.peek(), known)
        );
    }

    result<void> values(std::vector<std::string>& list) {
        do {
            DIPTYCH_TRY(auto const name, words_.word("a column"));
            auto const path = parse_json_path(name);
            if (!path) return words_.fail_before("'" + name + "': " + path.error());
            DIPTYCH_TRY(check(*path));
            auto const is_for_all = !path->keys.empty() && path->keys.back() == any_key;
            if (is_for_all && &list == &made_.sort)
                return words_.fail_before("all keys can be filtered by but not sorted by: name one"
                );
            if (auto const found = std::ranges::find(list, name); found != list.end())
                return words_.fail_before("'" + name + "' is there twice");
            list.push_back(to_string(*path));
            if (!path->keys.empty()) {
                DIPTYCH_TRY(type(list.back(), is_for_all));
            }
        } while (words_.take(","));
        return {};
    }

    result<void> check(json_path const& path) {
        auto const* const column = of_.find(path.column);
        if (column == nullptr) {
            std::vector<std::string> known;
            for (auto const& one : of_.columns) known.push_back(one.name);
            return words_.fail_before(
                "no column '" + path.column + "' in table '" + of_.name + "'" +
                did_you_mean(path.column, known)
            );
        }
        auto const kind = column->type.kind;
        if (path.keys.empty() && kind == column_kind::json)
            return words_.fail_before(
                "column '" + path.column +
                "' is json and can be neither compared nor sorted, but a "
                "value in it can: " +
                path.column + "->>key"
            );
        if (path.keys.empty() && kind == column_kind::blob)
            return words_.fail_before(
                "column '" + path.column + "' is blob and can be neither compared nor sorted"
            );
        if (!path.keys.empty() && kind != column_kind::json)
            return words_.fail_before(
                "column '" + path.column + "' is " + to_string(column->type) +
                ": only json has values inside"
            );
        if (!path.keys.empty() && path.as_json)
            return words_.fail_before("the arrow before the last key is '->>': it leads to a value"
            );
        for (std::size_t i = 0; i + 1 < path.keys.size(); ++i)
            if (path.keys[i] == any_key)
                return words_.fail_before("'*' stands for the last key only");
        return {};
    }

    // A type may stand behind a value inside of JSON: `review->>average real`.
    result<void> type(std::string const& path, bool is_for_all) {
        auto const* const next = words_.peek();
        auto const kind = next == nullptr ? std::nullopt : kind_of(*next);
        if (!kind) return {};
        auto const is_json_type = *kind == column_kind::text || *kind == column_kind::integer ||
                                  *kind == column_kind::real || *kind == column_kind::boolean;
        if (!is_json_type)
            return words_.fail("values inside of json are text, integer, real or boolean");
        if (is_for_all) return words_.fail("'*' stands for values of any type");
        words_.take(*next);
        auto const known = std::ranges::find(made_.types, path, &declared_type::path);
        if (known == made_.types.end())
            made_.types.push_back({.path = path, .type = {.kind = *kind}});
        else if (known->type.kind != *kind)
            return words_.fail_before("'" + path + "' is " + to_string(known->type) + " already");
        return {};
    }

    result<void> search() {
        do {
            DIPTYCH_TRY(auto name, words_.word("a text column"));
            DIPTYCH_TRY(check({.column = name}));
            auto const type = of_.find(name)->type;
            if (type.kind != column_kind::text)
                return words_.fail_before(
                    "column '" + name + "' is " + to_string(type) +
                    ": only the words of text are searched"
                );
            if (std::ranges::find(made_.search, name) != made_.search.end())
                return words_.fail_before("'" + name + "' is there twice");
            made_.search.push_back(std::move(name));
        } while (words_.take(","));
        if (of_.find("_rowid_") != nullptr)
            return words_.fail_before("a table that is searched can have no column '_rowid_'");
        return {};
    }

    result<void> limit() {
        DIPTYCH_TRY(auto const digits, words_.word("the most rows of a page"));
        if (read_digits(digits, made_.limit_max) && made_.limit_max >= 1 && made_.limit_max <= 1000)
            return {};
        return words_.fail_before("limit is 1 to 1000 rows, not '" + digits + "'");
    }

    result<void> cache() {
        DIPTYCH_TRY(auto const text, words_.word("how long answers may be kept, as in 60s"));
        constexpr std::array<std::pair<char, std::uint32_t>, 3> units{
            {{'s', 1}, {'m', 60}, {'h', 60 * 60}}
        };
        auto const unit =
            std::ranges::find(units, text.back(), &std::pair<char, std::uint32_t>::first);
        std::uint32_t count = 0;
        if (unit == units.end() || !read_digits(text.substr(0, text.size() - 1), count) ||
            count < 1 || count > cache_seconds_max / unit->second)
            return words_.fail_before("cache is a time like 60s, 5m or 1h, not '" + text + "'");
        made_.cache_seconds = count * unit->second;
        return {};
    }

    template <class Number>
    static bool read_digits(std::string_view text, Number& to) {
        auto const* const end = text.data() + text.size();
        auto const read = std::from_chars(text.data(), end, to);
        return read.ec == std::errc{} && read.ptr == end;
    }

    directive& words_;
    table const& of_;
    served made_;
};

}  // namespace

result<served> parse_serve(directive& words, table const& of) {
    return serve_parser{words, of}.parse();
}

}  // namespace diptych::read
