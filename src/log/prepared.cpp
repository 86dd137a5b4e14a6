#include "log/prepared.hpp"

#include "log/conflict.hpp"
#include "log/idempotency.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

namespace {

constexpr std::size_t answer_overhead = 128;  // more than an answer record's fixed fields

// Calls `look` for each stream whose version matters, some more than once.
template <class Look>
result<void> each_stream(prepared const& what, Look look) {
    std::string_view before;
    for (auto const& record : what.records) {
        auto const stream = stream_of(record.bytes);
        if (stream == before) continue;
        before = stream;
        DIPTYCH_TRY(look(stream));
    }
    for (auto const& [stream, expected] : what.request.expect)
        if (!expected.is_any() && stream != before) {
            DIPTYCH_TRY(look(std::string_view(stream)));
        }
    return {};
}

}  // namespace

prepared prepare(append_request request, id_maker& ids) {
    prepared made{.request = std::move(request)};
    made.records.reserve(made.request.events.size());
    for (auto const& event : made.request.events) {
        made.has_given_ids = made.has_given_ids || !event.id.is_nil();
        made.records.push_back(encode(event, event.id.is_nil() ? ids.next() : event.id));
        made.bytes += made.records.back().bytes.size();
    }
    // Only to be compared with are they needed again, and memory is best freed where it was taken:
    // threads that free each other's wait for each other.
    if (!made.has_given_ids) made.request.events = {};
    if (auto const& key = made.request.command)
        made.bytes +=
            answer_overhead + key->caller.size() + key->id.size() + made.request.answer.size();
    return made;
}

bool needs_look(prepared const& what, heads const& known) {
    auto const& request = what.request;
    if (request.command || request.unless || what.has_given_ids) return true;
    auto const is_known = [&](std::string_view stream) -> result<void> {
        if (known.has(stream)) return {};
        return fail(errc::not_found, {});
    };
    return !each_stream(what, is_known);
}

result<void> look_ahead(
    prepared& what, reader const& now, line_of_history const& line, heads const& known
) {
    what.has_looked = true;
    what.looked_to = now.seen().end.position;
    what.frames_looked_to = now.seen().frames;
    DIPTYCH_TRY(what.first_answer, find_first_answer(what, now, line));
    if (what.first_answer) return {};
    auto const look_up = [&](std::string_view stream) -> result<void> {
        if (known.has(stream)) return {};
        DIPTYCH_TRY(auto const last, now.stream_version(stream));
        what.versions.emplace_back(stream, last);
        return {};
    };
    DIPTYCH_TRY(each_stream(what, look_up));
    std::ranges::sort(what.versions);
    if (auto const& unless = what.request.unless) {
        DIPTYCH_TRY(
            auto const newer,
            now.read({.what = unless->what, .after = unless->after.position, .limit = 1})
        );
        if (!newer.empty()) what.beaten = query_conflict(newer[0]);
    }
    return {};
}

}  // namespace diptych::log
