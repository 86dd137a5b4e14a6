#include "log/frame_builder.hpp"

#include "base/planted_bug.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <optional>

namespace diptych::log {

namespace {

constexpr std::size_t slack = 64;  // behind the bytes, for who reads beyond their end

}  // namespace

frame_builder::frame_builder(
    block& into, heads& known, log_end const& end, timestamp now, expected_size const& room
)
    : block_(into),
      heads_(known),
      end_(end),
      now_(std::max(now, end.recorded_at)),
      frame_(std::make_shared<frame>()) {
    frame_->first = end.position + 1;
    frame_->recorded_at = now_;
    frame_->events.reserve(room.events);
    frame_->bytes.reserve(frame_header_size + room.bytes + slack);
    frame_->bytes.resize(frame_header_size);
}

bool frame_builder::has_room_for(prepared const& what) const {
    return frame_->bytes.size() + answer_records_.size() + what.bytes <= frame_bytes_max;
}

// Rare: only what was decided again may be larger than what was counted on.
void frame_builder::grow(std::size_t size) {
    std::string larger;
    larger.reserve(std::max(size, 2 * frame_->bytes.size()) + slack);
    larger = frame_->bytes;
    frame_->bytes.swap(larger);
    auto rest = std::string_view(frame_->bytes).substr(frame_header_size);
    for (auto& event : frame_->events) {
        auto const record = rest.substr(0, record_size(rest));
        event = *decode(record, event.position, event.epoch, std::nullopt);
        rest.remove_prefix(record.size());
    }
}

void frame_builder::stage(encoded_event const& record) {
    auto& bytes = frame_->bytes;
    auto const at = end_.position + 1;
    auto const stream = stream_of(record.bytes);
    auto* const head = heads_.changeable(stream, at);
    DIPTYCH_ASSERT(head != nullptr, "a stream's head is looked up before its events are staged");
    heads_before_.emplace_back(stream, *head);
    *head = *head + 1;

    auto const begin = bytes.size();
    bytes += record.bytes;
    std::span<char> const stored{bytes.data() + begin, record.bytes.size()};
    seal(stored, record_seed(end_.log_id, at), *head, now_);
    std::string_view const sealed{stored.data(), stored.size()};
    end_.chain = chain_after(end_.chain, sealed, at, record.data_hash, record.metadata_hash);
    end_.position = at;
    auto decoded = decode(sealed, at, end_.epoch, std::nullopt);
    DIPTYCH_ASSERT(decoded.has_value(), "what was encoded decodes");
    frame_->events.push_back(*std::move(decoded));
}

std::span<recorded_event const> frame_builder::add(prepared const& what) {
    bytes_before_ = frame_->bytes.size();
    events_before_ = frame_->events.size();
    chain_before_ = end_.chain;
    heads_before_.clear();
    auto const size = frame_->bytes.size() + what.bytes;
    if (size + slack > frame_->bytes.capacity()) grow(size);
    for (auto const& record : what.records) stage(record);
    return std::span(frame_->events).subspan(events_before_);
}

void frame_builder::drop() {
    auto const begin = frame_->events.begin() + static_cast<std::ptrdiff_t>(events_before_);
    end_.position = end_.position - static_cast<std::uint64_t>(frame_->events.end() - begin);
    end_.chain = chain_before_;
    frame_->events.erase(begin, frame_->events.end());
    frame_->bytes.resize(bytes_before_);
    for (auto undo = heads_before_.rbegin(); undo != heads_before_.rend(); ++undo)
        heads_.set(undo->first, undo->second, end_.position);
}

void frame_builder::begin() {
    if (!is_in_block_) block_.begin(frame_);
    is_in_block_ = true;
}

appended frame_builder::keep(prepared const& what, line_of_history const& line) {
    auto const count = frame_->events.size() - events_before_;
    appended accepted{.at = line.at(end_.position), .count = static_cast<std::uint32_t>(count)};
    if (count > 0) {
        begin();
        accepted.first = frame_->events[events_before_].position;
        block_.take_events(count);
        for (auto i = events_before_; i < frame_->events.size(); ++i) {
            auto const& event = frame_->events[i];
            accepted.versions.insert_or_assign(std::string(event.stream), event.version);
        }
    }
    auto const is_left_out =
        is_planted(count > 0 ? bug::key_not_recorded : bug::refusal_not_recorded);
    if (what.request.command && !is_left_out) {
        begin();
        frame_->answers.push_back(
            {.key = *what.request.command,
             .recorded_at = now_,
             .first = accepted.first,
             .count = accepted.count,
             .judged_at = end_.position,
             .body = what.request.answer}
        );
        auto const seed = record_seed(end_.log_id, frame_->first);
        answer_records_ += encode(frame_->answers.back(), seed);
        block_.take_answer();
    }
    return accepted;
}

std::shared_ptr<frame> frame_builder::finish() {
    if (!is_in_block_) return nullptr;
    frame_->event_count = static_cast<std::uint32_t>(frame_->events.size());
    frame_->answer_count = static_cast<std::uint32_t>(frame_->answers.size());
    auto const size = frame_->bytes.size() + answer_records_.size();
    if (size + slack > frame_->bytes.capacity()) grow(size);
    frame_->bytes += answer_records_;
    for (std::string_view rest = answer_records_; !rest.empty();) {
        auto const record = rest.substr(0, record_size(rest));
        end_.chain = chain_after_answer(end_.chain, record);
        rest.remove_prefix(record.size());
    }
    frame_->chain = end_.chain;
    return frame_;
}

}  // namespace diptych::log
