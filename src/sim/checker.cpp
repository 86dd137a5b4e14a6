#include "sim/checker.hpp"

#include "sim/describe.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace diptych::sim {

namespace {

using complaint = std::optional<std::string>;

// The number behind `"name":` in a JSON text.
std::optional<std::uint64_t> number_in(std::string_view json, std::string_view name) {
    auto const key = fmt::format(R"("{}":)", name);
    auto const at = json.find(key);
    if (at == json.npos) return {};
    json.remove_prefix(at + key.size());
    std::uint64_t number = 0;
    std::from_chars(json.data(), json.data() + json.size(), number);
    return number;
}

std::string_view fact(error const& of, std::string_view name) {
    for (auto const& [known, value] : of.facts)
        if (known == name) return value;
    return {};
}

class checker {
public:
    checker(history const& of, log_model const& log, rules const& domain)
        : history_(of), log_(log), domain_(domain) {}

    complaint all() {
        if (auto fault = log_.fault()) return fault;
        for (auto const& event : log_.events())
            if (auto const number = number_in(event.data, "op"))
                standing_[*number].push_back(&event);
        for (auto const& kept : history_.attempts) {
            auto const& one = *kept;
            auto wrong = std::visit([&](auto const& what) { return check(one, what); }, one.what);
            if (wrong) return *wrong + "\n  " + describe(one);
        }
        if (auto wrong = check_order()) return wrong;
        return check_unanswered();
    }

private:
    // --- appends

    complaint check(attempt const& of, append_attempt const& one) {
        if (!one.answer) return {};
        if (*one.answer) return check_accepted(one, **one.answer);
        auto const& why = one.answer->error();
        if (why.kind == errc::conflict) return check_conflict(one, why);
        if (why.kind == errc::refused || why.code == "command_id_reused") return {};
        return check_failure(of, why);
    }

    // Where nothing has failed, only what a full queue or a stop says may keep one from an answer.
    static complaint check_failure(attempt const& of, std::optional<error> const& why) {
        if (!why || !of.is_sound) return {};
        if (why->code == "queue_full" || why->code == "closed") return {};
        return fmt::format("{} ({}), though nothing has failed", why->message, why->code);
    }

    // One id is one operation's.
    complaint check_key(append_attempt const& one) {
        if (!one.request.command) return {};
        auto const [first, is_new] = owners_.emplace(one.request.command->id, one.operation);
        if (is_new || first->second == one.operation) return {};
        return fmt::format("its id is that of operation {}", first->second);
    }

    complaint check_accepted(append_attempt const& one, appended const& answer) {
        if (auto wrong = check_standing(one)) return wrong;
        if (auto wrong = check_key(one)) return wrong;
        auto const end = answer.at.position.value;
        if (end > log_.end())
            return fmt::format("acknowledged at {}, and the log ends at {}", end, log_.end());
        if (one.request.events.empty()) return check_conditions(one, end);
        auto const& stands = standing_[one.operation];
        if (stands.empty()) return "acknowledged and lost";
        if (stands.back()->position != end || stands.front()->position != answer.first.value)
            return fmt::format(
                "acknowledged at {}, and it stands at {}", end, stands.back()->position
            );
        for (auto const& [stream, version] : answer.versions)
            if (log_.version_of(stream, end) != version.value)
                return fmt::format("{} is said to be at version {}", stream, version.value);
        return {};
    }

    // Once as a whole, or not at all. And where it stands its condition held.
    complaint check_standing(append_attempt const& one) {
        auto const& stands = standing_[one.operation];
        if (stands.empty()) return {};
        auto const& wanted = one.request.events;
        if (stands.size() != wanted.size())
            return fmt::format("{} of {} events are in the log", stands.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            auto const& event = *stands[i];
            if (event.position != stands.front()->position + i) return "its events stand apart";
            auto const is_same = event.stream == wanted[i].stream && event.type == wanted[i].type &&
                                 event.tags == wanted[i].tags && event.data == wanted[i].data;
            if (!is_same)
                return fmt::format("position {} is not what was appended", event.position);
        }
        return check_conditions(one, stands.front()->position - 1);
    }

    complaint check_conditions(append_attempt const& one, std::uint64_t prefix) {
        for (auto const& [stream, expected] : one.request.expect)
            if (auto const actual = log_.version_of(stream, prefix);
                !expected.allows(version{actual}))
                return fmt::format(
                    "{} was at version {} and not {} at position {}",
                    stream,
                    actual,
                    to_string(expected),
                    prefix
                );
        if (!one.request.unless) return {};
        auto const& unless = *one.request.unless;
        auto const* const beaten =
            log_.first_match(unless.what, unless.after.position.value, prefix);
        if (beaten == nullptr) return {};
        return fmt::format("position {} should have beaten it", beaten->position);
    }

