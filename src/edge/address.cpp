#include "edge/address.hpp"

#include "edge/server.hpp"

#include <diptych/try.hpp>

#include <arpa/inet.h>
#include <fmt/core.h>

#include <charconv>

namespace diptych::edge {

namespace {

auto no_address(std::string_view address, std::string_view what) {
    return fail(
        errc::invalid,
        "address",
        fmt::format(
            "'{}' is not an address to listen on, such as 127.0.0.1:8080: {}", address, what
        )
    );
}

bool is_ip(std::string const& text) {
    in6_addr bytes{};
    return inet_pton(AF_INET, text.c_str(), &bytes) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

}  // namespace

result<ip_address> resolve(std::string_view address) {
    auto const colon = address.rfind(':');
    auto const digits = colon == address.npos ? address : address.substr(colon + 1);
    auto const host = colon == address.npos ? std::string_view{} : address.substr(0, colon);

    ip_address found{.ip = std::string(host), .port = 0};
    auto const [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), found.port);
    if (failed != std::errc{} || end != digits.data() + digits.size())
        return no_address(address, "the port is no number from 0 to 65535");

    if (host.empty() || host == "localhost") found.ip = "127.0.0.1";
    if (host == "*") found.ip = "0.0.0.0";
    if (host.starts_with('[') && host.ends_with(']')) found.ip = host.substr(1, host.size() - 2);
    if (!is_ip(found.ip)) return no_address(address, "the host is not an IP address");
    return found;
}

result<bool> is_loopback(std::string_view address) {
    DIPTYCH_TRY(auto const where, resolve(address));
    return where.ip.starts_with("127.") || where.ip == "::1";
}

}  // namespace diptych::edge
