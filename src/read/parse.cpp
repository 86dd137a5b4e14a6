#include "read/parse.hpp"

#include "read/create_parse.hpp"
#include "read/directive.hpp"
#include "read/lexer.hpp"
#include "read/rewrite.hpp"
#include "read/row_permission.hpp"
#include "read/serve_directive.hpp"
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

constexpr std::size_t each_max = 4;

class view_parser {
public:
    explicit view_parser(source const& in) : in_(in) {}

    parsed_view parse() {
        parsed_view made;
        auto done = all();
        if (done) made.view = std::move(made_);
        if (!done) errors_.push_back(std::move(done).error());
        made.errors = std::move(errors_);
        return made;
    }

private:
    result<void> all() {
        DIPTYCH_TRY(tokens_, lex(in_));
        while (tokens_[at_].kind != token_kind::end) {
            auto const is_of_tables = tokens_[at_].is("create") || made_.name.empty();
            auto const is_on = tokens_[at_].text.starts_with("@on");
            auto done = next();
            if (done) continue;
            if (is_of_tables) return done;
            // What comes next is another matter.
            note(std::move(done));
            is_faulty_ = in_handler_ || in_case_;
            each_.clear();
            scan_.reset();
            if (!is_on) continue;
            made_.handlers.emplace_back();
            in_handler_ = is_faulty_ = true;
        }
        note(end_handler());
        note(end_case());
        return finish();
    }

    void note(result<void> done) {
        if (!done) errors_.push_back(std::move(done).error());
    }

    result<void> next() {
        if (tokens_[at_].kind == token_kind::row)
            return ++at_, result<void>{};  // of what is faulty
        if (tokens_[at_].kind == token_kind::directive) {
            directive words{in_, tokens_[at_++]};
            return directive_line(words);
        }
        if (!tokens_[at_].is(";")) return statement();
        ++at_;
        return {};
    }

