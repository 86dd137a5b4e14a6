#include "edge/inbox_json.hpp"

#include "edge/json_members.hpp"

#include <algorithm>

namespace diptych::edge {

namespace {

void write_answer(json::writer& to, std::string const& id, inbox::answer const& said) {
    to.member("message_id", id).member("outcome", to_string(said.verdict));
    if (said.recorded.value > 0) to.member("position", said.recorded.value);
    if (said.at.position.value > 0) to.member("token", to_string(said.at));
    if (!said.why.empty()) to.member("why", said.why);
}

bool is_to_be_sent_again(error const& what) {
    return what.kind != errc::invalid && what.kind != errc::refused && what.code != "event_misfit";
}

int status_of_verdict(inbox::verdict what) {
    if (what == inbox::verdict::recorded) return 201;
    return what == inbox::verdict::held ? 202 : 200;
}

void write_results(
    json::writer& to,
    std::vector<std::string> const& ids,
    std::vector<result<inbox::answer>> const& said
) {
    to.begin_array();
    for (std::size_t i = 0; i < said.size(); ++i) {
        to.begin_object();
        if (said[i]) {
            write_answer(to, ids[i], *said[i]);
        } else {
            auto const& why = said[i].error();
            to.member("message_id", ids[i]).member("index", i);
            to.member("outcome", is_to_be_sent_again(why) ? "failed" : "refused");
            to.member("code", why.code).member("detail", why.message);
        }
        to.end_object();
    }
    to.end_array();
}

}  // namespace

http::response answer_of_message(std::string const& id, result<inbox::answer> const& said) {
    if (!said) return http::problem(said.error());
    json::writer body;
    body.begin_object();
    write_answer(body, id, *said);
    body.end_object();
    auto answer = http::json(status_of_verdict(said->verdict), std::move(body).text());
    if (said->verdict == inbox::verdict::recorded)
        answer.headers.add("Diptych-Token", to_string(said->at));
    return answer;
}

http::response answer_of_messages(
    std::vector<std::string> const& ids, std::vector<result<inbox::answer>> const& said
) {
    error const* worst = nullptr;
    token last;
    for (auto const& one : said) {
        if (one)
            last = std::max(last, one->at);
        else if (is_to_be_sent_again(one.error()))
            worst = &one.error();
    }
    json::writer results;
    write_results(results, ids, said);
    if (worst != nullptr) {
        auto what = *worst;
        what.facts = {{"results", std::move(results).text()}};
        return http::problem(what);
    }
    json::writer body;
    body.begin_object().raw_member("results", std::move(results).text());
    if (last.position.value > 0) body.member("token", to_string(last));
    body.end_object();
    auto answer = http::json(200, std::move(body).text());
    if (last.position.value > 0) answer.headers.add("Diptych-Token", to_string(last));
    return answer;
}

void write_source(
    json::writer& to, inbox::source_status const& of, std::vector<inbox::gap> const* gaps
) {
    to.begin_object().member("source", of.name).member("mode", to_string(of.mode));
    to.member("waiting", of.waiting).member("dead_letters", of.dead_letters);
    to.key("since_start").begin_object();
    to.member("received", of.received).member("recorded", of.recorded);
    to.member("duplicate", of.duplicate).member("stale", of.stale).member("held", of.held);
    to.member("released", of.released).member("refused", of.refused).end_object();
    if (gaps != nullptr) {
        to.key("gaps").begin_array();
        for (auto const& one : *gaps)
            to.begin_object()
                .member("stream", one.stream)
                .member("waits_for", one.waits_for)
                .member("since", time_text(one.since))
                .member("behind", one.behind)
                .end_object();
        to.end_array();
    }
    to.end_object();
}

void write_held(json::writer& to, inbox::held_message const& one) {
    to.begin_object().member("message_id", one.id).member("stream", one.stream);
    if (one.version > 0) to.member("version", one.version);
    to.member("type", one.type).raw_member("data", one.data);
    if (!one.occurred_at.empty()) to.member("occurred_at", one.occurred_at);
    to.member("since", time_text(one.place.since)).member("why", one.why).end_object();
}

}  // namespace diptych::edge
