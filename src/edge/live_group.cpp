#include "edge/live_group.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::edge {

namespace {

constexpr std::size_t moves_max = 256;
constexpr std::size_t moves_bytes_max = 128u << 10;

// JSON in one line: a line's end can only be white space in it.
void append_line(std::string& to, std::string const& json) {
    auto const from = to.size();
    to += json;
    for (auto at = from; at < to.size(); ++at)
        if (to[at] == '\n' || to[at] == '\r') to[at] = ' ';
}

void append_live_row(std::string& to, read::keyed_row const& one) {
    to += "\"key\":";
    append_line(to, one.key);
    to += ",\"row\":";
    append_line(to, one.row);
    to += '}';
}

std::string text_of(read::row_change const& one) {
    if (one.how == read::row_change_kind::leave) {
        std::string text = "event: leave\ndata: {\"key\":";
        append_line(text, one.row->key);
        return text + "}\n";
    }
    auto const is_new = one.how == read::row_change_kind::enter;
    std::string text = is_new ? "event: enter\ndata: " : "event: change\ndata: ";
    text += "{\"index\":" + std::to_string(one.index) + ',';
    append_live_row(text, *one.row);
    return text + '\n';
}

// Over soon, and then the view goes on where it was.
bool passes(error const& why) {
    return why.code == "too_many_queries" || why.code == "view_rebuilt" ||
           why.code == "view_not_started";
}

}  // namespace

result<void> live_group::prepare(read::view_set const& views, position least) {
    auto const is_ready = [&](bool asked) {
        std::lock_guard const lock(mutex_);
        return mark_ && (asked || !readers_.empty()) && at_.position >= least;
    };
    if (is_ready(false)) return {};
    std::lock_guard const turn(turn_);
    if (is_ready(false)) return {};
    return ask(views, {});
}

// turn_ is held.
result<void> live_group::ask(read::view_set const& views, time_point now) {
    DIPTYCH_TRY(auto mark, views.mark(what_.view));
    {
        std::lock_guard const lock(mutex_);
        if (mark_ == mark) return {};
    }
    if (mark.claims != what_.claims)
        return fail(errc::unavailable, "view_changed", "who may see which rows was changed");
    DIPTYCH_TRY(
        auto found,
        views.query(what_.view, what_.parameters, {.caller = what_.caller, .is_live = true})
    );
    std::lock_guard const lock(mutex_);
    mark_ = std::move(mark);
    take(std::move(found), now);
    return {};
}

// mutex_ is held, from here on up to add().
void live_group::take(read::query_answer found, time_point now) {
    auto const changes = read::row_changes(rows_, found.keyed);
    auto const is_other =
        version_ != found.version || found.at < at_ || (found.at == at_ && !changes.empty());
    std::string text;
    for (auto const& one : changes) {
        if (!text.empty()) text += '\n';
        text += text_of(one);
    }
    auto const from = std::exchange(at_, found.at).position;
    if (!changes.empty() || is_other) {
        rows_ = std::move(found.keyed);
        rows_bytes_ = 0;
        for (auto const& one : rows_) rows_bytes_ += one.key.size() + one.row.size();
    }
    if (is_other) {
        version_ = std::move(found.version);
        begin_ = at_.position;
        moves_.clear();
        moves_bytes_ = 0;
        if (!readers_.empty()) send("event: reset\ndata: {}\n\n" + snapshot(), now);
    } else if (!changes.empty()) {
        // The id comes with the last one: who is cut off before it gets all of them again.
        text += id() + '\n';
        send(text, now);
        keep({.from = from, .to = at_.position, .text = std::move(text)});
    }
}

void live_group::keep(move one) {
    moves_bytes_ += one.text.size();
    moves_.push_back(std::move(one));
    while (!moves_.empty() && (moves_.size() > moves_max || moves_bytes_ > moves_bytes_max)) {
        begin_ = moves_.front().to;
        moves_bytes_ -= moves_.front().text.size();
        moves_.pop_front();
    }
}

