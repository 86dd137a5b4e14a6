#include "intake/mapping.hpp"

#include "intake/envelope.hpp"
#include "intake/records.hpp"
#include "log/hash.hpp"

#include <diptych/event.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>
#include <diptych/uuid.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace diptych::intake {

namespace {

std::string first_of(std::initializer_list<std::string_view> all) {
    for (auto const one : all)
        if (!one.empty()) return std::string(one);
    return {};
}

std::string type_in(declaration const& of, envelope const& in) {
    if (of.type) return of.type->fill(in);
    return first_of({in.attribute("type"), in.message().topic});
}

std::string hashed(std::initializer_list<std::string_view> parts) {
    return "sha256:" + log::to_hex(log::sha256(parts));
}

std::string bounded(std::string id) {
    if (id.size() <= name_size_max) return id;
    return hashed({" ", id});
}

// Without a blank in the source the first one ends it.
std::string joined(std::string_view source, std::string_view id) {
    auto plain = std::string(source) + " " + std::string(id);
    if (plain.size() <= name_size_max && !source.contains(' ')) return plain;
    return hashed({std::to_string(source.size()), " ", plain});
}

std::string id_said(declaration const& of, envelope const& in, std::string_view fresh) {
    if (of.id)
        if (auto given = of.id->fill(in); !given.empty()) return bounded(std::move(given));
    auto const& what = in.message();
    // Two producers may each have one of this id, if it is not one that is the only one anywhere.
    auto const id = in.attribute("id");
    if (!id.empty() && !in.attribute("source").empty() && !parse_uuid(id))
        return joined(in.attribute("source"), id);
    return bounded(first_of(
        {in.attribute("id"),
         what.header("nats-msg-id"),
         what.header("webhook-id"),
         what.header("idempotency-key"),
         what.place,
         fresh}
    ));
}

std::string id_in(declaration const& of, envelope const& in, given_ids const& ids) {
    auto said = id_said(of, in, ids.fresh);
    // What is kept of an id is for people: of one that is no UTF-8 it is not all.
    return ids.known.empty() || readable(said) == ids.known ? said : ids.known;
}

std::string key_in(declaration const& of, envelope const& in) {
    if (of.key) return of.key->fill(in);
    return first_of({in.attribute("subject"), in.message().key});
}

std::string data_in(rule const& by, envelope const& in) {
    if (by.fields.empty()) return std::string(in.data().raw());
    json::writer to;
    to.begin_object();
    for (auto const& [name, path] : by.fields)
        if (auto const found = in.data().at(path)) to.raw_member(name, found->raw());
    to.end_object();
    return std::move(to).text();
}

std::unexpected<error> unreadable(std::string why) {
    return fail(errc::invalid, "malformed_message", std::move(why));
}

// As POST /inbox takes it.
result<std::string> message_in(rule const& by, envelope const& in, asked const& what) {
    auto const stream = by.stream ? by.stream->fill(in) : std::string(in.attribute("subject"));
    json::writer to;
    to.begin_object().member("message_id", what.message_id);
    to.member("stream", first_of({stream, in.message().key, what.type}));
    if (by.version) {
        auto const version = by.version->fill(in);
        auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
        if (version.empty() || version.size() > 18 || !std::ranges::all_of(version, is_digit) ||
            version.front() == '0')
            return unreadable(fmt::format("'{}' is no version: a whole number from 1", version));
        to.raw_member("version", version);
    }
    to.member("type", by.event.empty() ? what.type : by.event);
    to.raw_member("data", data_in(by, in));
    if (auto const time = in.attribute("time"); !time.empty()) to.member("occurred_at", time);
    to.end_object();
    return std::move(to).text();
}

}  // namespace

result<asked> asked_by(
    declaration const& of, delivery const& what, given_ids const& ids, known_facts& facts
) {
    facts.message_id =
        bounded(first_of({ids.known, what.header("nats-msg-id"), what.place, ids.fresh}));
    facts.type = what.topic;
    DIPTYCH_TRY(auto const in, envelope::open(what));
    asked made{.channel = of.name};
    made.type = facts.type = type_in(of, in);
    made.message_id = facts.message_id = id_in(of, in, ids);
    made.key = key_in(of, in);
    made.correlation_id =
        first_of({in.attribute("correlationid"), what.header("x-correlation-id")});
    made.traceparent = first_of({in.attribute("traceparent"), what.header("traceparent")});
    auto const* const by = of.find_rule(made.type);
    if (by == nullptr)
        return fail(
            errc::invalid,
            "unmapped_message",
            fmt::format("channel {} has no [on] for messages of type '{}'", of.name, made.type)
        );
    made.to = by->to;
    made.name = by->name;
    if (by->to == rule::target::command) {
        made.body = data_in(*by, in);
    } else {
        DIPTYCH_TRY(made.body, message_in(*by, in, made));
    }
    return made;
}

}  // namespace diptych::intake
