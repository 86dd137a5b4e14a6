/// @file
/// Requests to servers, many at once on one thread, over libcurl: connections are kept and used
/// again.
#pragma once

#include "outbox/transport.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diptych::channels {

/// What is sent.
struct transfer {
    std::string url;
    std::string body = {};
    std::vector<std::string> headers = {};     ///< HTTP: "Name: value".
    std::string mail_from = {};                ///< Mail: not empty.
    std::vector<std::string> recipients = {};  ///< Mail.
};

/// What all transfers have in common.
struct transfer_options {
    std::size_t connections_max = 64;
    std::chrono::milliseconds timeout{10'000};
    std::string ca_file = {};   ///< Certificates to trust; empty: the machine's.
    std::string user = {};      ///< Empty: none.
    std::string password = {};  ///< As above.
    bool needs_tls = false;     ///< Of a connection that begins without.
};

/// What came back.
struct transferred {
    std::uint64_t ticket;
    bool is_answered;                           ///< The server said something: `status`.
    bool is_connected;                          ///< It was reached.
    long status;                                ///< Of HTTP, or the last reply of SMTP.
    std::string why;                            ///< What libcurl or the server said, in short.
    std::optional<std::chrono::seconds> after;  ///< The server asks for this pause.
};

/// Not thread-safe.
class transfers {
public:
    explicit transfers(transfer_options how);
    ~transfers();
    transfers(transfers const&) = delete;
    transfers& operator=(transfers const&) = delete;

    void begin(std::uint64_t ticket, transfer what);

    /// Those that have ended since. If none has, it waits for one, no longer than `wait`.
    std::vector<transferred> ended(std::chrono::milliseconds wait);

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych::channels
