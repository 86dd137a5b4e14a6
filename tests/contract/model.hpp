/// @file
/// Contract: generated appends, reads, merges and restarts against the simplest log there is, a
/// vector.
#pragma once

#include "contract/contract_log.hpp"
#include "property.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>

namespace diptych {

inline std::ostream& operator<<(std::ostream& to, query const& what) {
    to << '[';
    for (auto const& item : what.items) {
        for (auto const& type : item.types) to << type << ' ';
        for (auto const& tag : item.tags) to << '#' << tag << ' ';
        to << "| ";
    }
    return to << what.category << (what.engine_events ? " $]" : "]");
}

inline std::ostream& operator<<(std::ostream& to, event_data const& what) {
    to << what.type << '@' << what.stream;
    for (auto const& tag : what.tags) to << '#' << tag;
    return what.id.is_nil() ? to << ' ' : to << '=' << int{what.id.bytes[0]} << ' ';
}

}  // namespace diptych

namespace diptych::contract {

/// A log as one would write it on a napkin.
struct napkin {
    struct line {
        event_data what;
        std::uint64_t version;
    };
    struct known_answer {
        std::uint8_t digest;
        std::uint64_t first;
    };
    std::vector<line> lines;
    std::map<std::string, known_answer> answers = {};  // by the command's id

    std::uint64_t version_of(std::string const& stream) const {
        auto const in = [&](line const& one) { return one.what.stream == stream; };
        return static_cast<std::uint64_t>(std::ranges::count_if(lines, in));
    }
    /// Where an event of this id stands in its stream; 0: nowhere.
    std::uint64_t find_id(event_data const& wanted) const {
        auto const is_it = [&](line const& one) {
            return one.what.id == wanted.id && one.what.stream == wanted.stream;
        };
        auto const found = std::ranges::find_if(lines, is_it);
        return wanted.id.is_nil() || found == lines.end()
                   ? 0
                   : static_cast<std::uint64_t>(found - lines.begin()) + 1;
    }
    static bool matches(query const& what, event_data const& e) {
        if (!what.category.empty() && e.stream.substr(0, e.stream.find('-')) != what.category)
            return false;
        auto const carries = [&](std::string const& name) {
            return e.stream == name || std::ranges::count(e.tags, name) > 0;
        };
        auto const is_hidden = e.type[0] == '$' && !what.engine_events;
        if (what.items.empty()) return !is_hidden;
        return std::ranges::any_of(what.items, [&](query_item const& item) {
            auto const typed =
                item.types.empty() ? !is_hidden : std::ranges::count(item.types, e.type) > 0;
            return typed && std::ranges::all_of(item.tags, carries);
        });
    }
    numbers find(query const& what, std::uint64_t after, std::uint64_t up_to) const {
        numbers found;
        for (auto at = after + 1; at <= std::min<std::uint64_t>(up_to, lines.size()); ++at)
            if (matches(what, lines[at - 1].what)) found.push_back(at);
        return found;
    }
};

using testing::one_in;
using testing::one_of;
using testing::some;
using testing::up_to;

inline std::string some_stream() { return one_of("a-1", "a-2", "b-1", "b"); }
inline std::string some_name() { return one_of("a-1", "b-1", "x-1", "x-2"); }
inline std::string some_type() { return one_of("t", "u", "$timer"); }

inline event_data some_event() { return event(some_stream(), some_type(), some(3, some_name)); }

inline query_item some_item() { return {.types = some(2, some_type), .tags = some(2, some_name)}; }

inline query some_query() {
    query what{.items = some(3, some_item), .engine_events = one_in(4)};
    if (one_in(4)) what.category = one_of("a", "b", "c");
    return what;
}

template <class Fixture>
using command_on = rc::state::Command<napkin, opened<Fixture>>;

/// Appends events for some streams under any conditions, perhaps as a command.
template <class Fixture>
struct append_events final : command_on<Fixture> {
    append_request request;

