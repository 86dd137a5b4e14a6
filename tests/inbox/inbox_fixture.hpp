/// @file
/// An inbox over a log in memory that survives a restart, stepped by hand.
#pragma once

#include "inbox/sources.hpp"
#include "read/log_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// A source file: its name and its text.
struct source_text {
    std::string name;
    std::string text;
};

/// A message as JSON.
struct posted {
    std::string id;
    std::string stream;
    std::uint64_t version = 0;
    std::string type = "changed";
    std::string data = "{}";
    std::string occurred_at = {};

    std::string json() const {
        auto text = R"({"message_id":")" + id + R"(","stream":")" + stream + '"';
        if (version > 0) text += R"(,"version":)" + std::to_string(version);
        text += R"(,"type":")" + type + R"(","data":)" + data;
        if (!occurred_at.empty()) text += R"(,"occurred_at":")" + occurred_at + '"';
        return text + '}';
    }
};

struct inbox_fixture : read::log_fixture {
    explicit inbox_fixture(std::vector<source_text> files) : files_(std::move(files)) { start(); }
    ~inbox_fixture() { drain(); }

    /// Drops all that is in memory and opens again on what was stored.
    void restart() {
        drain();
        crash();
    }

    /// As restart(), but what was proposed and not committed is gone.
    void crash() {
        log->close().or_throw();
        run_errands();
        sources.reset();
        reopen();
        start();
    }

    /// As restart(), and from now on each proposal is committed on its own.
    void commit_one_by_one() {
        restart();
        sources.reset();
        log.reset();
        log = log::sequenced_log::open(
                  std::make_unique<log::memory::memory_engine>(kept), time, random, {.group_max = 1}
        )
                  .or_throw();
        start();
    }

    void declare(std::vector<source_text> files) { files_ = std::move(files); }

    /// Commits what was proposed, and does what follows from it, until nothing is left.
    void drain() {
        if (!sources) return;
        for (auto more = true; more;) {
            more = log->commit_step();
            more = run_errands() || more;
        }
    }

    /// As drain(), and lets pass what can.
    void settle() {
        drain();
        for (auto before = log->end().position.value + 1; before != log->end().position.value;) {
            before = log->end().position.value;
            for (auto* const one : sources->all()) {
                while (one->step().or_throw()) drain();
                drain();
            }
        }
    }

    bool run_errands() {
        auto const any = !errands.empty();
        while (!errands.empty()) {
            auto next = std::move(errands.front());
            errands.pop_front();
            next();
        }
        return any;
    }

    source_inbox& of(std::string_view name) { return *sources->find(name).or_throw(); }

    /// Hands messages in; their answers come when they are committed.
    std::shared_ptr<std::optional<std::vector<result<answer>>>> hand_in(
        std::string_view source, std::vector<posted> const& all
    ) {
        std::string body = "[";
        for (auto const& one : all) body.append(body.size() > 1 ? "," : "").append(one.json());
        body += ']';
        auto parcel =
            parse_parcel(of(source).of(), body, sources->is_declared(), correlation).or_throw();
        auto said = std::make_shared<std::optional<std::vector<result<answer>>>>();
        of(source).receive(std::move(parcel.messages), [said](std::vector<result<answer>> answers) {
            *said = std::move(answers);
        });
        return said;
    }

    result<answer> send(std::string_view source, posted const& one) {
        time.advance(std::chrono::milliseconds{1});
        auto const said = hand_in(source, {one});
        drain();
        REQUIRE(said->has_value());
        return (**said)[0];
    }

    /// The verdict's name, or the error's code.
    std::string verdict_on(std::string_view source, posted const& one) {
        auto const said = send(source, one);
        return said ? std::string(to_string(said->verdict)) : said.error().code;
    }

    result<answer> operate(std::string_view source, std::string const& id, bool drop) {
        result<answer> said;
        auto const take = [&said](std::vector<result<answer>> answers) { said = answers.at(0); };
        if (drop)
            of(source).drop(id, take);
        else
            of(source).retry(id, take);
        drain();
        return said;
    }

    /// What is recorded, by message id (or type, where there is none).
    std::vector<std::string> recorded(
        std::string const& category = {}, bool engine_events = false
    ) {
        std::vector<std::string> all;
        auto const page = log->read({.what = {.category = category, .engine_events = engine_events},
                                     .limit = 10'000})
                              .or_throw();
        for (auto const& event : page) {
            auto const metadata = json::parse(std::string(event.metadata)).or_throw();
            auto const id = metadata.root().find("message_id");
            auto const is_plain = id && !is_engine_type(event.type);
            all.emplace_back(is_plain ? std::string(id->text()) : std::string(event.type));
        }
        return all;
    }

    std::vector<std::string> waiting(std::string_view source, bool dead = false) {
        std::vector<std::string> all;
        for (auto const& one : of(source).page(dead, {}, 1'000))
            all.push_back(one.id + ": " + one.why);
        return all;
    }

    std::string correlation = {};
    source_options options = {};
    std::deque<task> errands;
    std::unique_ptr<inbox::sources> sources;

private:
    void start() {
        options.elsewhere = [this](task what) { errands.push_back(std::move(what)); };
        sources = std::make_unique<inbox::sources>(*log, time, options, [](std::string_view type) {
            return type.starts_with("shop.");
        });
        for (auto const& [name, text] : files_) sources->add(name + ".toml", text).or_throw();
    }

    std::vector<source_text> files_;
};

using texts = std::vector<std::string>;

}  // namespace diptych::inbox
