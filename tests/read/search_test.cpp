// Words of text columns, searched.
#include "read/log_fixture.hpp"
#include "read/parse.hpp"
#include "read/search_sql.hpp"
#include "read/search_terms.hpp"
#include "read/view_check.hpp"
#include "read/view_plan.hpp"
#include "read/view_version.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace diptych;
using namespace diptych::read;

namespace {

std::string notes(std::string_view kind) {
    return "-- @view notes " + std::string{kind} + R"sql(
create table notes (id text primary key, title text, body text not null, stars integer not null);
create table links (id text primary key, note text not null);
-- @event put (id text, title text, body text, stars integer)
-- @event replaced (id text, title text, body text, stars integer)
-- @event changed (id text, body text)
-- @event gone (id text)
-- @on put
insert into notes values (:id, :title, :body, :stars)
on conflict (id) do update set title = excluded.title, body = excluded.body;
-- @on replaced
insert or replace into notes values (:id, :title, :body, :stars);
insert or replace into links values (:id, :id);
-- @on changed
update notes set body = :body, stars = stars + 1 where id = :id;
-- @on gone
delete from notes where id = :id;
-- @serve filter stars  sort stars, title  search title, body
)sql";
}

struct notes_fixture : log_fixture {
    temporary_folder folder;
    view_set views{*log, folder.path(), time};

    explicit notes_fixture(std::string_view kind = "async") {
        views.add_text("notes.sql", notes(kind)).or_throw();
        views.start().or_throw();
    }

    result<appended> put(
        std::string_view type,
        std::string const& id,
        std::string const& title,
        std::string const& body,
        int stars = 1
    ) {
        return try_append(
            std::string{type},
            R"({"id":")" + id + R"(","title":")" + title + R"(","body":")" + body +
                R"(","stars":)" + std::to_string(stars) + "}"
        );
    }

    std::string found(std::string const& search, url_query_parameters parameters = {}) {
        views.catch_up("notes").or_throw();
        parameters.emplace_back("search", search);
        auto const rows = rows_of(views, "notes", parameters);
        auto const parsed = json::parse(rows).or_throw();
        std::string list;
        for (auto const row : parsed.root().elements()) list += row.find("id")->text();
        return list;
    }

    std::filesystem::path file() const {
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() == ".db") return one.path();
        FAIL("no database");
        return {};
    }
};

std::string fault(std::string_view text) {
    auto const terms = parse_search(text);
    return terms ? std::string{} : terms.error();
}

}  // namespace

TEST_CASE("a search finds all words, or one side of an or, a phrase, and not what is excluded") {
    notes_fixture of;
    of.put("put", "a", "Green curry", "with rice and Thai basil").or_throw();
    of.put("put", "b", "Rice pudding", "sweet, with cinnamon").or_throw();
    of.put("put", "c", "Crème brûlée", "sweet; not a pudding").or_throw();
    of.put("put", "d", "Basil ice", "green and sweet").or_throw();

    CHECK(of.found("rice") == "ab");
    CHECK(of.found("RICE basil") == "a");
    CHECK(of.found("cinnamon or curry") == "ab");
    CHECK(of.found("sweet pudding or green rice") == "abc");
    CHECK(of.found("sweet -pudding") == "d");
    CHECK(of.found("\"rice pudding\"") == "b");
    CHECK(of.found("\"pudding rice\"") == "");
    CHECK(of.found("sweet -\"not a\"") == "bd");
    CHECK(of.found("creme brulee") == "c");
    CHECK(of.found("ric") == "");
    CHECK(of.found("title:rice") == "");  // two words, one behind the other
    CHECK(of.found("green-curry") == "a");
    CHECK(of.found("or rice or or") == "ab");

    // With the rest of a query.
    CHECK(of.found("sweet", {{"order", "title.desc"}}) == "bcd");
    CHECK(of.found("sweet", {{"id", "neq.c"}, {"order", "id.desc"}}) == "db");
    auto const first =
        of.views.query("notes", {{"search", "sweet"}, {"limit", "2"}}, {.count = counting::exact})
            .or_throw();
    CHECK(first.total == 3);
    auto const next =
        of.views.query("notes", {{"search", "sweet"}, {"limit", "2"}, {"cursor", *first.next}});
    REQUIRE(next);
    CHECK(next->count == 1);
    CHECK_FALSE(of.views.query("notes", {{"search", "rice"}, {"cursor", *first.next}}));
    CHECK(
        of.views.query("notes", {{"search", "sweet"}, {"page", "2"}, {"limit", "2"}})
            .or_throw()
            .count == 1
    );
}

TEST_CASE("no text is a mistake in the words of the full-text table") {
    CHECK(
        match_text(*parse_search("a \"b c\" -d or e")) ==
        R"((("a" AND "b c") NOT ("d")) OR (("e")))"
    );
    CHECK(fault("") == "has no word to look for");
    CHECK(fault(" \t - -- \"\" !? or OR") == "has no word to look for");
    CHECK(fault("-a").contains("says only what not to find"));
    CHECK(fault("a or -b").contains("'-b' needs a word beside it"));
    std::string many;
    for (int i = 0; i < 33; ++i) many += "w ";
    CHECK(fault(many).contains("more than 32 words"));

    notes_fixture of;
    of.put("put", "a", "b", "c").or_throw();
    of.views.catch_up("notes").or_throw();
    std::mt19937 random{3};
    constexpr std::string_view signs = "aor \"'-*^(){}:+,.\\NEARANDOTté\x01";
    for (int i = 0; i < 2'000; ++i) {
        std::string text;
        for (auto left = random() % 12; left > 0; --left) text += signs[random() % signs.size()];
        CAPTURE(text);
        auto const found = of.views.query("notes", {{"search", text}});
        CHECK((found || found.error().kind == errc::invalid));
    }
}

