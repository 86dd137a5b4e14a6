// Queries that stay open: rows, then what changes of them.
#include "edge/site_fixture.hpp"
#include "read/row_changes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

std::string live_lend(
    site_fixture const& of, std::string const& book, std::string const& reader = "ada"
) {
    auto const answer =
        of.post("/commands/lend", R"({"book":")" + book + R"(","reader":")" + reader + "\"}");
    REQUIRE(answer.status == 201);
    return json_at(answer.body, "token");
}

void live_return(site_fixture const& of, std::string const& book) {
    REQUIRE(of.post("/commands/give_back", R"({"book":")" + book + "\"}").status < 300);
}

http_client live_client(
    site_fixture const& of, std::string const& target, std::string const& last_id = {}
) {
    auto client = of.client();
    auto headers = std::string{"Accept: text/event-stream\r\n"};
    if (!last_id.empty()) headers += "Last-Event-ID: " + last_id + "\r\n";
    client.send(request_text("GET", target, headers));
    auto const head = client.read_head();
    REQUIRE(head.status == 200);
    REQUIRE(head.headers.at("content-type") == "text/event-stream");
    return client;
}

/// The id in a message.
std::string id_in(std::string const& message) {
    auto const at = message.find("id: ");
    REQUIRE(at != message.npos);
    return message.substr(at + 4, message.find('\n', at) - at - 4);
}

/// A client as the reference describes it: what came counts once its id has come.
class rows_of_client {
public:
    rows_of_client(site_fixture& of, std::string target) : of_(of), target_(std::move(target)) {
        connect();
    }

    void connect() {
        client_.emplace(live_client(of_, target_, last_id_));
        ++connects;
    }
    void leave() {
        client_->reset();
        client_.reset();
        waiting_.clear();
    }
    bool is_there() const { return client_.has_value(); }

    /// Reads until it is where the view is, waiting for heartbeats if need be.
    void come_to(std::string const& token) {
        for (int i = 0; !last_id_.starts_with(token + '@'); ++i) {
            REQUIRE(i < 1'000);
            if (client_->has_nothing_to_read())
                of_.time.move_on(1s);
            else
                take(client_->read_stream_to("\n\n"));
        }
    }

    std::string rows() const {
        std::string text = "[";
        for (auto const& one : rows_) text += (text.size() > 1 ? "," : "") + one.row;
        return text + ']';
    }
    int connects = 0;
    int resets = 0;

private:
    void take(std::string const& message) {
        waiting_.push_back(message);
        if (!message.contains("id: ")) return;
        for (auto const& one : waiting_) carry_out(one);
        waiting_.clear();
        last_id_ = id_in(message);
    }
    void carry_out(std::string const& message) {
        auto const at = message.find("data: ");
        if (at == message.npos) return;
        auto const document =
            json::parse(message.substr(at + 6, message.find('\n', at) - at - 6)).or_throw();
        auto const data = document.root();
        auto const raw = [](json::value from, std::string_view name) {
            return std::string(from.at(name)->raw());
        };
        if (message.contains("event: reset")) {
            ++resets;
        } else if (message.contains("event: snapshot")) {
            rows_.clear();
            for (auto const one : data.elements())
                rows_.push_back({.key = raw(one, "key"), .row = raw(one, "row")});
        } else {
            std::erase_if(rows_, [&](auto const& one) { return one.key == raw(data, "key"); });
            if (message.contains("event: leave")) return;
            auto const index = std::stoll(raw(data, "index"));
            REQUIRE(index <= std::ssize(rows_));
            rows_.insert(rows_.begin() + index, {.key = raw(data, "key"), .row = raw(data, "row")});
        }
    }

    site_fixture& of_;
    std::string target_;
    std::optional<http_client> client_;
    std::string last_id_;
    std::vector<std::string> waiting_;
    std::vector<read::keyed_row> rows_;
};

}  // namespace

TEST_CASE("a live query sends the rows, and then those that enter, change and leave") {
    site_fixture of;
    live_lend(of, "b1");
    of.views.step("readers").or_throw();
    auto loans = live_client(of, "/views/loans?reader=eq.ada&select=reader&limit=2");
    auto const first = loans.read_stream_to("\n\n");
    CHECK(first.starts_with("id: 1.1@"));
    CHECK(first.contains("event: snapshot\n"));
    CHECK(first.contains(R"(data: [{"key":{"book":"b1"},"row":{"reader":"ada"}}])"));

    auto readers = live_client(of, "/views/readers");
    readers.read_stream_to("\n\n");
    live_lend(of, "b0");
    auto const enter = loans.read_stream_to("\n\n");
    CHECK(enter.starts_with("event: enter\n"));
    CHECK(enter.contains(R"(data: {"index":0,"key":{"book":"b0"},"row":{"reader":"ada"}})"));
    CHECK(id_in(enter).starts_with("1.2@"));
    CHECK(readers.has_nothing_to_read());
    while (of.views.step("readers").or_throw()) {
    }
    auto const change = readers.read_stream_to("\n\n");
    CHECK(change.starts_with("event: change\n"));
    CHECK(change.contains(R"("row":{"reader":"ada","books":2}})"));

    live_lend(of, "x", "bob");  // does not match
    live_return(of, "b0");
    auto const leave = loans.read_stream_to("\n\n");
    CHECK(leave.starts_with("event: leave\ndata: {\"key\":{\"book\":\"b0\"}}\n"));
}

