#include "channels/nats/nats_connect.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace diptych::channels {

namespace {

constexpr std::int64_t connect_within_ms = 1'000;

std::vector<std::string> parts_of(std::string const& servers) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at <= servers.size();) {
        auto const end = std::min(servers.find(',', at), servers.size());
        all.push_back(servers.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

// "//a:4222,b:4222" as "nats://a:4222,nats://b:4222".
std::string servers_of(std::string_view scheme, std::string_view address) {
    auto servers = std::string(scheme) + ":" + std::string(address);
    for (auto at = servers.find(','); at != std::string::npos; at = servers.find(',', at + 1))
        servers.insert(at + 1, std::string(scheme) + "://");
    return servers;
}

}  // namespace

result<void> nats_checked(natsStatus status) {
    if (status == NATS_OK) return {};
    auto const* const detail = ::nats_GetLastError(nullptr);
    return fail(
        errc::unavailable,
        "nats",
        detail != nullptr && *detail != '\0' ? detail : ::natsStatus_GetText(status)
    );
}

result<nats_option_list> nats_options_of(nats_options const& how) {
    natsOptions* made = nullptr;
    DIPTYCH_TRY(nats_checked(::natsOptions_Create(&made)));
    nats_option_list all(made, ::natsOptions_Destroy);
    auto const servers = parts_of(how.servers);
    std::vector<char const*> names;
    for (auto const& one : servers) names.push_back(one.c_str());
    DIPTYCH_TRY(
        nats_checked(::natsOptions_SetServers(made, names.data(), static_cast<int>(names.size())))
    );
    DIPTYCH_TRY(nats_checked(::natsOptions_SetAllowReconnect(made, false)));
    DIPTYCH_TRY(nats_checked(::natsOptions_SetTimeout(made, connect_within_ms)));
    DIPTYCH_TRY(nats_checked(::natsOptions_SetPingInterval(made, 5'000)));
    DIPTYCH_TRY(nats_checked(::natsOptions_SetMaxPingsOut(made, 2)));
    DIPTYCH_TRY(nats_checked(::natsOptions_SetName(made, "diptych")));
    if (!how.user.empty()) {
        DIPTYCH_TRY(
            nats_checked(::natsOptions_SetUserInfo(made, how.user.c_str(), how.password.c_str()))
        );
    }
    if (!how.token.empty()) {
        DIPTYCH_TRY(nats_checked(::natsOptions_SetToken(made, how.token.c_str())));
    }
    if (!how.credentials.empty()) {
        DIPTYCH_TRY(nats_checked(
            ::natsOptions_SetUserCredentialsFromFiles(made, how.credentials.c_str(), nullptr)
        ));
    }
    if (how.servers.starts_with("tls:")) {
        DIPTYCH_TRY(nats_checked(::natsOptions_SetSecure(made, true)));
    }
    if (!how.ca_file.empty()) {
        DIPTYCH_TRY(nats_checked(::natsOptions_LoadCATrustedCertificates(made, how.ca_file.c_str()))
        );
    }
    return all;
}

result<nats_options> nats_access_of(
    endpoint::declared_channel const& of, endpoint::surroundings const& in
) {
    nats_options how{.servers = servers_of(of.scheme, of.address), .user = of.setting("user")};
    DIPTYCH_TRY(how.password, endpoint::revealed_one(of, "password", in));
    DIPTYCH_TRY(how.token, endpoint::revealed_one(of, "token", in));
    how.credentials = of.setting("credentials");
    how.ca_file = of.setting("ca_file");
    return how;
}

std::vector<endpoint::setting_rule> with_nats_settings(std::vector<endpoint::setting_rule> own) {
    own.push_back({.name = "user"});
    for (auto const* const name : {"password", "token"})
        own.push_back({.name = name, .is_secret = true});
    for (auto const* const name : {"credentials", "ca_file"}) own.push_back({.name = name});
    return own;
}

bool is_nats_address(std::string_view address) {
    return address.size() > 2 && address.starts_with("//") &&
           address.find('/', 2) == std::string_view::npos;
}

}  // namespace diptych::channels
