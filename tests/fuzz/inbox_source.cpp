// Files that declare sources: an error names its place, what is read has bounds and fits together.
#include "fuzz/target.hpp"
#include "inbox/source_file.hpp"

namespace diptych::fuzz {

void inbox_source(std::string_view input) {
    auto const read = inbox::parse_source("order.toml", input);
    if (!read) {
        require(read.error().kind == errc::invalid, "what declares no source is invalid");
        require(read.error().message.starts_with("order.toml:"), "an error names its place");
        return;
    }
    require(read->held_max > 0 && read->wait_max.count() > 0, "a source has bounds");
    for (auto const& rule : read->after) {
        require(!rule.types.empty(), "what waits waits for something");
        require(
            std::ranges::any_of(read->ids, [&](auto const& id) { return id.kind == rule.id; }),
            "what waits does so for an id that it has"
        );
        auto const* const found = read->find_prerequisite(rule.type);
        require(found != nullptr || rule.is_prefix, "a rule is found by its type");
    }
}

}  // namespace diptych::fuzz
