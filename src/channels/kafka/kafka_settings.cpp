#include "channels/kafka/kafka_settings.hpp"

namespace diptych::channels {

kafka_address parse_kafka_address(std::string_view text) {
    auto const slash = text.find('/', 2);
    if (!text.starts_with("//") || slash == std::string_view::npos) return {};
    return {
        .servers = std::string(text.substr(2, slash - 2)),
        .topic = std::string(text.substr(slash + 1))
    };
}

result<void> check_kafka_security(kafka_security const& what) {
    if (!what.tls.empty() && what.tls != "true" && what.tls != "false")
        return fail(errc::invalid, "channel_file", "tls is true or false");
    if (!what.mechanism.empty() && what.mechanism != "PLAIN" && what.mechanism != "SCRAM-SHA-256" &&
        what.mechanism != "SCRAM-SHA-512")
        return fail(
            errc::invalid,
            "channel_file",
            "mechanism is \"PLAIN\", \"SCRAM-SHA-256\" or \"SCRAM-SHA-512\""
        );
    return {};
}

void add_kafka_security(kafka_properties& to, kafka_security const& what) {
    auto const with_tls = what.tls == "true";
    auto const with_user = !what.user.empty();
    if (with_tls || with_user)
        to.emplace_back(
            "security.protocol", with_user ? (with_tls ? "sasl_ssl" : "sasl_plaintext") : "ssl"
        );
    if (!what.ca_file.empty()) to.emplace_back("ssl.ca.location", what.ca_file);
    if (with_user) {
        to.emplace_back("sasl.mechanism", what.mechanism.empty() ? "PLAIN" : what.mechanism);
        to.emplace_back("sasl.username", what.user);
    }
    if (!what.password.empty()) to.emplace_back("sasl.password", what.password);
}

}  // namespace diptych::channels
