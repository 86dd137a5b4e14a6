#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::testing;

namespace {

// As readers_view, but each book counts ten times.
std::string tenfold() {
    std::string text = lending::readers_view;
    text.replace(text.find("(:reader, 1)"), 12, "(:reader, 10)");
    return text;
}

void lend_one(site_fixture const& of, std::string const& book) {
    REQUIRE(
        of.post("/commands/lend", R"({"book":")" + book + R"(","reader":"ada"})").status == 201
    );
}

void work(site_fixture& of) {
    while (of.views.step("readers").or_throw()) {
    }
    while (of.views.build_step().or_throw()) {
    }
}

http_answer put(site_fixture const& of, std::string const& target, std::string const& text) {
    return of.ask("PUT", target, {}, text);
}

}  // namespace

TEST_CASE("a view's text is put, built beside, switched to, compared, gone back from and dropped") {
    site_fixture of;
    lend_one(of, "b1");
    work(of);
    auto const first = json_at(of.ask("GET", "/views").body, "1.version");
    auto const made = put(of, "/views/readers", tenfold());
    CHECK(made.status == 202);
    CHECK(json_at(made.body, "served") == "false");
    auto const second = json_at(made.body, "version");
    auto const listed = of.ask("GET", "/views");
    CHECK(json_at(listed.body, "1.version") == first);
    CHECK(json_at(listed.body, "1.beside.0.version") == second);
    CHECK(json_at(listed.body, "1.beside.0.standing") == "building");
    CHECK(json_at(listed.body, "1.beside.0.lag") == "1");
    work(of);
    CHECK(of.ask("GET", "/views/readers").body == R"([{"reader":"ada","books":10}])");

    auto const versions = of.ask("GET", "/views/readers/versions").body;
    CHECK(json_at(versions, "versions.0.version") == second);
    CHECK(json_at(versions, "versions.0.standing") == "served");
    CHECK(json_at(versions, "versions.1.standing") == "kept");
    auto const compared = of.ask("GET", "/views/readers/compare?with=" + first);
    CHECK(compared.status == 200);
    CHECK(json_at(compared.body, "at") == "1.1");
    CHECK(json_at(compared.body, "different") == "1");
    CHECK(json_at(compared.body, "differences.0.served") == R"({"reader":"ada","books":10})");
    CHECK(json_at(compared.body, "differences.0.other") == R"({"reader":"ada","books":1})");

    auto const back = of.post("/views/readers/back", "");
    CHECK(back.status == 200);
    CHECK(json_at(back.body, "served") == first);
    CHECK(of.ask("GET", "/views/readers").body == R"([{"reader":"ada","books":1}])");
    CHECK(of.ask("DELETE", "/views/readers/versions/" + first).status == 400);
    CHECK(of.ask("DELETE", "/views/readers/versions/" + second).status == 204);
    CHECK(of.ask("DELETE", "/views/readers/versions/" + second).status == 404);
    CHECK(of.post("/views/readers/back", "").status == 404);
}

TEST_CASE("a version is switched to by hand if that was said") {
    site_fixture of;
    lend_one(of, "b1");
    work(of);
    auto const made = put(of, "/views/readers?switch=by_hand", tenfold());
    auto const second = json_at(made.body, "version");
    work(of);
    CHECK(of.ask("GET", "/views/readers").body == R"([{"reader":"ada","books":1}])");
    auto const to = of.post("/views/readers/switch?version=" + second, "");
    CHECK(to.status == 200);
    CHECK(json_at(to.body, "switched") == "true");
    CHECK(of.ask("GET", "/views/readers").body == R"([{"reader":"ada","books":10}])");
}

TEST_CASE("a view is compared with its replay, and built again") {
    site_fixture of;
    lend_one(of, "b1");
    work(of);
    auto const compared = of.ask("GET", "/views/readers/compare");
    CHECK(compared.status == 200);
    CHECK(json_at(compared.body, "with") == "rebuilt");
    CHECK(json_at(compared.body, "rows") == "1");
    CHECK(json_at(compared.body, "different") == "0");
    auto const hash = of.ask("GET", "/views/readers/hash");
    CHECK(json_at(hash.body, "rows") == "1");
    CHECK(json_at(hash.body, "sha256").size() == 64);
    auto const again = of.post("/views/readers/rebuild", "");
    CHECK(again.status == 202);
    CHECK(json_at(again.body, "version").ends_with(".2"));
    work(of);
    CHECK(
        json_at(of.ask("GET", "/views/readers/versions").body, "versions.0.version") ==
        json_at(again.body, "version")
    );
    auto const hash_again = of.ask("GET", "/views/readers/hash");
    CHECK(json_at(hash_again.body, "version") == json_at(again.body, "version"));
    CHECK(json_at(hash_again.body, "sha256") == json_at(hash.body, "sha256"));
    lend_one(of, "b2");
    work(of);
    CHECK(
        json_at(of.ask("GET", "/views/readers/hash").body, "sha256") != json_at(hash.body, "sha256")
    );
}

