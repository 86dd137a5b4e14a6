#include "inbox/source_inbox.hpp"

#include "base/planted_bug.hpp"
#include "inbox/records.hpp"
#include "inbox/round.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::inbox {

namespace {

// A message whose judgement was overtaken is judged again. Each time somebody else got ahead, none
// of the same request.
constexpr int turns_max = 16;

error full(source const& of, std::string_view what) {
    return {
        .kind = errc::unavailable,
        .code = "inbox_full",
        .message = fmt::format("source {} {}", of.name, what)
    };
}

}  // namespace

std::string_view to_string(verdict what) {
    switch (what) {
        case verdict::recorded:
            return "recorded";
        case verdict::duplicate:
            return "duplicate";
        case verdict::stale:
            return "stale";
        case verdict::held:
            return "held";
        case verdict::dropped:
            return "dropped";
    }
    return "";
}

source_inbox::source_inbox(source of, log::sequenced_log& log, clock& time, source_options options)
    : source_(std::move(of)),
      log_(log),
      time_(time),
      options_(std::move(options)),
      memory_{
          .area = holding_area(source_.wait_max),
          .passed = passed_versions(source_, log, options_.streams_max),
          .known = known_ids(log, options_.streams_max),
      } {}

source_inbox::~source_inbox() = default;

void source_inbox::receive(std::vector<message> messages, answers_taker done) {
    counters_.received += messages.size();
    run(std::make_shared<round>(std::move(messages), std::move(done)));
}

void source_inbox::run(round_ptr const& of) {
    of->open = 1;
    for (auto& one : of->items)
        if (one.seen_at)
            if (auto const compared = compare(one); !compared)
                one.answer = std::unexpected(compared.error());
    {
        auto const lock = std::scoped_lock(mutex_);
        auto const is_fresh = fresh([this, of] { run(of); });
        if (is_fresh && !*is_fresh) return;
        ++of->turns;
        for (std::size_t i = 0; i < of->items.size(); ++i) {
            if (of->items[i].answer) continue;
            auto const judged =
                is_fresh ? judge(of, i) : result<void>(std::unexpected(is_fresh.error()));
            if (!judged) of->items[i].answer = std::unexpected(judged.error());
        }
    }
    leave(of);
}

// While something is under way, memory that was lost can not be made again: what is `later` waits.
result<bool> source_inbox::fresh(std::function<void()> later) {
    take_notes();
    if (!is_lost_) return true;
    if (under_way_ > 0) {
        if (!later) return false;
        parked_.push_back(std::move(later));
        if (under_way_ > 0) return false;
        parked_.pop_back();
    }
    DIPTYCH_TRY(recover());
    return true;
}

// Only what is durable passes: else it would, though whoever sent it was told that it failed.
void source_inbox::take_notes() {
    std::vector<std::string> durable;
    {
        auto const lock = std::scoped_lock(noting_);
        durable = std::exchange(durable_, {});
    }
    for (auto const& id : durable) {
        memory_.area.settle(id);
        if (auto const* const one = memory_.area.find(id)) memory_.look_at(*one);
    }
}

result<void> source_inbox::recover() {
    // A log that has failed may yet turn out to have recorded what was under way. Until it does, it
    // says nothing that it has not said.
    auto is_certain = log_.writable();
    auto const has_failed = !is_certain && is_certain.error().code == "log_failed";
    auto const end = log_.end().position;
    if (has_failed && made_of_failed_ == end) return is_certain;
    std::vector<assumption> refused;
    {
        auto const lock = std::scoped_lock(noting_);
        refused = std::exchange(refused_, {});
    }
    // If it fails half-way, nothing less helps.
    auto const must_rebuild = must_rebuild_.exchange(true);
    DIPTYCH_TRY(must_rebuild ? rebuild() : memory_.take_back(std::move(refused)));
    memory_.area.advance(time_.now());
    if (must_rebuild && has_failed) {
        made_of_failed_ = end;
        return is_certain;
    }
    made_of_failed_.reset();
    must_rebuild_ = false;
    is_lost_ = false;
    if (!parked_.empty()) options_.elsewhere([this] { resume(); });
    return {};
}

