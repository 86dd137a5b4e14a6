#include "empty_responder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <thread>

namespace diptych::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
    "{\"empty\":\"empty\"}";

class connection : public std::enable_shared_from_this<connection> {
public:
    explicit connection(tcp::socket socket) : socket_(std::move(socket)) {
        socket_.set_option(tcp::no_delay(true));
        begin();
    }

    void read() {
        socket_.async_read_some(
            asio::buffer(bytes_.data() + have_, bytes_.size() - have_),
            [self = shared_from_this()](boost::system::error_code why, std::size_t count) {
                if (!why) self->parse(count);
            }
        );
    }

private:
    void begin() {
        parser_.emplace();
        parser_->eager(true);
    }

    void parse(std::size_t count) {
        have_ += count;
        boost::system::error_code why;
        auto const taken = parser_->put(asio::buffer(bytes_.data(), have_), why);
        std::copy(bytes_.data() + taken, bytes_.data() + have_, bytes_.data());
        have_ -= taken;
        if (why && why != http::error::need_more) return;
        if (!parser_->is_done()) return read();
        begin();
        asio::async_write(
            socket_,
            asio::buffer(answer),
            [self = shared_from_this()](boost::system::error_code failed, std::size_t) {
                if (!failed) self->read();
            }
        );
    }

    tcp::socket socket_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::array<char, 16384> bytes_{};
    std::size_t have_ = 0;
};

}  // namespace

class empty_responder::implementation {
public:
    implementation() : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
        accept();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~implementation() {
        loop_.stop();
        thread_.join();
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void accept() {
        acceptor_.async_accept([this](boost::system::error_code why, tcp::socket socket) {
            if (why) return;
            std::make_shared<connection>(std::move(socket))->read();
            accept();
        });
    }

    asio::io_context loop_{1};
    tcp::acceptor acceptor_;
    std::thread thread_;
};

empty_responder::empty_responder() : implementation_(std::make_unique<implementation>()) {}
empty_responder::~empty_responder() = default;
std::uint16_t empty_responder::port() const { return implementation_->port(); }

}  // namespace diptych::bench
