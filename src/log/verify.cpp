#include "log/verify.hpp"

#include "log/frame_walk.hpp"
#include "log/record.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string>
#include <unordered_map>
#include <utility>

namespace diptych::log {

namespace {

auto misfit(position at, std::string_view why) {
    auto failure = fail(errc::corrupt, fmt::format("position {}: {}", at.value, why));
    failure.error().facts.emplace_back("position", fmt::to_string(at.value));
    return failure;
}

// Checks frame after frame against what came before.
class checker {
public:
    checker(uuid const& log_id, line_of_history const& line) : log_id_(log_id), line_(line) {}

    result<void> check(frame const& next) {
        if (next.first != last_ + 1)
            return misfit(last_ + 1, fmt::format("the next frame starts at {}", next.first.value));
        auto rest = std::string_view(next.bytes).substr(frame_header_size);
        for (std::uint32_t i = 0; i < next.event_count; ++i)
            DIPTYCH_TRY(check_event(take_record(rest)));
        auto const seed = record_seed(log_id_, next.first);
        for (std::uint32_t i = 0; i < next.answer_count; ++i) {
            auto const record = take_record(rest);
            auto const known = decode_answer(record, seed);
            if (!known) return misfit(next.first, known.error().message);
            chain_ = chain_after_answer(chain_, record);
        }
        if (chain_ != next.chain)
            return misfit(
                next.first,
                fmt::format(
                    "the hash chain of the {} events from here on does not match", next.event_count
                )
            );
        ++frames_;
        return {};
    }

    position last() const { return last_; }
    hash256 const& chain() const { return chain_; }
    std::uint64_t frames() const { return frames_; }

private:
    static std::string_view take_record(std::string_view& rest) {
        auto const record = rest.substr(0, record_size(rest));
        rest.remove_prefix(record.size());
        return record;
    }

    result<void> check_event(std::string_view record) {
        auto const at = last_ + 1;
        auto const in = line_.at(at).epoch;
        DIPTYCH_TRY(auto const event, decode(record, at, in, record_seed(log_id_, at)));
        auto const stream = versions_.try_emplace(std::string(event.stream)).first;
        if (event.version != stream->second + 1)
            return misfit(
                at,
                fmt::format(
                    "version {} of {} follows {}",
                    event.version.value,
                    event.stream,
                    stream->second.value
                )
            );
        if (event.recorded_at < time_) return misfit(at, "it is earlier than the event before it");
        stream->second = event.version;
        time_ = event.recorded_at;
        chain_ = chain_after(chain_, record, at);
        last_ = at;
        return {};
    }

    uuid log_id_;
    line_of_history const& line_;
    position last_{};
    hash256 chain_{};
    timestamp time_ = timestamp::min();
    std::uint64_t frames_ = 0;
    std::unordered_map<std::string, version> versions_;
};

}  // namespace

result<verification> verify(
    engine const& of,
    line_of_history const& line,
    std::function<void(position done, position end)> const& progress
) {
    auto const end = of.end();
    checker all(end.log_id, line);
    frame_walk walk(of, position{});
    for (;;) {
        DIPTYCH_TRY(auto const frames, walk.next());
        if (frames.empty()) break;
        for (auto const& one : frames) DIPTYCH_TRY(all.check(*one));
        if (progress) progress(all.last(), end.position);
    }
    if (all.last() < end.position)
        return misfit(
            all.last() + 1, fmt::format("the log ends here, not at {}", end.position.value)
        );
    return verification{
        .end = line.at(all.last()),
        .events = all.last().value,
        .frames = all.frames(),
        .chain = all.chain(),
    };
}

}  // namespace diptych::log
