#include "app/channel_schemes.hpp"

#include "channels/file/file_transport.hpp"
#include "intake/offered.hpp"
#ifdef DIPTYCH_WITH_KAFKA
#include "channels/kafka/kafka_receiver.hpp"
#include "channels/kafka/kafka_transport.hpp"
#endif
#ifdef DIPTYCH_WITH_NATS
#include "channels/nats/nats_receiver.hpp"
#include "channels/nats/nats_transport.hpp"
#endif
#ifdef DIPTYCH_WITH_REDIS
#include "channels/redis/redis_receiver.hpp"
#include "channels/redis/redis_transport.hpp"
#endif
#ifdef DIPTYCH_WITH_CURL
#include "channels/smtp/smtp_transport.hpp"
#include "channels/webhook/webhook_transport.hpp"
#endif

#include <cstdlib>
#include <utility>

namespace diptych::app {

std::vector<outbox::scheme> channel_schemes() {
    std::vector<outbox::scheme> all;
    all.push_back(channels::file_scheme());
#ifdef DIPTYCH_WITH_CURL
    for (auto& one : channels::webhook_schemes()) all.push_back(std::move(one));
    for (auto& one : channels::smtp_schemes()) all.push_back(std::move(one));
#endif
#ifdef DIPTYCH_WITH_NATS
    for (auto& one : channels::nats_schemes()) all.push_back(std::move(one));
#endif
#ifdef DIPTYCH_WITH_KAFKA
    all.push_back(channels::kafka_scheme());
#endif
#ifdef DIPTYCH_WITH_REDIS
    all.push_back(channels::redis_scheme());
#endif
    return all;
}

std::vector<intake::scheme> incoming_schemes() {
    std::vector<intake::scheme> all;
    all.push_back(intake::offered_scheme());
#ifdef DIPTYCH_WITH_KAFKA
    all.push_back(channels::kafka_intake_scheme());
#endif
#ifdef DIPTYCH_WITH_NATS
    for (auto& one : channels::nats_intake_schemes()) all.push_back(std::move(one));
#endif
#ifdef DIPTYCH_WITH_REDIS
    all.push_back(channels::redis_intake_scheme());
#endif
    return all;
}

std::optional<std::string> environment_variable(std::string const& name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets one
    auto const* const found = std::getenv(name.c_str());
    if (found == nullptr) return {};
    return std::string(found);
}

}  // namespace diptych::app
