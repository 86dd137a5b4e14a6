#include "write/process/input_round.hpp"

#include "write/process/process_records.hpp"
#include "write/trying_again.hpp"
#include "write/user_code.hpp"

#include <diptych/environment.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

constexpr std::size_t record_bytes_max = 1u << 20;

}  // namespace

result<input_round::standing*> input_round::standing_of(std::string const& instance) {
    if (auto const known = standings_.find(instance); known != standings_.end())
        return &known->second;
    standing now;
    DIPTYCH_TRY(auto const found, ledger_.find(instance));
    if (found) {
        now.started = found->started;
        now.is_finished = found->finished.has_value();
    }
    DIPTYCH_TRY(now.is_parked, ledger_.is_parked(instance));
    return &standings_.emplace(instance, now).first->second;
}

bool input_round::is_start(recorded_event const& input) const {
    return process_.starts.empty() ||
           std::ranges::find(process_.starts, input.type) != process_.starts.end();
}

result<std::optional<input_round::owner>> input_round::owner_of(recorded_event const& input) {
    std::optional<owner> found;
    DIPTYCH_TRY(auto const key, instances_.key_of(input));
    if (!key) return found;
    if (is_engine_type(input.type)) return found = owner{*key, true}, found;
    if (std::ranges::any_of(*key, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return fail(errc::corrupt, "bad_key", "the key of " + process_.name + " is no name");
    if (instances_.is_instance(*key)) return found = owner{*key, input.carries(*key)}, found;
    if (auto const known = correlated_.find(*key); known != correlated_.end())
        return found = owner{known->second, false}, found;
    DIPTYCH_TRY(auto const known, ledger_.correlated(*key));
    if (known) found = owner{*known, false};
    return found;
}

// Of an input that can not be read, the instance it is most likely of.
std::string input_round::instance_by_tags(recorded_event const& input) const {
    std::string found;
    auto const look = [&](std::string_view name) {
        if (category_of(name) != process_.id_kind || name == found) return;
        found = found.empty() ? std::string(name) : std::string(unknown_instance);
    };
    look(input.stream);
    for (auto const tag : input.tags) look(tag);
    return found.empty() ? std::string(unknown_instance) : found;
}

result<bool> input_round::is_stale(std::string const& instance, recorded_event const& input) {
    if (!is_answer_type(input.type)) return false;
    DIPTYCH_TRY(auto const about, parse_answer(input));
    if (about.slot.empty()) return false;
    if (auto const known = latest_.find({instance, about.slot}); known != latest_.end())
        return known->second != about.id;
    DIPTYCH_TRY(auto const latest, ledger_.latest(instance, about.slot));
    return latest && *latest != about.id;
}

bool input_round::is_to_be_awaited(error const& what) const {
    return passes_by_itself(what) && !(parks_damage_ && is_bad_place(what));
}

result<void> input_round::look_at(recorded_event const& input) {
    auto const whose = owner_of(input);
    if (!whose && is_to_be_awaited(whose.error())) return std::unexpected(whose.error());
    if (whose && !*whose) return {};
    auto const instance = whose ? (*whose)->instance : instance_by_tags(input);
    DIPTYCH_TRY(auto* const now, standing_of(instance));
    if (now->is_finished) return {};
    if (whose && !now->started && !now->is_parked && !is_start(input)) return {};
    ++inputs_;
    if (now->is_parked && instance != unknown_instance) {
        park({.instance = instance, .input = input.position}, input);
        return {};
    }
    auto done = whose ? take(**whose, input, *now) : result<void>(std::unexpect, whose.error());
    if (done) return {};
    instances_.forget(instance);
    if (is_to_be_awaited(done.error())) return done;
    now->is_parked = true;
    last_fault_ = done.error();
    faulty_.push_back(input.position);
    park(
        {.instance = instance,
         .input = input.position,
         .attempts = 1,
         .why = std::move(done).error()},
        input
    );
    return {};
}

result<void> input_round::take(owner const& whose, recorded_event const& input, standing& now) {
    DIPTYCH_TRY(auto const stale, is_stale(whose.instance, input));
    if (stale) return {};
    auto first = now;
    if (!first.started) first.started = input.position;
    std::string metadata;
    DIPTYCH_TRY(auto const wanted, react(whose.instance, first, input, metadata));
    auto const begins = !process_.starts.empty() && !now.started;
    if (wanted.asks_for_nothing() && whose.is_named && !begins) return {};
    add(whose.instance, wanted, std::move(metadata));
    return {};
}

result<void> input_round::try_again(parked_input const& what, recorded_event const& input) {
    instances_.forget(what.instance);
    DIPTYCH_TRY(auto const whose, owner_of(input));
    if (!whose)
        return put(dropped_record(process_.name, what.instance, what.input)), result<void>{};
    instances_.forget(whose->instance);
    DIPTYCH_TRY(auto* const found, standing_of(whose->instance));
    auto now = *found;
    DIPTYCH_TRY(auto const stale, is_stale(whose->instance, input));
    if (stale || now.is_finished || (!now.started && !is_start(input)))
        return put(dropped_record(process_.name, what.instance, what.input)), result<void>{};
    if (!now.started) now.started = input.position;
    std::string metadata;
    DIPTYCH_TRY(auto const wanted, react(whose->instance, now, input, metadata));
    add(whose->instance, wanted, std::move(metadata));
    return {};
}

result<reaction_record> input_round::react(
    std::string const& instance,
    standing const& now,
    recorded_event const& input,
    std::string& metadata
) {
    auto const first = process_.starts.empty() ? position{} : *now.started;
    DIPTYCH_TRY(auto const* const state, instances_.after(instance, first, input));
    environment const surroundings{time_.now(), random_.next()};
    DIPTYCH_TRY(auto const said, guarded("react of " + process_.name, [&] {
                    return process_.react(state, input, instance, surroundings);
                }));
    auto wanted = record_of(said, process_.name, instance, input.position, surroundings.now);
    DIPTYCH_TRY(check(wanted, instance));
    metadata = metadata_of(following(input), surroundings.now, surroundings.seed);
    return wanted;
}

result<void> input_round::check(reaction_record const& wanted, std::string const& instance) {
    auto const record = to_json(wanted, process_.name, instance);
    if (record.size() > record_bytes_max)
        return fail(
            errc::failed,
            "reaction_too_large",
            "one reaction of " + process_.name + " has " + std::to_string(record.size()) +
                " bytes on record; there may be " + std::to_string(record_bytes_max)
        );
    // What can not be read again must not get into the log: it would stop all instances.
    recorded_event recorded{};
    recorded.type = reaction_type;
    recorded.data = record;
    DIPTYCH_TRY(parse_reaction(recorded));
    for (auto const& id : wanted.correlate) {
        auto const known = correlated_.find(id);
        DIPTYCH_TRY(
            auto const whose,
            known != correlated_.end() ? result<std::optional<std::string>>(known->second)
                                       : ledger_.correlated(id)
        );
        if (whose && *whose != instance)
            return fail(
                errc::failed,
                "correlated_already",
                id + " belongs to " + *whose + " of " + process_.name + ", and not to " + instance
            );
    }
    return {};
}

void input_round::add(
    std::string const& instance, reaction_record const& what, std::string metadata
) {
    auto& now = standings_[instance];
    if (!now.started) now.started = what.input;
    now.is_finished = now.is_finished || what.finish;
    for (auto const& id : what.correlate) correlated_[id] = instance;
    for (auto const& command : what.commands)
        if (!command.slot.empty()) latest_[{instance, command.slot}] = command.id;
    ++reactions_;
    put(
        {.stream = record_stream(process_.name, instance),
         .type = std::string(reaction_type),
         .data = to_json(what, process_.name, instance),
         .metadata = std::move(metadata)}
    );
}

void input_round::park(parked_input what, recorded_event const& input) {
    constexpr std::size_t message_max = 4'096;
    if (what.why.message.size() > message_max) what.why.message.resize(message_max);
    put(parked_record(process_.name, what, following(input)));
}

void input_round::put(event_data record) {
    bytes_ += record.data.size() + record.metadata.size();
    records_.push_back(std::move(record));
}

}  // namespace diptych::write
