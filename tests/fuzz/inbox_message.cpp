// Messages of other services: what is taken can be recorded, held and read back; what is not says
// where.
#include "fuzz/target.hpp"
#include "inbox/records.hpp"
#include "inbox/source_file.hpp"
#include "log/record.hpp"

#include <diptych/json_value.hpp>

#include <array>

namespace diptych::fuzz {

namespace {

std::array<inbox::source, 3> const& sources() {
    static std::array<inbox::source, 3> const all{
        inbox::parse_source("any.toml", "mode = 'tolerant'").or_throw(),
        inbox::parse_source("order.toml", "mode = 'strict'\nids.order = 'order'").or_throw(),
        inbox::parse_source(
            "delivery.toml",
            "mode = 'resequence'\n[ids]\norder = 'order'\nitem = 'items'\n"
            "[after.\"d*\"]\ntypes = ['order_created']\nid = 'order'"
        )
            .or_throw()
    };
    return all;
}

log::encoded_event stored(event_data const& event) {
    auto encoded = log::encode(event, event.id);
    log::seal(encoded.bytes, 7, version{3}, timestamp{});
    return encoded;
}

void take(inbox::source const& of, inbox::message const& one) {
    auto const event = inbox::event_of(of, one);
    require(event.stream.starts_with("inbox." + of.name + "-"), "a home is the source's own");
    require(!event.id.is_nil(), "an event has an id of its message");
    require(of.mode == inbox::ordering::tolerant || one.version > 0, "an order needs versions");
    auto const kept = stored(event);
    auto const back = log::decode(kept.bytes, position{5}, epoch{1}, 7);
    require(back.has_value(), "a message can be recorded");
    require(inbox::passing_of(*back, of).version == one.version, "its version is found again");
    auto const waits = stored(inbox::held_record(of, one, "because"));
    auto const held = log::decode(waits.bytes, position{5}, epoch{1}, 7);
    require(held.has_value(), "that a message waits can be recorded");
    auto const read = inbox::read_held(of, *held);
    require(read.has_value(), "what waits is read back");
    require(inbox::canonical(*read) == inbox::canonical(one), "it is the same message");
    require(read->tags == one.tags && read->waits_for == one.waits_for, "it means the same");
    auto const again = inbox::parse_parcel(of, inbox::canonical(one), {}, {});
    require(again.has_value(), "a message can be sent as it is kept");
    require(inbox::digest_of(again->messages.at(0)) == inbox::digest_of(one), "its digest stays");
}

}  // namespace

void inbox_message(std::string_view input) {
    pieces from{input};
    auto const& of = sources()[from.byte() % sources().size()];
    auto const parcel = inbox::parse_parcel(of, from.rest, {}, {});
    if (!parcel) {
        require(parcel.error().kind == errc::invalid, "what is no message is invalid");
        return;
    }
    require(parcel->is_array || parcel->messages.size() == 1, "an object is one message");
    for (auto const& one : parcel->messages) take(of, one);
}

}  // namespace diptych::fuzz
