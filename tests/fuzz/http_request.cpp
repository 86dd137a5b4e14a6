// Bytes of a connection: requests come out the same however the network cuts them.
#include "edge/parser.hpp"
#include "edge/url.hpp"
#include "fuzz/target.hpp"

#include <vector>

namespace diptych::fuzz {

namespace {

constexpr edge::parser_limits limits{.header_bytes = 512, .target_bytes = 128, .body_bytes = 256};

struct heard {
    std::vector<std::string> requests = {};
    bool is_idle = true;  // neither a fault nor in the middle of a request
};

std::string shown(http::request const& what) {
    require(what.path.starts_with('/'), "a path starts with a slash");
    require(what.body.size() <= limits.body_bytes, "no body is longer than the limit");
    auto text = what.method + ' ' + what.path;
    auto header_bytes = text.size();
    std::string query;
    for (auto const& [name, value] : what.query) {
        text += '\n' + name + '=' + value;
        query += edge::percent_encode(name) + '=' + edge::percent_encode(value) + '&';
    }
    require(
        edge::parse_query(query).or_throw() == what.query,
        "a query is what it was when encoded again"
    );
    for (std::size_t i = 0; i < what.headers.size(); ++i) {
        auto const [name, value] = what.headers[i];
        text.append("\n").append(name).append(": ").append(value);
        header_bytes += name.size() + value.size() + 3;  // a colon and the end of the line
    }
    require(header_bytes <= limits.header_bytes, "no header is longer than the limit");
    return text + "\n\n" + what.body;
}

/// As a connection does it: what was not taken is offered again, with `step` bytes more.
heard hear(std::string_view bytes, std::size_t step) {
    edge::request_parser parser(limits);
    heard all;
    std::size_t taken = 0;
    for (std::size_t arrived = 0;;) {
        auto const more = parser.feed(bytes.substr(taken, arrived - taken));
        require(more <= arrived - taken, "no more is taken than was offered");
        taken += more;
        if (parser.fault()) {
            require(parser.feed(bytes.substr(taken)) == 0, "nothing is taken after a fault");
            require(!parser.fault()->detail.empty(), "a fault says what is wrong");
            all.is_idle = false;
            return all;
        }
        if (parser.is_complete()) {
            all.requests.push_back(shown(parser.take()));
        } else if (more == 0) {
            auto const room = limits.header_bytes + limits.target_bytes;
            require(arrived - taken <= room + step, "what waits for more is bounded");
            all.is_idle = !parser.is_started();
            if (arrived == bytes.size()) return all;
            arrived = std::min(arrived + step, bytes.size());
        }
    }
}

}  // namespace

void http_request(std::string_view input) {
    auto const whole = hear(input, std::max<std::size_t>(input.size(), 1));
    for (auto const step : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
        auto const cut = hear(input, step);
        require(cut.requests == whole.requests, "requests do not depend on how they arrive");
        require(cut.is_idle == whole.is_idle, "what is no request is none however it arrives");
    }
    auto const encoded = edge::percent_encode(input);
    auto const decoded = edge::percent_decode(encoded);
    require(
        decoded ? *decoded == input : input.contains('\0'),
        "what is encoded can be decoded, but for zero bytes"
    );
}

}  // namespace diptych::fuzz
