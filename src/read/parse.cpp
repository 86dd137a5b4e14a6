#include "read/parse.hpp"

#include "read/create_parse.hpp"
#include "read/directive.hpp"
#include "read/lexer.hpp"
#include "read/rewrite.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>

namespace diptych::read {

namespace {

bool is_plain_name(std::string_view name) {
    auto const plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name.size() <= 60 && name.front() >= 'a' && name.front() <= 'z' &&
           std::ranges::all_of(name, plain);
}

class view_parser {
public:
    explicit view_parser(source const& in) : in_(in) {}

    result<view_definition> parse() {
        DIPTYCH_TRY(tokens_, lex(in_));
        while (tokens_[at_].kind != token_kind::end) {
            if (tokens_[at_].kind == token_kind::directive) {
                directive words{in_, tokens_[at_++]};
                DIPTYCH_TRY(directive_line(words));
            } else if (tokens_[at_].is(";")) {
                ++at_;
            } else {
                DIPTYCH_TRY(statement());
            }
        }
        DIPTYCH_TRY(end_handler());
        return finish();
    }

private:
    result<void> directive_line(directive& words) {
        if (words.name() == "@view") return view_line(words);
        if (made_.name.empty())
            return fail_at(in_, words.offset(), "a view file begins with '-- @view <name>'");
        if (words.name() == "@each") return each_line(words);
        DIPTYCH_TRY(end_handler());
        if (words.name() == "@on") return on_line(words);
        if (words.name() == "@event") return event_line(words);
        if (words.name() == "@serve") {
            serve_lines_.push_back(std::move(words));
            return {};
        }
        if (words.name() == "@key")
            return fail_at(in_, words.offset(), "@key is reserved and has no meaning yet");
        std::array<std::string, 5> const known{"@view", "@event", "@on", "@each", "@serve"};
        return fail_at(
            in_,
            words.offset(),
            "unknown directive '" + words.name() + "'" + did_you_mean(words.name(), known)
        );
    }

    result<void> view_line(directive& words) {
        if (!made_.name.empty())
            return fail_at(in_, words.offset(), "one file is one view: there is an @view already");
        DIPTYCH_TRY(made_.name, words.word("the view's name"));
        if (!is_plain_name(made_.name))
            return words.fail_before(
                "'" + made_.name +
                "' is no name for a view: up to 60 of a-z, 0-9 and _, a letter first"
            );
        made_.is_inline = words.take("inline");
        if (!made_.is_inline && !words.take("async") && !words.at_end())
            return words.fail("a view is async or inline, not '" + *words.peek() + "'");
        return words.expect_end();
    }

    result<void> on_line(directive& words) {
        handler next{.types = {}, .offset = words.offset()};
        DIPTYCH_TRY(next.types, words.words("an event type"));
        DIPTYCH_TRY(words.expect_end());
        made_.handlers.push_back(std::move(next));
        in_handler_ = true;
        return {};
    }

    result<void> each_line(directive& words) {
        if (!in_handler_)
            return fail_at(in_, words.offset(), "@each stands between an @on and its statement");
        if (each_) return fail_at(in_, words.offset(), "a statement has one @each");
        DIPTYCH_TRY(each_, parse_each(words));
        each_offset_ = words.offset();
        return {};
    }

    result<void> event_line(directive& words) {
        DIPTYCH_TRY(auto next, parse_event(words));
        if (std::ranges::find(made_.events, next.type, &known_event::type) != made_.events.end())
            return fail_at(in_, words.offset(), "event '" + next.type + "' is declared twice");
        made_.events.push_back(std::move(next));
        return {};
    }

    result<void> end_handler() {
        if (each_) return fail_at(in_, each_offset_, "@each needs a statement behind it");
        if (in_handler_ && made_.handlers.back().statements.empty())
            return fail_at(in_, made_.handlers.back().offset, "this @on has no statement");
        in_handler_ = false;
        return {};
    }