TEST_CASE("what is asked wrongly of views is named") {
    site_fixture of;
    CHECK(put(of, "/views/readers", "-- @view readers\nselect 1;").status == 400);
    CHECK(json_at(put(of, "/views/readers", "hello").body, "detail").contains("readers.sql:1"));
    CHECK(put(of, "/views/readers?switch=now", tenfold()).status == 400);
    CHECK(put(of, "/views/others", tenfold()).status == 400);
    CHECK(of.post("/views/readers/switch", "").status == 400);
    CHECK(of.post("/views/readers/switch?version=00000000", "").status == 404);
    CHECK(of.post("/views/nothing/back", "").status == 404);
    CHECK(of.ask("GET", "/views/readers/compare?with=00000000").status == 404);
    CHECK(of.ask("GET", "/views/readers/compare?differences=9999").status == 400);
    CHECK(of.ask("GET", "/views/readers/hash?version=00000000").status == 404);
    CHECK(of.ask("GET", "/views/readers/versions?colour=red").status == 400);
}

TEST_CASE("a view's text is checked by the events that are known here, and nothing comes of it") {
    site_fixture const of;
    auto const check = [&](std::string const& text) {
        auto const answer = of.post("/view-files/check?file=books.sql", text);
        CHECK(answer.status == 200);
        return answer.body;
    };
    auto const good = check(tenfold());
    CHECK(json_at(good, "errors") == "[]");
    CHECK(json_at(good, "view") == "readers");
    CHECK(json_at(good, "version").size() == 8);
    auto text = tenfold();
    text.replace(text.find("(:reader, 10)"), 13, "(:raeder, 10)");
    auto const wrong = check(text);
    CHECK(json_at(wrong, "errors.0.file") == "books.sql");
    CHECK(json_at(wrong, "errors.0.line") == "5");
    CHECK(json_at(wrong, "errors.0.column") == "29");
    CHECK(json_at(wrong, "errors.0.message").contains("did you mean ':reader'"));
    CHECK(json_at(wrong, "version").empty());
    CHECK(json_at(check("hello"), "errors.0.code") == "view_file");
    CHECK(of.post("/view-files/check?name=x", "hello").status == 400);
    CHECK(json_at(of.ask("GET", "/views").body, "1.beside").empty());
}

TEST_CASE("what rows would be with other events, or another file, is answered and changes nothing"
) {
    site_fixture of;
    lend_one(of, "b1");
    lend_one(of, "b2");
    work(of);
    auto const ask = [&](std::string const& body) {
        return of.post("/views/readers/what-if", body);
    };
    auto const same = ask("{}");
    CHECK(same.status == 200);
    CHECK(json_at(same.body, "different") == "0");
    auto const less = ask(R"({"without":{"positions":[2]}})");
    CHECK(json_at(less.body, "removed") == "1");
    CHECK(json_at(less.body, "differences.0.is.books") == "2");
    CHECK(json_at(less.body, "differences.0.would_be.books") == "1");
    auto const more = ask(
        R"({"insert":[{"after":"1.1","stream":"book-b9","type":"lending.lent","data":{"book":"b9","reader":"eve"},)"
        R"("recorded_at":"2026-01-01T00:00:00Z"}],"as_of":1})"
    );
    CHECK(json_at(more.body, "at") == "1.1");
    CHECK(json_at(more.body, "differences.0.is") == "null");
    CHECK(json_at(more.body, "differences.0.would_be.reader") == "eve");
    std::string text;
    json::append_quoted(text, tenfold());
    CHECK(json_at(ask(R"({"view":)" + text + "}").body, "differences.0.would_be.books") == "11");
    CHECK(of.ask("GET", "/views/readers").body == R"([{"reader":"ada","books":2}])");
    CHECK(of.log->end().position.value == 2);
}

TEST_CASE("what is asked wrongly of what might be is answered with its path") {
    site_fixture of;
    lend_one(of, "b1");
    auto const path_of = [&](std::string const& body) {
        auto const answer = of.post("/views/readers/what-if", body);
        CHECK(answer.status == 400);
        return json_at(answer.body, "path");
    };
    CHECK(path_of("[]") == "");
    CHECK(path_of(R"({"views":""})") == "views");
    CHECK(path_of(R"({"insert":[{"stream":"s-1","type":"t"}]})") == "insert/0/after");
    CHECK(path_of(R"({"insert":[{"after":7,"stream":"s-1","type":"t"}]})") == "insert/0/after");
    CHECK(path_of(R"({"insert":[{"after":1,"type":"t"}]})") == "insert/0/stream");
    CHECK(
        path_of(R"({"insert":[{"after":1,"stream":"s-1","type":"t","recorded_at":"soon"}]})") ==
        "insert/0/recorded_at"
    );
    CHECK(path_of(R"({"without":{"positions":["x"]}})") == "without/positions/0");
    CHECK(path_of(R"({"without":{"type":["x"]}})") == "without/type");
    CHECK(path_of(R"({"as_of":"yesterday"})") == "as_of");
    CHECK(path_of(R"({"differences":-1})") == "differences");
    CHECK(of.post("/views/nothing/what-if", "{}").status == 404);
    CHECK(of.post("/views/readers/what-if", R"({"view":"nonsense"})").status == 400);
}

