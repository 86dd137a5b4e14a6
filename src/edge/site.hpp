/// @file
/// The HTTP interface of a node: the server and everything it serves.
#pragma once

#include "edge/server.hpp"
#include "edge/services.hpp"

#include <diptych/application.hpp>
#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace diptych::edge {

struct site_options {
    server_options server = {};
    std::string token = {};  ///< Bearer token that requests must carry; empty: none.
    jwt_options jwt = {
    };  ///< Tokens that are taken, too, for queries and the application's routes.
    std::string title = "Diptych";
    std::vector<http::route> routes = {};  ///< The application's own.
    unsigned workers = 0;            ///< Threads for what blocks; 0: as many as suit the machine.
    std::size_t queue_max = 4096;    ///< Requests waiting for them; one more is answered 503.
    std::size_t waiting_max = 1024;  ///< Queries that wait for a token; then 503.
    std::size_t live_queries_max = 1'000;         ///< Different ones; one more is answered 503.
    std::chrono::milliseconds wait_max{5'000};    ///< How long they wait, at most.
    std::chrono::milliseconds heartbeat{15'000};  ///< Of an event stream with nothing to say.
};

/// See the file comment. start and stop: one thread.
class site {
public:
    /// Keeps references: what `of` names must outlive the site.
    site(services of, site_options options);
    ~site();  ///< Stops, if that was not done.
    site(site const&) = delete;
    site& operator=(site const&) = delete;

    /// Fails with denied if the address is not of this machine and no token is asked for, invalid
    /// if the key for tokens does not fit, or a route is malformed or collides, and as
    /// server::start does.
    result<void> start();

    /// As start, but nobody can connect: only ask() is answered.
    result<void> start_without_server();

    /// Answers a request of the program itself as it would a client's. Blocking. Streams of events
    /// are not to be had this way: they are answered 406. Thread-safe, between start and stop.
    http::response ask(http::request what);

    /// Answers what was accepted, then ends. Blocking.
    void stop();

    std::uint16_t port() const;
    std::string address() const;  ///< "127.0.0.1:8080", with the port it really has.

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych::edge
