#include "edge/follower.hpp"

#include "edge/event_json.hpp"

#include <utility>

namespace diptych::edge {

namespace {

constexpr std::size_t piece_bytes = 32u << 10;     // written at once
constexpr std::size_t waiting_bytes = 256u << 10;  // beyond, reading pauses

void append_event(std::string& to, recorded_event const& event) {
    json::writer body;
    write_event(body, event);
    to.append("id: ").append(to_string(token{event.epoch, event.position}));
    to.append("\nevent: ").append(event.type);
    to.append("\ndata: ").append(body.text()).append("\n\n");
}

}  // namespace

void follower::read_on(event_log const& log, std::chrono::steady_clock::time_point now) {
    for (int noted = notes_; noted != 0;) {
        read_all(log);
        if (beat_.exchange(false) && to_.pending() == 0)
            wrote_ |= to_.write(": heartbeat\nid: " + to_string(seen_) + "\n\n");
        // A reader who filters everything out still gets his signs of life on a busy log.
        if (std::exchange(wrote_, false)) last_sent_ = now;
        if (auto const before = notes_.fetch_sub(noted); before == noted) break;
        noted = notes_;
    }
}

bool follower::needs_heartbeat(
    std::chrono::steady_clock::time_point now, std::chrono::milliseconds after
) {
    if (now - last_sent_.load() < after || to_.pending() != 0) return false;
    beat_ = true;
    return true;
}

void follower::read_all(event_log const& log) {
    // When the reader has taken what waits, its room wakes this follower again.
    while (to_.is_open() && to_.pending() < waiting_bytes) {
        auto const read =
            log.read({.what = what_, .after = seen_.position, .limit = pace_.events()});
        if (!read) {
            to_.write("event: $error\ndata: " + http::problem(read.error()).body + "\n\n");
            return to_.close();
        }
        if (!send(*read)) return;
        seen_ = read->seen();
        pace_.note(*read);
        if (read->at_end()) return;
    }
}

/// Whether all of it was sent.
bool follower::send(page const& events) {
    std::string text;
    for (auto const& event : events) {
        append_event(text, event);
        if (text.size() >= piece_bytes && !flush(text, {event.epoch, event.position})) return false;
    }
    return flush(text, events.seen());
}

bool follower::flush(std::string& text, token upto) {
    if (text.empty()) return true;
    // A piece larger than usual (one great event) waits until it is alone.
    auto const waiting = to_.pending();
    if (waiting > 0 && (waiting >= waiting_bytes || text.size() > 2 * piece_bytes)) return false;
    if (!to_.write(std::exchange(text, {}))) return false;
    wrote_ = true;
    seen_ = upto;
    return true;
}

}  // namespace diptych::edge