result<void> source_inbox::rebuild() {
    ++rebuilds_;
    DIPTYCH_TRY(ledger_.catch_up(log_));
    auto const before = std::exchange(memory_.area, holding_area(source_.wait_max));
    memory_.passed.clear();
    memory_.ready.clear();
    memory_.arrivals = 0;
    if (memory_.followed == position{}) memory_.followed = log_.end().position;
    for (auto const& [id, one] : ledger_.open()) {
        if (is_planted(bug::held_forgotten)) break;
        memory_.area.add(one);
        memory_.arrivals = std::max(memory_.arrivals, one.arrival);
    }
    for (auto const& id : memory_.area.ids()) {
        auto const* const one = memory_.area.find(id);
        if (one->waits_for_id()) {
            // What was recorded is no less so: the log is asked only about those that are new here.
            auto const* const was = before.find(id);
            result<bool> is_known = was != nullptr && was->is_known;
            if (was == nullptr)
                is_known = memory_.known.has(*one->what->after, one->what->waits_for);
            if (!is_known) return std::unexpected(is_known.error());
            if (*is_known) memory_.area.know(id);
        }
        memory_.look_at(*one);
    }
    return {};
}

void source_inbox::resume() {
    std::vector<std::function<void()>> parked;
    {
        auto const lock = std::scoped_lock(mutex_);
        parked = std::exchange(parked_, {});
    }
    for (auto const& one : parked) one();
}

result<void> source_inbox::judge(round_ptr const& of, std::size_t i) {
    auto& item = of->items[i];
    auto const& what = item.what;
    if (item.is_known) {
        look(of, i);
        return {};
    }
    if (auto const* const one = memory_.area.find(what.id)) {
        if (!one->is_same(what)) return std::unexpected(reused(source_, what));
        auto const is_dropped = one->is_dropped;
        confirm(
            of,
            i,
            what,
            {.verdict = is_dropped ? verdict::duplicate : verdict::held,
             .why = is_dropped ? std::string{} : describe(*one).why}
        );
        return {};
    }
    if (source_.is_ordered() && what.version > 0) {
        DIPTYCH_TRY(auto const* const at, memory_.passed.of(what.stream));
        auto const is_missed = source_.mode == ordering::strict && is_planted(bug::older_passed);
        if (what.version <= at->last && !is_missed) {
            look(of, i);
            return {};
        }
        if (auto const* const other = memory_.area.find_version(what.stream, what.version)) {
            auto why = fmt::format("{} is held as message {}", name_of(what), other->what->id);
            answer meant{.verdict = verdict::duplicate, .why = std::move(why)};
            // What has been dropped was durable before, and is not whole any more.
            if (other->is_dropped)
                item.answer = std::move(meant);
            else
                confirm(of, i, *other->what, std::move(meant));
            return {};
        }
    }
    if (!what.waits_for.empty() && !memory_.area.has_waits())
        memory_.followed = log_.end().position;
    DIPTYCH_TRY(auto reason, reason_to_wait(source_, memory_, what));
    if (reason) return hold(of, i, *std::move(reason));
    return pass(of, i);
}

// What is old, or has been here, is not recorded; the log says which.
void source_inbox::look(round_ptr const& of, std::size_t i) {
    auto const& item = of->items[i];
    append_request request{.events = {event_of(source_, item.what)}};
    if (!item.is_known) request.command = key_of(source_, item.what);
    propose({.why = purpose::look, .of = of, .i = i}, std::move(request));
}

// Only what is durable is an answer: while anything is under way, the log says whether `held` is.
void source_inbox::confirm(round_ptr const& of, std::size_t i, message const& held, answer meant) {
    if (under_way_ == 0 && !is_lost_) {
        of->items[i].answer = std::move(meant);
        return;
    }
    append_request request{
        .events = {held_record(source_, held, meant.why)}, .command = key_of(source_, held)
    };
    propose(
        {.why = purpose::confirm,
         .of = of,
         .i = i,
         .reason = std::move(meant.why),
         .meant = meant.verdict},
        std::move(request)
    );
}