TEST_CASE("a row that is pushed out of a live query's limit leaves, and comes back") {
    site_fixture of;
    live_lend(of, "b2");
    auto one = live_client(of, "/views/loans?limit=1");
    one.read_stream_to("\n\n");
    live_lend(of, "b1");
    CHECK(one.read_stream_to("\n\n") == "event: leave\ndata: {\"key\":{\"book\":\"b2\"}}\n\n");
    CHECK(one.read_stream_to("\n\n").contains(R"({"index":0,"key":{"book":"b1"})"));
    live_return(of, "b1");
    CHECK(one.read_stream_to("\n\n") == "event: leave\ndata: {\"key\":{\"book\":\"b1\"}}\n\n");
    CHECK(one.read_stream_to("\n\n").contains(R"({"index":0,"key":{"book":"b2"})"));
}

TEST_CASE("a reader of a live query goes on where he was, or is told to begin again") {
    site_fixture of;
    live_lend(of, "b1");
    std::string seen;
    {
        auto client = live_client(of, "/views/loans");
        seen = id_in(client.read_stream_to("\n\n"));
    }
    live_lend(of, "b2");  // nobody is there, and it is not forgotten
    std::string second;
    {
        auto client = live_client(of, "/views/loans", seen);
        auto const missed = client.read_stream_to("\n\n");
        CHECK(missed.starts_with("event: enter\n"));
        second = id_in(missed);
        auto nothing_new = live_client(of, "/views/loans", second);
        CHECK(
            nothing_new.read_stream_to("\n\n") == ": nothing has changed\nid: " + second + "\n\n"
        );
        // More than is kept.
        for (auto const* const book : {"b3", "b4"}) {
            live_lend(of, book, std::string(100'000, 'r'));
            client.read_stream_to("\n\n");
        }
    }
    for (auto const& beyond : {seen, second, std::string{"1.4@00000000"}, std::string{"1.4"}}) {
        auto client = live_client(of, "/views/loans", beyond);
        CHECK(client.read_stream_to("\n\n") == "event: reset\ndata: {}\n\n");
        CHECK(client.read_stream_to("\n\n").contains("event: snapshot\n"));
    }
}

TEST_CASE("rows and changes together are what the query answers, whoever comes and goes") {
    site_fixture of({.heartbeat = 1ms});
    std::mt19937 random(4);
    std::vector<std::string> const targets{
        "/views/loans?order=reader.desc&limit=4",
        "/views/loans?reader=gte.r2&select=reader",
        "/views/loans",
        "/views/readers",
    };
    live_lend(of, "0");
    std::vector<std::unique_ptr<rows_of_client>> clients;
    for (auto const& one : targets) clients.push_back(std::make_unique<rows_of_client>(of, one));
    std::vector<bool> away(10);
    away[0] = true;
    for (int round = 0; round < 60; ++round) {
        for (auto n = random() % 6; n > 0; --n) {
            auto const book = random() % away.size();
            if (away[book])
                live_return(of, std::to_string(book));
            else
                live_lend(of, std::to_string(book), "r" + std::to_string(random() % 5));
            away[book] = !away[book];
            if (random() % 2 == 0) of.views.step("readers").or_throw();
        }
        while (of.views.step("readers").or_throw()) {
        }
        for (std::size_t i = 0; i < targets.size(); ++i) {
            auto& one = *clients[i];
            if (one.is_there() && random() % 4 == 0) one.leave();
            if (!one.is_there() && random() % 2 == 0) one.connect();
            if (!one.is_there()) continue;
            CAPTURE(targets[i]);
            CAPTURE(round);
            auto const answer = of.ask("GET", targets[i]);
            one.come_to(answer.headers.at("diptych-token"));
            REQUIRE(one.rows() == answer.body);
        }
    }
    for (auto const& one : clients) {
        CHECK(one->connects > 5);
        CHECK(one->resets <= one->connects / 2);  // after a minute without readers all is forgotten
    }
}

TEST_CASE("any list of rows becomes any other by its changes, and what stays is not named") {
    std::mt19937 random(7);
    auto const some = [&] {
        std::vector<read::keyed_row> rows;
        for (char key = 'a'; key < 'k'; ++key)
            if (random() % 3 != 0)
                rows.push_back({.key = {key}, .row = std::to_string(random() % 2)});
        std::ranges::shuffle(rows, random);
        return rows;
    };
    for (int i = 0; i < 2'000; ++i) {
        auto const before = some();
        auto const after = some();
        auto list = before;
        for (auto const& [how, index, row] : read::row_changes(before, after)) {
            auto const gone =
                std::erase_if(list, [&](auto const& one) { return one.key == row->key; });
            REQUIRE(gone == (how == read::row_change_kind::enter ? 0 : 1));
            REQUIRE(index <= list.size());
            if (how != read::row_change_kind::leave)
                list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), *row);
        }
        REQUIRE(std::ranges::equal(list, after, [](auto const& a, auto const& b) {
            return a.key == b.key && a.row == b.row;
        }));
    }
    std::vector<read::keyed_row> const before{{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}};
    std::vector<read::keyed_row> const after{{"b", "1"}, {"c", "1"}, {"d", "1"}, {"a", "2"}};
    auto const changes = read::row_changes(before, after);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].index == 3);
}

