#include "log/segments/index_check.hpp"

#include "log/frame_walk.hpp"
#include "log/segments/index_rows.hpp"
#include "log/segments/index_schema.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace diptych::log::segments {

namespace {

// Enough lists to find the first wrong one among, few enough to hold.
constexpr std::size_t slots_looked_at_max = 16;

std::string described(kept_fact const& fact) {
    if (fact.kind == id_kind) {
        uuid id;
        std::ranges::copy(fact.text, id.bytes.begin());
        return fmt::format("event id {}", to_string(id));
    }
    if (fact.kind == static_cast<char>(posting_kind::type)) return "type " + fact.text;
    if (fact.kind == static_cast<char>(posting_kind::category)) return "category " + fact.text;
    if (fact.more == 0) return "tag " + fact.text;
    return fmt::format("stream {} (version {})", fact.text, fact.more);
}

class comparison {
public:
    comparison(sqlite::database const& index, engine const& log, index_checkpoint const& at)
        : index_(index), log_(log), at_(at), end_(log.end().position) {}

    result<index_comparison> run(
        timestamp kept_since, std::function<void(position done, position end)> const& progress
    ) {
        DIPTYCH_TRY(check_place());
        fact_sums in_index;
        DIPTYCH_TRY(each_fact(index_, [&](index_fact const& one) { in_index.add(one); }));
        fact_sums in_log;
        DIPTYCH_TRY(auto rows, answer_rows::prepare(index_));
        DIPTYCH_TRY(auto const first, rows.next());
        has_answer_ = first;
        DIPTYCH_TRY(each_frame([&](frame const& one) -> result<void> {
            take(one, [&](index_fact const& fact) { in_log.add(fact); });
            if (progress) progress(one.last(), end_);
            return check_answers(one, rows, kept_since);
        }));
        auto const wrong = in_log.differences(in_index);
        if (!wrong.empty()) return tell_first(wrong);
        if (has_answer_)
            return wrong_index(
                {},
                fmt::format("the log has no answer to command {} of {}", rows.id(), rows.caller())
            );
        return index_comparison{.at = at_.position, .answers = answers_};
    }

private:
    result<void> check_place() const {
        if (at_.position > end_)
            return wrong_index(
                at_.position, fmt::format("it is beyond the end of the log, {}", end_.value)
            );
        DIPTYCH_TRY(auto const chain, log_.chain_at(at_.position));
        if (chain == at_.chain) return {};
        return wrong_index(at_.position, "it is of another line of history");
    }

    // Up to the end there was when this began; a writer may go on.
    result<void> each_frame(auto const& visit) const {
        frame_walk walk(log_, position{});
        for (;;) {
            DIPTYCH_TRY(auto const frames, walk.next());
            if (frames.empty()) return {};
            for (auto const& one : frames) {
                if (one->first > end_ && one->event_count > 0) return {};
                DIPTYCH_TRY(visit(*one));
            }
        }
    }

    void take(frame const& from, auto const& visit) const {
        for (auto const& event : from.events)
            if (event.position <= at_.position) each_fact(event, visit);
    }

    // The index has a run of the log's answers: the oldest have been forgotten, the newest are not
    // taken yet.
    result<void> check_answers(frame const& in, answer_rows& rows, timestamp kept_since) {
        auto const is_taken =
            in.event_count > 0 ? in.last() <= at_.position : in.first <= at_.position;
        for (auto const& one : in.answers) {
            if (has_answer_ && rows.is(one)) {
                ++answers_;
                DIPTYCH_TRY(has_answer_, rows.next());
                continue;
            }
            auto const may_be_forgotten = answers_ == 0 && one.recorded_at < kept_since;
            if (may_be_forgotten || !is_taken) continue;
            return wrong_index(
                in.first,
                fmt::format(
                    "the recorded answer to command {} of {} is not there, or another one",
                    one.key.id,
                    one.key.caller
                )
            );
        }
        return {};
    }

    // The same once more, keeping what is in lists whose sums differ.
    result<index_comparison> tell_first(std::vector<std::size_t> slots) const {
        slots.resize(std::min(slots.size(), slots_looked_at_max));
        std::vector<kept_fact> index_has;
        std::vector<kept_fact> log_has;
        auto const keep = [&](std::vector<kept_fact>& in) {
            return [&in, &slots](index_fact const& one) {
                if (!std::ranges::binary_search(slots, fact_sums::slot_of(one.list()))) return;
                in.push_back(
                    {.at = one.at, .kind = one.kind, .text = std::string(one.text), .more = one.more
                    }
                );
            };
        };
        DIPTYCH_TRY(each_fact(index_, keep(index_has)));
        DIPTYCH_TRY(each_frame([&](frame const& one) -> result<void> {
            take(one, keep(log_has));
            return {};
        }));
        std::ranges::sort(index_has);
        std::ranges::sort(log_has);
        auto const [in_log, in_index] = std::ranges::mismatch(log_has, index_has);
        auto const is_missing =
            in_index == index_has.end() || (in_log != log_has.end() && *in_log < *in_index);
        auto const& first = is_missing ? *in_log : *in_index;
        auto const what = described(first);
        return wrong_index(
            first.at,
            is_missing ? "it is not found under " + what
                       : "it is found under " + what + ", which the log does not say"
        );
    }

    sqlite::database const& index_;
    engine const& log_;
    index_checkpoint const& at_;
    position const end_;
    bool has_answer_ = false;  // the index has one that the log has not been asked for
    std::uint64_t answers_ = 0;
};

}  // namespace

result<index_comparison> check_index(
    sqlite::location const& file,
    engine const& of,
    clock& time,
    std::chrono::microseconds keep,
    std::function<void(position done, position end)> const& progress
) {
    auto opened = open_index_to_read(file, of.end().log_id);
    if (!opened && opened.error().kind == errc::corrupt)
        return wrong_index({}, opened.error().message);
    if (!opened) return std::unexpected(opened.error());
    DIPTYCH_TRY(opened->execute("begin"));
    DIPTYCH_TRY(check_pages(*opened));
    DIPTYCH_TRY(auto reader, checkpoint_reader::prepare(*opened));
    auto const at = reader.read();
    if (!at && at.error().kind == errc::corrupt) return wrong_index({}, at.error().message);
    if (!at) return std::unexpected(at.error());
    // Only now that there is a snapshot: what is forgotten later is in it.
    return comparison(*opened, of, *at).run(time.now() - keep, progress);
}

}  // namespace diptych::log::segments
