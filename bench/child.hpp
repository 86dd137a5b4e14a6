/// @file
/// This program once more, as a process of its own: to be killed, or to begin with nothing in
/// memory.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace diptych::bench {

/// Runs until it ends by itself or is killed.
class child {
public:
    explicit child(std::vector<std::string> arguments);
    ~child();  ///< Waits for its end.
    child(child const&) = delete;
    child& operator=(child const&) = delete;

    /// The next line it prints. Blocking; empty at its end.
    std::string read_line();

    /// SIGKILL.
    void kill();

private:
    pid_t process_;
    int output_;
};

}  // namespace diptych::bench
