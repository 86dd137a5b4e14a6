#include "child.hpp"

#include "appends.hpp"

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <unistd.h>

namespace diptych::bench {

child::child(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) give_up("child", "no pipe");
    std::vector<char*> values{const_cast<char*>("bench")};
    for (auto& one : arguments) values.push_back(one.data());
    values.push_back(nullptr);
    process_ = ::fork();
    if (process_ < 0) give_up("child", "no process");
    if (process_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::execv("/proc/self/exe", values.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
}

child::~child() {
    ::close(output_);
    ::waitpid(process_, nullptr, 0);
}

std::string child::read_line() {
    std::string line;
    for (char one = 0; one != '\n' && ::read(output_, &one, 1) == 1;) line += one;
    return line;
}

void child::kill() { ::kill(process_, SIGKILL); }

}  // namespace diptych::bench
