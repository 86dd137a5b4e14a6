// What enters a command queue: commands are looked at, and stored once.
#include "base/planted_bug.hpp"
#include "log/hash.hpp"
#include "write/queue/command_queue_parts.hpp"
#include "write/record_stream.hpp"
#include "write/record_types.hpp"
#include "write/user_code.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

// The log knows ids for days, the ledger those of all that wait: together they know all of them, as
// long as the ledger has not fallen behind by days.
constexpr std::chrono::hours ledger_age_most{24};

// Not of its times: those of a request that is sent again are later ones.
log::hash256 digest_of(queued_command const& one) {
    auto const priority = std::to_string(one.priority);
    std::string whole;
    for (std::string_view const part :
         {std::string_view{one.id},
          std::string_view{one.name},
          std::string_view{one.body},
          std::string_view{one.key},
          std::string_view{priority},
          std::string_view{one.command_id},
          std::string_view{one.caller}})
        whole += log::bytes_of(log::sha256({part}));
    return log::sha256({whole});
}

log::hash256 digest_of(std::vector<queued_command> const& all) {
    std::string whole;
    for (auto const& one : all) whole += log::bytes_of(digest_of(one));
    return log::sha256({whole});
}

std::unexpected<error> id_reused(std::string_view id) {
    return fail(
        errc::invalid,
        "command_id_reused",
        "command id \"" + std::string(id) + "\" was used before, for another command"
    );
}

// As it would stand in the log. What can not be read again must not get there.
result<queued_command> as_read(event_data const& record) {
    recorded_event recorded{};
    recorded.type = queued_type;
    recorded.data = record.data;
    recorded.metadata = record.metadata;
    auto readable = parse_queued(recorded);
    if (!readable) return fail(errc::invalid, "bad_body", readable.error().message);
    return readable;
}

}  // namespace

bool command_queue::parts::is_known(std::string_view name) const {
    return options.outside.contains(name) || commands.find(name).has_value();
}

// Its full name, if it is one that somebody executes and its body can be read.
result<void> command_queue::parts::complete(queued_command& what) const {
    if (options.outside.contains(what.name)) {
        DIPTYCH_TRY(json::parse(what.body));
        return {};
    }
    DIPTYCH_TRY(auto const* const known, commands.find(what.name));
    what.name = known->context + "." + known->name;
    DIPTYCH_TRY(guarded("reading " + what.name, [&] { return known->parse(what.body); }));
    return {};
}

std::string command_queue::key_of(std::string_view command, std::string_view body) const {
    auto const known = parts_->commands.find(command);
    auto const document = json::parse(std::string(body));
    if (!known || !document) return {};
    for (auto const& field : (*known)->fields) {
        if (field.of.kind != model::value_kind::id) continue;
        auto const value = text_in(document->root(), field.name);
        if (!value.empty()) return field.of.id_kind + "-" + value;
    }
    return {};
}

void command_queue::put(
    std::vector<queued_command> commands,
    std::move_only_function<void(result<appended>)> done,
    std::string id
) {
    auto& my = *parts_;
    append_request request;
    std::vector<queued_command> read;
    for (auto& one : commands) {
        if (auto fit = my.complete(one); !fit) {
            auto why = std::move(fit).error();
            if (commands.size() > 1)
                why.facts.emplace_back("place", std::to_string(request.events.size()));
            return done(std::unexpected(std::move(why)));
        }
        request.events.push_back(queued_record(one));
        auto readable = as_read(request.events.back());
        if (!readable) return done(std::unexpected(std::move(readable).error()));
        read.push_back(*std::move(readable));
    }
    if (id.empty()) id = commands.front().id;
    auto before = my.queued_before(read, id);
    if (!before) return done(std::unexpected(std::move(before).error()));
    if (*before) return done(**std::move(before));
    {
        std::lock_guard const lock(my.mutex);
        if (my.shown.waiting + commands.size() > my.options.waiting_max)
            return done(fail(
                errc::unavailable,
                "queue_full",
                std::to_string(my.shown.waiting) + " commands wait; there may be " +
                    std::to_string(my.options.waiting_max)
            ));
    }
    // One namespace for all callers: that two have one id shows here, and not when it is too late.
    request.command =
        command_key{.caller = "$queue", .id = std::move(id), .digest = digest_of(commands)};
    if (is_planted(bug::queued_before_stored)) {
        auto const end = my.log.end();
        auto const count = static_cast<std::uint32_t>(commands.size());
        done(appended{
            .at = {end.epoch, end.position + count}, .first = end.position + 1, .count = count
        });
        return my.log.propose({.request = std::move(request), .done = [](auto const&) {}});
    }
    my.log.propose({.request = std::move(request), .done = std::move(done)});
}

