/// @file
/// A whole site over a log in memory: two commands, an inline and an async view, a process, two
/// sources of messages and a channel.
#pragma once

#include "app/errands.hpp"
#include "edge/client.hpp"
#include "edge/fixture.hpp"
#include "edge/site.hpp"
#include "inbox/sources.hpp"
#include "log/memory/memory_engine.hpp"
#include "outbox/channel_set.hpp"
#include "temporary_folder.hpp"
#include "write/process/process_runner.hpp"

#include <diptych/clock.hpp>
#include <diptych/context.hpp>
#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

namespace lending {

using book_id = diptych::id<"book">;

struct lent {
    book_id book;
    std::string reader;
};
struct returned {
    book_id book;
};

struct repaired {
    book_id book;
    int cost;
    std::map<std::string, int> hours;  // by name
};

enum class refusal { already_lent };

struct shelf {
    using of = book_id;
    bool away = false;
    void evolve(lent const&) { away = true; }
    void evolve(returned const&) { away = false; }
};

struct lend {
    book_id book;
    std::string reader;
    using refusals = refusal;
    static constexpr auto location = "/views/loans?book=eq.{book}";
    diptych::decision<lent> decide(shelf const& s) const {
        if (s.away) return diptych::refuse(refusal::already_lent, book.value + " is away");
        return lent{.book = book, .reader = reader};
    }
};

struct give_back {
    book_id book;
    diptych::decision<returned> decide(shelf const& s) const {
        if (book.value == "cursed") throw std::out_of_range("nobody touches it");
        if (!s.away) return diptych::no_events;
        return returned{.book = book};
    }
};

using library = diptych::context<diptych::commands<lend, give_back>, diptych::events<repaired>>;

struct fetching {
    using of = book_id;
    diptych::reaction react(lent const& e) const {
        if (e.reader == "nobody") throw std::out_of_range("reader");
        if (e.reader != "thief") return {};
        return give_back{.book = e.book};
    }
};

struct desk : diptych::context<diptych::events<lent>, diptych::processes<fetching>> {
    static constexpr auto name = "lending";
};

inline constexpr auto loans_view = R"sql(
-- @view loans inline
create table loans (book text primary key, reader text not null);
-- @on lent
insert into loans (book, reader) values (:book, :reader);
-- @on returned
delete from loans where book = :book;
-- @serve filter reader sort reader
)sql";

// Another program's events, which no context here declares.
inline constexpr auto takings_view = R"sql(
-- @view takings inline
-- @event till.paid (receipt integer, amount decimal(2), details json)
create table takings (receipt integer primary key, amount decimal(2) not null, details json);
-- @on till.paid
insert into takings values (:receipt, :amount, :details);
-- @serve filter details->>*, details->>stars integer  sort details->>stars  cache 1m
)sql";

inline constexpr auto loans_of_readers_view = R"sql(
-- @view loans_of_readers inline
create table loans_of_readers (book text primary key, reader text not null);
-- @on lent
insert into loans_of_readers (book, reader) values (:book, :reader);
-- @on returned
delete from loans_of_readers where book = :book;
-- @allow reader = :claim.sub
)sql";

inline constexpr auto readers_view = R"sql(
-- @view readers async
create table readers (reader text primary key, books integer not null);
-- @on lent
insert into readers values (:reader, 1) on conflict (reader) do update set books = books + 1;
-- @serve filter reader sort reader
)sql";

}  // namespace lending

namespace diptych::testing {

/// Stands until a test moves it.
class still_clock final : public clock {
public:
    timestamp now() override { return timestamp{std::chrono::microseconds{now_us.load()}}; }

    std::atomic<std::int64_t> now_us = 1'785'000'000'000'000;
};

/// Runs the commit step whenever there is something to commit.
class committing {
public:
    explicit committing(log::sequenced_log& log) : log_(log) {
        log.on_work([this] { ring(); });
        thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
    }
    ~committing() {
        thread_.request_stop();
        ring();
        thread_.join();
        log_.on_work({});
    }
    committing(committing const&) = delete;
    committing& operator=(committing const&) = delete;

private:
    void ring() {
        std::lock_guard const lock(mutex_);
        rung_ = true;
        bell_.notify_one();
    }
    void run(std::stop_token const& stop) {
        while (!stop.stop_requested()) {
            while (log_.commit_step()) {
            }
            std::unique_lock lock(mutex_);
            bell_.wait(lock, [this] { return rung_; });
            rung_ = false;
        }
    }

    log::sequenced_log& log_;
    std::mutex mutex_;
    std::condition_variable bell_;
    bool rung_ = false;
    std::jthread thread_;
};

/// Runs errands on a thread of its own.
class running {
public:
    ~running() { errands.on_work({}); }

