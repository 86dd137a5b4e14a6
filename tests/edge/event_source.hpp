/// @file
/// A reader of server-sent events as the standard describes it
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html), and nothing more lenient.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::testing {

/// What an EventSource hands on.
struct server_sent_event {
    std::string type = "message";
    std::string data = {};
    std::string last_id = {};
};

/// See the file comment. Takes a stream whose lines are complete.
class event_source {
public:
    void feed(std::string_view text) { text_ += text; }

    /// The next event there is. A block without data is none, but its id counts.
    std::optional<server_sent_event> next() {
        while (auto const line = take_line()) {
            if (line->empty()) {
                if (auto ready = dispatch()) return ready;
            } else if (!line->starts_with(':')) {
                auto const colon = line->find(':');
                auto value = colon == line->npos ? std::string{} : line->substr(colon + 1);
                if (value.starts_with(' ')) value.erase(0, 1);
                take_field(line->substr(0, colon), value);
            }
        }
        return std::nullopt;
    }

private:
    std::optional<std::string> take_line() {
        auto const end = text_.find_first_of("\r\n");
        if (end == text_.npos) return std::nullopt;
        auto line = text_.substr(0, end);
        text_.erase(0, end + (text_.compare(end, 2, "\r\n") == 0 ? 2 : 1));
        return line;
    }

    void take_field(std::string const& name, std::string const& value) {
        if (name == "event") type_ = value;
        if (name == "data") data_ += value + "\n";
        if (name == "id") last_id_ = value;
    }

    std::optional<server_sent_event> dispatch() {
        auto const type = std::exchange(type_, {});
        auto data = std::exchange(data_, {});
        if (data.empty()) return std::nullopt;
        data.pop_back();
        return server_sent_event{
            .type = type.empty() ? "message" : type, .data = std::move(data), .last_id = last_id_
        };
    }

    std::string text_;
    std::string type_;
    std::string data_;
    std::string last_id_;
};

}  // namespace diptych::testing