TEST_CASE("a slow reader of a live query loses his stream, and nobody else does") {
    site_fixture of;
    auto slow = live_client(of, "/views/loans");
    auto quick = live_client(of, "/views/loans");
    quick.read_stream_to("\n\n");
    std::string const large(400'000, 'r');
    for (int i = 0; i < 40; ++i) {  // 16 MB: more than sockets buffer
        live_lend(of, "b1", large);
        CHECK(quick.read_stream_to("\n\n").starts_with("event: enter\n"));
        live_return(of, "b1");
        CHECK(quick.read_stream_to("\n\n").starts_with("event: leave\n"));
    }
    CHECK(slow.is_closed_by_server());
    live_lend(of, "b2");
    CHECK(quick.read_stream_to("\n\n").starts_with("event: enter\n"));
}

TEST_CASE("readers of a live query begin again when another version of the view is served") {
    site_fixture of;
    live_lend(of, "b1");
    while (of.views.step("readers").or_throw()) {
    }
    auto client = live_client(of, "/views/readers");
    auto const old = id_in(client.read_stream_to("\n\n"));
    std::string text = lending::readers_view;
    text.replace(text.find("(:reader, 1)"), 12, "(:reader, 10)");
    REQUIRE(of.ask("PUT", "/views/readers", {}, text).status == 202);
    while (of.views.build_step().or_throw()) {
    }
    CHECK(client.read_stream_to("\n\n") == "event: reset\ndata: {}\n\n");
    auto const rows = client.read_stream_to("\n\n");
    CHECK(rows.contains(R"("row":{"reader":"ada","books":10}})"));
    // The same position, but rows of another version.
    CHECK(id_in(rows) != old);
    auto late = live_client(of, "/views/readers", old);
    CHECK(late.read_stream_to("\n\n") == "event: reset\ndata: {}\n\n");
}

TEST_CASE("what is wrong with a live query is answered before it begins") {
    site_fixture of({.live_queries_max = 1});
    auto const ask = [&](std::string const& target) {
        return of.ask("GET", target, "Accept: text/event-stream\r\n");
    };
    for (auto const* const bad :
         {"colour=eq.red", "page=2", "cursor=abc", "limit=1001", "at_least=1.99"}) {
        CAPTURE(bad);
        CHECK(ask(std::string{"/views/loans?"} + bad).status == 400);
    }
    CHECK(ask("/views/loan").status == 404);
    for (auto const* const book : {"b1", "b2"}) live_lend(of, book, std::string(300'000, 'r'));
    CHECK(json_at(ask("/views/loans").body, "code") == "live_query_too_big");
    auto const first = live_client(of, "/views/loans?limit=1");
    auto const same = live_client(of, "/views/loans?limit=1");
    auto const other = ask("/views/readers");
    CHECK(other.status == 503);
    CHECK(json_at(other.body, "code") == "too_many_live_queries");
}

TEST_CASE("a live query waits until the view shows its token") {
    site_fixture of;
    auto const token = live_lend(of, "b1");
    auto client = of.client();
    client.send(
        request_text("GET", "/views/readers?at_least=" + token, "Accept: text/event-stream\r\n")
    );
    CHECK(of.ask("GET", "/views/readers").body == "[]");
    CHECK(client.has_nothing_to_read());
    of.views.step("readers").or_throw();
    CHECK(client.read_head().status == 200);
    CHECK(client.read_stream_to("\n\n").contains(R"("books":1)"));
}

TEST_CASE("heartbeats of a live query say how far the view is, also of one that stands still") {
    site_fixture of;
    live_lend(of, "b1");
    auto client = live_client(of, "/views/loans?reader=eq.nobody");
    client.read_stream_to("\n\n");
    live_lend(of, "b2");  // nothing for this reader
    std::string id;
    for (int i = 0; i < 1'000 && !id.starts_with("1.2@"); ++i) {
        of.time.move_on(16s);
        if (!client.has_nothing_to_read()) id = id_in(client.read_stream_to("\n\n"));
    }
    CHECK(id.starts_with("1.2@"));
    auto still = live_client(of, "/views/readers");
    still.read_stream_to("\n\n");
    of.time.move_on(16s);
    CHECK(still.read_stream_to("\n\n").starts_with(": heartbeat\nid: 1.0@"));
}

TEST_CASE("stopping ends live queries") {
    site_fixture of;
    auto client = live_client(of, "/views/loans");
    client.read_stream_to("\n\n");
    std::jthread const stopper([&] { of.site.stop(); });
    CHECK(client.read_chunk().empty());
    CHECK(client.is_closed_by_server());
}
