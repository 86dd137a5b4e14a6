// Records of events and answers as they may stand in a damaged file.
#include "fuzz/target.hpp"
#include "log/little_endian.hpp"
#include "log/record.hpp"

#include <diptych/event.hpp>

#include <span>

namespace diptych::fuzz {

namespace {

std::size_t length(auto const& texts) {
    std::size_t sum = 0;
    for (auto const one : texts) sum += one.size();
    return sum;
}

void check_event(std::string_view record) {
    auto const event = log::decode(record, position{9}, epoch{2}, std::nullopt);
    if (!event) return require(event.error().kind == errc::corrupt, "a bad record is corrupt");
    require(event->tags.size() <= 255 && length(event->tags) < record.size(), "tags fit in it");
    require(
        event->stream.size() + event->type.size() + event->data.size() + event->metadata.size() <=
            record.size(),
        "texts fit in it"
    );
    (void)log::chain_after({}, record, position{9});
    if (event->erased || event->tags.size() > tags_max) return;
    std::vector<std::string> const tags(event->tags.begin(), event->tags.end());
    auto again = log::encode(
        {.stream = std::string(event->stream),
         .type = std::string(event->type),
         .tags = tags,
         .data = std::string(event->data),
         .metadata = std::string(event->metadata)},
        event->id
    );
    log::seal(again.bytes, 1, event->version, event->recorded_at);
    auto const back = log::decode(again.bytes, position{9}, epoch{2}, 1);
    require(back.has_value(), "what was decoded can be recorded");
    require(
        log::stream_of(again.bytes) == event->stream, "the stream stands where it is looked for"
    );
    require(back->data == event->data && back->metadata == event->metadata, "data is kept");
    require(std::ranges::equal(back->tags, event->tags), "tags are kept");
    require(back->id == event->id && back->version == event->version, "id and version are kept");
    require(
        log::decode(again.bytes, position{9}, epoch{2}, 2).error().kind == errc::corrupt,
        "a record of another place does not pass"
    );
}

void check_answer(std::string_view record) {
    auto const answer = log::decode_answer(record, std::nullopt);
    if (!answer) return require(answer.error().kind == errc::corrupt, "a bad answer is corrupt");
    auto const again = log::encode(*answer, 5);
    auto const back = log::decode_answer(again, 5);
    require(back.has_value(), "an answer that was decoded can be recorded");
    require(back->key == answer->key && back->body == answer->body, "key and body are kept");
    require(again.substr(8) == record.substr(8), "an answer is recorded as it was");
}

}  // namespace

void log_record(std::string_view input) {
    check_event(input);
    check_answer(input);
    require(log::record_size(input) == 0 || input.size() >= 4, "a size needs four bytes");
    // Once more with the length that it has.
    std::string fitted(input);
    if (fitted.size() < 4) return;
    log::store(fitted.data(), static_cast<std::uint32_t>(fitted.size()));
    check_event(fitted);
    check_answer(fitted);
}

}  // namespace diptych::fuzz
