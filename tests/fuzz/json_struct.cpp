// JSON into plain structs: whatever can be read can be written, and reads as the same again.
#include "fuzz/target.hpp"

#include <diptych/id.hpp>
#include <diptych/json.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace diptych::fuzz {

namespace shapes {

using order_id = id<"order">;

enum class status { open, paid, shipped };

struct line {
    order_id of;
    std::uint8_t small;
    std::int16_t signed_small = -1;
    std::map<std::string, bool> flags = {};
    static constexpr auto optional_fields = {"signed_small"};
};

struct everything {
    bool yes;
    std::int64_t wide;
    std::uint64_t natural;
    double real;
    float coarse;
    std::string text;
    order_id order;
    status state;
    timestamp at;
    std::chrono::sys_days day;
    std::chrono::microseconds length;
    std::chrono::duration<std::int32_t> seconds;
    std::optional<line> maybe;
    std::vector<line> lines;
    std::set<order_id> orders;
    std::map<status, std::map<order_id, std::map<int, std::string>>> nested;
};

}  // namespace shapes

namespace {

using namespace shapes;

bool are_named(everything const& what) {
    for (auto const& [_, by_order] : what.nested)
        for (auto const& [order, __] : by_order)
            if (order.value.empty()) return false;
    return !what.order.value.empty() && !what.orders.contains(order_id{});
}

std::string checked(everything const& what, json::rules how) {
    auto const text = json::write(what);
    auto const again = json::read<everything>(text, how);
    require(again.has_value(), "what was written can be read by the rules it was read by");
    require(json::write(*again) == text, "what is read is what was written");
    return text;
}

}  // namespace

void json_struct(std::string_view input) {
    auto const tolerant = json::read<everything>(input);
    auto const strict = json::read<everything>(input, json::strict);
    if (!tolerant) {
        require(!strict, "what can not be read tolerantly can not be read strictly");
        require(tolerant.error().facts.size() == 1, "an error says where it is");
        auto const path = json::parse(tolerant.error().facts.front().second);
        require(path && path->root().kind() == json::kind::text, "the path of an error is JSON");
        return;
    }
    auto const text = checked(*tolerant, json::tolerant);
    if (!strict) return;
    require(are_named(*strict), "an id read strictly is not empty");
    require(checked(*strict, json::strict) == text, "strict and tolerant read the same");
}

}  // namespace diptych::fuzz