    explicit append_events(napkin const& model) {
        request.events = some(4, some_event);
        for (auto const& stream : some(2, some_stream)) {
            auto const guess = one_in(3) ? up_to(3) : model.version_of(stream);
            request.expect.insert_or_assign(stream, expected_version::exactly(version{guess}));
        }
        if (one_in(3))
            request.unless =
                unless(some_query(), token{.position = position{up_to(model.lines.size())}});
        if (one_in(4)) request.command = key_of(one_of("c1", "c2", "c3"), one_in(6) ? 2 : 1);
    }

    void checkPreconditions(napkin const& model) const override {
        RC_PRE(!request.unless || request.unless->after.position.value <= model.lines.size());
    }
    bool holds(napkin const& model) const {
        for (auto const& [stream, expected] : request.expect)
            if (!expected.allows(version{model.version_of(stream)})) return false;
        auto const end = model.lines.size();
        return !request.unless ||
               model.find(request.unless->what, request.unless->after.position.value, end).empty();
    }
    bool is_known(napkin const& model) const {
        return request.command && model.answers.contains(request.command->id);
    }
    void apply(napkin& model) const override {
        if (is_known(model) || !holds(model)) return;
        auto const first = request.events.empty() ? 0 : model.lines.size() + 1;
        if (request.command)
            model.answers[request.command->id] = {request.command->digest[0], first};
        for (auto const& one : request.events)
            model.lines.push_back({one, model.version_of(one.stream) + 1});
    }
    void run(napkin const& before, opened<Fixture>& log) const override {
        auto const answer = log->append(request);
        if (is_known(before)) {
            auto const& known = before.answers.at(request.command->id);
            auto const is_same = known.digest == request.command->digest[0];
            RC_ASSERT(answer.has_value() == is_same);
            if (!is_same) RC_ASSERT(answer.error().code == "command_id_reused");
            if (!is_same) return;
            RC_ASSERT(answer->repeated);
            RC_ASSERT(answer->first.value == known.first);
            return;
        }
        RC_ASSERT(answer.has_value() == holds(before));
        if (!answer) RC_ASSERT(answer.error().kind == errc::conflict);
        if (!answer) return;
        auto after = before;
        apply(after);
        RC_ASSERT(!answer->repeated);
        RC_ASSERT(answer->first.value == (request.events.empty() ? 0 : before.lines.size() + 1));
        for (auto const& one : request.events)
            RC_ASSERT(answer->versions.at(one.stream).value == after.version_of(one.stream));
    }
    void show(std::ostream& to) const override {
        to << "append ";
        for (auto const& one : request.events) to << one;
        for (auto const& [stream, expected] : request.expect)
            to << stream << ' ' << to_string(expected) << ' ';
        if (request.unless)
            to << "unless " << request.unless->what << " after "
               << to_string(request.unless->after);
        if (request.command)
            to << " as " << request.command->id << '/' << int{request.command->digest[0]};
    }
};

/// Appends one event whose id is given: known ones are answered again, or refused.
template <class Fixture>
struct append_with_id final : command_on<Fixture> {
    event_data what = some_event();

    explicit append_with_id(napkin const&) {
        what.id = id_of(static_cast<std::uint8_t>(1 + up_to(3)));
    }
    static bool is_same(event_data const& a, event_data const& b) {
        return a.type == b.type && a.tags == b.tags;
    }
    void apply(napkin& model) const override {
        if (model.find_id(what) == 0)
            model.lines.push_back({what, model.version_of(what.stream) + 1});
    }
    void run(napkin const& before, opened<Fixture>& log) const override {
        auto const answer = log.append({what});
        auto const known = before.find_id(what);
        if (known != 0 && !is_same(before.lines[known - 1].what, what)) {
            RC_ASSERT(!answer.has_value());
            RC_ASSERT(answer.error().code == "event_id_reused");
            return;
        }
        RC_ASSERT(answer.has_value());
        RC_ASSERT(answer->repeated == (known != 0));
        RC_ASSERT(answer->first.value == (known != 0 ? known : before.lines.size() + 1));
    }
    void show(std::ostream& to) const override { to << "append " << what; }
};

/// Reads a page by a query, both ways.
template <class Fixture>
struct read_page final : command_on<Fixture> {
    query what = some_query();
    std::uint64_t after;
    std::optional<position> last;
    std::size_t limit = one_in(2) ? 512 : 1 + up_to(5);