    complaint check_conflict(append_attempt const& one, error const& why) {
        if (why.code == "query") {
            auto const at = number_in(fact(why, "event"), "position");
            if (!at || *at == 0 || *at > log_.end())
                return "refused for an event that is not there";
            if (!one.request.unless) return "refused for a query that it did not have";
            auto const& unless = *one.request.unless;
            auto const* const beaten =
                log_.first_match(unless.what, unless.after.position.value, *at);
            if (beaten == nullptr || beaten->position != *at)
                return fmt::format("refused for position {}, which is not what beat it", *at);
        }
        return {};
    }

    // What refused it was so at some time since it began, when `least` had been seen.
    complaint check_refusal(append_attempt const& one, std::uint64_t least) {
        if (!one.answer || *one.answer) return {};
        auto const& why = one.answer->error();
        if (why.code == "stream_version") {
            auto const text = fact(why, "actual");
            std::uint64_t actual = 0;
            std::from_chars(text.data(), text.data() + text.size(), actual);
            for (auto const& [stream, expected] : one.request.expect)
                if (!expected.allows(version{actual}) &&
                    log_.version_of(stream, log_.end()) >= actual &&
                    log_.version_of(stream, least) <= actual)
                    return {};
            return fmt::format("refused for version {}, which no stream of its had", actual);
        }
        if (why.kind != errc::refused) return {};
        for (auto prefix = least; prefix <= log_.end(); ++prefix)
            if (domain_.refuses && domain_.refuses(log_, prefix, one.request.events)) return {};
        return "refused by a view that had no reason to";
    }

    // --- commands

    complaint check(attempt const& of, command_attempt const& one) {
        if (!one.answer) return {};
        if (!*one.answer) return check_failure(of, one.answer->error());
        auto const& answer = **one.answer;
        if (answer.at.position.value > log_.end())
            return fmt::format(
                "answered at {}, and the log ends at {}", to_string(answer.at), log_.end()
            );
        for (auto const& event : answer.events) {
            if (event.position.value == 0 || event.position > answer.at.position)
                return fmt::format("answered with position {}", event.position.value);
            auto const& stands = log_.at(event.position.value);
            if (stands.stream != event.stream || stands.type != event.type ||
                stands.version != event.version.value)
                return fmt::format("position {} is not what was answered", event.position.value);
        }
        if (domain_.judge)
            if (auto wrong = domain_.judge(log_, one, answer)) return wrong;
        if (one.id.empty()) return {};
        auto const [first, is_first] = answers_.emplace(one.id, &answer);
        if (is_first) return {};
        auto const& before = *first->second;
        if (before.is != answer.is || before.reason != answer.reason ||
            (answer.accepted() && before.at != answer.at))
            return "the same command was answered otherwise before";
        return {};
    }

    // --- both

    // What nobody was told of stands as a whole or not at all, too; what was said not to be written
    // is not there.
    complaint check_unanswered() {
        std::map<std::uint64_t, bool> may_stand;
        for (auto const& kept : history_.attempts) {
            auto const& one = *kept;
            auto const* const made = std::get_if<append_attempt>(&one.what);
            if (made == nullptr) continue;
            auto const may = !made->answer || *made->answer ||
                             made->answer->error().kind == errc::outcome_unknown;
            may_stand[made->operation] = may_stand[made->operation] || may;
            if (auto wrong = check_standing(*made)) return *wrong + "\n  " + describe(one);
        }
        for (auto const& [operation, stands] : standing_) {
            if (stands.empty()) continue;
            auto const known = may_stand.find(operation);
            if (known == may_stand.end())
                return fmt::format("position {} was appended by nobody", stands.front()->position);
            if (!known->second)
                return fmt::format(
                    "operation {} was refused, and it stands at {}",
                    operation,
                    stands.front()->position
                );
        }
        return {};
    }

    // --- real time

    // The position that an attempt has seen for certain: what begins later stands or sees behind
    // it.
    static std::uint64_t seen_by(attempt const& one) {
        if (auto const* const made = std::get_if<append_attempt>(&one.what))
            return made->answer && *made->answer ? (*made->answer)->at.position.value : 0;
        if (auto const* const asked = std::get_if<command_attempt>(&one.what))
            return asked->answer && *asked->answer ? (*asked->answer)->at.position.value : 0;
        if (auto const* const read = std::get_if<read_attempt>(&one.what)) return read->seen;
        return std::get<query_attempt>(one.what).at;  // nothing, if it failed
    }

