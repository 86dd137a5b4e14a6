/// @file
/// Contract: views that are updated in the commit step.
#pragma once

#include "contract/contract_log.hpp"

#include <algorithm>
#include <functional>

namespace diptych::contract {

/// Keeps the data of all events in a vector, each at most once.
class unique_data final : public log::inline_view {
public:
    explicit unique_data(std::string name) : name_(std::move(name)) {}

    std::string_view name() const override { return name_; }
    result<void> apply(std::span<recorded_event const> events) override {
        savepoint_ = rows;
        ++applied;
        if (breaks) return fail(breaks_as, "disk_full", "no space left");
        for (auto const& one : events) {
            std::string const data(one.data);
            if (std::ranges::find(rows, data) != rows.end()) {
                rows = savepoint_;
                return fail(errc::refused, "unique", data + " is there already");
            }
            rows.push_back(data);
        }
        return {};
    }
    void keep() override { ++kept; }
    void drop() override { rows = savepoint_; }
    result<void> commit(log::log_end const& checkpoint) override {
        if (on_commit) on_commit();
        if (commit_fails) return fail(errc::unavailable, "no space left");
        committed = rows;
        at = checkpoint;
        return {};
    }
    void abandon() override { rows = committed; }

    std::vector<std::string> rows;
    std::vector<std::string> committed;
    log::log_end at;
    int applied = 0;
    int kept = 0;
    std::function<void()> on_commit;
    bool breaks = false;
    errc breaks_as = errc::unavailable;
    bool commit_fails = false;

private:
    std::string name_;
    std::vector<std::string> savepoint_;
};

template <class Fixture>
std::shared_ptr<unique_data> attached(opened<Fixture>& log, std::string name) {
    auto view = std::make_shared<unique_data>(std::move(name));
    log->attach(view, log->end().position).or_throw();
    return view;
}

inline event_data datum(std::string const& data) { return event("a-1", "made", {}, data); }

TEST_CASE_TEMPLATE_DEFINE("an inline view shows an append before it is answered", Fixture, shown) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    log->append({.events = {datum("1"), datum("2")}}, [&](result<appended> const& answer) {
        CHECK(answer);
        CHECK(view->committed == std::vector<std::string>{"1", "2"});
    });
    CHECK(log->commit_step());
    CHECK(view->at.position == position{2});
    CHECK(view->at.chain == log->chain_at(position{2}).or_throw());
    CHECK(view->kept == 1);
    log.append({}).or_throw();
    CHECK(view->applied == 1);  // nothing to show
}

TEST_CASE_TEMPLATE_DEFINE(
    "a group is published, then its views commit, then it is answered", Fixture, in_order
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    answers got;
    auto commits = 0;
    view->on_commit = [&] {
        ++commits;
        CHECK(log->end().position == position{1});
        CHECK(log->read({}).or_throw().size() == 1);
        CHECK(got.count() == 0);
    };
    log->append({.events = {datum("1")}}, got.as(0));
    log->append({.expect = {{"a-1", expected_version::no_stream()}}}, got.as(1));
    CHECK(log->commit_step());
    CHECK(commits == 1);
    CHECK(got.count() == 2);
}

TEST_CASE_TEMPLATE_DEFINE(
    "a view's constraint refuses one append and leaves no trace of it", Fixture, refuses
) {
    opened<Fixture> log;
    auto const first = attached(log, "first");
    auto const second = attached(log, "second");
    second->rows = second->committed = {"9"};
    answers got;
    log->append({.events = {datum("1")}}, got.as(0));
    log->append({.events = {datum("8"), datum("9")}, .command = key_of("c1")}, got.as(1));
    log->append({.events = {datum("2")}}, got.as(2));
    CHECK(log->commit_step());
    CHECK(got.of(1).error().kind == errc::refused);
    CHECK(got.of(1).error().code == "unique");
    CHECK(got.of(0)->first == position{1});
    CHECK(got.of(2)->first == position{2});
    CHECK(got.of(2)->versions.at("a-1") == version{2});
    CHECK(first->committed == std::vector<std::string>{"1", "2"});
    CHECK(second->committed == std::vector<std::string>{"9", "1", "2"});
    CHECK(log->read({}).or_throw().size() == 2);
    CHECK(log->stream_version("a-1").or_throw() == version{2});
    CHECK(log->statistics().refused == 1);
    CHECK(log->verify({}));
    second->rows = second->committed = {};
    CHECK(
        log->append({.events = {datum("9")}, .command = key_of("c1")}).or_throw().first ==
        position{3}
    );
}

