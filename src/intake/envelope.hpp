/// @file
/// A message as a CloudEvent 1.0, whole or in headers, or as bare JSON.
#pragma once

#include "intake/delivery.hpp"

#include <diptych/error.hpp>
#include <diptych/json_value.hpp>

#include <map>
#include <string>
#include <string_view>

namespace diptych::intake {

/// Not thread-safe. What it was opened on must outlive it.
class envelope {
public:
    /// Fails with invalid (code "malformed_message") if the data is no JSON.
    static result<envelope> open(delivery const& what);

    /// An attribute of the CloudEvent ("id", "type", "diptychversion"); empty if it has none.
    std::string_view attribute(std::string_view name) const;

    json::value data() const;

    delivery const& message() const { return *message_; }

private:
    explicit envelope(delivery const& what) : message_(&what) {}

    delivery const* message_;
    json::document body_;
    bool is_whole_ = false;  // the body has attributes and data
    std::map<std::string, std::string, std::less<>> attributes_;
};

}  // namespace diptych::intake
