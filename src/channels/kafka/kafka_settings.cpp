#include "channels/kafka/kafka_settings.hpp"

#include <diptych/try.hpp>

#include <array>

namespace diptych::channels {

kafka_address parse_kafka_address(std::string_view text) {
    auto const slash = text.find('/', 2);
    if (!text.starts_with("//") || slash == std::string_view::npos) return {};
    return {
        .servers = std::string(text.substr(2, slash - 2)),
        .topic = std::string(text.substr(slash + 1))
    };
}

std::vector<endpoint::setting_rule> with_kafka_settings(std::vector<endpoint::setting_rule> own) {
    own.push_back({.name = "user"});
    own.push_back({.name = "password", .is_secret = true});
    for (auto const* const name : {"mechanism", "tls", "ca_file"}) own.push_back({.name = name});
    return own;
}

result<void> check_kafka_settings(endpoint::declared_channel const& of) {
    auto const [servers, topic] = parse_kafka_address(of.address);
    if (servers.empty() || topic.empty())
        return fail(
            errc::invalid, "channel_file", "the address of a topic is like kafka://host:9092/topic"
        );
    auto const tls = of.setting("tls");
    if (!tls.empty() && tls != "true" && tls != "false")
        return fail(errc::invalid, "channel_file", "tls is true or false");
    auto const mechanism = of.setting("mechanism");
    if (!mechanism.empty() && mechanism != "PLAIN" && mechanism != "SCRAM-SHA-256" &&
        mechanism != "SCRAM-SHA-512")
        return fail(
            errc::invalid,
            "channel_file",
            "mechanism is \"PLAIN\", \"SCRAM-SHA-256\" or \"SCRAM-SHA-512\""
        );
    return {};
}

result<kafka_properties> kafka_properties_of(
    endpoint::declared_channel const& of, endpoint::surroundings const& in
) {
    kafka_properties all{
        {"bootstrap.servers", parse_kafka_address(of.address).servers},
        {"client.id", "diptych"},
        {"log_level", "0"}
    };
    auto const with_tls = of.setting("tls") == "true";
    auto const user = of.setting("user");
    if (with_tls || !user.empty())
        all.emplace_back(
            "security.protocol", user.empty() ? "ssl" : (with_tls ? "sasl_ssl" : "sasl_plaintext")
        );
    if (auto file = of.setting("ca_file"); !file.empty())
        all.emplace_back("ssl.ca.location", std::move(file));
    if (!user.empty()) {
        auto mechanism = of.setting("mechanism");
        all.emplace_back("sasl.mechanism", mechanism.empty() ? "PLAIN" : std::move(mechanism));
        all.emplace_back("sasl.username", user);
    }
    DIPTYCH_TRY(auto password, endpoint::revealed_one(of, "password", in));
    if (!password.empty()) all.emplace_back("sasl.password", std::move(password));
    return all;
}

result<rd_kafka_t*> new_kafka_client(
    rd_kafka_type_t type,
    kafka_properties const& how,
    std::function<void(rd_kafka_conf_t*)> const& prepare
) {
    std::array<char, 512> why{};
    auto* const conf = ::rd_kafka_conf_new();
    for (auto const& [name, value] : how)
        if (::rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
            RD_KAFKA_CONF_OK) {
            ::rd_kafka_conf_destroy(conf);
            return fail(errc::invalid, "channel_file", why.data());
        }
    prepare(conf);
    if (auto* const made = ::rd_kafka_new(type, conf, why.data(), why.size())) return made;
    ::rd_kafka_conf_destroy(conf);  // it is ours still
    return fail(errc::invalid, "channel_file", why.data());
}

}  // namespace diptych::channels
