#include "http_load.hpp"

#include "appends.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace diptych::bench {

namespace {

using steady = std::chrono::steady_clock;

double thread_cpu() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// One connection and the answer that it waits for.
class keep_alive {
public:
    explicit keep_alive(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const yes = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
            give_up("http load", "can not connect");
    }
    ~keep_alive() { ::close(socket_); }
    keep_alive(keep_alive const&) = delete;
    keep_alive& operator=(keep_alive const&) = delete;

    int socket() const { return socket_; }

    void ask(std::string_view request) {
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size()))
            give_up("http load", "a request could not be sent");
    }

    /// Takes what has arrived. Whether the answer is complete.
    bool take() {
        std::array<char, 16384> bytes;
        auto const count = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (count <= 0) give_up("http load", "the server closed a connection");
        answer_.append(bytes.data(), static_cast<std::size_t>(count));
        auto const head = answer_.find("\r\n\r\n");
        if (head == answer_.npos) return false;
        if (!answer_.starts_with("HTTP/1.1 2")) give_up("http load", answer_);
        constexpr std::string_view name = "Content-Length: ";
        auto const length = answer_.find(name);
        if (length == answer_.npos || length > head) give_up("no length", answer_);
        auto const body = std::strtoull(answer_.c_str() + length + name.size(), nullptr, 10);
        if (answer_.size() < head + 4 + body) return false;
        answer_.clear();
        return true;
    }

private:
    int socket_;
    std::string answer_;
};

}  // namespace

std::string get_request(std::string const& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n";
}

std::string post_request(std::string const& target, std::string const& body) {
    return "POST " + target +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

http_figures load_http(
    std::uint16_t port,
    std::size_t connections,
    seconds length,
    std::function<std::string(std::size_t)> const& request
) {
    auto const ready = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<std::unique_ptr<keep_alive>> all;
    for (std::size_t i = 0; i < connections; ++i) {
        all.push_back(std::make_unique<keep_alive>(port));
        epoll_event what{};
        what.events = EPOLLIN;
        what.data.u64 = i;
        ::epoll_ctl(ready, EPOLL_CTL_ADD, all.back()->socket(), &what);
    }
    auto const process_before = cpu_time().count();
    auto const client_before = thread_cpu();
    auto const start = steady::now();
    auto const stop = start + std::chrono::duration_cast<steady::duration>(length);
    for (std::size_t i = 0; i < connections; ++i) all[i]->ask(request(i));
    std::uint64_t answered = 0;
    for (auto waiting = connections; waiting > 0;) {
        std::array<epoll_event, 64> events;
        auto const count = ::epoll_wait(ready, events.data(), events.size(), 10'000);
        if (count <= 0) give_up("http load", "no answer within ten seconds");
        for (auto const& one : std::span(events).first(static_cast<std::size_t>(count))) {
            auto& connection = *all[one.data.u64];
            if (!connection.take()) continue;
            ++answered;
            if (steady::now() < stop)
                connection.ask(request(one.data.u64));
            else
                --waiting;
        }
    }
    auto const took = seconds(steady::now() - start).count();
    auto const client = thread_cpu() - client_before;
    auto const process = cpu_time().count() - process_before;
    ::close(ready);
    return {
        .rate = static_cast<double>(answered) / took,
        .server_cpu = (process - client) * 1e6 / static_cast<double>(answered),
    };
}

}  // namespace diptych::bench