// Waits for a step only where the queue has just begun, or is not stepped at all. Null: nothing has
// ever been queued.
result<std::shared_ptr<queue_ledger>> command_queue::parts::ledger_to_ask() {
    {
        auto const now = time.now();
        std::lock_guard const lock(mutex);
        if (ledger && caught_up_at && now >= *caught_up_at && now - *caught_up_at < ledger_age_most)
            return ledger;
    }
    return ledger_made_ready();
}

result<std::shared_ptr<queue_ledger>> command_queue::parts::ledger_made_ready() {
    std::lock_guard const at_work(working);
    auto used = catch_up_if_used();
    if (!used) {
        mistrust(used.error());
        used = catch_up_if_used();
    }
    if (!used) return std::unexpected(std::move(used).error());
    return *used ? ledger : nullptr;
}

// What the log has forgotten by time, though it waits, or ended not long ago.
result<std::optional<appended>> command_queue::parts::queued_before(
    std::vector<queued_command> const& asked_for, std::string_view id
) {
    DIPTYCH_TRY(auto asked, ledger_to_ask());
    std::optional<appended> none;
    if (!asked) return none;
    std::optional<position> first;
    for (std::size_t i = 0; i < asked_for.size() && !first; ++i) {
        auto place = asked->place_of(asked_for[i].id);
        if (!place) {
            DIPTYCH_TRY(asked, ledger_made_ready());
            if (!asked) return none;
            place = asked->place_of(asked_for[i].id);
        }
        if (!place) return std::unexpected(std::move(place).error());
        if (*place && **place <= position{i}) return id_reused(id);
        if (*place) first = position{(*place)->value - i};
    }
    if (!first) return none;
    // Those of one request stand one after the other.
    DIPTYCH_TRY(
        auto const page,
        log.read(
            {.what = records_of(queue_category, {std::string(queued_type)}),
             .after = position{first->value - 1},
             .up_to = position{first->value + asked_for.size()},
             .limit = asked_for.size() + 1}
        )
    );
    if (page.size() < asked_for.size()) return id_reused(id);
    appended before;
    before.first = *first;
    before.count = static_cast<std::uint32_t>(asked_for.size());
    before.repeated = true;
    for (std::size_t i = 0; i < asked_for.size(); ++i) {
        auto const& event = page[i];
        auto const stored = parse_queued(event);
        if (event.position.value != first->value + i || !stored ||
            digest_of(*stored) != digest_of(asked_for[i]))
            return id_reused(id);
        before.at = {event.epoch, event.position};
        before.versions.insert_or_assign(std::string(event.stream), event.version);
    }
    if (page.size() == asked_for.size()) return std::optional(std::move(before));
    auto const next = parse_queued(page[asked_for.size()]);
    auto const is_of_them =
        next && next->id == std::string(id) + "#" + std::to_string(asked_for.size() + 1);
    if (is_of_them) return id_reused(id);
    return std::optional(std::move(before));
}

result<std::optional<queued_status::state>> command_queue::seen(
    std::string_view id, position queued_at
) {
    DIPTYCH_TRY(auto const asked, parts_->ledger_to_ask());
    std::optional<queued_status::state> how = queued_status::state::waiting;
    if (!asked || asked->at().position < queued_at) return how;
    DIPTYCH_TRY(auto const known, asked->status(id));
    if (!known) return how.reset(), how;
    return how = known->is, how;
}

}  // namespace diptych::write
