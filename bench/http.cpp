/// @file
/// (g) GET /views/balances?account=eq.N and POST /commands/deposit over kept-alive connections:
/// requests a second, and the processor time of the server a request, against an empty responder on
/// Asio and Beast's parser, and against this project's server with a handler that does nothing.
#include "appends.hpp"
#include "bank.hpp"
#include "edge/server.hpp"
#include "empty_responder.hpp"
#include "http_load.hpp"

#include <diptych/application.hpp>

#include <cstdlib>
#include <future>
#include <string>
#include <thread>

using namespace diptych;
using namespace diptych::bench;

namespace {

/// The application, served.
class served {
public:
    explicit served(std::string const& below)
        : folder_(below), app_({.data = folder_.path() + "/data"}) {
        write_balance_view(folder_.path() + "/balances.sql");
        app_.add<bank::context>().views(folder_.path() + "/balances.sql");
        stream_picker streams;
        fill(app_.log(), streams, 100'000);
        must(app_.view("balances").wait_for(app_.log().end()), "view");
        std::promise<std::string> address;
        thread_ = std::thread([&] {
            auto const done = app_.serve({.http = "127.0.0.1:0", .ready = [&](std::string_view at) {
                                              address.set_value(std::string{at});
                                          }});
            must(done, "serve");
        });
        auto const at = address.get_future().get();
        port_ = static_cast<std::uint16_t>(std::atoi(at.c_str() + at.rfind(':') + 1));
    }
    ~served() {
        app_.stop();
        thread_.join();
    }
    served(served const&) = delete;
    served& operator=(served const&) = delete;
    std::uint16_t port() const { return port_; }

private:
    scratch folder_;
    application app_;
    std::thread thread_;
    std::uint16_t port_ = 0;
};

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count, values, {{"dir", "."}, {"rounds", "5"}, {"seconds", "2"}, {"connections", "64"}}
    );
    auto const connections = static_cast<std::size_t>(given.number("connections"));
    served const app(given.text("dir"));
    empty_responder const empty;
    edge::server idle({.address = "127.0.0.1:0"}, [](http::request const&, http::responder to) {
        to.answer(http::json(200, R"({"empty":"empty"})"));
    });
    idle.start().or_throw();

    stream_picker accounts{connections};
    auto const view = [&](std::size_t connection) {
        auto const account = std::to_string(accounts.next(connection).first);
        return get_request("/views/balances?account=eq." + account);
    };
    auto const command = [&](std::size_t connection) {
        auto const account = std::to_string(accounts.next(connection).first);
        return post_request(
            "/commands/deposit",
            R"({"account":")" + account + R"(","amount":7,"note":")" + std::string(210, 'x') + "\"}"
        );
    };

    rounds rates;
    rounds costs;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        auto const contest = [&](std::string const& name, std::uint16_t port, auto const& request) {
            auto const figures =
                load_http(port, connections, seconds{given.number("seconds")}, request);
            rates.add(name, figures.rate);
            costs.add(name, figures.server_cpu);
        };
        contest("GET, empty responder", empty.port(), view);
        contest("GET, own server, empty handler", idle.port(), view);
        contest("GET /views/balances?account=eq.N", app.port(), view);
        contest("POST, empty responder", empty.port(), command);
        contest("POST, own server, empty handler", idle.port(), command);
        contest("POST /commands/deposit", app.port(), command);
    }
    auto const title = given.text("connections") + " connections";
    rates.print(title, "requests/s", "GET, empty responder");
    costs.print("server's processor time", "us a request", "GET, empty responder");
    idle.stop();
}
