#include "app/map/domain_map.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace diptych::app {

namespace {

using names = std::vector<std::string>;

bool is_in(names const& all, std::string const& name) {
    return std::ranges::find(all, name) != all.end();
}

void add(names& to, std::string const& name) {
    if (!is_in(to, name)) to.push_back(name);
}

// Under today's name; what is no event of any context stays as it is.
class today {
public:
    explicit today(std::span<model::context const* const> contexts) {
        for (auto const* const context : contexts)
            for (auto const& event : context->events)
                for (auto const& old : event.formerly) names_.emplace(old, event.type);
    }

    names of(names const& types) const {
        names made;
        for (auto const& type : types) {
            auto const found = names_.find(type);
            add(made, found == names_.end() ? type : found->second);
        }
        return made;
    }

private:
    std::map<std::string, std::string> names_;
};

mapped_command mapped_of(model::command const& command) {
    mapped_command made{
        .name = command.context + "." + command.name,
        .events = command.events,
        .refusals = command.refusals
    };
    for (auto const& one : command.parameters)
        if (one.of != nullptr) add(made.states, one.of->name);
    return made;
}

// By the name it has in its context: two contexts may each have one of this name.
void add_states(model::context const& context, today const& as, std::vector<event_taker>& to) {
    std::map<std::string, names> states;
    for (auto const& command : context.commands)
        for (auto const& one : command.parameters)
            if (one.of != nullptr) states[one.of->name] = as.of(one.of->types);
    for (auto& [name, events] : states)
        to.push_back(
            {.kind = taker_kind::state,
             .name = context.name + "." + name,
             .events = std::move(events)}
        );
}

event_taker taker_of(model::context const& context, model::process const& one, today const& as) {
    auto types = one.types;
    types.insert(types.end(), one.state.types.begin(), one.state.types.end());
    std::erase_if(types, [](auto const& type) { return is_engine_type(type); });
    return {
        .kind = taker_kind::process,
        .name = context.name + "." + one.name,
        .events = as.of(types),
        .sends = one.sends
    };
}

void add_kinds(std::vector<model::field> const& fields, names& to) {
    for (auto const& field : fields) {
        if (!field.of.id_kind.empty()) add(to, field.of.id_kind);
        add_kinds(field.of.fields, to);
    }
}

// Of the ids that an event may carry.
names kinds_of(model::event const& event) {
    names all{event.home_kind};
    add_kinds(event.fields, all);
    return all;
}

// What may go out; whether it does may depend on an event's data.
event_taker taker_of(
    outbox::declaration const& channel, std::span<model::context const* const> contexts
) {
    event_taker made{.kind = taker_kind::channel, .name = channel.name};
    for (auto const* const context : contexts)
        for (auto const& event : context->events)
            if (channel.what.may_take(event.type, event.home_kind, kinds_of(event)))
                add(made.events, event.type);
    return made;
}

// Under its full name, if it is one of these.
std::string full_name_of(std::string const& command, domain_map const& in) {
    for (auto const& one : in.commands)
        if (one.name.ends_with("." + command)) return one.name;
    return command;
}

mapped_source source_of(intake::declaration const& channel, domain_map const& in) {
    mapped_source made{.name = channel.name};
    for (auto const& rule : channel.rules) {
        if (rule.to == intake::rule::target::command)
            add(made.commands, full_name_of(rule.name, in));
        else if (!rule.event.empty() || !rule.is_prefix)
            add(made.events, rule.event.empty() ? rule.type : rule.event);
    }
    return made;
}

void find_troubles(domain_map& in) {
    std::set<std::string> taken;
    for (auto const& one : in.takers) taken.insert(one.events.begin(), one.events.end());
    for (auto const& event : in.events)
        if (!taken.contains(event)) in.untaken.push_back(event);
    std::set<std::string> known(in.outside.begin(), in.outside.end());
    for (auto const& one : in.commands) known.insert(one.name);
    for (auto const& one : in.takers)
        for (auto const& sent : one.sends.value_or(names{}))
            if (!known.contains(sent)) add(in.unhandled, sent);
    for (auto const& one : in.sources)
        for (auto const& sent : one.commands)
            if (!known.contains(sent)) add(in.unhandled, sent);
}

}  // namespace

std::string_view to_string(taker_kind kind) {
    switch (kind) {
        case taker_kind::state:
            return "state";
        case taker_kind::view:
            return "view";
        case taker_kind::process:
            return "process";
        case taker_kind::channel:
            return "channel";
    }
    return "";
}

domain_map map_of(map_sources const& from) {
    today const as(from.contexts);
    domain_map made{.outside = from.outside};
    for (auto const* const context : from.contexts) {
        for (auto const& command : context->commands) made.commands.push_back(mapped_of(command));
        for (auto const& event : context->events) add(made.events, event.type);
        add_states(*context, as, made.takers);
    }
    for (auto const* const context : from.contexts)
        for (auto const& process : context->processes)
            made.takers.push_back(taker_of(*context, process, as));
    for (auto const& view : from.views)
        made.takers.push_back(
            {.kind = taker_kind::view, .name = view.name, .events = as.of(view.types)}
        );
    for (auto const& channel : from.channels)
        made.takers.push_back(taker_of(channel, from.contexts));
    for (auto const& channel : from.incoming) made.sources.push_back(source_of(channel, made));
    // Where no context declares them, events are those that somebody takes.
    if (from.contexts.empty())
        for (auto const& one : made.takers)
            for (auto const& event : one.events) add(made.events, event);
    find_troubles(made);
    return made;
}

}  // namespace diptych::app
