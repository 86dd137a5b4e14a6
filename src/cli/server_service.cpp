#include "cli/service.hpp"
#include "edge/url.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <httplib.h>
#include <thread>
#include <utility>

namespace diptych::cli {

namespace {

using namespace std::chrono_literals;

// Between attempts to reach a server that has gone; they double.
constexpr std::chrono::milliseconds pause_min = 100ms;
constexpr std::chrono::milliseconds pause_max = 5s;

// Days, since the client can not wait for ever. Of a machine that has gone the system tells it.
constexpr auto as_good_as_ever = 20 * 24h;

/// Notices a server's machine that has gone without a word.
void keep_asking_whether_it_is_there(int socket) {
    int const yes = 1;
    int const idle_seconds = 60;
    (void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
}

std::chrono::seconds patience_of(thinking_time at_most) {
    return at_most == thinking_time::a_minute ? 60s : std::chrono::seconds{as_good_as_ever};
}

/// The path is encoded already: only who put it together knows which of its slashes are names'.
std::string target_of(http::request const& what) {
    auto target = what.path;
    auto sign = '?';
    for (auto const& [name, value] : what.query) {
        target += sign + edge::percent_encode(name) + '=' + edge::percent_encode(value);
        sign = '&';
    }
    return target;
}

std::string why_in_words(httplib::Error why, thinking_time at_most) {
    switch (why) {
        case httplib::Error::Connection:
            return "can not connect";
        case httplib::Error::Read:
            return at_most == thinking_time::a_minute
                       ? "the connection was closed, or nothing came for a minute"
                       : "the connection was closed";
        default:
            return httplib::to_string(why);
    }
}

/// Splits a stream of server-sent events into events as its pieces come.
class event_splitter {
public:
    /// `last_id` is kept at the id of the last event or heartbeat that has come in whole: where to
    /// go on.
    event_splitter(
        std::function<bool(std::string_view, std::string_view)> const& to, std::string& last_id
    )
        : to_(to), last_id_(last_id), id_(last_id) {}

    bool feed(std::string_view piece) {
        text_ += piece;
        for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
            auto const go_on = line(std::string_view(text_).substr(0, end));
            text_.erase(0, end + 1);
            if (!go_on) return false;
        }
        return true;
    }

    /// What the server said before it gave up; empty if it did not.
    std::string const& problem() const { return problem_; }

private:
    bool line(std::string_view text) {
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (text.empty()) return dispatch();
        auto const colon = text.find(':');
        auto value = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        auto const name = text.substr(0, colon);
        if (name == "id") id_ = value;
        if (name == "event") type_ = value;
        if (name == "data") data_.append(data_.empty() ? "" : "\n").append(value);
        return true;
    }

    bool dispatch() {
        auto const type = std::exchange(type_, {});
        auto const data = std::exchange(data_, {});
        last_id_ = id_;
        if (data.empty()) return true;
        if (type != "$error") return to_(id_, data);
        problem_ = data;
        return false;
    }

    std::function<bool(std::string_view, std::string_view)> const& to_;
    std::string& last_id_;
    std::string text_;
    std::string id_;
    std::string type_;
    std::string data_;
    std::string problem_;
};

class server_service final : public service {
public:
    explicit server_service(place where) : where_(std::move(where)), client_(where_.url) {
        client_.set_read_timeout(patience_of(thinking_time::a_minute));
        client_.set_socket_options(keep_asking_whether_it_is_there);
        client_.set_keep_alive(true);
        if (!where_.token.empty()) client_.set_bearer_token_auth(where_.token.c_str());
    }

    result<http::response> ask(http::request what, thinking_time at_most) override {
        client_.set_read_timeout(patience_of(at_most));
        httplib::Request request;
        request.method = what.method;
        request.path = target_of(what);
        request.headers = headers_of(what);
        request.body = what.body;
        if (!what.body.empty() && !request.has_header("Content-Type"))
            request.set_header("Content-Type", "application/json");
        auto const answer = client_.send(request);
        if (!answer) return no_answer(answer.error(), at_most);
        http::response response{.status = answer->status, .body = answer->body};
        for (auto const& [name, value] : answer->headers) response.headers.add(name, value);
        return response;
    }

    result<void> follow(
        http::request what,
        std::function<bool(std::string_view, std::string_view)> const& event,
        std::chrono::milliseconds patience
    ) override {
        what.headers.add("Accept", "text/event-stream");
        client_.set_read_timeout(patience_of(thinking_time::a_minute));
        following so_far;
        for (auto pause = pause_min;; pause = std::min(2 * pause, pause_max)) {
            auto const before = so_far.last_id;
            auto ended = follow_once(what, event, so_far);
            if (ended && *ended == stream_end::enough) return {};
            bool const may_pass =
                ended || (so_far.is_met && ended.error().kind == errc::unavailable);
            if (!may_pass) return std::unexpected(std::move(ended).error());
            if (so_far.last_id != before) pause = pause_min;
            if (std::chrono::steady_clock::now() + pause > so_far.heard + patience)
                return ended ? stream_ended() : std::unexpected(std::move(ended).error());
            std::this_thread::sleep_for(pause);
        }
    }

private:
    enum class stream_end { enough, closed };

    /// How far a follower is, over several connections.
    struct following {
        std::string last_id = {};
        bool is_met = false;  ///< It had a stream once.
        std::chrono::steady_clock::time_point heard = std::chrono::steady_clock::now();
    };

    result<stream_end> follow_once(
        http::request const& what,
        std::function<bool(std::string_view, std::string_view)> const& event,
        following& so_far
    ) {
        event_splitter splitter(event, so_far.last_id);
        http::response refused{.status = 200};
        auto enough = false;
        auto headers = headers_of(what);
        if (!so_far.last_id.empty()) headers.emplace("Last-Event-ID", so_far.last_id);
        auto const answer = client_.Get(
            target_of(what).c_str(),
            headers,
            [&](httplib::Response const& head) {
                refused.status = head.status;
                if (head.status == 200) so_far.is_met = true;
                return true;
            },
            [&](char const* data, std::size_t size) {
                so_far.heard = std::chrono::steady_clock::now();
                if (refused.status >= 400)
                    refused.body.append(data, size);
                else
                    enough = !splitter.feed({data, size});
                return !enough;
            }
        );
        if (refused.status >= 400) return std::unexpected(error_of(refused));
        if (!splitter.problem().empty())
            return std::unexpected(error_of({.status = 500, .body = splitter.problem()}));
        if (enough) return stream_end::enough;
        if (answer) return stream_end::closed;
        return no_answer(answer.error(), thinking_time::a_minute);
    }

    std::unexpected<error> stream_ended() const {
        return fail(errc::unavailable, "stream_ended", where_.url + " has ended the stream");
    }

    static httplib::Headers headers_of(http::request const& what) {
        httplib::Headers headers;
        for (std::size_t i = 0; i < what.headers.size(); ++i)
            headers.emplace(
                std::string(what.headers[i].first), std::string(what.headers[i].second)
            );
        return headers;
    }

    std::unexpected<error> no_answer(httplib::Error why, thinking_time at_most) const {
        return fail(
            errc::unavailable,
            fmt::format("no answer from {}: {}", where_.url, why_in_words(why, at_most))
        );
    }

    place where_;
    httplib::Client client_;
};

}  // namespace

result<std::unique_ptr<service>> open_server(place const& where) {
    if (!where.url.starts_with("http://"))
        return fail(errc::invalid, "--url is written http://HOST:PORT, not \"" + where.url + "\"");
    return std::make_unique<server_service>(where);
}

}  // namespace diptych::cli
