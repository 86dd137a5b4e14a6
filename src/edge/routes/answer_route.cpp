#include "edge/routes/answer_route.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace diptych::edge {

http::route answer_route(
    site_parts& parts,
    std::string_view method,
    std::string_view pattern,
    answer_function what,
    std::string_view summary
) {
    return {
        .method = std::string{method},
        .pattern = std::string{pattern},
        .answer = [&parts, what, where = fmt::format("{} {}", method, pattern)](
                      http::request const& asked
                  ) { return answer_or_problem(parts, where, what(parts, asked)); },
        .summary = std::string{summary}
    };
}

http::route later_route(
    site_parts& parts,
    std::string_view method,
    std::string_view pattern,
    begin_function what,
    std::string_view summary
) {
    return {
        .method = std::string{method},
        .pattern = std::string{pattern},
        .handle =
            [&parts, what](http::request asked, http::responder to) {
                run_or_refuse(
                    parts.pool,
                    parts.server,
                    std::move(asked),
                    std::move(to),
                    [&parts, what](http::request const& of, http::responder answer) {
                        what(parts, of, std::move(answer));
                    }
                );
            },
        .summary = std::string{summary}
    };
}

http::route replay_route(
    site_parts& parts,
    replays& among,
    std::string_view method,
    std::string_view pattern,
    replay_function what,
    std::string_view summary
) {
    return {
        .method = std::string{method},
        .pattern = std::string{pattern},
        .handle =
            [&parts, &among, what, where = fmt::format("{} {}", method, pattern)](
                http::request asked, http::responder to
            ) {
                among.run(
                    std::move(asked),
                    std::move(to),
                    [&parts, what, where](http::request const& of, std::stop_token const& stop) {
                        return answer_or_problem(parts, where, what(parts, of, stop));
                    }
                );
            },
        .summary = std::string{summary}
    };
}

http::response answer_or_problem(
    site_parts const& parts, std::string_view where, result<http::response> made
) {
    if (made) return *std::move(made);
    parts.note(where, made.error());
    return http::problem(made.error());
}

}  // namespace diptych::edge
