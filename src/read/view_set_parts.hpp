/// @file
/// What a set of views is made of.
#pragma once

#include "read/build_pace.hpp"
#include "read/past_views.hpp"
#include "read/resolve.hpp"
#include "read/suggest.hpp"
#include "read/view_choices.hpp"
#include "read/view_set.hpp"
#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::read {

struct view_set::parts {
    view_surroundings in;
    std::vector<known_event> events;
    std::shared_ptr<older_shapes const> older;
    view_choices choices;
    build_pace pace = {};
    past_views past{in};
    std::size_t turn = 0;            // of build_step()
    mutable std::mutex adding = {};  // guards the next two
    std::vector<std::shared_ptr<view_versions>> views = {};
    bool is_started = false;
    std::mutex waking = {};  // guards what follows
    std::function<void(std::string_view)> wake = {};
    std::function<void(std::string_view)> added = {};

    // Not every type is declared that events have: those in the log are known as well.
    result<bool> is_recorded(std::string_view type) const {
        read_options const one{.what = {.items = {{.types = {std::string{type}}}}}, .limit = 1};
        DIPTYCH_TRY(auto const found, in.log.read(one));
        return !found.empty();
    }

    void want(std::string_view name) {
        std::scoped_lock const guard{waking};
        if (wake) wake(name);
    }

    std::vector<std::shared_ptr<view_versions>> all() const {
        auto const lock = std::scoped_lock(adding);
        return views;
    }

    std::vector<std::string> names() const {
        std::vector<std::string> list;
        for (auto const& one : all()) list.push_back(one->name());
        return list;
    }

    result<view_versions*> find(std::string_view name) const {
        auto const lock = std::scoped_lock(adding);
        std::vector<std::string> known;
        for (auto const& one : views) {
            if (one->name() == name) return one.get();
            known.push_back(one->name());
        }
        return fail(
            errc::not_found,
            "no_such_view",
            "there is no view '" + std::string{name} + "'" + did_you_mean(name, known)
        );
    }

    result<std::shared_ptr<live_view>> served(std::string_view name) const {
        DIPTYCH_TRY(auto* const view, find(name));
        return view->served();
    }

    result<view_plan> plan(source text) const {
        DIPTYCH_TRY(
            auto made,
            plan_view(
                std::move(text),
                {.contexts = events,
                 .is_recorded = [this](std::string_view type) { return is_recorded(type); }},
                older
            )
        );
        return fitting(std::move(made));
    }

    // Where another process commits there is no commit step to take part in.
    view_plan fitting(view_plan plan) const {
        if (auto const open = in.log.writable(); !open && open.error().kind == errc::denied) {
            auto follows = *plan.definition;
            follows.is_inline = false;
            plan.definition = std::make_shared<view_definition const>(std::move(follows));
        }
        return plan;
    }

    std::shared_ptr<view_versions> versions_of(
        view_plan wanted, diptych::position not_before = {}
    ) {
        return std::make_shared<view_versions>(
            std::move(wanted),
            in,
            choices,
            [this](source text) { return plan(std::move(text)); },
            not_before
        );
    }

    result<void> add(view_plan plan) {
        auto const& name = plan.definition->name;
        if (find(name))
            return fail(errc::invalid, "view_twice", "there are two views '" + name + "'");
        auto made = versions_of(std::move(plan));
        auto const lock = std::scoped_lock(adding);
        views.push_back(std::move(made));
        return {};
    }
};

}  // namespace diptych::read
