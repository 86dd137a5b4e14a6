#include "edge/replays.hpp"

#include "edge/memory_bound.hpp"

#include <diptych/error.hpp>
#include <diptych/json_writer.hpp>

#include <fmt/core.h>

#include <exception>
#include <utility>

namespace diptych::edge {

namespace {

http::response busy_with(std::string const& other) {
    std::string quoted;
    json::append_quoted(quoted, other);
    return http::problem(error{
        .kind = errc::unavailable,
        .code = "replay_busy",
        .message = fmt::format("one replay at a time: {} is under way", other),
        .facts = {{"under_way", quoted}}
    });
}

}  // namespace

void replays::run(http::request asked, http::responder to, work what) {
    if (server_.is_full_for(asked)) return to.answer(too_busy());
    auto const lock = std::scoped_lock(mutex_);
    if (is_stopped_) return to.answer(http::problem(503, "replay_ended", "the server stops"));
    if (!under_way_.empty()) return to.answer(busy_with(under_way_));
    if (thread_.joinable()) thread_.join();  // it has nothing left to do but its answer
    stop_ = {};
    to.on_leave([stop = stop_]() mutable { stop.request_stop(); });
    auto name = asked.method + ' ' + asked.path;
    thread_ = std::thread([this,
                           asked = std::move(asked),
                           to = std::move(to),
                           what = std::move(what),
                           stop = stop_.get_token()]() mutable {
        auto answer = answer_of(asked, what, stop);
        {
            auto const done = std::scoped_lock(mutex_);
            under_way_.clear();  // before the answer: who has it may ask again
        }
        to.answer(std::move(answer));
    });
    under_way_ = std::move(name);
}

/// An exception harms its own request only.
http::response replays::answer_of(
    http::request const& asked, work& what, std::stop_token const& stop
) {
    auto const complain = [&](std::string_view thrown) {
        if (complain_) complain_(fmt::format("{} {} threw: {}", asked.method, asked.path, thrown));
    };
    try {
        return what(asked, stop);
    } catch (std::exception const& thrown) {
        complain(thrown.what());
    } catch (...) {
        complain("something that is no std::exception");
    }
    return http::problem(500, "exception", "the handler of this request failed");
}

void replays::stop() {
    {
        auto const lock = std::scoped_lock(mutex_);
        is_stopped_ = true;
        stop_.request_stop();
    }
    if (thread_.joinable()) thread_.join();
}

}  // namespace diptych::edge
