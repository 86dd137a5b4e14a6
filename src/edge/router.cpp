#include "edge/router.hpp"

#include "edge/nearest.hpp"
#include "edge/url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace diptych::edge {

namespace {

constexpr std::size_t segments_max = 16;

/// The segments of a path, and how many; more than there is place for if it is too deep.
std::size_t split(std::string_view path, std::array<std::string_view, segments_max>& into) {
    std::size_t count = 0;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        auto const segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (count == segments_max) return segments_max + 1;
        into[count++] = segment;
    }
    return count;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

bool answers(http::route const& one, std::string_view method) {
    return one.method == method || (method == "HEAD" && one.method == "GET");
}

auto malformed(http::route const& one, std::string_view what) {
    return fail(
        errc::invalid, "route", fmt::format("route {} {} {}", one.method, one.pattern, what)
    );
}

}  // namespace

result<void> router::add(http::route one) {
    if (one.method.empty() || !one.pattern.starts_with('/'))
        return malformed(one, "needs a method and a pattern that starts with '/'");
    if ((one.answer != nullptr) == (one.handle != nullptr))
        return malformed(one, "needs one of answer and handle");
    std::array<std::string_view, segments_max> parts;
    auto const count = split(one.pattern, parts);
    if (count > segments_max) return malformed(one, "has too many segments");
    form shape;
    for (auto const part : std::span{parts}.first(count)) {
        bool const opens = part.find_first_of("{}") != part.npos;
        if (opens &&
            (!part.starts_with('{') || part.find('}') != part.size() - 1 || part.size() < 3))
            return malformed(
                one, fmt::format("has the segment '{}', which is no '{{name}}'", part)
            );
        shape.segments.emplace_back(part);
        if (opens) ++shape.parameters;
    }
    auto const same = [](std::string const& a, std::string const& b) {
        return a == b || (is_parameter(a) && is_parameter(b));
    };
    for (std::size_t i = 0; i < routes_.size(); ++i)
        if (routes_[i].method == one.method &&
            std::ranges::equal(forms_[i].segments, shape.segments, same))
            return malformed(one, fmt::format("is there already as {}", routes_[i].pattern));
    routes_.push_back(std::move(one));
    forms_.push_back(std::move(shape));
    return {};
}

bool router::fits(form const& of, std::span<std::string_view const> path) const {
    if (of.segments.size() != path.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (is_parameter(of.segments[i]) ? path[i].empty() : of.segments[i] != path[i])
            return false;
    }
    return true;
}

http::response router::not_found(std::string_view path) const {
    std::vector<std::string> known;
    for (auto const& one : routes_) known.push_back(one.pattern);
    auto detail = fmt::format("there is nothing at {}", path);
    if (auto const close = nearest(path, known); !close.empty())
        detail += fmt::format("; the nearest is {}", close);
    return http::problem(404, "no_such_path", detail);
}

router::match router::find(http::request& asked) const {
    std::array<std::string_view, segments_max> parts;
    auto const count = split(asked.path, parts);
    if (count > segments_max) return {.problem = not_found(asked.path)};
    auto const path = std::span{parts}.first(count);

    std::optional<std::size_t> best;
    std::string allowed;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (!fits(forms_[i], path)) continue;
        if (!answers(routes_[i], asked.method)) {
            allowed += (allowed.empty() ? "" : ", ") + routes_[i].method;
            if (routes_[i].method == "GET") allowed += ", HEAD";
        } else if (!best || forms_[i].parameters < forms_[*best].parameters) {
            best = i;
        }
    }
    if (!best && allowed.empty()) return {.problem = not_found(asked.path)};
    if (!best) {
        auto refused = http::problem(
            405,
            "method",
            fmt::format("{} does not work on {}, but {} does", asked.method, asked.path, allowed)
        );
        refused.headers.add("Allow", allowed);
        return {.problem = std::move(refused)};
    }

    auto const& shape = forms_[*best];
    for (std::size_t i = 0; i < count; ++i) {
        auto const& segment = shape.segments[i];
        if (!is_parameter(segment)) continue;
        auto decoded = percent_decode(path[i]);
        if (!decoded) return {.problem = http::problem(decoded.error())};
        asked.path_parameters.emplace_back(
            segment.substr(1, segment.size() - 2), *std::move(decoded)
        );
    }
    asked.route = routes_[*best].pattern;
    return {.route = &routes_[*best], .number = static_cast<std::uint32_t>(*best) + 1};
}

}  // namespace diptych::edge