    result<void> statement() {
        auto const begin = at_;
        while (!tokens_[at_].is(";") && tokens_[at_].kind != token_kind::end) {
            if (tokens_[at_].kind == token_kind::directive)
                return fail_at(
                    in_, tokens_[at_].offset, "the statement before this directive has no ';'"
                );
            ++at_;
        }
        auto const all = std::span<lexed const>{tokens_};
        auto const own = all.subspan(begin, at_ - begin);
        if (made_.name.empty())
            return fail_at(in_, own.front().offset, "a view file begins with '-- @view <name>'");
        if (own.front().is("create")) return create(all.subspan(begin, at_ - begin + 1));
        if (!in_handler_)
            return fail_at(
                in_,
                own.front().offset,
                "expected create table, create index or an '-- @on <event>' before '" +
                    own.front().text + "'"
            );
        DIPTYCH_TRY(auto made, rewrite_statement(in_, own, made_.tables, std::exchange(each_, {})));
        made_.handlers.back().statements.push_back(std::move(made));
        return {};
    }

    result<void> create(std::span<lexed const> tokens) {
        DIPTYCH_TRY(end_handler());
        token_cursor cursor{in_, tokens};
        auto const& what = cursor.peek(1);
        if (what.is("table")) {
            if (!made_.handlers.empty())
                return fail_at(
                    in_, tokens.front().offset, "tables are created before the first @on"
                );
            DIPTYCH_TRY(auto made, parse_create_table(cursor));
            if (std::ranges::find(made_.tables, made.name, &table::name) != made_.tables.end())
                return fail_at(
                    in_, tokens.front().offset, "table '" + made.name + "' is created twice"
                );
            if (made.name.starts_with("_diptych") || made.name.starts_with("sqlite_"))
                return fail_at(
                    in_, tokens.front().offset, "the name '" + made.name + "' is the engine's"
                );
            made_.tables.push_back(std::move(made));
            return {};
        }
        if (what.is("index") || what.is("unique")) {
            DIPTYCH_TRY(auto made, parse_create_index(cursor, made_.tables));
            made_.indexes.push_back(std::move(made));
            return {};
        }
        return fail_at(
            in_, what.offset, "a view creates tables and indexes, not '" + what.text + "'"
        );
    }

    result<view_definition> finish() {
        if (made_.name.empty()) return fail_at(in_, 0, "a view file begins with '-- @view <name>'");
        auto const own = std::ranges::find(made_.tables, made_.name, &table::name);
        if (own == made_.tables.end()) {
            std::vector<std::string> names;
            for (auto const& one : made_.tables) names.push_back(one.name);
            return fail_at(
                in_,
                tokens_.back().offset,
                "view '" + made_.name + "' has no table '" + made_.name + "'" +
                    did_you_mean(made_.name, names)
            );
        }
        std::rotate(made_.tables.begin(), own, own + 1);
        for (std::string_view const taken : {"select", "order", "limit", "cursor", "at_least"})
            if (made_.tables.front().find(taken) != nullptr)
                return fail_at(
                    in_,
                    tokens_.back().offset,
                    "a column can not be called '" + std::string{taken} +
                        "': queries have a parameter of that name"
                );
        if (serve_lines_.size() > 1)
            return fail_at(in_, serve_lines_[1].offset(), "there is an @serve already");
        if (!serve_lines_.empty()) {
            DIPTYCH_TRY(made_.served, parse_serve(serve_lines_.front(), made_.tables.front()));
        }
        if (made_.handlers.empty())
            made_.warnings.push_back(in_.file + ": view '" + made_.name + "' has no @on");
        return std::move(made_);
    }

    source const& in_;
    std::vector<lexed> tokens_;
    std::size_t at_ = 0;
    view_definition made_;
    bool in_handler_ = false;   // statements belong to the last handler
    std::optional<each> each_;  // of the next statement
    std::size_t each_offset_ = 0;
    std::vector<directive> serve_lines_;
};

}  // namespace

result<view_definition> parse_view(source const& in) { return view_parser{in}.parse(); }

}  // namespace diptych::read
