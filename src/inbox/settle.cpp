// What the log's answers mean. They come on the thread that commits, perhaps with mutex_ held by
// whoever proposes: nothing here takes it.
#include "base/planted_bug.hpp"
#include "inbox/records.hpp"
#include "inbox/round.hpp"
#include "inbox/source_inbox.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <utility>

namespace diptych::inbox {

namespace {

position position_in(error const& what) {
    std::uint64_t at = 0;
    for (auto const& [name, value] : what.facts)
        if (name == "position") std::from_chars(value.data(), value.data() + value.size(), at);
    return position{at};
}

// It is what is in the request, not the machine: to send it again would not help.
bool is_fault_of_request(error const& what) {
    if (what.kind == errc::refused || what.kind == errc::invalid) return true;
    if (what.kind != errc::failed) return false;
    return what.code != "input_output" && what.code != "cannot_open" && what.code != "sqlite";
}

// An inline view shows what every message has in it: what it cannot take is the message's fault.
error fault_of_message(error what) {
    if (what.code == "event_misfit") what.kind = errc::invalid;
    return what;
}

}  // namespace

error reused(source const& of, message const& what) {
    return {
        .kind = errc::invalid,
        .code = "message_id_reused",
        .message = fmt::format(
            "message id \"{}\" of source {} was used before, for another message", what.id, of.name
        )
    };
}

void source_inbox::settle(ticket const& what, result<appended> said) {
    auto const is_done = said && !said->repeated;
    auto const& taken = what.assumed.taken;
    if (what.has_changed && !is_done && !is_planted(bug::lost_memory_used)) lose(what, said);
    releasing_ -= taken.size();
    if (is_done) {
        counters_.released += taken.size();
        counters_.recorded += taken.size() - what.stale;
        counters_.stale += what.stale;
        if (!taken.empty()) {
            auto const lock = std::scoped_lock(noting_);
            for (auto const& one : taken) alone_.erase(one.what->id);
        }
    }
    if (!what.of) is_troubled_ = !said && !is_fault_of_request(said.error());
    if (what.why == purpose::release)
        settle_release(what, said);
    else if (what.why == purpose::confirm)
        settle_confirm(what, said);
    else if (what.of)
        settle_message(what, std::move(said));
    auto const was_last = under_way_.fetch_sub(1) == 1;
    if (was_last && is_lost_) options_.elsewhere([this] { resume(); });
    if (what.of) leave(what.of);
}

// Until nothing is under way any more, nothing is judged on what was counted on.
void source_inbox::lose(ticket const& what, result<appended> const& said) {
    auto const is_unwritten =
        said || (said.error().kind != errc::outcome_unknown && said.error().kind != errc::corrupt);
    if (is_unwritten && !what.is_lasting) {
        auto const lock = std::scoped_lock(noting_);
        refused_.push_back(what.assumed);
    } else {
        must_rebuild_ = true;
    }
    is_lost_ = true;
}

void source_inbox::settle_message(ticket const& what, result<appended> said) {
    auto& item = what.of->items[what.i];
    auto const home = source_.home_of(item.what.stream);
    if (said && !said->repeated) {
        if (what.why == purpose::hold) {
            item.answer = answer{.verdict = verdict::held, .at = said->at, .why = what.reason};
            auto const lock = std::scoped_lock(noting_);
            durable_.push_back(item.what.id);
        } else {
            item.answer =
                answer{.verdict = verdict::recorded, .at = said->at, .recorded = said->first};
        }
        return;
    }
    if (said) {
        // The log remembers the message, or only that it was held once.
        if (said->versions.contains(home))
            item.answer =
                answer{.verdict = verdict::duplicate, .at = said->at, .recorded = said->first};
        else
            item.is_known = true;
        return;
    }
    auto const& why = said.error();
    if (why.code == not_there_code) {
        // What it is older than may not be there either: then it is judged again.
        if (!is_lost_) item.answer = answer{.verdict = verdict::stale};
    } else if (why.code == "command_id_reused")
        item.answer = std::unexpected(reused(source_, item.what));
    else if (why.code == "event_id_reused" && what.why == purpose::hold)
        item.is_known = true;
    else if (why.code == "event_id_reused")
        item.seen_at = position_in(why);
    else if (why.kind == errc::conflict)
        return;  // overtaken: it is judged again
    else if (is_fault_of_request(why) && !what.assumed.taken.empty() && !item.is_alone)
        item.is_alone = true;  // the fault may be another's
    else
        item.answer = std::unexpected(fault_of_message(std::move(said).error()));
}

// By now its record may give another reason, which is no other message.
void source_inbox::settle_confirm(ticket const& what, result<appended> const& said) {
    auto& item = what.of->items[what.i];
    if (said)
        item.answer = answer{.verdict = what.meant, .at = said->at, .why = what.reason};
    else if (said.error().code == "event_id_reused" || said.error().code == "command_id_reused")
        item.answer = answer{.verdict = what.meant, .why = what.reason};
    else if (said.error().kind != errc::conflict)
        item.answer = std::unexpected(said.error());
}

void source_inbox::settle_release(ticket const& what, result<appended> const& said) {
    if (what.of) {
        auto& item = what.of->items[what.i];
        auto& begun = what.of->begun;
        if (said) {
            if (!begun) begun = answer{.verdict = what.meant, .recorded = said->first};
            begun->at = said->at;
            if (!what.is_part) item.answer = *begun;
        } else if (said.error().kind == errc::conflict)
            item.answer = std::unexpected(error{
                .kind = errc::unavailable,
                .code = "inbox_busy",
                .message = "another message of its stream was faster"
            });
        else
            item.answer = std::unexpected(said.error());
        return;
    }
    if (said || !is_fault_of_request(said.error())) return;
    auto const lock = std::scoped_lock(noting_);
    auto const& taken = what.assumed.taken;
    if (taken.size() == 1)
        given_up_.insert_or_assign(taken.front().what->id, said.error().message);
    else
        for (auto const& one : taken) alone_.insert(one.what->id);
}

// An event with the id of this message stands in its home stream.
result<void> source_inbox::compare(round_item& one) const {
    auto const at = *std::exchange(one.seen_at, {});
    DIPTYCH_TRY(
        auto const found,
        log_.read(
            {.what = {.engine_events = true},
             .after = position{at.value - 1},
             .up_to = at,
             .limit = 1}
        )
    );
    if (found.empty()) return fail(errc::failed, "no event stands where one was found");
    auto const& event = found[0];
    auto const is_same = event.type == one.what.type &&
                         (event.erased || event.data == one.what.data) &&
                         passing_of(event, source_).version == one.what.version;
    if (event.type != skipped_type && !is_same) return std::unexpected(reused(source_, one.what));
    one.answer = answer{
        .verdict = verdict::duplicate,
        .at = token{event.epoch, event.position},
        .recorded = is_same ? event.position : position{}
    };
    return {};
}

}  // namespace diptych::inbox
