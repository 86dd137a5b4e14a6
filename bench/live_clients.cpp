/// @file
/// (i) Thousands of clients that follow a query live: how long a change takes from its append to
/// each of them, and what they cost in memory. Some of them never read. The server is a process of
/// its own on the same cores.
#include "bank.hpp"
#include "child.hpp"
#include "harness.hpp"
#include "sample_events.hpp"

#include <diptych/application.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

using clock_type = std::chrono::steady_clock;

[[noreturn]] void end_with(char const* what) {
    std::perror(what);
    std::exit(1);
}

void allow_files(rlim_t count) {
    rlimit most{count, count};
    if (::setrlimit(RLIMIT_NOFILE, &most) != 0) end_with("setrlimit");
}

int connect_to(std::uint16_t port) {
    int const made = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(made, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) end_with("connect");
    return made;
}

void send_all(int to, std::string const& text) {
    if (::send(to, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        end_with("send");
}

/// One that reads, and counts the changes that have come.
struct reader {
    int socket = -1;
    std::string tail;  // perhaps the first half of a mark
    std::size_t changes = 0;

    void take(std::string_view bytes) {
        static constexpr std::string_view mark = "event: change\n";
        tail += bytes;
        auto from = std::size_t{0};
        for (auto at = tail.find(mark); at != tail.npos; at = tail.find(mark, from)) {
            ++changes;
            from = at + mark.size();
        }
        tail.erase(0, std::max(from, tail.size() - std::min(tail.size(), mark.size() - 1)));
    }
};

/// All that read, with one thread.
class audience {
public:
    audience(std::uint16_t port, std::size_t count, std::string const& request)
        : poll_(::epoll_create1(0)) {
        all_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            all_[i].socket = connect_to(port);
            send_all(all_[i].socket, request);
            epoll_event about{.events = EPOLLIN, .data = {.u64 = i}};
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, all_[i].socket, &about);
        }
    }
    ~audience() {
        for (auto const& one : all_) ::close(one.socket);
        ::close(poll_);
    }
    audience(audience const&) = delete;
    audience& operator=(audience const&) = delete;

    /// Until `patience_ms` pass without a byte, or until all have got the n-th change (0: none is
    /// waited for). Milliseconds from `began` to each of those.
    std::vector<double> wait_for(std::size_t n, clock_type::time_point began, int patience_ms) {
        std::vector<double> took;
        std::vector<epoll_event> ready(1024);
        std::string bytes(65'536, '\0');
        while (n == 0 || took.size() < all_.size()) {
            auto const count = ::epoll_wait(poll_, ready.data(), 1024, patience_ms);
            if (count == 0) break;
            for (int i = 0; i < count; ++i) {
                auto& one = all_[ready[static_cast<std::size_t>(i)].data.u64];
                auto const got = ::recv(one.socket, bytes.data(), bytes.size(), 0);
                if (got <= 0) end_with("a stream ended");
                auto const before = one.changes;
                one.take({bytes.data(), static_cast<std::size_t>(got)});
                if (n == 0 || before >= n || one.changes < n) continue;
                std::chrono::duration<double, std::milli> const time = clock_type::now() - began;
                took.push_back(time.count());
            }
        }
        return took;
    }

private:
    int poll_;
    std::vector<reader> all_;
};

std::size_t resident_of(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/statm");
    std::size_t pages = 0;
    std::size_t resident = 0;
    in >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

int serve(std::string const& folder) {
    allow_files(20'000);
    write_balance_view(folder + "/balances.sql");
    auto app = application{{.data = folder + "/data"}};
    app.add<bank::context>().views(folder + "/balances.sql");
    auto const done = app.serve({.http = "127.0.0.1:0", .ready = [](std::string_view at) {
                                     std::printf("%d %s\n", ::getpid(), std::string{at}.c_str());
                                     std::fflush(stdout);
                                 }});
    return done ? 0 : 1;
}

void append(int to) {
    std::string const body =
        R"({"events":[{"stream":"account-1","type":"bank.deposited","data":{"account":"1","amount":7,"note":"x"}}]})";
    send_all(
        to,
        "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body
    );
    std::string answer(4096, '\0');
    auto const got = ::recv(to, answer.data(), answer.size(), 0);
    if (got <= 0 || !answer.starts_with("HTTP/1.1 201")) {
        std::fprintf(stderr, "%s\n", answer.c_str());
        std::exit(1);
    }
}

void run(arguments const& given) {
    allow_files(20'000);
    auto const clients = static_cast<std::size_t>(given.number("clients"));
    auto const changes = static_cast<std::size_t>(given.number("changes"));
    scratch const folder(given.text("dir"));
    child served({"--serve", folder.path()});
    auto const line = served.read_line();
    auto const process = static_cast<pid_t>(std::atoi(line.c_str()));
    auto const port = static_cast<std::uint16_t>(std::atoi(line.c_str() + line.rfind(':') + 1));
    int const writer = connect_to(port);
    append(writer);
    auto const before = resident_of(process);
    std::string const request =
        "GET /views/balances?limit=10 HTTP/1.1\r\nHost: localhost\r\nAccept: "
        "text/event-stream\r\n\r\n";
    std::vector<int> deaf;
    for (auto i = 0; i < static_cast<int>(given.number("deaf")); ++i) {
        deaf.push_back(connect_to(port));
        send_all(deaf.back(), request);
    }
    audience all(port, clients, request);
    all.wait_for(0, clock_type::now(), 1000);
    auto const open = resident_of(process);
    std::vector<double> took;
    for (std::size_t i = 1; i <= changes; ++i) {
        auto const began = clock_type::now();
        append(writer);
        auto const one = all.wait_for(i, began, 10'000);
        if (one.size() != clients) std::printf("change %zu came to %zu\n", i, one.size());
        took.insert(took.end(), one.begin(), one.end());
    }
    auto const after = resident_of(process);
    std::printf(
        "\n%zu clients follow a query of 10 rows, %zu more never read; %zu changes, one at a "
        "time.\n\n"
        "| from the append to a client | ms |\n|---|---:|\n| median | %.1f |\n| 99 of 100 | %.1f "
        "|\n"
        "| the last one | %.1f |\n\nThe server's memory: %.0f MiB without them, %.0f with them, "
        "%.0f at the end: %.1f KiB each.\n",
        clients,
        deaf.size(),
        changes,
        percentile(took, 0.5),
        percentile(took, 0.99),
        percentile(took, 1),
        static_cast<double>(before) / (1 << 20),
        static_cast<double>(open) / (1 << 20),
        static_cast<double>(after) / (1 << 20),
        static_cast<double>(after - before) / 1024 / static_cast<double>(clients)
    );
    for (auto const one : deaf) ::close(one);
    ::close(writer);
    served.kill();
}

}  // namespace

int main(int count, char** values) {
    if (count == 3 && std::string_view(values[1]) == "--serve") return serve(values[2]);
    run({count, values, {{"dir", "."}, {"clients", "5000"}, {"changes", "50"}, {"deaf", "10"}}});
}
