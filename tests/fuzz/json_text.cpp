// JSON of any shape: reader and document agree, and what is written reads as it was.
#include "fuzz/target.hpp"
#include "json/one_line.hpp"

#include <diptych/json_reader.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

namespace diptych::fuzz {

namespace {

void rewrite(json::writer& to, json::value what) {
    switch (what.kind()) {
        case json::kind::null:
            to.null();
            break;
        case json::kind::boolean:
            to.value(what.boolean());
            break;
        case json::kind::integer:
            to.value(what.integer());
            break;
        case json::kind::real:
            to.raw(what.raw());  // it may be wider than a double
            break;
        case json::kind::text:
            require(json::is_utf8(what.text()), "texts are UTF-8");
            to.value(what.text());
            break;
        case json::kind::array:
            to.begin_array();
            for (auto const one : what.elements()) rewrite(to, one);
            to.end_array();
            break;
        case json::kind::object:
            to.begin_object();
            for (auto const [name, one] : what.members()) rewrite(to.key(name), one);
            to.end_object();
            break;
    }
}

std::string rewritten(std::string_view text) {
    json::document read;
    require(read.read(text).has_value(), "what was written can be read");
    json::writer out;
    rewrite(out, read.root());
    return std::move(out).text();
}

/// Where a message says that the text stops being JSON; from 1.
std::size_t place_in(std::string const& message) {
    constexpr std::string_view before = "not JSON at byte ";
    auto const at = message.find(before);
    return at == message.npos ? 0 : std::stoul(message.substr(at + before.size()));
}

}  // namespace

void json_text(std::string_view input) {
    json::reader in(input);
    auto const is_skipped = in.skip() && in.end();
    require(in.place() <= input.size(), "the reader stays within the text");
    json::document read;
    auto const is_read = read.read(input);
    require(is_skipped == is_read.has_value(), "the reader and the document agree");
    if (!is_read) {
        auto const at = place_in(is_read.error().message);
        require(at > 0 && at <= input.size() + 1, "an error says where in the text it is");
        return;
    }
    auto const once = rewritten(input);
    require(rewritten(once) == once, "what is written does not change when it is read");
    require(rewritten(read.root().raw()) == once, "the raw text of a value is the value");
    auto const line = json::on_one_line(input);
    require(!line.contains('\n') && !line.contains('\r'), "one line is one line");
    require(rewritten(line) == once, "on one line it says the same");
}

}  // namespace diptych::fuzz
