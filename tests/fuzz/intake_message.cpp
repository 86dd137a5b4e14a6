// Messages of brokers: whatever comes asks for something, or is a dead letter that keeps all it
// says.
#include "fuzz/target.hpp"
#include "intake/intake_file.hpp"
#include "intake/mapping.hpp"
#include "intake/offered.hpp"
#include "intake/records.hpp"
#include "log/record.hpp"

#include <diptych/json_value.hpp>

#include <array>

namespace diptych::fuzz {

namespace {

std::array<intake::declaration, 3> const& incoming_channels() {
    static std::array const known{intake::offered_scheme()};
    static auto const read = [](std::string_view text) {
        return intake::parse_incoming("in.toml", text, known).or_throw();
    };
    static std::array<intake::declaration, 3> const all{
        read("from = 'http:'\n[on.'*']\ncommand = 'do'\n"),
        read("from = 'http:'\ntype = '{header.x}{data.a.0}'\nid = '{place}/{data.id}'\n"
             "[on.'t*']\ncommand = 'do'\nfields = { a = 'b.c', d = 'e' }\n"),
        read("from = 'http:'\n[on.'*']\nsource = 's'\nversion = '{attribute.v}'\n")
    };
    return all;
}

void keep(intake::declaration const& of, intake::delivery const& what) {
    auto const event = intake::letter_parked_record(of, {.message_id = what.body}, what);
    json::document data;
    require(data.read(event.data).has_value(), "a dead letter is JSON");
    auto encoded = log::encode(event, event.id);
    log::seal(encoded.bytes, 7, version{3}, timestamp{});
    auto const back = log::decode(encoded.bytes, position{5}, epoch{1}, 7);
    require(back.has_value(), "a dead letter can be recorded");
    intake::letters all;
    require(intake::fold_letter(all, *back).has_value(), "a dead letter is found again");
    require(all.contains(version{3}), "its number is its version");
    require(
        all.begin()->second.body_hash == intake::hash_of_body(what.body), "it is known by its body"
    );
    auto const read = intake::read_parked(*back);
    require(read.has_value(), "a dead letter is read back");
    require(read->body == what.body && read->topic == what.topic, "nothing of it is lost");
    require(read->key == what.key && read->headers == what.headers, "nor of its headers");
}

}  // namespace

void intake_message(std::string_view input) {
    pieces from{input};
    auto const& of = incoming_channels()[from.byte() % incoming_channels().size()];
    intake::delivery what{.place = "s:1"};
    what.topic = from.line();
    what.key = from.line();
    for (int count = from.byte() % 4; count > 0; --count) {
        auto const name = from.line();
        what.headers.emplace_back(name, from.line());
    }
    what.body = from.rest;
    keep(of, what);
    intake::known_facts facts;
    auto const asked = intake::asked_by(of, what, {.fresh = "fresh"}, facts);
    require(!facts.message_id.empty(), "every message has an id");
    if (!asked) {
        auto const& code = asked.error().code;
        require(code == "malformed_message" || code == "unmapped_message", "it is said what it is");
        return;
    }
    json::document body;
    require(body.read(asked->body).has_value(), "what is asked for is JSON");
}

}  // namespace diptych::fuzz