    complaint check_order() {
        std::vector<attempt const*> answered;
        for (auto const& kept : history_.attempts)
            if (kept->answered > 0) answered.push_back(kept.get());
        std::ranges::sort(answered, {}, &attempt::answered);
        std::vector<attempt const*> begun;
        for (auto const& kept : history_.attempts) begun.push_back(kept.get());
        std::ranges::sort(begun, {}, &attempt::begun);

        std::size_t over = 0;
        attempt const* newest = nullptr;  // of those that were over, the one that had seen most
        for (auto const* const one : begun) {
            for (; over < answered.size() && answered[over]->answered < one->begun; ++over)
                if (newest == nullptr || seen_by(*answered[over]) > seen_by(*newest))
                    newest = answered[over];
            auto const least = newest == nullptr ? 0 : seen_by(*newest);
            if (auto const* const made = std::get_if<append_attempt>(&one->what))
                if (auto wrong = check_refusal(*made, least))
                    return *wrong + "\n  " + describe(*one);
            if (newest == nullptr) continue;
            if (auto wrong = check_after(*one, *newest))
                return *wrong + "\n  " + describe(*newest) + "\n  " + describe(*one);
        }
        return {};
    }

    complaint check_after(attempt const& one, attempt const& before) {
        auto const least = seen_by(before);
        if (auto const* const made = std::get_if<append_attempt>(&one.what)) {
            auto const is_new = made->answer && *made->answer && !(*made->answer)->repeated;
            if (is_new && !made->request.events.empty() && (*made->answer)->first.value <= least)
                return fmt::format("began after {} had been seen and stands before it", least);
        } else if (auto const* const read = std::get_if<read_attempt>(&one.what)) {
            if (read->at_end && read->seen < least)
                return fmt::format(
                    "says that {} is the end after {} had been seen", read->seen, least
                );
        }
        return {};
    }

    // --- reads

    complaint check(attempt const& of, read_attempt const& one) {
        if (one.failure) return check_failure(of, one.failure);
        if (one.seen > log_.end())
            return fmt::format("has seen {}, and the log ends at {}", one.seen, log_.end());
        auto const expected =
            std::visit([&](auto const& what) { return should(what, one); }, one.what);
        auto const is_same = [](logged const* wanted, logged const& got) {
            return wanted->position == got.position && wanted->id == got.id &&
                   wanted->version == got.version && wanted->stream == got.stream &&
                   wanted->type == got.type && wanted->data == got.data && wanted->tags == got.tags;
        };
        auto const [wanted, got] = std::ranges::mismatch(expected, one.events, is_same);
        if (wanted == expected.end() && got == one.events.end()) return {};
        return fmt::format(
            "shows {} where {} belongs",
            got == one.events.end() ? "nothing" : fmt::format("position {}", got->position),
            wanted == expected.end() ? "nothing" : fmt::format("position {}", (*wanted)->position)
        );
    }

    std::vector<logged const*> should(read_options const& what, read_attempt const& one) const {
        return log_.read(what, one.seen);
    }
    std::vector<logged const*> should(
        std::pair<std::string, stream_options> const& what, read_attempt const& one
    ) const {
        return log_.read_stream(what.first, what.second, one.seen);
    }

    // --- views

    complaint check(attempt const& of, query_attempt const& one) {
        if (one.failure) return check_failure(of, one.failure);
        if (one.at < one.at_least)
            return fmt::format("was asked for {} and shows {}", one.at_least, one.at);
        if (one.at > log_.end())
            return fmt::format("shows {}, and the log ends at {}", one.at, log_.end());
        if (!domain_.rows) return {};
        auto const wanted = domain_.rows(one.view, log_, one.at);
        if (wanted == one.rows) return {};
        return fmt::format("shows {}\n  instead of {}", one.rows, wanted);
    }

    history const& history_;
    log_model const& log_;
    rules const& domain_;
    std::map<std::uint64_t, std::vector<logged const*>> standing_;  // by operation
    std::map<std::string, outcome const*> answers_;                 // by command id
    std::map<std::string, std::uint64_t> owners_;                   // operations by command id
};

}  // namespace

std::optional<std::string> broken_promise(
    history const& of, log_model const& log, rules const& domain
) {
    return checker{of, log, domain}.all();
}

}  // namespace diptych::sim
