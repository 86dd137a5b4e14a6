/// @file
/// A request that the program itself makes: its answer goes to whoever waits for it.
#pragma once

#include "edge/exchange.hpp"

#include <future>

namespace diptych::edge {

/// See the file comment. wait() once, by one thread.
class inner_exchange final : public http::detail::exchange {
public:
    void answer(http::response what) override { answer_.set_value(std::move(what)); }

    std::shared_ptr<http::detail::channel> open(http::response) override {
        answer_.set_value(http::problem(406, "no_streams", "read page by page within the program"));
        return std::make_shared<closed_channel>();
    }

    void mark(std::uint32_t) override {}

    http::response wait() { return answer_.get_future().get(); }

private:
    /// A stream that nobody reads.
    class closed_channel final : public http::detail::channel {
        bool write(std::string) override { return false; }
        std::size_t pending() const override { return 0; }
        bool is_open() const override { return false; }
        void close() override {}
        void on_close(std::function<void()> call) override { call(); }
        void on_room(std::function<void()>) override {}
    };

    std::promise<http::response> answer_;
};

}  // namespace diptych::edge