void live_group::send(std::string const& text, time_point now) {
    std::erase_if(readers_, [&](live_reader& one) { return !one.to.write(text); });
    last_sent_ = now;
}

// Not the position alone: another version has other rows there.
std::string live_group::id() const { return "id: " + to_string(at_) + '@' + version_ + '\n'; }

std::string live_group::snapshot() const {
    auto text = id() + "event: snapshot\ndata: [";
    auto separator = "{";
    for (auto const& one : rows_) {
        text += std::exchange(separator, ",{");
        append_live_row(text, one);
    }
    return text + "]\n\n";
}

std::optional<std::string> live_group::missed_since(std::string_view last_id) const {
    auto const middle = last_id.find('@');
    if (middle == last_id.npos || last_id.substr(middle + 1) != version_) return std::nullopt;
    auto const seen = parse_token(last_id.substr(0, middle));
    if (!seen || seen->epoch != at_.epoch) return std::nullopt;
    auto const since = seen->position;
    if (since < begin_ || since > at_.position) return std::nullopt;
    std::string text;
    for (auto const& one : moves_) {
        if (one.from < since && since < one.to) return std::nullopt;  // nobody knows the rows there
        if (since < one.to) text += one.text;
    }
    return text.empty() ? ": nothing has changed\n" + id() + '\n' : text;
}

bool live_group::add(live_reader one, time_point now) {
    std::lock_guard const lock(mutex_);
    if (has_ended_) return false;
    std::optional<std::string> text;
    if (one.last_id) {
        text = missed_since(*one.last_id);
        if (!text) text = "event: reset\ndata: {}\n\n" + snapshot();
    }
    if (!one.to.write(text ? *std::move(text) : snapshot())) return true;
    if (readers_.empty()) last_sent_ = now;
    one.last_id.reset();
    readers_.push_back(std::move(one));
    idle_since_.reset();
    return true;
}

bool live_group::is_due(read::view_mark const& now) const {
    std::lock_guard const lock(mutex_);
    return !readers_.empty() && mark_ != now;
}

bool live_group::move_on(read::view_set const& views, time_point now) {
    auto const asked = [&] {
        std::lock_guard const turn(turn_);
        return ask(views, now);
    }();
    if (!asked && !passes(asked.error())) end(asked.error());
    return asked.has_value();
}

void live_group::end(error const& why) {
    std::lock_guard const lock(mutex_);
    has_ended_ = true;
    auto const text = "event: $error\ndata: " + http::problem(why).body + "\n\n";
    for (auto& one : readers_) {
        one.to.write(text);
        one.to.close();
    }
    readers_.clear();
}

void live_group::look_after(time_point now, timestamp time, std::chrono::milliseconds heartbeat) {
    std::lock_guard const lock(mutex_);
    std::erase_if(readers_, [&](live_reader& one) {
        if (one.until && time >= *one.until) one.to.close();
        return !one.to.is_open();
    });
    if (readers_.empty() && !idle_since_) idle_since_ = now;
    if (readers_.empty() || now - last_sent_ < heartbeat) return;
    last_sent_ = now;
    auto const text = ": heartbeat\n" + id() + '\n';
    for (auto& one : readers_)
        if (one.to.pending() == 0) one.to.write(text);
}

bool live_group::retire() {
    std::lock_guard const lock(mutex_);
    has_ended_ = has_ended_ || readers_.empty();
    return has_ended_;
}

bool live_group::has_ended() const {
    std::lock_guard const lock(mutex_);
    return has_ended_;
}

std::optional<live_group::time_point> live_group::idle_since() const {
    std::lock_guard const lock(mutex_);
    return idle_since_;
}

std::size_t live_group::bytes() const {
    std::lock_guard const lock(mutex_);
    return rows_bytes_ + moves_bytes_;
}

}  // namespace diptych::edge
