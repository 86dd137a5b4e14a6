/// @file
/// A workshop that is stepped by hand, and its clock.
#pragma once

#include "app/node.hpp"
#include "messages/workshop.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace workshop {

class moved_clock final : public diptych::clock {
public:
    diptych::timestamp now() override { return at; }
    diptych::timestamp at{std::chrono::hours(500'000)};
};

struct running {
    explicit running(std::filesystem::path data = {}, bool keeps_messages = true)
        : app(
              {.data = std::move(data),
               .threads = false,
               .clock = &time,
               .message_log = keeps_messages}
          ) {
        app.add<context>();
        settle();
    }

    void settle() {
        while (app.step().or_throw()) {
        }
    }

    diptych::result<diptych::outcome> send(
        auto const& command, diptych::execute_options const& options = {}
    ) {
        auto said = app.execute(command, options);
        settle();
        return said;
    }

    diptych::messages::message_log& log() { return app.parts().messages(); }

    moved_clock time;
    diptych::application app;
};

}  // namespace workshop
