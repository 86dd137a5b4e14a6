// GET /log: the log as it is stored, for replicas
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/stored_log.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::edge {

namespace {

constexpr std::size_t piece_bytes = 1u << 20;

result<http::response> piece_of(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const from, place_in(asked));
    DIPTYCH_TRY(auto piece, parts.of.log.stored(from, piece_bytes));
    return response_of(std::move(piece));
}

}  // namespace

std::vector<http::route> stored_routes(site_parts& parts) {
    return {answer_route(
        parts, "GET", "/log", piece_of, "The log as it is stored, piece by piece, for replicas"
    )};
}

}  // namespace diptych::edge
