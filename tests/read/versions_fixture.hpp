/// @file
/// A view whose rows say which of its versions they are of.
#pragma once

#include "read/log_fixture.hpp"
#include "read/view_versions.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace diptych::read {

// Each text counts in its own way, so that the rows say which version they are of.
inline std::string counter(std::string_view by, std::string_view kind = "async") {
    return "-- @view counter " + std::string{kind} +
           "\ncreate table counter (name text primary key, n integer not null);\n"
           "-- @event counted (name text)\n-- @on counted\n"
           "insert into counter values (:name, " +
           std::string{by} + ") on conflict (name) do update set n = n + " + std::string{by} +
           ";\n";
}

struct versions_fixture : log_fixture {
    temporary_folder folder;
    view_options how = {};
    std::unique_ptr<view_set> views;

    void start(std::string const& text) {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time, how);
        views->add_text("counter.sql", text).or_throw();
        views->start().or_throw();
    }
    void restart(std::string const& text) {
        views.reset();
        reopen();
        start(text);
    }
    void count(int times) {
        for (auto i = 0; i < times; ++i) append("counted", R"({"name":"a"})");
    }
    void build() const {
        for (auto i = 0; i < 1000 && views->build_step().or_throw(); ++i) {
        }
    }
    void follow() const {
        while (views->step("counter").or_throw()) {
        }
    }
    std::string rows() const { return rows_of(*views, "counter"); }
    view_versions& of() const { return *views->versions("counter").or_throw(); }
    std::string standing() const {
        std::string all;
        for (auto const& one : of().versions())
            all += std::string{all.empty() ? "" : " "} + std::string{to_string(one.standing)} +
                   "@" + std::to_string(one.at.position.value);
        return all;
    }
    std::size_t files() const {
        std::size_t count = 0;
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() == ".db") ++count;
        return count;
    }
};

inline std::string const one_each = R"([{"name":"a","n":)";

}  // namespace diptych::read
