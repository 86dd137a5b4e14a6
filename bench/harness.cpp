#include "harness.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <unistd.h>

namespace diptych::bench {

using steady = std::chrono::steady_clock;

seconds time_of(std::function<void()> const& work) {
    auto const start = steady::now();
    work();
    return steady::now() - start;
}

seconds cpu_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const of = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds{of(used.ru_utime) + of(used.ru_stime)};
}

std::size_t resident_bytes() {
    std::size_t pages = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    auto const middle = values.size() / 2;
    if (values.empty()) return 0;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double percentile(std::vector<double> values, double part) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

arguments::arguments(
    int count, char const* const* values, std::map<std::string, std::string> defaults
)
    : values_(std::move(defaults)) {
    for (int i = 1; i < count; ++i) {
        auto const name =
            std::string(values[i]).substr(std::string(values[i]).starts_with("--") ? 2 : 0);
        if (!values_.contains(name) || i + 1 == count) {
            std::fprintf(stderr, "usage: %s", values[0]);
            for (auto const& [known, value] : values_)
                std::fprintf(stderr, " [--%s %s]", known.c_str(), value.c_str());
            std::fprintf(stderr, "\n");
            std::exit(2);
        }
        values_[name] = values[++i];
    }
}

void rounds::add(std::string const& contestant, double figure) {
    if (!figures_.contains(contestant)) order_.push_back(contestant);
    figures_[contestant].push_back(figure);
}

double rounds::median_of(std::string const& contestant) const {
    return median(figures_.at(contestant));
}

double rounds::ratio(std::string const& contestant, std::string const& base) const {
    std::vector<double> ratios;
    auto const& mine = figures_.at(contestant);
    auto const& theirs = figures_.at(base);
    for (std::size_t i = 0; i < std::min(mine.size(), theirs.size()); ++i)
        ratios.push_back(mine[i] / theirs[i]);
    return median(std::move(ratios));
}

void rounds::print(std::string const& title, std::string const& unit, std::string const& base)
    const {
    std::printf(
        "\n| %s | %s | of %s |\n|---|---:|---:|\n", title.c_str(), unit.c_str(), base.c_str()
    );
    for (auto const& name : order_)
        std::printf("| %s | %.6g | %.2f |\n", name.c_str(), median_of(name), ratio(name, base));
    std::fflush(stdout);
}

namespace {

/// Callers whose last request was answered, for one driving thread.
class ready_callers {
public:
    void add(std::size_t caller) {
        {
            std::lock_guard const lock(mutex_);
            ready_.push_back(caller);
            if (ready_.size() > 1) return;
        }
        condition_.notify_one();
    }

    bool take(std::vector<std::size_t>& into) {
        std::unique_lock lock(mutex_);
        if (!condition_.wait_for(lock, std::chrono::seconds(10), [this] {
                return !ready_.empty();
            }))
            return false;
        into.swap(ready_);
        ready_.clear();
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    std::vector<std::size_t> ready_;
};

}  // namespace

double in_flight(
    std::size_t callers,
    seconds length,
    std::function<void(std::size_t, std::function<void()>)> const& submit
) {
    auto const drivers = std::min<std::size_t>(callers, 1);
    std::atomic<std::uint64_t> answered = 0;
    auto const start = steady::now();
    auto const stop = start + std::chrono::duration_cast<steady::duration>(length);
    auto const drive = [&](std::size_t driver) {
        auto ready = std::make_shared<ready_callers>();
        std::size_t in_the_air = 0;
        std::vector<std::size_t> now;
        for (std::size_t i = driver; i < callers; i += drivers) now.push_back(i);
        while (true) {
            for (auto const caller : now) {
                if (steady::now() >= stop) break;
                ++in_the_air;
                submit(caller, [&answered, ready, caller] {
                    answered.fetch_add(1, std::memory_order_relaxed);
                    ready->add(caller);
                });
            }
            now.clear();
            if (in_the_air == 0 || !ready->take(now)) return;
            in_the_air -= now.size();
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < drivers; ++i) threads.emplace_back(drive, i);
    for (auto& thread : threads) thread.join();
    return static_cast<double>(answered) / seconds(steady::now() - start).count();
}

double blocking(
    std::size_t callers, seconds length, std::function<void(std::size_t)> const& request
) {
    std::atomic<std::uint64_t> answered = 0;
    auto const start = steady::now();
    auto const stop = start + std::chrono::duration_cast<steady::duration>(length);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < callers; ++i)
        threads.emplace_back([&, i] {
            while (steady::now() < stop) {
                request(i);
                answered.fetch_add(1, std::memory_order_relaxed);
            }
        });
    for (auto& thread : threads) thread.join();
    return static_cast<double>(answered) / seconds(steady::now() - start).count();
}

scratch::scratch(std::string const& below) {
    auto pattern = below + "/diptych-bench-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        std::perror(pattern.c_str());
        std::exit(1);
    }
    path_ = pattern;
}

scratch::~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::size_t scratch::bytes_below(std::string const& part) const {
    std::size_t bytes = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(path_ + "/" + part))
        if (entry.is_regular_file()) bytes += entry.file_size();
    return bytes;
}

}  // namespace diptych::bench