TEST_CASE("words follow their rows, whatever changes them") {
    for (std::string_view const kind : {"async", "inline"}) {
        CAPTURE(kind);
        notes_fixture of{kind};
        std::mt19937 random{11};
        auto const pick = [&](unsigned below) { return static_cast<int>(random() % below); };
        std::map<std::string, std::set<std::string>> expected;
        std::map<std::string, std::string> titles;
        for (int i = 0; i < 400; ++i) {
            auto const id = std::string(1, static_cast<char>('a' + pick(12)));
            auto const title = "w" + std::to_string(pick(6));
            auto const body = "w" + std::to_string(pick(6));
            auto const what = pick(4);
            auto const there = expected.contains(id);
            if (what == 0) {
                of.append("gone", R"({"id":")" + id + "\"}");
                expected.erase(id);
            } else if (what == 1) {
                of.append("changed", R"({"id":")" + id + R"(","body":")" + body + "\"}");
                if (there) expected[id] = {titles[id], body};
            } else {
                of.put(what == 2 ? "put" : "replaced", id, title, body).or_throw();
                expected[id] = {title, body};
                titles[id] = title;
            }
            // What is refused leaves no words behind.
            if (kind == "inline")
                CHECK_FALSE(of.try_append("replaced", R"({"id":"a","title":"w1","body":"w1"})"));
            if (i % 20 != 0) continue;
            for (int word = 0; word < 6; ++word) {
                auto const text = "w" + std::to_string(word);
                std::string should;
                for (auto const& [name, words] : expected)
                    if (words.contains(text)) should += name;
                CHECK(of.found(text) == should);
            }
        }
        // Built again from the log it is the same, rows and words.
        of.views.catch_up("notes").or_throw();
        temporary_folder const other;
        view_set again{*of.log, other.path(), of.time};
        again.add_text("notes.sql", notes("async")).or_throw();
        again.start().or_throw();
        again.catch_up("notes").or_throw();
        for (int word = 0; word < 6; ++word) {
            url_query_parameters const search{{"search", "w" + std::to_string(word)}};
            CHECK(rows_of(again, "notes", search) == rows_of(of.views, "notes", search));
        }
    }
}

TEST_CASE("the full-text table is the engine's alone") {
    auto const refused = [](std::string const& statement) {
        log_fixture of;
        temporary_folder const folder;
        view_set views{*of.log, folder.path(), of.time};
        auto text = notes("async");
        text.insert(text.find("-- @serve"), "-- @on gone\n" + statement + ";\n");
        auto const added = views.add_text("notes.sql", text);
        return added ? std::string{} : added.error().message;
    };
    CHECK(refused("delete from links where id = :id") == "");
    CHECK(refused("delete from _diptych_search") != "");
    CHECK(refused("insert into links select c1, c2 from _diptych_search") != "");
    CHECK(refused("delete from links where id in (select rowid from _diptych_search)") != "");
    CHECK(refused("delete from _diptych_search_data") != "");

    notes_fixture of;
    of.put("put", "a", "one", "two").or_throw();
    of.put("replaced", "a", "one", "three").or_throw();
    of.views.catch_up("notes").or_throw();
    CHECK(of.found("two") == "");
    // Whoever compares a view's file with the log sees rows only.
    temporary_folder const scratch;
    auto plan = plan_view(
                    {.file = "notes.sql", .text = notes("async")},
                    {},
                    std::make_shared<older_shapes const>(std::span<model::event const>{})
    )
                    .or_throw();
    auto const same =
        check_view(plan, {of.file()}, *of.log, of.time, {.scratch = scratch.path()}).or_throw();
    CHECK(same.rows == 2);
    CHECK(same.different == 0);
}

TEST_CASE("what is searched belongs to the version of a view, and is checked when the file is read"
) {
    auto const version = [](std::string serve) {
        auto text = notes("async");
        text = text.substr(0, text.find("-- @serve")) + serve;
        return version_of(parse_view({"notes.sql", text}).or_throw());
    };
    CHECK(version("-- @serve filter stars\n") == version(""));
    CHECK(version("-- @serve cache 1m\n") == version(""));
    CHECK(version("-- @serve search title\n") != version(""));
    CHECK(version("-- @serve search title\n") != version("-- @serve search title, body\n"));

    auto const complaint = [](std::string serve) {
        auto const read = parse_view(
            {"t.sql",
             "-- @view t\ncreate table t (id text primary key, n integer, j json);\n-- @serve " +
                 serve + "\n"}
        );
        return read ? std::string{} : read.error().message;
    };
    CHECK(complaint("search id") == "");
    CHECK(complaint("search n").contains("only the words of text"));
    CHECK(complaint("search j").contains("but a value in it can"));
    CHECK(complaint("search ie").contains("did you mean 'id'?"));
    CHECK(complaint("search id, id").contains("twice"));

    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views
        .add_text(
            "t.sql",
            "-- @view t\n-- @event e (id text)\ncreate table t (id text primary key);\n-- @on "
            "e\ninsert into t values (:id);\n"
        )
        .or_throw();
    views.start().or_throw();
    auto const asked = views.query("t", {{"search", "a"}});
    REQUIRE_FALSE(asked);
    CHECK(
        asked.error().message ==
        "parameter 'search' is not served: this view has no '@serve search'"
    );
}
