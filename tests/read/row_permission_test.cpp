// Which rows a caller sees, by his claims.
#include "read/log_fixture.hpp"
#include "read/parse.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr char const* letters = R"sql(
-- @view letters
create table letters (
  id text primary key, owner text not null, number integer, team json, open boolean not null
);
-- @event sent (id text, owner text, number integer, team json, open boolean)
-- @on sent
insert into letters values (:id, :owner, :number, :team, :open);
-- @serve filter owner  sort owner  search owner
)sql";

struct letters_fixture : log_fixture {
    temporary_folder folder;
    view_set views{*log, folder.path(), time};

    explicit letters_fixture(std::string const& allow) {
        views.add_text("letters.sql", letters + allow).or_throw();
        views.start().or_throw();
        append("sent", R"({"id":"a","owner":"ada","number":1,"team":{"id":"x"},"open":false})");
        append("sent", R"({"id":"b","owner":"bob","number":2,"team":{"id":"x"},"open":false})");
        append("sent", R"({"id":"c","owner":"ada","number":3,"team":{"id":7},"open":true})");
        append("sent", R"({"id":"d","owner":"eve","team":{},"open":false})");
        views.catch_up("letters").or_throw();
    }

    result<query_answer> ask(std::optional<claims> caller, url_query_parameters parameters = {}) {
        return views.query(
            "letters", parameters, {.count = counting::exact, .caller = std::move(caller)}
        );
    }
    std::string seen(std::optional<claims> caller, url_query_parameters parameters = {}) {
        auto const answer = ask(std::move(caller), std::move(parameters));
        if (!answer) return answer.error().code;
        auto const parsed = json::parse(answer->rows).or_throw();
        std::string list;
        for (auto const row : parsed.root().elements()) list += row.find("id")->text();
        CHECK(answer->total == list.size());
        return list;
    }
};

claims of_sub(std::string sub) { return {{"sub", std::move(sub)}}; }

}  // namespace

TEST_CASE("who has claims sees the rows that they allow, whatever he asks") {
    letters_fixture of{"-- @allow owner = :claim.sub\n"};
    CHECK(of.seen(std::nullopt) == "abcd");
    CHECK(of.seen(of_sub("ada")) == "ac");
    CHECK(of.seen(of_sub("nobody")) == "");
    CHECK(of.seen(of_sub("' or 1=1 --")) == "");
    CHECK(of.seen({{{"sub", "ada"}, {"sub", "bob"}}}) == "abc");
    CHECK(of.seen(claims{}) == "claim_missing");
    CHECK(of.seen({{{"name", "ada"}}}) == "claim_missing");
    CHECK(of.ask(claims{}).error().kind == errc::denied);
    for (url_query_parameters const& parameters : std::vector<url_query_parameters>{
             {{"owner", "eq.bob"}},
             {{"or", "(owner.eq.bob,owner.eq.eve)"}},
             {{"not.or", "(owner.eq.ada)"}},
             {{"id", "in.(b,d)"}},
             {{"search", "bob or eve"}}
         })
        CHECK(of.seen(of_sub("ada"), parameters) == "");
    CHECK(of.seen(of_sub("ada"), {{"order", "id.desc"}}) == "ca");
    CHECK(of.seen(of_sub("ada"), {{"search", "ada"}}) == "ac");
}

TEST_CASE("cursors and entity tags are those of one caller") {
    letters_fixture of{"-- @allow owner = :claim.sub\n"};
    auto const first = of.ask(of_sub("ada"), {{"limit", "1"}}).or_throw();
    CHECK(first.is_private);
    url_query_parameters const next{{"limit", "1"}, {"cursor", *first.next}};
    CHECK(of.ask(of_sub("ada"), next).or_throw().count == 1);
    CHECK(of.ask(of_sub("bob"), next).error().code == "cursor");
    CHECK(of.ask(std::nullopt, next).error().code == "cursor");
    CHECK(of.ask(of_sub("x")).or_throw().etag != of.ask(of_sub("y")).or_throw().etag);
    CHECK(of.ask(of_sub("x")).or_throw().etag == of.ask(of_sub("x")).or_throw().etag);
}

TEST_CASE("of several lines one must allow a row, and of one line all of it") {
    letters_fixture of{
        "-- @allow owner = :claim.sub\n"
        "-- @allow team->>id = :claim.team.id and :claim.role = 'clerk'\n"
        "-- @allow number = :claim.number\n"
        "-- @allow :claim.role = 'boss'\n"
    };
    CHECK(of.seen(of_sub("ada")) == "ac");
    CHECK(of.seen({{{"role", "clerk"}, {"team.id", "x"}}}) == "ab");
    CHECK(of.seen({{{"role", "clerk"}, {"team.id", "7"}}}) == "c");
    CHECK(of.seen({{{"team.id", "x"}}}) == "claim_missing");
    CHECK(of.seen({{{"role", "guest"}, {"team.id", "x"}}}) == "claim_missing");
    CHECK(of.seen({{{"role", "clerk"}, {"team.id", "x"}, {"sub", "eve"}}}) == "abd");
    CHECK(of.seen({{{"number", "2"}}}) == "b");
    CHECK(of.seen({{{"number", "two"}}}) == "");
    CHECK(of.seen({{{"role", "boss"}}}) == "abcd");
    CHECK(of.seen({{{"role", "guest"}, {"role", "boss"}}}) == "abcd");
}

TEST_CASE("a view without @allow shows its rows to whoever may ask at all") {
    letters_fixture of{""};
    CHECK(of.seen(claims{}) == "abcd");
    CHECK_FALSE(of.ask(claims{}).or_throw().is_private);
    letters_fixture some{"-- @allow open = :claim.open\n"};
    CHECK(some.seen({{{"open", "true"}}}) == "c");
}

TEST_CASE("what @allow says is checked when the file is read") {
    auto const fault = [](std::string line) {
        auto const read = parse_view({"letters.sql", letters + ("-- @allow " + line + "\n")});
        return read ? std::string{} : read.error().message;
    };
    CHECK(fault("owner = :claim.sub  -- his own") == "");
    CHECK(fault("owner = 'ada'") == "");
    CHECK(fault("ower = :claim.sub").contains("did you mean 'owner'?"));
    CHECK(fault("team = :claim.sub").contains("no value that can be compared"));
    CHECK(fault("team->id = :claim.sub").contains("no value that can be compared"));
    CHECK(fault("owner->>id = :claim.sub").contains("no value that can be compared"));
    CHECK(fault("owner = sub").contains("expected a claim or a text"));
    CHECK(fault("owner = :claim.").contains("expected a claim or a text"));
    CHECK(fault("owner = :sub").contains("expected a claim or a text"));
    CHECK(fault(":sub = 'a'").contains("is no claim"));
    CHECK(fault(":claim.a = :claim.b").contains("compared with a text"));
    CHECK(fault("owner :claim.sub").contains("expected '='"));
    CHECK(fault("owner = :claim.sub or open = 'true'").contains("unexpected 'or'"));
    CHECK(fault("").contains("a column, as in 'owner = :claim.sub'"));
}
