// Clients who have commands executed later, and a worker beside the node who executes some of them.
#include "sim/workload.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::sim {

void clients::queue(std::vector<write::queued_command> commands) {
    queued_.push_back({.commands = std::move(commands)});
    submit_to_queue(queued_.back());
}

void clients::queue_again() {
    if (!queued_.empty()) submit_to_queue(draws_.one_of(queued_));
}

void clients::queue_other_as_before() {
    if (queued_.empty()) return;
    auto other = draws_.one_of(queued_);
    other.commands.back().body = fmt::format(R"({{"other":{}}})", ++operations_);
    other.commands.back().name = "print";
    submit_to_queue(std::move(other));
}

void clients::submit_to_queue(queue_attempt made) {
    auto commands = made.commands;
    auto& one = begin(std::move(made));
    world_.node().queue()->put(std::move(commands), [this, &one](result<appended> answer) {
        over(one);
        if (answer) saw(answer->at);
        std::get<queue_attempt>(one.what).answer = std::move(answer);
    });
}

// Nothing can have ended it.
bool clients::is_certain(leased_by_worker const& one) const {
    return one.life == world_.life() && !one.may_be_over && world_.time().highest() < one.until;
}

void clients::lease(std::string const& name, std::size_t limit, std::chrono::microseconds length) {
    auto const now = world_.time().now();
    auto const given = world_.node().queue()->receive(name, limit, length);
    if (!given) return;
    for (auto const& [what, lease, until] : *given) {
        for (auto const& other : leases_) {
            auto const is_same = other.id == what.id;
            if (!is_certain(other) || (!is_same && (what.key.empty() || what.key != other.key)))
                continue;
            history_.noticed = fmt::format(
                "command {} is leased to two{}", what.id, is_same ? "" : ", as " + other.id
            );
        }
        if (until > now + length) history_.noticed = "a lease is longer than was asked for";
        leases_.push_back(
            {.id = what.id, .key = what.key, .lease = lease, .until = until, .life = world_.life()}
        );
    }
}

leased_by_worker* clients::some_lease() {
    if (leases_.empty()) return nullptr;
    return &leases_[draws_.below(leases_.size())];
}

void clients::give_back(leased_by_worker const& one) {
    std::erase_if(leases_, [token = one.lease](auto const& each) { return each.lease == token; });
}

void clients::complete() {
    auto* const held = some_lease();
    if (held == nullptr) return;
    completion_attempt made{.id = held->id, .may_be_lost = !is_certain(*held)};
    append_request effects;
    outcome how;
    if (draws_.one_in(6)) {
        made.is_refusal = true;
        how = {.is = outcome::kind::refused, .reason = "no_paper"};
    } else if (!draws_.one_in(4)) {
        made.operation = ++operations_;
        effects.events.push_back(
            {.stream = "sheet-" + std::to_string(draws_.between(1, 3)),
             .type = "printed",
             .data = fmt::format(R"({{"op":{}}})", made.operation),
             .metadata = fmt::format(R"({{"command_id":"{}"}})", held->id)}
        );
    }
    auto& one = begin(std::move(made));
    auto answer = world_.node().queue()->complete(held->id, held->lease, how, std::move(effects));
    over(one);
    if (answer) saw(answer->at);
    if (answer || answer.error().code == "lease_lost")
        give_back(*held);
    else if (answer.error().kind == errc::outcome_unknown)
        held->may_be_over = true;
    std::get<completion_attempt>(one.what).answer = std::move(answer);
}

void clients::abandon() {
    auto* const held = some_lease();
    if (held == nullptr) return;
    auto const done = world_.node().queue()->abandon(
        held->id, held->lease, {errc::failed, "abandoned", "no ink"}
    );
    if (!done && done.error().code == "lease_lost" && is_certain(*held))
        history_.noticed = fmt::format("the lease of {} is lost, and nobody took it", held->id);
    if (done || done.error().code == "lease_lost") return give_back(*held);
    held->may_be_over = true;
}

void clients::renew(std::chrono::microseconds length) {
    auto* const held = some_lease();
    if (held == nullptr) return;
    auto const until = world_.node().queue()->renew(held->id, held->lease, length);
    if (until) {
        held->until = *until;
        return;
    }
    if (until.error().code != "lease_lost") return;
    if (is_certain(*held))
        history_.noticed = fmt::format("the lease of {} is lost, and nobody took it", held->id);
    give_back(*held);
}

}  // namespace diptych::sim
