#include "edge/live_queries.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

namespace diptych::edge {

namespace {

constexpr auto leeway = std::chrono::seconds{30};     // as when the token came: clocks differ
constexpr auto idle_max = std::chrono::seconds{60};   // a group without readers
constexpr auto care_gap = std::chrono::seconds{1};    // between looks at all readers
constexpr auto dear = std::chrono::milliseconds{20};  // from here on a group rests
constexpr live_group::time_point::duration again_after = std::chrono::milliseconds{200};
constexpr std::size_t held_bytes_max = 256u << 20;  // of all groups

// When the token ends that came with the request.
std::optional<timestamp> end_of_token(http::request const& asked) {
    for (auto const& [name, value] : asked.claims) {
        if (name != "exp") continue;
        auto const seconds = std::strtod(value.c_str(), nullptr);
        constexpr auto latest = 253'402'300'800.0;  // the year 10,000
        auto const whole = std::ceil(std::clamp(seconds, 0.0, latest));
        return timestamp{std::chrono::seconds{static_cast<std::int64_t>(whole)} + leeway};
    }
    return std::nullopt;
}

std::size_t hash_of(live_question const& what) {
    auto text = what.view;
    auto const add = [&](std::string const& part) { text += '\0' + part; };
    for (auto const& [name, value] : what.parameters) add(name), add(value);
    if (what.caller)
        for (auto const& [name, value] : *what.caller) add(name), add(value);
    return std::hash<std::string>{}(text);
}

}  // namespace

live_queries::live_queries(read::view_set& views, worker_pool& pool, clock& time, options how)
    : views_(views), pool_(pool), time_(time), how_(std::move(how)), looking_(pool, [this] {
          look();
      }) {}

void live_queries::open() {
    hints_ = views_.on_progress([this] { on_hint(); });
}

result<live_question> live_queries::question_of(http::request const& asked) const {
    live_question what{.view = std::string(asked.parameter("view")), .parameters = asked.query};
    std::erase_if(what.parameters, [](auto const& one) { return one.first == "at_least"; });
    DIPTYCH_TRY(auto mark, views_.mark(what.view));
    what.claims = std::move(mark.claims);
    if (asked.has_all_rights) return what;
    // Every token has claims of its own: an end, an id. The rows depend on these alone.
    what.caller.emplace();
    for (auto const& one : asked.claims)
        if (std::ranges::find(what.claims, one.first) != what.claims.end())
            what.caller->push_back(one);
    return what;
}

result<live_queries::group_ptr> live_queries::group_of(live_question what) {
    auto const hash = hash_of(what);
    std::lock_guard const lock(mutex_);
    auto const [from, to] = groups_.equal_range(hash);
    for (auto one = from; one != to; ++one)
        if (one->second->question() == what) return one->second;
    if (!make_room())
        return fail(
            errc::unavailable, "too_many_live_queries", "too many different live queries are open"
        );
    auto made = std::make_shared<live_group>(std::move(what));
    groups_.emplace(hash, made);
    count_ = groups_.size();
    return made;
}

// mutex_ is held. Who waits for a reader to come back gives way to one who is there.
bool live_queries::make_room() {
    std::size_t bytes = 0;
    for (auto const& [hash, one] : groups_) bytes += one->bytes();
    if (groups_.size() < how_.groups_max && bytes < held_bytes_max) return true;
    return std::erase_if(groups_, [](auto const& one) {
               return one.second->idle_since() && one.second->retire();
           }) > 0;
}

void live_queries::forget(group_ptr const& one) {
    std::lock_guard const lock(mutex_);
    std::erase_if(groups_, [&](auto const& other) { return other.second == one; });
    count_ = groups_.size();
}

void live_queries::follow(http::request const& asked, position least, http::responder to) {
    auto what = question_of(asked);
    if (!what) return to.answer(http::problem(what.error()));
    auto const group = group_of(*std::move(what));
    if (!group) return to.answer(http::problem(group.error()));
    auto const last_id = asked.header("Last-Event-ID");
    if (last_id) {
        // It may have seen more than a group in which nobody has been for a while.
        auto const seen = parse_token(last_id->substr(0, last_id->find('@')));
        auto const now = views_.position((*group)->question().view);
        if (seen && now) least = std::max(least, std::min(seen->position, now->position));
    }
    if (auto const ready = (*group)->prepare(views_, least); !ready) {
        if ((*group)->retire()) forget(*group);
        return to.answer(http::problem(ready.error()));
    }
    auto stream = to.open(
        {.headers =
             {{"Content-Type", "text/event-stream"},
              {"Cache-Control", "no-store"},
              {"X-Accel-Buffering", "no"}}}
    );
    if (asked.method == "HEAD") return;
    auto const came = (*group)->add(
        {.to = stream,
         .last_id = last_id ? std::optional{std::string(*last_id)} : std::nullopt,
         .until = end_of_token(asked)},
        how_.now()
    );
    if (!came) return stream.close();  // it ended just now; the reader comes back
    on_hint();                         // the view may have moved on before there was a reader
}

// On a projector's or the commit step's thread: leaves at once.
void live_queries::on_hint() {
    if (count_.load(std::memory_order_relaxed) > 0) looking_.want();
}

void live_queries::tick() {
    if (count_ == 0) return;
    auto const now = how_.now();
    if (now - looked_after_.load() >= care_gap) {
        looked_after_ = now;
        is_late_ = true;
    }
    on_hint();
}

void live_queries::look() {
    if (is_late_.exchange(false)) look_after_all();
    std::vector<group_ptr> all;
    auto const now = how_.now();
    {
        std::lock_guard const lock(mutex_);
        for (auto const& [hash, one] : groups_)
            if (!one->is_queued && one->rests_until <= now) all.push_back(one);
    }
    std::map<std::string_view, result<read::view_mark>> marks;
    std::erase_if(all, [&](group_ptr const& one) {
        auto const& view = one->question().view;
        auto mark = marks.find(view);
        if (mark == marks.end()) mark = marks.emplace(view, views_.mark(view)).first;
        return mark->second && !one->is_due(*mark->second);
    });
    {
        std::lock_guard const lock(mutex_);
        for (auto const& one : all)
            if (!std::exchange(one->is_queued, true)) due_.push_back(one);
    }
    ask_more();
}

void live_queries::ask_more() {
    std::lock_guard const lock(mutex_);
    while (asking_ < how_.asking_max && asking_ < due_.size() && pool_.reserve()) {
        ++asking_;
        pool_.run([this] { ask_next(); });
    }
}

// One group, then whoever else waits for a worker has his turn.
void live_queries::ask_next() {
    group_ptr one;
    {
        std::lock_guard const lock(mutex_);
        if (!due_.empty()) {
            one = std::move(due_.front());
            due_.pop_front();
        }
    }
    if (one) {
        auto const began = how_.now();
        bool is_well = false;
        try {
            is_well = one->move_on(views_, began);
        } catch (std::exception const& thrown) {
            one->end({.kind = errc::failed, .code = "exception", .message = thrown.what()});
        }
        auto const now = how_.now();
        auto const took = is_well ? now - began : again_after;
        auto const mark = views_.mark(one->question().view);
        auto const is_due = mark && one->is_due(*mark);
        if (one->has_ended()) forget(one);
        std::lock_guard const lock(mutex_);
        if (took >= dear) one->rests_until = now + took;
        one->is_queued = is_due && took < dear;
        if (one->is_queued) due_.push_back(std::move(one));
    }
    {
        std::lock_guard const lock(mutex_);
        --asking_;
    }
    ask_more();
}

void live_queries::look_after_all() {
    std::vector<group_ptr> all;
    {
        std::lock_guard const lock(mutex_);
        for (auto const& [hash, one] : groups_) all.push_back(one);
    }
    auto const now = how_.now();
    auto const time = time_.now();
    for (auto const& one : all) {
        one->look_after(now, time, how_.heartbeat);
        auto const idle = one->idle_since();
        if (idle && now - *idle >= idle_max && one->retire()) forget(one);
    }
}

}  // namespace diptych::edge
