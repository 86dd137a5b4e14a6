/// @file
/// A view that fails on some events, and what it has parked.
#pragma once

#include "read/log_fixture.hpp"
#include "read/view_versions.hpp"
#include "sqlite/database.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace diptych::read {

inline constexpr char const* parking_tables = R"sql(
create table notes (at integer primary key, stream text not null, n integer not null);
-- @event noted (n integer, order text, delivery text)
-- @on noted
insert into notes values (:$position, :$stream, :n);
)sql";

inline std::string text_of(std::string const& directives) {
    return "-- @view notes\n" + directives + parking_tables;
}

inline std::string const parks = "-- @park\n";

struct parking_fixture : log_fixture {
    temporary_folder folder;
    view_options how = {.attempts_max = 2};
    std::unique_ptr<view_set> views;

    explicit parking_fixture(std::string const& text = text_of(parks), view_options options = {}) {
        options.attempts_max = 2;
        how = options;
        start(text);
    }
    void start(std::string const& text = text_of(parks)) {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time, how);
        views->add_text("notes.sql", text).or_throw();
        views->start().or_throw();
    }
    void note(std::string const& stream, std::string const& data, std::vector<std::string> tags) {
        time.advance(std::chrono::milliseconds{1});
        std::vector<event_data> events;
        events.push_back({.stream = stream, .type = "noted", .tags = std::move(tags), .data = data}
        );
        log->append({.events = std::move(events)}).or_throw();
    }
    void good(std::string const& stream, std::vector<std::string> tags = {}) {
        note(stream, R"({"n":1})", std::move(tags));
    }
    void bad(std::string const& stream, std::vector<std::string> tags = {}) {
        note(stream, R"({"n":"one"})", std::move(tags));
    }
    void follow() {
        for (auto i = 0; i < 200; ++i) {
            if (views->step("notes").or_throw()) continue;
            if (!views->retry_at("notes")) return;
            time.advance(std::chrono::minutes{1});
        }
        FAIL("does not come to rest");
    }
    view_versions& of() const { return *views->versions("notes").or_throw(); }
    view_status status() const { return status_of(*views, "notes"); }

    // Which positions are in the rows: "1 3".
    std::string shown() const {
        std::string all;
        auto const found = json::parse(rows_of(*views, "notes", {{"select", "at"}})).or_throw();
        for (auto const row : found.root().elements())
            all += (all.empty() ? "" : " ") + std::string{row.find("at")->raw()};
        return all;
    }
    // What is parked, and behind what: "2 4<2".
    std::string parked() const {
        std::string all;
        for (auto const& one : of().dead_letters("", position{0}, 100).or_throw()) {
            all += (all.empty() ? "" : " ") + std::to_string(one.at.value);
            if (one.behind) all += '<' + std::to_string(one.behind->value);
        }
        return all;
    }
    result<parking_outcome> retry(std::optional<position> only = {}) const {
        return of().change_dead_letters("", change_of_parked::retry, only);
    }
    result<parking_outcome> drop(std::optional<position> only = {}) const {
        return of().change_dead_letters("", change_of_parked::drop, only);
    }
    std::filesystem::path file() const {
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() == ".db") return one.path();
        return {};
    }
    // Until accept() the view also fails on what carries no fault in itself.
    void refuse(std::string const& when) const {
        sqlite::database::open(file())
            .or_throw()
            .execute(
                "create trigger stop before insert on notes when " + when +
                " begin select raise(abort, 'not yet'); end"
            )
            .or_throw();
    }
    void accept() const {
        sqlite::database::open(file()).or_throw().execute("drop trigger stop").or_throw();
    }
};

}  // namespace diptych::read
