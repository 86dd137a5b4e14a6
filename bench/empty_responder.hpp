/// @file
/// The raw limit of HTTP: Asio's callbacks and Beast's parser, one thread, always the same answer.
#pragma once

#include <cstdint>
#include <memory>

namespace diptych::bench {

/// Answers every request on a free port of this machine until destroyed.
class empty_responder {
public:
    empty_responder();
    ~empty_responder();
    empty_responder(empty_responder const&) = delete;
    empty_responder& operator=(empty_responder const&) = delete;
    std::uint16_t port() const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych::bench
