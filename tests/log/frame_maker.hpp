/// @file
/// Frames as the commit step makes them, from plain event data.
#pragma once

#include "log/frame.hpp"
#include "log/record.hpp"

#include <diptych/event.hpp>
#include <diptych/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych::testing {

/// Makes the frames of one log, one after the other: positions, versions, chain and checksums are
/// right, the frame's header is left zero. Not thread-safe.
class frame_maker {
public:
    explicit frame_maker(uuid const& log_id) { end_.log_id = log_id; }

    /// The next frame. Nil ids are replaced by ids of version 7 that count up.
    log::frame_ptr next(
        std::vector<event_data> const& events, std::vector<log::answer> answers = {}
    ) {
        auto made = std::make_shared<log::frame>();
        made->first = end_.position + 1;
        made->event_count = static_cast<std::uint32_t>(events.size());
        made->answer_count = static_cast<std::uint32_t>(answers.size());
        end_.recorded_at += std::chrono::milliseconds{1};
        made->recorded_at = end_.recorded_at;

        made->bytes.assign(log::frame_header_size, '\0');
        std::vector<std::size_t> sizes;
        for (auto const& event : events) {
            auto encoded = log::encode(event, event.id.is_nil() ? next_id() : event.id);
            ++end_.position;
            log::seal(
                std::span{encoded.bytes},
                log::record_seed(end_.log_id, end_.position),
                ++versions_[event.stream],
                end_.recorded_at
            );
            end_.chain = log::chain_after(
                end_.chain, encoded.bytes, end_.position, encoded.data_hash, encoded.metadata_hash
            );
            sizes.push_back(encoded.bytes.size());
            made->bytes += encoded.bytes;
        }
        for (auto& one : answers) {
            one.recorded_at = end_.recorded_at;
            auto const record = log::encode(one, log::record_seed(end_.log_id, made->first));
            end_.chain = log::chain_after_answer(end_.chain, record);
            made->bytes += record;
        }
        made->bytes.reserve(made->bytes.size() + 64);
        made->chain = end_.chain;
        made->answers = std::move(answers);

        auto rest = std::string_view{made->bytes}.substr(log::frame_header_size);
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            auto const at = made->first + i;
            made->events.push_back(
                log::decode(
                    rest.substr(0, sizes[i]), at, end_.epoch, log::record_seed(end_.log_id, at)
                )
                    .or_throw()
            );
            rest.remove_prefix(sizes[i]);
        }
        return made;
    }

    /// Lets time pass before the next frame.
    void wait(std::chrono::microseconds time) { end_.recorded_at += time; }

    /// Where the log stands.
    log::log_end const& end() const { return end_; }

private:
    uuid next_id() {
        ++ids_;
        auto const time = std::chrono::floor<std::chrono::milliseconds>(end_.recorded_at);
        return make_uuid_v7(time, ids_ >> 32, ids_);
    }

    log::log_end end_;
    std::map<std::string, version> versions_;
    std::uint64_t ids_ = 0;
};

}  // namespace diptych::testing