    explicit read_page(napkin const& model) : after(up_to(model.lines.size() + 1)) {
        if (one_in(3)) last = position{up_to(model.lines.size() + 1)};
    }
    void run(napkin const& model, opened<Fixture>& log) const override {
        auto const end = last ? last->value : model.lines.size();
        auto expected = model.find(what, after, end);
        auto const is_complete = expected.size() < limit;
        expected.resize(std::min(expected.size(), limit));
        read_options how{.what = what, .after = position{after}, .up_to = last, .limit = limit};
        auto const page = log->read(how).or_throw();
        RC_ASSERT(positions(page) == expected);
        if (is_complete) RC_ASSERT(page.at_end());

        auto back = model.find(what, 0, after == 0 ? end : std::min<std::uint64_t>(end, after - 1));
        std::ranges::reverse(back);
        back.resize(std::min(back.size(), limit));
        how.direction = direction::backward;
        RC_ASSERT(positions(log->read(how).or_throw()) == back);
    }
    void show(std::ostream& to) const override {
        to << "read " << what << " after " << after << " up to " << (last ? last->value : 0)
           << " limit " << limit;
    }
};

/// Reads a stream from a version, both ways.
template <class Fixture>
struct read_one_stream final : command_on<Fixture> {
    std::string stream = some_stream();
    std::uint64_t from = up_to(12);
    std::uint64_t last = one_in(3) ? up_to(30) : 1'000;
    std::size_t limit = 1 + up_to(5);

    void run(napkin const& model, opened<Fixture>& log) const override {
        numbers up;
        numbers down;
        for (std::uint64_t at = 1; at <= std::min<std::uint64_t>(last, model.lines.size()); ++at) {
            auto const& line = model.lines[at - 1];
            if (line.what.stream != stream) continue;
            if (line.version >= from) up.push_back(line.version);
            if (from == 0 || line.version <= from) down.insert(down.begin(), line.version);
        }
        up.resize(std::min(up.size(), limit));
        down.resize(std::min(down.size(), limit));
        stream_options how{
            .from = version{from}, .up_to = position{last}, .limit = limit, .engine_events = true
        };
        RC_ASSERT(versions(log->read_stream(stream, how).or_throw()) == up);
        how.direction = direction::backward;
        RC_ASSERT(versions(log->read_stream(stream, how).or_throw()) == down);
        RC_ASSERT(log->stream_version(stream).or_throw().value == model.version_of(stream));
    }
    void show(std::ostream& to) const override {
        to << "read stream " << stream << " from " << from << " up to " << last << " limit "
           << limit;
    }
};

/// What changes nothing that can be seen: time, a merge into the index, a restart.
template <class Fixture>
struct go_on final : command_on<Fixture> {
    int how = *rc::gen::weightedElement<int>({{4, 0}, {6, 1}, {1, 2}, {1, 3}});

    void run(napkin const&, opened<Fixture>& log) const override {
        if (how == 0) log.time.advance(400ms);
        if (how == 1) RC_ASSERT(log->index_step().has_value());
        if (how == 2) RC_ASSERT(log->close().has_value());
        if (how >= 2) log.crash_and_open();
    }
    void show(std::ostream& to) const override {
        constexpr std::array names{
            "wait", "merge into the index", "close and open", "crash and open"
        };
        to << names[static_cast<std::size_t>(how)];
    }
};

TEST_CASE_TEMPLATE_DEFINE("a log does what a vector would do", Fixture, model) {
    CHECK(testing::holds("a log does what a vector would do", [] {
        opened<Fixture> log({.block_events_max = 1 + up_to(12)});
        rc::state::check(
            napkin{},
            log,
            rc::state::gen::execOneOfWithArgs<
                append_events<Fixture>,
                append_events<Fixture>,
                append_with_id<Fixture>,
                read_page<Fixture>,
                read_one_stream<Fixture>,
                go_on<Fixture>>()
        );
        RC_ASSERT(log->verify({}).has_value());
    }));
}

#define DIPTYCH_MODEL_CONTRACT(...) TEST_CASE_TEMPLATE_INVOKE(model, __VA_ARGS__)

}  // namespace diptych::contract