    app::errands errands;

private:
    std::mutex mutex_;
    std::condition_variable_any bell_;
    bool rung_ = false;
    std::jthread thread_{[this](std::stop_token const& stop) {
        errands.on_work([this] {
            std::lock_guard const lock(mutex_);
            rung_ = true;
            bell_.notify_one();
        });
        while (!stop.stop_requested()) {
            while (errands.step()) {
            }
            std::unique_lock lock(mutex_);
            bell_.wait(lock, stop, [this] { return rung_; });
            rung_ = false;
        }
    }};
};

/// Says of each message what a test wants it to.
class obedient_transport final : public outbox::transport {
public:
    explicit obedient_transport(std::atomic<outbox::fate> const& says) : says_(says) {}
    void send(std::uint64_t ticket, outbox::message const&) override {
        told_.push_back({.ticket = ticket, .what = says_, .why = "the test says so"});
    }
    std::vector<outbox::told> answers() override { return std::exchange(told_, {}); }

private:
    std::atomic<outbox::fate> const& says_;
    std::vector<outbox::told> told_;
};

inline std::atomic<outbox::fate> receiver_says = outbox::fate::delivered;

inline outbox::scheme obedient_scheme() {
    return {
        .name = "test",
        .check = [](outbox::declaration const&) -> result<void> { return {}; },
        .open = [](outbox::declaration const&,
                   endpoint::surroundings const&) -> result<std::unique_ptr<outbox::transport>> {
            return std::make_unique<obedient_transport>(receiver_says);
        }
    };
}

/// See the file comment. The async view, the process, inbox and channel move only when a test steps
/// them.
struct site_fixture {
    explicit site_fixture(
        edge::site_options options = {},
        std::unique_ptr<log::engine> on = std::make_unique<log::memory::memory_engine>(log_id()),
        int attempts_max = 5
    )
        : log(log::sequenced_log::open(std::move(on), system_clock(), system_random()).or_throw()),
          committer(std::make_unique<committing>(*log)),
          commands(*log, system_clock(), system_random()),
          views(
              *log,
              folder.path(),
              system_clock(),
              {.events = context_model<lending::library>().events, .attempts_max = attempts_max}
          ),
          fetching(
              context_model<lending::desk>().processes[0],
              *log,
              commands,
              process_time,
              system_random()
          ),
          queue(*log, commands, wall, system_random(), {.outside = {"printing.print"}}),
          messages(
              *log,
              wall,
              {.elsewhere = [this](inbox::task what) { runner.errands.add(std::move(what)); }},
              [](std::string_view type) { return type == "lending.lent"; }
          ),
          channels(
              *log,
              wall,
              system_random(),
              {obedient_scheme()},
              {.disk = storage::system_disk(), .folder = {}, .time = wall, .environment = {}}
          ),
          site(
              {.log = *log,
               .commands = commands,
               .views = views,
               .time = wall,
               .processes = {{"lending.fetching", &fetching}},
               .put_view = [this](
                               auto name, auto text, bool by_itself
                           ) { return put_view(name, text, by_itself); },
               .inbox = &messages,
               .outbox = &channels,
               .queue = &queue},
              local(std::move(options))
          ) {
        commands.add(context_model<lending::library>()).or_throw();
        views.add_text("loans.sql", lending::loans_view).or_throw();
        views.add_text("readers.sql", lending::readers_view).or_throw();
        views.add_text("takings.sql", lending::takings_view).or_throw();
        views.add_text("loans_of_readers.sql", lending::loans_of_readers_view).or_throw();
        views.start().or_throw();
        messages.add("shop.toml", "mode = 'resequence'\nwait_max = '10s'\nheld_max = 5").or_throw();
        messages.add("till.toml", "mode = 'tolerant'\nids.receipt = 'receipt'").or_throw();
        channels.add("loans.toml", "to = 'test:'\non_refused = 'park'\nattempts_max = 1")
            .or_throw();
        site.start().or_throw();
    }
    ~site_fixture() { site.stop(); }

    static uuid log_id() {
        uuid id;
        id.bytes[0] = 1;
        return id;
    }

    http_client client() const { return http_client(site.port()); }

    /// Asks on a connection of its own.
    http_answer ask(
        std::string_view method,
        std::string_view target,
        std::string_view headers = {},
        std::optional<std::string_view> body = {}
    ) const {
        return client().ask(method, target, headers, body);
    }
    http_answer post(std::string_view target, std::string_view body, std::string_view headers = {})
        const {
        return ask("POST", target, headers, body);
    }

    hand_clock time;
    still_clock wall;  // what bearer tokens are held against
    temporary_folder folder;
    std::unique_ptr<log::sequenced_log> log;
    std::unique_ptr<committing> committer;
    write::executor commands;
    read::view_set views;
    still_clock process_time;
    write::process_runner fetching;
    write::command_queue queue;
    running runner;
    inbox::sources messages;
    outbox::channel_set channels;
    edge::site site;

private:
    result<read::offered> put_view(std::string_view name, std::string_view text, bool by_itself) {
        auto const file = std::string{name} + ".sql";
        auto const of = views.check_text(file, text);
        if (!of) return std::unexpected(of.error());
        if (*of != name) return fail(errc::invalid, "other_view", "it is of view " + *of);
        return views.offer(file, text, by_itself);
    }
    edge::site_options local(edge::site_options options) {
        options.server.address = "127.0.0.1:0";
        options.server.now = [this] { return time.now(); };
        options.server.tick = std::chrono::milliseconds{5};
        return options;
    }
};

/// A value in a JSON text by its path ("events.0.type"), as it is written; empty if it is not
/// there.
inline std::string json_at(std::string const& json, std::string_view path) {
    auto const document = json::parse(json);
    REQUIRE_MESSAGE(document.has_value(), json);
    auto const found = document->root().at(path);
    if (!found) return {};
    return std::string(found->kind() == json::kind::text ? found->text() : found->raw());
}

/// Whether no two members of a JSON object have one name.
inline bool has_each_member_once(std::string const& json) {
    auto const document = json::parse(json);
    REQUIRE_MESSAGE(document.has_value(), json);
    std::set<std::string, std::less<>> names;
    for (auto const& [name, value] : document->root().members())
        if (!names.emplace(name).second) return false;
    return true;
}

}  // namespace diptych::testing
