// JSON Web Tokens: who is believed, and what it opens. The tokens were made with other software;
// they end in the year 2100 unless they say otherwise.
#include "edge/jwt.hpp"

#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto secret = "0123456789abcdef0123456789abcdef";
constexpr auto rsa_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnVVGJDSFdRiJl/IlDtcW\n"
    "JrfuNgInk7K+I/SFgR1nEoWy9ecrgQEu4zw4jcUox1dfIEl0zqRr1cy8SZlZtPOf\n"
    "F0YGGucIvniPWzR+7h771xvDlvQSyZmbUuitETCxJOaLZoo/qXx/uZ8pmnjIQF2B\n"
    "RiGEL5LyHoB82anvEvf48M+lA5pSFqmItO4ipFI1Nf4XiYrbBY2V6Lq0kge60fc9\n"
    "OJOIic15+6nXOAWJ54xkVdImcyejVn7vzfuENL198dXMcwAGkGIhoYLJDyLarwsC\n"
    "EEzbHBuhRN93ny7ECDifT6jLeD0qlVzXf48S8+WFECXyCMQz/CKZb6Ooc1T3FyZo\n"
    "PwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
constexpr auto ec_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELdDDY3hIk8nC81SuELMGqtK45vur\n"
    "tT+QJbNemVUF8rV7QHTcpaxdJ31zE+fqUleEVY+libCXOHuWGVSRZEYLoA==\n"
    "-----END PUBLIC KEY-----\n";

constexpr std::string_view hs256 =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJza"
    "G9wIiwiZGVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOns"
    "icm9sZSI6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.Zl8wLW0ifUJjGF_Gegw5W-CJN_up-_3QA6aFm4MvJ"
    "Co";
constexpr std::string_view rs256 =
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJzaG9wIiwiZGVzayJdL"
    "CJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOnsicm9sZSI6ImNsZXJ"
    "rIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.BfLRXPwF9KS_n4LCoJQ2dl3knmX82I6qMMVEtyvLfDfBQeam7QBKZTe_T"
    "qXTzCnLgo6zU3qA9pLx5gse1thtN03rftgrsDskwBWkBJowXJu4AWK-pTegSVXpkhDtidxbsVfQe4pOpN0tC-0TtyL"
    "CmC4ciJnzTGobFjBsmSHaDK3YHCdqsF35cf1QPS5sAT6KucDR-rv5tTOt_mOOb9rz8A3Tb7h8c_2Da8qaecVCYI7hR"
    "a5yKtqXSUK2hVoOADuYSmzLF8LpNeJHkTfrRuwKIdey3nt5RAvl0v0oDhqBXa4CsCIvMYnz5X1uPz1FSq_pgVvlsYn"
    "LKTBgQ3El7QL6CQ";
constexpr std::string_view es256 =
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJzaG9wIiwiZGVzayJdL"
    "CJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOnsicm9sZSI6ImNsZXJ"
    "rIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.9PdZsUTyB719yWImbmP1dbwYIqhUeZtAULFvtHWuMAUWpNNfo12l_oXXB"
    "Dn6dz0AtjtEjvb-CtIuREk8TJ7d4w";
constexpr std::string_view key_as_secret =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJza"
    "G9wIiwiZGVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOns"
    "icm9sZSI6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.qVbZQmyltmAtDrL-Kc5JbgvbPf2Ig4eJ23nzBESf1"
    "UQ";
constexpr std::string_view unsigned_token =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJzaG9wIiwiZGVzayJdLC"
    "Jpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOnsicm9sZSI6ImNsZXJr"
    "In0sIm4iOjcsImFkbWluIjpmYWxzZX0.";
constexpr std::string_view expired =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjEwMDAsImF1ZCI6WyJzaG9wIiwiZ"
    "GVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOnsicm9sZSI"
    "6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZX0._w_RsuCH1PekPyaddkvRdcyy_7asGz4Xwl401d-PL2o";
constexpr std::string_view endless =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJhdWQiOlsic2hvcCIsImRlc2siXSwiaXNzI"
    "joiaHR0cHM6Ly9pZC5leGFtcGxlIiwiZ3JvdXBzIjpbImEiLCJiIl0sInJlYWxtIjp7InJvbGUiOiJjbGVyayJ9LCJ"
    "uIjo3LCJhZG1pbiI6ZmFsc2V9.6sIOlPQ_0UqyOUA0e0FeEIFYGgFD0R-Mfw68-gtL1ZI";
