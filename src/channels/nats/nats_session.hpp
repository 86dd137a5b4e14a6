/// @file
/// One connection to a NATS server, from its begin to its loss.
#pragma once

#include "channels/nats/nats_options.hpp"
#include "outbox/transport.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace diptych::channels {

/// What is published.
struct nats_message {
    std::string subject;
    std::string id;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// The library does not connect again by itself: what it has sent and not been told of would be
/// sent when it does, behind what is sent in the meantime. Not thread-safe; its library's threads
/// are its own affair.
class nats_session {
public:
    /// Blocking, a second at most. Fails with unavailable.
    static result<std::unique_ptr<nats_session>> open(nats_options const& how);
    ~nats_session();
    nats_session(nats_session const&) = delete;
    nats_session& operator=(nats_session const&) = delete;

    /// Returns at once.
    void publish(std::uint64_t ticket, nats_message const& what);

    /// What is known by now; if that is nothing and something is under way, waits for it, no longer
    /// than `wait`.
    std::vector<outbox::told> answers(std::chrono::milliseconds wait);

    /// It is of no more use; answers() has told of all that was under way.
    bool is_lost() const;

private:
    struct parts;
    explicit nats_session(std::unique_ptr<parts> of);
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::channels
