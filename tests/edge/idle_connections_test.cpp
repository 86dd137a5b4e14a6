// Ten thousand connections at once. Their other ends live in a process of their own: both ends
// together would need more files than a process may commonly have.
#include "edge/fixture.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t wanted = 10'000;
constexpr std::size_t other_files = 200;  // of the test itself

/// As many files as this process may have.
std::size_t raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_cur;
}

bool say(int to, std::uint64_t number) {
    return ::write(to, &number, sizeof number) == sizeof number;
}

std::uint64_t hear(int from) {
    std::uint64_t number = 0;
    return ::read(from, &number, sizeof number) == sizeof number ? number : 0;
}

/// Asks once on every connection, all at the same time, and counts the answers.
std::uint64_t answers_on(std::vector<int> const& sockets) {
    auto const request = request_text("GET", "/");
    for (auto const one : sockets) (void)!::send(one, request.data(), request.size(), MSG_NOSIGNAL);
    std::uint64_t count = 0;
    for (auto const one : sockets) {
        std::string answer;
        char bytes[4096];
        while (answer.find("\r\n\r\n") == answer.npos || !answer.ends_with("GET / ")) {
            auto const size = ::recv(one, bytes, sizeof bytes, 0);
            if (size <= 0) break;
            answer.append(bytes, static_cast<std::size_t>(size));
        }
        if (answer.starts_with("HTTP/1.1 200 ")) ++count;
    }
    return count;
}

/// The other process: connects, is idle while the test looks, and asks again when it says so.
[[noreturn]] void be_clients(int from, int to) {
    ::alarm(120);  // never outlives a test that failed
    auto const count = hear(from);
    auto const port = static_cast<std::uint16_t>(hear(from));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::vector<int> sockets;
    while (sockets.size() < count) {
        auto const one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (one < 0 || ::connect(one, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0)
            break;
        sockets.push_back(one);
    }
    say(to, answers_on(sockets));
    hear(from);
    say(to, answers_on(sockets));
    hear(from);
    ::_exit(0);
}

}  // namespace

TEST_CASE("ten thousand connections are idle, and each is still answered") {
    auto const files = raise_file_limit();
    auto const count = std::min(wanted, files - std::min(files, other_files));
    if (count < wanted)
        MESSAGE(
            "only ", count, " connections: this process may have ", files, " files (ulimit -Hn)"
        );
    int to_clients[2];
    int from_clients[2];
    REQUIRE(::pipe2(to_clients, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(from_clients, O_CLOEXEC) == 0);
    auto const clients = ::fork();  // before there are threads
    REQUIRE(clients >= 0);
    if (clients == 0) be_clients(to_clients[0], from_clients[1]);
    ::close(from_clients[1]);

    {
        server_fixture at({.threads = 2, .limits = {.idle_time = 60s}});
        REQUIRE(say(to_clients[1], count));
        REQUIRE(say(to_clients[1], at.server.port()));
        CHECK(hear(from_clients[0]) == count);
        CHECK(at.server.statistics().connections == count);
        CHECK(at.client().ask("GET", "/").status == 200);
        at.time.move_on(40s);
        REQUIRE(say(to_clients[1], 1));
        CHECK(hear(from_clients[0]) == count);
        CHECK(at.server.statistics().timed_out == 0);
        CHECK(at.server.statistics().turned_away == 0);
        REQUIRE(say(to_clients[1], 1));
    }
    int status = 0;
    CHECK(::waitpid(clients, &status, 0) == clients);
    CHECK(status == 0);
    for (auto const one : {to_clients[0], to_clients[1], from_clients[0]}) ::close(one);
}