constexpr std::string_view not_yet =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJza"
    "G9wIiwiZGVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOns"
    "icm9sZSI6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZSwibmJmIjo0MTAyNDQ0NzkwfQ.pfq8fZCT6AR2iXN8E2"
    "0ljep34_HJpnEmw0qUEC7Xd2k";
constexpr std::string_view other_audience =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6Im90a"
    "GVyIiwiaXNzIjoiaHR0cHM6Ly9pZC5leGFtcGxlIiwiZ3JvdXBzIjpbImEiLCJiIl0sInJlYWxtIjp7InJvbGUiOiJ"
    "jbGVyayJ9LCJuIjo3LCJhZG1pbiI6ZmFsc2V9.Dshq_pS4wR7FS-cGl4Gtf8h6d6ylrZkmapZhLHNPDDA";
constexpr std::string_view other_issuer =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJza"
    "G9wIiwiZGVzayJdLCJpc3MiOiJ4IiwiZ3JvdXBzIjpbImEiLCJiIl0sInJlYWxtIjp7InJvbGUiOiJjbGVyayJ9LCJ"
    "uIjo3LCJhZG1pbiI6ZmFsc2V9.N3IaLDlt-Xu6uW7jGhu1H93NDAUu-WNZAQRAq7SaNIs";
constexpr std::string_view other_key =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImF1ZCI6WyJza"
    "G9wIiwiZGVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSIsImIiXSwicmVhbG0iOns"
    "icm9sZSI6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.UGQ7PgXC3KSLo8QNlwg-jOswmV19RadGc8EPtNlJL"
    "eY";
constexpr std::string_view critical =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImNyaXQiOlsiYjY0Il19.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0N"
    "DQ4MDAsImF1ZCI6WyJzaG9wIiwiZGVzayJdLCJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJncm91cHMiOlsiYSI"
    "sImIiXSwicmVhbG0iOnsicm9sZSI6ImNsZXJrIn0sIm4iOjcsImFkbWluIjpmYWxzZX0.51bN9a1-Dia7Hf6IDq0Wh"
    "q1ikSe3s_y5HooVyE8_l4U";
constexpr std::string_view bob =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJib2IiLCJleHAiOjQxMDI0NDQ4MDB9.022e1FjJvIwU"
    "9Vl8T-cNZhEWnUWy7Jn7N-NzZ3h0_C8";
constexpr std::string_view operator_token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJyb290IiwiZXhwIjo0MTAyNDQ0ODAwLCJzY29wZSI6I"
    "nJlYWQgZGlwdHljaDphbGwifQ.9fhwW-SXXcn6GngQ6QOy91GsyBIcDGCWkxJbFfBV9Rc";
constexpr std::string_view without_sub =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjQxMDI0NDQ4MDB9.sWsXA_2jSLVj898-a4GCxtzBXdod"
    "HLuy769ojE2Ifl4";
constexpr std::string_view end_as_text =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEiLCJleHAiOiI0MTAyNDQ0ODAwIiwiYXVkIjpbI"
    "nNob3AiLCJkZXNrIl0sImlzcyI6Imh0dHBzOi8vaWQuZXhhbXBsZSIsImdyb3VwcyI6WyJhIiwiYiJdLCJyZWFsbSI"
    "6eyJyb2xlIjoiY2xlcmsifSwibiI6NywiYWRtaW4iOmZhbHNlfQ.0HLQQfSG5pL0FCR7vBpGNjT11XX2PmSUL-GZBo"
    "wRww4";

