/// @file
/// What stands behind a responder and a stream.
#pragma once

#include <diptych/http.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace diptych::http::detail {

/// The other end of a stream. Thread-safe.
class channel {
public:
    virtual ~channel() = default;
    virtual bool write(std::string bytes) = 0;
    virtual std::size_t pending() const = 0;
    virtual bool is_open() const = 0;
    virtual void close() = 0;
    virtual void on_close(std::function<void()> call) = 0;
    virtual void on_room(std::function<void()> call) = 0;
};

/// The other end of a responder. Thread-safe; one of answer, answer_later and open is called once.
class exchange {
public:
    virtual ~exchange() = default;
    virtual void answer(response what) = 0;
    virtual void answer_later(std::move_only_function<response()> make) { answer(make()); }
    virtual std::shared_ptr<channel> open(response head) = 0;
    virtual void mark(std::uint32_t route) = 0;
    /// By default it never leaves.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): others keep it
    virtual void on_leave(std::function<void()>) {}
};

}  // namespace diptych::http::detail
