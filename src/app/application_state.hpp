/// @file
/// What an application holds. Shared with the folder that serves it over HTTP.
#pragma once

#include "app/node.hpp"
#include "app/runtime.hpp"

#include <diptych/application.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace diptych {

struct application::implementation {
    application_options options;
    app::node_parts parts;
    std::vector<http::route> routes;
    std::optional<error> mistake;  // the first one made while adding
    std::unique_ptr<app::node> node;
    std::unique_ptr<app::runtime> runtime;  // after node: it stops first
    bool closed = false;
    std::mutex starting;  // guards node, runtime and closed while starting

    std::mutex serving;                  // guards what follows
    std::function<void()> stop_serving;  // set while serve() runs

    result<void> start();
    app::node_parts& setup();
    void remember(error const& what) {
        if (!mistake) mistake = what;
    }
};

}  // namespace diptych
