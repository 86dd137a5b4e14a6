/// @file
/// A text with places for what a message says: "shop.{category}.{type}", "Order {data.order_id}".
#pragma once

#include "outbox/message.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

/// Thread-compatible.
///
/// | place | value |
/// |---|---|
/// | `{id}` `{type}` `{stream}` `{category}` `{position}` `{version}` `{time}` | of the event |
/// | `{tag.order}` | the first id of this kind that it carries, without `order-` |
/// | `{data.lines.0.sku}` | a field of its data |
///
/// `{{` and `}}` are braces. What a message has not is the empty text.
class pattern {
public:
    pattern() = default;  ///< The empty text.

    /// Fails with invalid (code "channel_file") and says which places there are.
    static result<pattern> parse(std::string_view text);

    /// How a value is written, so that it does not break what it stands in.
    using escape_function = std::string (*)(std::string_view value);
    std::string fill(message const& what, escape_function escape) const;
    std::string fill(message const& what) const;

    bool empty() const { return parts_.empty(); }

private:
    struct part {
        std::string text;
        bool is_place;
    };
    std::vector<part> parts_;
};

}  // namespace diptych::outbox
