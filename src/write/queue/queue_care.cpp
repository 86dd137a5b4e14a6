// What is asked of a command queue from outside: how commands are, and working on them elsewhere.
#include "base/planted_bug.hpp"
#include "log/hash.hpp"
#include "log/known_answer.hpp"
#include "write/metadata.hpp"
#include "write/queue/command_queue_parts.hpp"
#include "write/record_types.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>
#include <diptych/uuid.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

std::unexpected<error> not_queued(std::string_view id) {
    return fail(
        errc::not_found, "not_queued", "there is no command '" + std::string(id) + "' in the queue"
    );
}

std::unexpected<error> has_ended(queued_status const& how) {
    return fail(
        errc::not_found,
        "ended_already",
        "command '" + how.command.id + "' has ended already: " + std::string(to_string(how.is))
    );
}

std::unexpected<error> being_ended(std::string_view id) {
    return fail(
        errc::unavailable,
        "under_way",
        "command '" + std::string(id) + "' is being worked on; ask again"
    );
}

std::unexpected<error> executed_already(std::string_view id) {
    return fail(
        errc::not_found,
        "ended_already",
        "command '" + std::string(id) + "' was executed already; how, the queue is about to say"
    );
}

std::unexpected<error> lease_lost(std::string_view id) {
    return fail(
        errc::conflict,
        "lease_lost",
        "command '" + std::string(id) +
            "' is not leased to whoever says so: the lease has run out, or it has ended otherwise"
    );
}

// What a worker says under a lease, he may say again: his first answer may have gone astray.
command_key completion_key(
    std::string_view lease, result<outcome> const& how, append_request const& with
) {
    json::writer said;
    said.begin_array();
    if (how)
        said.value(diptych::to_json(*how));
    else
        said.value(how.error().code).value(how.error().message);
    for (auto const& event : with.events) {
        for (auto const* const part : {&event.stream, &event.type, &event.data, &event.metadata})
            said.value(*part);
        said.begin_array();
        for (auto const& tag : event.tags) said.value(tag);
        said.end_array();
    }
    said.end_array();
    return {
        .caller = "$lease",
        .id = std::string(lease),
        .digest = log::sha256({std::move(said).text()})
    };
}

}  // namespace

result<queued_status> command_queue::status(std::string_view id) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(auto const used, my.catch_up_if_used());
    if (!used) return not_queued(id);
    DIPTYCH_TRY(auto found, my.ledger->status(id));
    if (!found) return not_queued(id);
    using state = queued_status::state;
    if (found->is == state::waiting || found->is == state::dead) my.note_who_works(found->command);
    return *std::move(found);
}

result<std::vector<queued_command>> command_queue::list(
    bool only_dead, position after, std::size_t limit
) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(auto const used, my.catch_up_if_used());
    if (!used) return std::vector<queued_command>{};
    DIPTYCH_TRY(auto page, my.ledger->list(only_dead, after, limit));
    for (auto& one : page) my.note_who_works(one);
    return page;
}

std::vector<std::string> command_queue::outside() const {
    auto const& all = parts_->options.outside;
    return {all.begin(), all.end()};
}

result<std::vector<std::string>> command_queue::unhandled() {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(auto const used, my.catch_up_if_used());
    if (!used) return std::vector<std::string>{};
    DIPTYCH_TRY(auto all, my.ledger->names());
    std::erase_if(all, [&](std::string const& name) { return my.is_known(name); });
    return all;
}

result<std::uint64_t> command_queue::retry(std::string_view id) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(auto const used, my.catch_up_if_used());
    auto count = used ? my.ledger->hurry(id) : result<std::uint64_t>(0);
    if (!count) return count;
    if (*count == 0 && !id.empty())
        return fail(
            errc::not_found, "not_dead", "command '" + std::string(id) + "' is no dead letter"
        );
    return count;
}

result<void> command_queue::drop(std::string_view id) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    for (;;) {
        DIPTYCH_TRY(auto const used, my.catch_up_if_used());
        if (!used) return not_queued(id);
        DIPTYCH_TRY(auto const found, my.ledger->find(id));
        if (!found) {
            DIPTYCH_TRY(auto const ended, my.ledger->status(id));
            if (ended) return has_ended(*ended);
            return not_queued(id);
        }
        if (my.is_taken(found->id)) return being_ended(found->id);
        auto how = found->options();
        if (is_planted(bug::dropped_when_executed)) how.caller = "nobody";
        // Under the command's own id: then it was not executed before, and can not be later.
        auto const said = my.log.append(
            {.events = {queue_dropped_record(*found)},
             .unless = unless_recorded{.what = my.records_about(*found), .after = my.ledger->at()},
             .command =
                 command_key{
                     .caller = how.caller,
                     .id = how.command_id,
                     .digest = log::sha256({"dropped", found->id})
                 }}
        );
        if (said) {
            my.note_ended(found->id);
            (void)my.catch_up();
            return {};
        }
        // Executed already, by a step before a crash or by whoever sent it again without waiting
        // for the queue: then its answer need not wait for its time.
        if (said.error().code == "command_id_reused") {
            DIPTYCH_TRY(my.ledger->hold(found->id, my.time.now(), found->attempts, found->why));
            return executed_already(found->id);
        }
        if (said.error().kind != errc::conflict) return std::unexpected(said.error());
    }
}

