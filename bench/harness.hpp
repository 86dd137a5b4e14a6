/// @file
/// What every benchmark shares: callers in flight, alternating rounds, medians and a table.
///
/// These machines are noisy: contestants take turns within a round, and what is printed is the
/// median over rounds and its ratio to the raw limit measured in the same rounds.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace diptych::bench {

using seconds = std::chrono::duration<double>;

/// Runs `work` and returns how long it took.
seconds time_of(std::function<void()> const& work);

/// User and system time of this process so far.
seconds cpu_time();

/// Resident memory of this process now, in bytes.
std::size_t resident_bytes();

double median(std::vector<double> values);

/// The one that is not passed by this part of them (0 to 1); there is at least one.
double percentile(std::vector<double> values, double part);

/// Names on the command line: `--rounds 5 --seconds 2 --dir /path`. Unknown ones end the program
/// with a list.
class arguments {
public:
    arguments(int count, char const* const* values, std::map<std::string, std::string> defaults);
    std::string text(std::string const& name) const { return values_.at(name); }
    double number(std::string const& name) const { return std::stod(values_.at(name)); }

private:
    std::map<std::string, std::string> values_;
};

/// A figure per contestant, collected round by round.
class rounds {
public:
    void add(std::string const& contestant, double figure);
    double median_of(std::string const& contestant) const;

    /// Median over the rounds of `contestant` divided by `base`, round by round.
    double ratio(std::string const& contestant, std::string const& base) const;

    /// "| name | median | ratio |" lines for a Markdown table, first come first.
    void print(std::string const& title, std::string const& unit, std::string const& base) const;

private:
    std::vector<std::string> order_;
    std::map<std::string, std::vector<double>> figures_;
};

/// Keeps `callers` requests in flight from a few threads for `length`; returns how many were
/// answered a second.
///
/// `submit(caller, done)` starts one request and must call `done` once when it is answered, on any
/// thread. The next request of a caller starts on one of the driving threads, as it would in a
/// server.
double in_flight(
    std::size_t callers,
    seconds length,
    std::function<void(std::size_t caller, std::function<void()> done)> const& submit
);

/// The same with one blocking thread a caller.
double blocking(
    std::size_t callers, seconds length, std::function<void(std::size_t caller)> const& request
);

/// A folder that is empty at first and removed at the end.
class scratch {
public:
    explicit scratch(std::string const& below);
    ~scratch();
    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;
    std::string const& path() const { return path_; }
    std::size_t bytes_below(std::string const& part) const;

private:
    std::string path_;
};

}  // namespace diptych::bench