TEST_CASE_TEMPLATE_DEFINE(
    "a view's own trouble is no refusal of the append, which may be tried again", Fixture, trouble
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    view->breaks = true;
    auto const answer = log.append({datum("1")});
    REQUIRE(!answer);
    CHECK(answer.error().kind == errc::unavailable);
    CHECK(answer.error().code == "disk_full");
    CHECK(log->end() == token{});
    view->breaks = false;
    CHECK(log.append({datum("1")}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "what a view breaks down with is its own, whatever it calls it", Fixture, breaks_down
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    view->breaks = true;
    for (auto const kind : {errc::conflict, errc::invalid, errc::failed, errc::unavailable}) {
        view->breaks_as = kind;
        auto const answer = log.append({event("a-1", "made")});
        REQUIRE(!answer);
        CHECK(
            answer.error().kind == (kind == errc::unavailable ? errc::unavailable : errc::failed)
        );
        CHECK(answer.error().message == "view v: no space left");
    }
    CHECK(log->end() == token{});
}

TEST_CASE_TEMPLATE_DEFINE("a view is attached nowhere but where the log ends", Fixture, at_end) {
    opened<Fixture> log;
    log.append({event("a-1", "made", {}, "1")}).or_throw();
    auto const view = std::make_shared<unique_data>("v");
    for (auto const wrong : {position{0}, position{2}})
        CHECK(log->attach(view, wrong).error().code == "log_moved_on");
    log.append({event("a-1", "made", {}, "2")}).or_throw();
    CHECK(view->applied == 0);
}

TEST_CASE_TEMPLATE_DEFINE(
    "a view that can not commit is detached, and appends wait for it", Fixture, detaches
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    auto const other = attached(log, "other");
    view->commit_fails = true;
    answers got;
    log->append({.events = {datum("1")}}, got.as(0));
    log->append({}, got.as(1));
    CHECK(log->commit_step());
    CHECK(got.of(0)->view_behind);
    CHECK(got.of(0)->first == position{1});
    CHECK_FALSE(got.of(1)->view_behind);
    CHECK(other->committed.size() == 1);
    CHECK(log->detached_views() == std::vector<std::string>{"v"});
    auto const refused = log.append({datum("2")});
    REQUIRE(!refused);
    CHECK(refused.error().kind == errc::unavailable);
    CHECK(refused.error().code == "view_behind");
    CHECK(log->read({}).or_throw().size() == 1);
    view->commit_fails = false;
    CHECK(log->attach(view, position{0}).error().kind == errc::conflict);
    CHECK(log->attach(view, position{1}));
    CHECK(log->detached_views().empty());
    CHECK_FALSE(log.append({datum("2")}).or_throw().view_behind);
    CHECK(view->committed.back() == "2");
}

TEST_CASE_TEMPLATE_DEFINE(
    "a view that has broken down is detached by a group that records nothing, too",
    Fixture,
    detaches_empty
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    int hints = 0;
    auto const kept = log->on_more([&] { ++hints; });
    view->breaks = view->commit_fails = true;
    CHECK(log->append({.events = {datum("1")}}).error().code == "disk_full");
    CHECK(log->detached_views() == std::vector<std::string>{"v"});
    CHECK(hints == 1);  // whoever catches it up hears of it
    CHECK(log->append({}).error().code == "view_behind");
    view->breaks = view->commit_fails = false;
    log->attach(view, position{0}).or_throw();
    CHECK(log->append({.events = {datum("1")}}).or_throw().first == position{1});

    view->commit_fails = true;
    CHECK_FALSE(log->append({.command = key_of("c1")}).or_throw().view_behind);
    CHECK(log->detached_views() == std::vector<std::string>{"v"});
}

TEST_CASE_TEMPLATE_DEFINE(
    "appends that wait when a view falls behind are unavailable", Fixture, detaches_queue
) {
    opened<Fixture> log({.group_max = 1});
    auto const view = attached(log, "v");
    view->commit_fails = true;
    answers got;
    for (int i = 0; i < 2; ++i) log->append({.events = {datum(std::to_string(i))}}, got.as(i));
    CHECK(log->commit_step());
    CHECK(log->commit_step());
    CHECK(got.of(0)->view_behind);
    CHECK(got.of(1).error().code == "view_behind");
}

TEST_CASE_TEMPLATE_DEFINE(
    "a view taken out takes no more part and holds nobody up", Fixture, taken_out
) {
    opened<Fixture> log;
    auto const view = attached(log, "v");
    log->detach("v");
    log.append({datum("1")}).or_throw();
    CHECK(view->applied == 0);
    auto const again = attached(log, "v");
    auto const replaced = attached(log, "v");
    replaced->commit_fails = true;
    log.append({datum("2")}).or_throw();
    CHECK(again->applied == 0);
    log->detach("v");
    CHECK(log->detached_views().empty());
    CHECK(log.append({datum("3")}));
}

#define DIPTYCH_INLINE_VIEWS_CONTRACT(...)                  \
    TEST_CASE_TEMPLATE_INVOKE(shown, __VA_ARGS__);          \
    TEST_CASE_TEMPLATE_INVOKE(in_order, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(refuses, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(trouble, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(breaks_down, __VA_ARGS__);    \
    TEST_CASE_TEMPLATE_INVOKE(at_end, __VA_ARGS__);         \
    TEST_CASE_TEMPLATE_INVOKE(detaches, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(detaches_empty, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(detaches_queue, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(taken_out, __VA_ARGS__)

}  // namespace diptych::contract