result<std::vector<leased_command>> command_queue::receive(
    std::string_view name, std::size_t limit, std::chrono::microseconds length
) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    if (!my.options.outside.contains(name))
        return fail(
            errc::not_found,
            "not_outside",
            "'" + std::string(name) + "' is not among the commands that are worked on elsewhere"
        );
    DIPTYCH_TRY(my.catch_up());
    auto const now = my.time.now();
    auto const until = now + std::min(length, my.options.lease_longest);
    auto const taken = [&my](std::string const& id) {
        return my.is_taken(id) && !is_planted(bug::leased_twice);
    };
    DIPTYCH_TRY(auto commands, my.ledger->ready(now, limit, taken, name));
    std::vector<leased_command> all;
    for (auto& one : commands) {
        auto token = to_string(make_uuid_v7(
            std::chrono::floor<std::chrono::milliseconds>(now), my.random.next(), my.random.next()
        ));
        my.leases.insert_or_assign(one.id, parts::lease{token, until});
        all.push_back({.what = std::move(one), .lease = std::move(token), .until = until});
    }
    return all;
}

void command_queue::parts::note_who_works(queued_command& of) const {
    of.is_unhandled = !is_known(of.name);
    if (auto const found = leases.find(of.id); found != leases.end())
        of.leased_until = found->second.until;
}

void command_queue::parts::note_ended(std::string const& id) {
    outages.erase(id);
    std::lock_guard const lock(mutex);
    ++shown.ended;
}

result<queued_command*> command_queue::parts::leased(
    std::string_view id, std::string_view token, std::optional<queued_command>& into
) {
    DIPTYCH_TRY(catch_up());
    DIPTYCH_TRY(into, ledger->find(id));
    auto const found = leases.find(id);
    if (!into || found == leases.end() || found->second.token != token) return lease_lost(id);
    return &*into;
}

// Where nothing is known of it, or something else, `otherwise` is the answer.
result<appended> command_queue::parts::completed_before(command_key key, error const& otherwise) {
    auto said = log.propose_and_wait(log::known_answer_or(std::move(key), otherwise));
    if (!said && said.error().code == "command_id_reused") return std::unexpected(otherwise);
    return said;
}

result<appended> command_queue::complete(
    std::string_view id, std::string_view lease, result<outcome> const& how, append_request effects
) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    std::optional<queued_command> kept;
    effects.command = completion_key(lease, how, effects);
    auto const what = my.leased(id, lease, kept);
    if (!what) return my.completed_before(*std::move(effects.command), what.error());
    if (is_planted(bug::completed_apart) && !effects.events.empty()) {
        DIPTYCH_TRY(my.log.append({.events = std::exchange(effects.events, {})}));
    }
    auto said_of_it = how;
    for (auto& event : effects.events) {
        if (said_of_it && said_of_it->accepted())
            said_of_it->events.push_back({.type = event.type, .stream = event.stream});
        if (event.metadata.empty() || event.metadata == "{}")
            event.metadata = metadata_of((*what)->name, (*what)->options());
    }
    effects.events.push_back(queue_answer_record(**what, said_of_it));
    // Somebody else may have ended it where nobody was told so.
    if (!effects.unless)
        effects.unless =
            unless_recorded{.what = my.records_about(**what), .after = my.ledger->at()};
    auto key = *effects.command;
    auto said = my.log.append(std::move(effects));
    if (!said && said.error().kind == errc::conflict) {
        if (my.catch_up() && !my.leased(id, lease, kept))
            return my.completed_before(std::move(key), lease_lost(id).error());
        return said;
    }
    if (!said) return said;
    my.leases.erase(my.leases.find(id));
    my.note_ended(std::string(id));
    (void)my.catch_up();  // it is recorded, whatever is wrong with the ledger
    return said;
}

result<void> command_queue::abandon(std::string_view id, std::string_view lease, error why) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    std::optional<queued_command> kept;
    DIPTYCH_TRY(auto const* const what, my.leased(id, lease, kept));
    my.leases.erase(my.leases.find(id));
    return my.note_failure(*what, std::move(why));
}

result<timestamp> command_queue::renew(
    std::string_view id, std::string_view lease, std::chrono::microseconds length
) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    std::optional<queued_command> kept;
    DIPTYCH_TRY(my.leased(id, lease, kept));
    auto& found = my.leases.find(id)->second;
    found.until = my.time.now() + std::min(length, my.options.lease_longest);
    return found.until;
}

}  // namespace diptych::write
