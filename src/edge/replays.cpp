#include "edge/replays.hpp"

#include "edge/memory_bound.hpp"

#include <diptych/error.hpp>
#include <diptych/json_writer.hpp>

#include <fmt/core.h>

#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace diptych::edge {

namespace {

http::response busy_with(std::string const& other, std::string_view kind) {
    std::string quoted;
    json::append_quoted(quoted, other);
    return http::problem(error{
        .kind = errc::unavailable,
        .code = "replay_busy",
        .message = fmt::format("one {} at a time: {} is under way", kind, other),
        .facts = {{"under_way", quoted}}
    });
}

}  // namespace

struct replays::task {
    http::request asked;
    http::responder to;
    work what;
    std::stop_token stop;
};

void replays::run(http::request asked, http::responder to, work what) {
    if (server_.is_full_for(asked)) return to.answer(too_busy());
    auto const lock = std::scoped_lock(mutex_);
    if (is_stopped_) return to.answer(http::problem(503, "replay_ended", "the server stops"));
    if (!under_way_.empty()) return to.answer(busy_with(under_way_, kind_));
    if (thread_.joinable()) thread_.join();  // it has nothing left to do but its answer
    stop_ = {};
    to.on_leave([stop = stop_]() mutable { stop.request_stop(); });
    auto name = asked.method + ' ' + asked.path;
    auto const one =
        std::make_shared<task>(std::move(asked), std::move(to), std::move(what), stop_.get_token());
    try {
        thread_ = std::thread([this, one] { work_on(*one); });
    } catch (std::system_error const& failed) {
        complain(*one, failed.what());
        return one->to.answer(http::problem(503, "overloaded", "there is no thread for it now"));
    }
    under_way_ = std::move(name);
}

void replays::work_on(task& one) noexcept {
    std::optional<http::response> answer;
    try {
        answer = answer_of(one);
    } catch (...) {
        complain(one, "and there is no memory to say what");
    }
    {
        auto const done = std::scoped_lock(mutex_);
        under_way_.clear();  // before the answer: who has it may ask again
    }
    try {
        if (answer) one.to.answer(*std::move(answer));
    } catch (...) {
        complain(one, "its answer could not be sent");
    }
}

/// An exception harms its own request only.
http::response replays::answer_of(task& one) {
    try {
        return one.what(one.asked, one.stop);
    } catch (std::exception const& thrown) {
        complain(one, thrown.what());
    } catch (...) {
        complain(one, "something that is no std::exception");
    }
    return http::problem(500, "exception", "the handler of this request failed");
}

void replays::complain(task const& of, std::string_view thrown) noexcept {
    try {
        if (complain_)
            complain_(fmt::format("{} {} threw: {}", of.asked.method, of.asked.path, thrown));
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
    }
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
