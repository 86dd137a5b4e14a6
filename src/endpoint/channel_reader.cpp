#include "endpoint/channel_reader.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace diptych::endpoint {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t in_flight_most = 10'000;
constexpr std::int64_t attempts_most = 1'000;
constexpr declared::length_bounds pause_bounds{
    .least = 250ms, .most = 24h, .words = R"(from 250ms to 24h, like "500ms", "30s" or "5m")"
};

std::optional<std::vector<std::string>> texts_of(toml::node const& value) {
    std::vector<std::string> all;
    auto const add = [&](toml::node const& one) {
        auto text = declared::plain_text_of(one);
        auto const is_plain = text.has_value();
        if (is_plain) all.push_back(*std::move(text));
        return is_plain;
    };
    auto const* const list = value.as_array();
    auto const is_good = list == nullptr ? add(value) : std::ranges::all_of(*list, add);
    if (!is_good) return {};
    return all;
}

std::string there_are(channel_keys const& known) {
    std::string all(known.own);
    for (auto const& one : known.of_scheme)
        all.append(
               &one == known.of_scheme.data() ? fmt::format("; and for {}: ", known.scheme) : ", "
        )
            .append(one.name);
    return all;
}

}  // namespace

result<void> channel_reader::expect_no_fault() const {
    if (faults_.empty()) return {};
    std::string all;
    for (auto const& [line, fault] : faults_) all.append(all.empty() ? "" : "\n").append(fault);
    return fail(errc::invalid, "channel_file", std::move(all));
}

result<void> channel_reader::read_address(
    toml::node const& value, std::string_view address, declared_channel& into
) const {
    auto const colon = address.find(':');
    into.scheme = address.substr(0, colon);
    into.address = address.substr(colon + 1);
    if (into.address.find('@') >= into.address.find('/', 2)) return {};
    return wrong(
        value.source(), "no user or password in an address: they have settings of their own"
    );
}

result<void> channel_reader::read_common(
    toml::key const& key, toml::node const& value, channel_keys const& known, declared_channel& into
) const {
    if (key == "in_flight") {
        DIPTYCH_TRY(auto const number, whole_number(value, key, in_flight_most));
        into.in_flight = static_cast<std::size_t>(number);
    } else if (key == "attempts_max") {
        DIPTYCH_TRY(auto const number, whole_number(value, key, attempts_most));
        into.attempts_max = static_cast<int>(number);
    } else if (key == "pause_max") {
        DIPTYCH_TRY(into.pause_max, length_of_time(value, key, pause_bounds));
    } else {
        return read_setting(key, value, known, into);
    }
    return {};
}

result<void> channel_reader::read_setting(
    toml::key const& key, toml::node const& value, channel_keys const& known, declared_channel& into
) const {
    auto const rule = std::ranges::find(known.of_scheme, key.str(), &setting_rule::name);
    if (rule == known.of_scheme.end()) return unknown(key, there_are(known));
    if (value.is_array() && !rule->is_list)
        return wrong(value.source(), fmt::format("{} is one value, and no list", key.str()));
    auto texts = texts_of(value);
    if (texts && texts->empty())
        return wrong(value.source(), fmt::format("{} is a list with at least one", key.str()));
    if (!texts)
        return wrong(
            value.source(), fmt::format("{} is a text, a whole number, true or false", key.str())
        );
    for (auto const& one : *texts)
        if (rule->is_secret && (!one.starts_with("env:") || one.size() < 5))
            return wrong(
                value.source(),
                fmt::format(
                    "{0} does not stand in a file: {0} = \"env:NAME\" takes it from the "
                    "environment",
                    key.str()
                )
            );
    into.settings.emplace(key.str(), *std::move(texts));
    return {};
}

}  // namespace diptych::endpoint