result<void> source_inbox::hold(round_ptr const& of, std::size_t i, std::string why) {
    auto const& what = of->items[i].what;
    auto const now = time_.now();
    auto& area = memory_.area;
    area.advance(now);
    if (area.held_count() >= source_.held_max)
        return std::unexpected(full(source_, "holds as many messages as it may: held_max"));
    if (area.size() - area.held_count() >= options_.dead_letters_max ||
        area.bytes() >= options_.held_bytes_max)
        return std::unexpected(full(source_, "has too many dead letters: retry or drop some"));
    append_request request{
        .events = {held_record(source_, what, why)}, .command = key_of(source_, what)
    };
    held one{
        .what = std::make_shared<message const>(what), .arrival = ++memory_.arrivals, .since = now
    };
    // It may be known while the order keeps the message back: what follows the log never tells.
    if (!what.waits_for.empty()) {
        DIPTYCH_TRY(one.is_known, memory_.known.has(*what.after, what.waits_for));
    }
    if (one.is_known) memory_.look_at(one);
    area.add(std::move(one));
    propose(
        {.why = purpose::hold,
         .of = of,
         .i = i,
         .reason = std::move(why),
         .assumed = {.streams = {what.stream}, .added = what.id},
         .has_changed = true},
        std::move(request)
    );
    return {};
}

result<void> source_inbox::pass(round_ptr const& of, std::size_t i) {
    auto const& item = of->items[i];
    release planned(source_, memory_);
    auto taken = planned.pass(item.what);
    if (taken && !item.is_alone) taken = planned.follow(alone());
    if (!taken) return give_up(taken.error());
    ticket made{
        .why = purpose::pass,
        .of = of,
        .i = i,
        .assumed = planned.assumed(),
        .stale = planned.stale(),
        .has_changed = source_.is_ordered() || !planned.assumed().taken.empty()
    };
    auto request = planned.take();
    request.command = key_of(source_, item.what);
    propose(std::move(made), std::move(request));
    return {};
}

// Memory counts as done what is not going to be proposed.
std::unexpected<error> source_inbox::give_up(error why) {
    must_rebuild_ = true;
    is_lost_ = true;
    return std::unexpected(std::move(why));
}

void source_inbox::propose(ticket what, append_request request) {
    ++under_way_;
    if (what.of) ++what.of->open;
    releasing_ += what.assumed.taken.size();
    log::proposal asked{.request = std::move(request), .done = {}};
    if (what.why == purpose::look || what.why == purpose::confirm) {
        asked.decide_first = true;
        asked.again = [](log::stage const&) {
            return result<std::optional<append_request>>(
                fail(errc::conflict, std::string(not_there_code), "the log does not know it")
            );
        };
    }
    asked.done = [this, what = std::move(what)](result<appended> said) mutable {
        settle(what, std::move(said));
    };
    log_.propose(std::move(asked));
}

std::set<std::string> source_inbox::alone() {
    auto const lock = std::scoped_lock(noting_);
    return alone_;
}

void source_inbox::leave(round_ptr const& of) {
    if (of->open.fetch_sub(1) != 1) return;
    auto const is_open = [](round_item const& one) { return !one.answer; };
    auto const left = static_cast<std::size_t>(std::ranges::count_if(of->items, is_open));
    if (left < std::exchange(of->left, left)) of->turns = 0;
    if (of->is_operation && left > 0) return options_.elsewhere([this, of] { operate(of, false); });
    if (!of->is_operation && left > 0 && of->turns < turns_max)
        return options_.elsewhere([this, of] { run(of); });
    std::vector<result<answer>> answers;
    for (auto& one : of->items) {
        if (!one.answer)
            one.answer = std::unexpected(error{
                .kind = errc::unavailable,
                .code = "inbox_busy",
                .message = fmt::format("others were faster than message {}", one.what.id)
            });
        if (!of->is_operation) counters_.note(*one.answer);
        answers.push_back(*std::move(one.answer));
    }
    of->done(std::move(answers));
}

}  // namespace diptych::inbox