timestamp now() { return timestamp{std::chrono::seconds{1'800'000'000}}; }

edge::jwt_verifier verifier(jwt_options how) { return edge::jwt_verifier::make(how).or_throw(); }

std::string why(edge::jwt_verifier const& with, std::string_view token) {
    auto const claims = with.verify(token, now());
    return claims ? "" : claims.error().message;
}

std::vector<std::string> values(http::pairs const& all, std::string_view name) {
    std::vector<std::string> found;
    for (auto const& [claim, value] : all)
        if (claim == name) found.push_back(value);
    return found;
}

std::string bearer(std::string_view token) {
    return "Authorization: Bearer " + std::string(token) + "\r\n";
}

}  // namespace

TEST_CASE("a token is believed if it is signed with the one algorithm, and says so") {
    auto const hs = verifier({.algorithm = "HS256", .key = secret});
    auto const rs = verifier({.algorithm = "RS256", .key = rsa_key});
    auto const es = verifier({.algorithm = "ES256", .key = ec_key});
    for (auto const& [with, token] : {std::pair{&hs, hs256}, {&rs, rs256}, {&es, es256}}) {
        auto const claims = with->verify(token, now()).or_throw();
        CHECK(values(claims, "sub") == std::vector<std::string>{"ada"});
        CHECK(values(claims, "aud") == std::vector<std::string>{"shop", "desk"});
        CHECK(values(claims, "realm.role") == std::vector<std::string>{"clerk"});
        CHECK(values(claims, "n") == std::vector<std::string>{"7"});
        CHECK(values(claims, "admin") == std::vector<std::string>{"false"});
    }
    // The algorithm is never the token's choice: a public key is no secret for HS256.
    CHECK(why(rs, key_as_secret).contains("not signed with RS256"));
    CHECK(why(rs, hs256).contains("not signed with RS256"));
    CHECK(why(es, rs256).contains("not signed with ES256"));
    CHECK(why(hs, unsigned_token).contains("not signed with HS256"));
    CHECK(why(hs, other_key).contains("signature that does not fit"));
    CHECK(why(hs, critical).contains("not signed with HS256"));
    for (auto const* const nonsense : {"", "a", "a.b", "a.b.c", "..", "e30.e30.e30", "{}.{}.{}"}) {
        CAPTURE(nonsense);
        CHECK(why(hs, nonsense) != "");
    }
    for (auto const& [with, token] : {std::pair{&hs, hs256}, {&rs, rs256}, {&es, es256}}) {
        for (std::size_t i = 0; i < token.size(); i += 7) {
            auto changed = std::string(token);
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            if (changed != token) CHECK(why(*with, changed) != "");
        }
        CHECK(why(*with, token.substr(0, token.rfind('.') + 1)) != "");
    }
}

TEST_CASE("a token is believed in its time, by whom it is for, from whom it should come") {
    auto const hs = verifier({.algorithm = "HS256", .key = secret});
    CHECK(why(hs, expired).contains("has expired"));
    CHECK(why(hs, endless).contains("'exp' is missing"));
    CHECK(why(hs, end_as_text).contains("'exp' is missing"));
    CHECK(why(hs, not_yet).contains("not valid yet"));
    CHECK(why(hs, other_audience) == "");
    jwt_options strict{
        .algorithm = "HS256", .key = secret, .audience = "desk", .issuer = "https://id.example"
    };
    CHECK(why(verifier(strict), hs256) == "");
    CHECK(why(verifier(strict), other_audience).contains("another audience"));
    CHECK(why(verifier(strict), bob).contains("another audience"));
    CHECK(why(verifier(strict), other_issuer).contains("not from 'https://id.example'"));
    auto const end = timestamp{std::chrono::seconds{4'102'444'800}};
    CHECK(hs.verify(bob, end + std::chrono::seconds{29}));
    CHECK_FALSE(hs.verify(bob, end + std::chrono::seconds{30}));
}

TEST_CASE("a key that does not fit its algorithm is refused") {
    auto const fault = [](jwt_options how) {
        auto const made = edge::jwt_verifier::make(how);
        return made ? "" : made.error().message;
    };
    CHECK(fault({.algorithm = "HS256", .key = "short"}).contains("at least 32 bytes"));
    CHECK(fault({.algorithm = "RS256", .key = secret}).contains("no public key in PEM"));
    CHECK(fault({.algorithm = "RS256", .key = ec_key}).contains("needs an RSA key"));
    CHECK(fault({.algorithm = "ES256", .key = rsa_key}).contains("curve P-256"));
    CHECK(fault({.algorithm = "none", .key = ""}).contains("HS256, RS256 and ES256"));
}

TEST_CASE("a caller with claims queries views, and sees what they allow him") {
    site_fixture of({.token = "the node's own", .jwt = {.algorithm = "HS256", .key = secret}});
    auto const own = bearer("the node's own");
    for (std::string const book : {"b1", "b2"}) {
        auto const body =
            R"({"book":")" + book + R"(","reader":")" + (book == "b1" ? "ada" : "bob") + "\"}";
        CHECK(of.post("/commands/lend", body, own).status == 201);
    }
    auto const ada = of.ask("GET", "/views/loans_of_readers", bearer(hs256));
    CHECK(ada.status == 200);
    CHECK(ada.body == R"([{"book":"b1","reader":"ada"}])");
    CHECK(ada.headers.at("vary") == "Authorization, Diptych-Version");
    CHECK(ada.headers.at("cache-control") == "private, no-cache");
    auto const other = of.ask("GET", "/views/loans_of_readers", bearer(bob));
    CHECK(other.body == R"([{"book":"b2","reader":"bob"}])");
    CHECK(other.headers.at("etag") != ada.headers.at("etag"));
    for (auto const& all : {own, bearer(operator_token)})
        CHECK(json_at(of.ask("GET", "/views/loans_of_readers", all).body, "1.book") == "b2");
    auto const nobody = of.ask("GET", "/views/loans_of_readers", bearer(without_sub));
    CHECK(nobody.status == 403);
    CHECK(json_at(nobody.body, "code") == "claim_missing");
    CHECK(of.ask("GET", "/views/loans", bearer(hs256)).status == 200);
    CHECK(of.ask("GET", "/views/loans", own).headers.at("vary") == "Diptych-Version");

    // Everything else is for whoever has the node's own token.
    for (auto const* const path : {"/events", "/streams/book-b1", "/views", "/metrics", "/"}) {
        CAPTURE(path);
        CHECK(of.ask("GET", path, bearer(hs256)).status == 403);
        CHECK(of.ask("GET", path, bearer(operator_token)).status == 200);
    }
    CHECK(of.post("/commands/lend", R"({"book":"b3","reader":"x"})", bearer(hs256)).status == 403);
    CHECK(of.post("/events", R"({"events":[]})", bearer(hs256)).status == 403);
    CHECK(of.ask("GET", "/openapi.json", bearer(hs256)).status == 200);
    CHECK(of.ask("GET", "/health", bearer(hs256)).body == R"({"status":"ready"})");
    CHECK(of.ask("GET", "/health", own).body.contains("views"));
    CHECK(of.ask("GET", "/views/loans", bearer(expired)).status == 401);
    CHECK(of.ask("GET", "/views/loans").status == 401);

    // Without tokens at all nobody has claims.
    site_fixture open;
    CHECK(open.ask("GET", "/views/loans_of_readers").status == 403);
    CHECK(open.ask("GET", "/views/loans").status == 200);
}

TEST_CASE("a live query sends a caller his rows alone, until his token ends") {
    site_fixture of({.token = "the node's own", .jwt = {.algorithm = "HS256", .key = secret}});
    auto const own = bearer("the node's own");
    auto const live = [&](auto const& token) {
        auto client = of.client();
        client.send(request_text(
            "GET", "/views/loans_of_readers", "Accept: text/event-stream\r\n" + bearer(token)
        ));
        CHECK(client.read_head().status == 200);
        CHECK(client.read_stream_to("\n\n").contains("data: []"));
        return client;
    };
    auto ada = live(hs256);
    auto other = live(bob);
    auto all = live("the node's own");
    for (std::string const book : {"b1", "b2"}) {
        auto const body =
            R"({"book":")" + book + R"(","reader":")" + (book == "b1" ? "ada" : "bob") + "\"}";
        CHECK(of.post("/commands/lend", body, own).status == 201);
    }
    CHECK(ada.read_stream_to("\n\n").contains(R"("book":"b1")"));
    CHECK(other.read_stream_to("\n\n").contains(R"("book":"b2")"));
    CHECK(all.read_stream_to("\n\n").contains(R"("book":"b1")"));
    CHECK(all.read_stream_to("\n\n").contains(R"("book":"b2")"));
    CHECK(ada.has_nothing_to_read());
    auto const nobody = of.ask(
        "GET", "/views/loans_of_readers", "Accept: text/event-stream\r\n" + bearer(without_sub)
    );
    CHECK(nobody.status == 403);
    of.wall.now_us = (4'102'444'800 + 31) * 1'000'000;  // the tokens have ended
    of.time.move_on(std::chrono::seconds{2});
    CHECK(ada.read_chunk().empty());
    CHECK(ada.is_closed_by_server());
    CHECK(all.has_nothing_to_read());
}

TEST_CASE("the application's own routes are told the claims") {
    site_fixture
        of({.jwt = {.algorithm = "HS256", .key = secret},
            .routes =
                {{.method = "GET", .pattern = "/me", .answer = [](http::request const& asked) {
                      auto const all = asked.has_all_rights ? " all" : "";
                      return http::json(200, '"' + asked.caller + all + '"');
                  }}}});
    CHECK(of.ask("GET", "/me", bearer(bob)).body == R"("sub:bob")");
    CHECK(of.ask("GET", "/me", bearer(operator_token)).body == R"("sub:root all")");
    CHECK(of.ask("GET", "/me").status == 401);
}
