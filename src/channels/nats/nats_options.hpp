/// @file
/// How a NATS server is reached.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace diptych::channels {

struct nats_options {
    std::string servers = {};  ///< "nats://a:4222,nats://b:4222"
    std::string user = {};     ///< This and what follows: empty if it is not wanted.
    std::string password = {};
    std::string token = {};
    std::string credentials = {};  ///< A file.
    std::string ca_file = {};
    std::string stream = {};  ///< That must take what is published.
    std::size_t in_flight = 64;
    std::chrono::milliseconds answer_within{5'000};
};

}  // namespace diptych::channels