TEST_CASE("a query is asked of the version that it names, and of its shadow to compare") {
    site_fixture of;
    lend_one(of, "b1");
    work(of);
    auto const first = json_at(of.ask("GET", "/views").body, "1.version");
    auto const made = put(of, "/views/readers?switch=by_hand", tenfold());
    auto const second = json_at(made.body, "version");
    work(of);
    auto const old = of.ask("GET", "/views/readers");
    CHECK(old.body == R"([{"reader":"ada","books":1}])");
    CHECK(old.headers.at("vary") == "Diptych-Version");
    auto const by_name = [&](std::string const& version) {
        return of.ask("GET", "/views/readers", "Diptych-Version: " + version + "\r\n");
    };
    CHECK(by_name(second).body == R"([{"reader":"ada","books":10}])");
    CHECK(by_name(first).body == old.body);
    CHECK(by_name("nothing").status == 404);

    auto const with = [&](std::string const& query, std::string const& shadow) {
        return of.ask("GET", "/views/readers" + query, "Diptych-Shadow: " + shadow + "\r\n");
    };
    CHECK(with("", second).body == old.body);
    CHECK(with("?reader=eq.bob", second).body == "[]");
    CHECK(with("", "nothing").body == old.body);
    auto const told = of.ask("GET", "/metrics").body;
    auto const has = [&](std::string const& shadow, std::string const& result) {
        return told.find(
                   "diptych_view_shadow_queries_total{view=\"readers\",version=\"" + first +
                   "\",shadow=\"" + shadow + "\",result=\"" + result + "\"} 1\n"
               ) != std::string::npos;
    };
    CHECK(has(second, "different"));
    CHECK(has(second, "same"));
    CHECK(has("unknown", "failed"));
    with("", "another");
    CHECK(!of.ask("GET", "/metrics").body.contains("another"));
}

TEST_CASE("a version that does not show the token yet is not taken for the one that does") {
    site_fixture of;
    lend_one(of, "b1");
    work(of);
    auto const made = put(of, "/views/readers?switch=by_hand", tenfold());
    auto const second = "Diptych-Version: " + json_at(made.body, "version") + "\r\n";
    auto const ask = [&] { return of.ask("GET", "/views/readers?at_least=1.1", second); };
    auto const behind = ask();
    CHECK(behind.status == 503);
    CHECK(json_at(behind.body, "code") == "view_behind");
    CHECK(behind.headers.at("retry-after") == "1");
    work(of);
    CHECK(ask().body == R"([{"reader":"ada","books":10}])");
}

TEST_CASE("a live query is one of the version that is served") {
    site_fixture of;
    auto const version = json_at(of.ask("GET", "/views").body, "1.version");
    for (std::string const name : {"Diptych-Version", "Diptych-Shadow"}) {
        auto const refused = of.ask(
            "GET",
            "/views/readers",
            "Accept: text/event-stream\r\n" + name + ": " + version + "\r\n"
        );
        CHECK(refused.status == 400);
        CHECK(json_at(refused.body, "code") == "bad_header");
        CHECK(json_at(refused.body, "detail").starts_with(name + ": "));
    }
}

TEST_CASE("what a query of a shadow is reported with can not be taken for another report") {
    std::mutex telling;
    std::vector<std::string> told;
    site_fixture of({.server = {.complain = [&](std::string_view what) {
                         auto const lock = std::scoped_lock(telling);
                         told.emplace_back(what);
                     }}});
    lend_one(of, "b1");
    work(of);
    auto const made = put(of, "/views/readers?switch=by_hand", tenfold());
    work(of);
    auto const shadow = "Diptych-Shadow: " + json_at(made.body, "version") + "\r\n";
    auto const asked = "/views/readers?reader=in.(ada,%22x%0Aview%20y%22)";
    CHECK(of.ask("GET", asked, shadow).status == 200);
    auto const lock = std::scoped_lock(telling);
    REQUIRE(told.size() == 1);
    CHECK(told[0].contains(R"-("reader=in.(ada,\"x\nview y\")")-"));
    CHECK(!told[0].contains('\n'));
}
