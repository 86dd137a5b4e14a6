/// @file
/// Query parameters and headers as values, or as the error that says which one is wrong.
#pragma once

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/http.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// Fails with invalid, and names the parameter.
std::unexpected<error> wrong_parameter(std::string_view name, std::string message);

/// Fails with invalid if the query has a name that is not among `known`.
result<void> expect_parameters(http::request const& asked, std::vector<std::string> const& known);

/// A number of a range; `otherwise` if it is not given. Fails with invalid.
struct number_range {
    std::string_view name;
    std::uint64_t least;
    std::uint64_t most;
};
result<std::uint64_t> number_parameter(
    http::request const& asked, number_range const& of, std::uint64_t otherwise
);

/// `direction=forward|backward`. Fails with invalid.
result<diptych::direction> direction_parameter(http::request const& asked);

/// `true` or `false`; false if it is not given. Fails with invalid.
result<bool> flag_parameter(http::request const& asked, std::string_view name);

/// Every value of a parameter, which may repeat and list several with commas.
std::vector<std::string> list_parameter(http::request const& asked, std::string_view name);

/// `as_of`: a token, a position or a time, as the last position that counts. Fails with invalid.
result<std::optional<position>> as_of_parameter(http::request const& asked, event_log const& log);

/// A token as headers have it, perhaps with quotes. Fails with invalid.
result<token> read_token_header(std::string_view text, std::string_view header);

/// Whether `If-None-Match` names this entity tag (given with its quotes).
bool is_known_to_client(http::request const& asked, std::string_view etag);

}  // namespace diptych::edge
