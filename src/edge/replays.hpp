/// @file
/// What a request has replayed: as long as the log is long, and so not on a worker.
///
/// One at a time of a kind, on a thread of its own. It ends early when the server stops, and when
/// whoever asked has gone.
#pragma once

#include "edge/server.hpp"

#include <diptych/http.hpp>

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace diptych::edge {

/// Thread-safe. Keeps a reference: the server must outlive it.
class replays {
public:
    using work =
        std::move_only_function<http::response(http::request const&, std::stop_token const&)>;
    using report_function = std::function<void(std::string_view what)>;

    /// `kind` is how a person calls one. `complain` is told of what work throws.
    replays(server const& on, std::string_view kind, report_function complain)
        : server_(on), kind_(kind), complain_(std::move(complain)) {}
    ~replays() { stop(); }
    replays(replays const&) = delete;
    replays& operator=(replays const&) = delete;

    /// Answers with what `work` makes, which is to look at its stop token. If another one is under
    /// way, answers 503 (code replay_busy) that names it; if there is no thread, 503 (code
    /// overloaded). Returns at once.
    void run(http::request asked, http::responder to, work what);

    /// Has the one under way end and answer; there are no more. Blocking.
    void stop();

private:
    struct task;
    void work_on(task& one) noexcept;
    http::response answer_of(task& one);
    void complain(task const& of, std::string_view thrown) noexcept;

    server const& server_;
    std::string const kind_;
    report_function const complain_;
    std::mutex mutex_;       // guards what follows
    std::string under_way_;  // empty: none is
    std::stop_source stop_;  // of the one under way
    std::thread thread_;     // of the last one
    bool is_stopped_ = false;
};

}  // namespace diptych::edge