    result<void> directive_line(directive& words) {
        if (words.name() == "@view") return view_line(words);
        if (made_.name.empty())
            return fail_at(in_, words.offset(), "a view file begins with '-- @view <name>'");
        if (words.name() == "@each") return each_line(words);
        if (words.name() == "@scan") return scan_line(words);
        DIPTYCH_TRY(end_handler());
        if (words.name() == "@on") return on_line(words);
        if (words.name() == "@event") return event_line(words);
        if (words.name() == "@given") return given_line(words);
        if (words.name() == "@expect") return expect_lines(words);
        if (words.name() == "@serve") {
            serve_lines_.push_back(std::move(words));
            return {};
        }
        if (words.name() == "@allow") {
            allow_lines_.push_back(std::move(words));
            return {};
        }
        if (words.name() == "@park") return park_line(words);
        if (words.name() == "@key") return key_line(words);
        std::array<std::string, 11> const known{
            "@view",
            "@park",
            "@key",
            "@event",
            "@on",
            "@each",
            "@scan",
            "@serve",
            "@allow",
            "@given",
            "@expect",
        };
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

    result<void> park_line(directive& words) {
        if (made_.parks) return fail_at(in_, words.offset(), "there is an @park already");
        if (made_.is_inline)
            return fail_at(
                in_, words.offset(), "an inline view refuses what it fails on: it parks nothing"
            );
        made_.parks = true;
        return words.expect_end();
    }

    result<void> key_line(directive& words) {
        if (!made_.keys.empty()) return fail_at(in_, words.offset(), "there is an @key already");
        if (made_.is_inline)
            return fail_at(
                in_,
                words.offset(),
                "@key says what is parked together: an inline view parks nothing"
            );
        DIPTYCH_TRY(made_.keys, parse_key(words));
        return {};
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
        if (each_.empty()) each_offset_ = words.offset();
        DIPTYCH_TRY(auto next, parse_each(words));
        if (std::ranges::find(each_, next.name, &each::name) != each_.end())
            return fail_at(in_, words.offset(), "there is an @each ':" + next.name + "' already");
        if (each_.size() == each_max)
            return fail_at(in_, words.offset(), "a statement has at most 4 @each");
        auto const outer = std::ranges::find(each_, next.path.front(), &each::name);
        if (outer != each_.end()) {
            next.in = static_cast<std::size_t>(outer - each_.begin());
            next.path.erase(next.path.begin());
        }
        each_.push_back(std::move(next));
        return {};
    }

    result<void> scan_line(directive& words) {
        if (!in_handler_)
            return fail_at(in_, words.offset(), "@scan stands between an @on and its statement");
        if (scan_) return fail_at(in_, words.offset(), "there is an @scan already");
        DIPTYCH_TRY(words.expect_end());
        if (words.remark().empty())
            return words.fail("say why the table stays small: '-- @scan -- one row per warehouse'");
        scan_ = words.offset();
        return {};
    }

    result<void> event_line(directive& words) {
        DIPTYCH_TRY(auto next, parse_event(words));
        if (std::ranges::find(made_.events, next.type, &known_event::type) != made_.events.end())
            return fail_at(in_, words.offset(), "event '" + next.type + "' is declared twice");
        made_.events.push_back(std::move(next));
        return {};
    }

    std::vector<case_line> rows() {
        std::vector<case_line> taken;
        for (; tokens_[at_].kind == token_kind::row; ++at_)
            taken.push_back({.json = tokens_[at_].text, .offset = tokens_[at_].offset});
        return taken;
    }

    result<void> given_line(directive& words) {
        note(end_case());
        made_.cases.push_back({.name = words.rest(), .offset = words.offset(), .given = rows()});
        in_case_ = true;
        return {};
    }

    result<void> expect_lines(directive& words) {
        if (!in_case_) return fail_at(in_, words.offset(), "@expect needs a @given before it");
        DIPTYCH_TRY(auto line, parse_expect(words, made_.tables, made_.name));
        line.rows.rows = rows();
        auto const& first = line.rows.rows;
        if (line.is_none && !first.empty())
            return fail_at(in_, first.front().offset, "there are to be no rows: '@expect none'");
        if (!line.is_none && first.empty())
            return fail_at(
                in_,
                words.offset(),
                "expected rows, each a line like '-- {\"id\":\"o1\"}', or '@expect none'"
            );
        made_.cases.back().expected.push_back(std::move(line.rows));
        return {};
    }

    result<void> end_case() {
        auto const was_faulty = std::exchange(is_faulty_, false);
        if (!std::exchange(in_case_, false) || was_faulty) return {};
        if (!made_.cases.back().expected.empty()) return {};
        auto const begin = made_.cases.back().offset;
        made_.cases.pop_back();
        return fail_at(in_, begin, "this @given has no @expect");
    }

    result<void> end_handler() {
        auto const had_handler = std::exchange(in_handler_, false);
        auto const was_faulty = had_handler && std::exchange(is_faulty_, false);
        if (!std::exchange(each_, {}).empty())
            return fail_at(in_, each_offset_, "@each needs a statement behind it");
        if (auto const scan = std::exchange(scan_, {}))
            return fail_at(in_, *scan, "@scan needs a statement behind it");
        if (had_handler && !was_faulty && made_.handlers.back().statements.empty())
            return fail_at(in_, made_.handlers.back().offset, "this @on has no statement");
        return {};
    }

    result<void> statement() {
        auto const begin = at_;
        auto const may_scan = std::exchange(scan_, {}).has_value();
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
        made.may_scan = may_scan;
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

    result<void> finish() {
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
        for (std::string_view const taken :
             {"select",
              "order",
              "limit",
              "page",
              "cursor",
              "and",
              "or",
              "search",
              "at_least",
              "as_of"})
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
            auto served = parse_serve(serve_lines_.front(), made_.tables.front());
            if (served)
                made_.served = *std::move(served);
            else
                errors_.push_back(std::move(served).error());
        }
        for (auto& line : allow_lines_) {
            DIPTYCH_TRY(auto one, parse_allow(line, made_.tables.front()));
            made_.served.allow.push_back(std::move(one));
        }
        if (made_.handlers.empty())
            made_.warnings.push_back(in_.file + ": view '" + made_.name + "' has no @on");
        return {};
    }

    source const& in_;
    std::vector<lexed> tokens_;
    std::size_t at_ = 0;
    view_definition made_;
    std::vector<error> errors_;
    bool in_handler_ = false;  // statements belong to the last handler
    bool in_case_ = false;     // an @expect belongs to the last case
    bool is_faulty_ = false;   // there is an error in it
    std::vector<each> each_;   // of the next statement
    std::size_t each_offset_ = 0;
    std::optional<std::size_t> scan_;  // where the next statement's @scan is
    std::vector<directive> serve_lines_;
    std::vector<directive> allow_lines_;
};

}  // namespace

parsed_view parse_all(source const& in) { return view_parser{in}.parse(); }

result<view_definition> parse_view(source const& in) {
    auto made = parse_all(in);
    if (!made.errors.empty()) return std::unexpected(std::move(made.errors.front()));
    return *std::move(made.view);
}

}  // namespace diptych::read
