#include "cli/commands.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diptych::cli {

namespace {

using steady = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

/// How often a second this disk can sync one block: the limit of a caller who waits for each
/// append.
result<double> syncs_per_second(std::string const& file, double for_seconds) {
    auto const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(errc::denied, "can not write " + file);
    std::string const block(4096, 'x');
    auto const write = [&] { return ::pwrite(descriptor, block.data(), block.size(), 0) > 0; };
    auto good = write() && ::fsync(descriptor) == 0;
    std::uint64_t done = 0;
    auto const start = steady::now();
    for (; good && seconds(steady::now() - start).count() < for_seconds; ++done)
        good = write() && ::fdatasync(descriptor) == 0;
    auto const took = seconds(steady::now() - start).count();
    ::close(descriptor);
    ::unlink(file.c_str());
    if (!good) return fail(errc::failed, "can not sync " + file);
    return static_cast<double>(done) / took;
}

result<double> appends_per_second(event_log& log, bench_options const& how) {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<bool> good = true;
    std::vector<std::thread> callers;
    auto const start = steady::now();
    for (std::uint64_t i = 0; i < how.callers; ++i)
        callers.emplace_back([&, i] {
            auto const stream = "bench-" + std::to_string(i);
            auto const data = R"({"note":")" + std::string(245, 'x') + "\"}";
            while (good && seconds(steady::now() - start).count() < how.seconds) {
                auto const answer =
                    log.append({.events = {{.stream = stream, .type = "bench.noted", .data = data}}}
                    );
                if (answer)
                    done.fetch_add(1, std::memory_order_relaxed);
                else if (answer.error().kind != errc::unavailable)
                    good = false;
            }
        });
    for (auto& caller : callers) caller.join();
    if (!good) return fail(errc::failed, "an append failed");
    return static_cast<double>(done) / seconds(steady::now() - start).count();
}

/// A folder that is removed again.
class scratch_folder {
public:
    explicit scratch_folder(std::string const& below)
        : path_(below + "/diptych-bench-" + std::to_string(::getpid())) {}
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

result<void> bench(bench_options const& how) {
    if (how.callers < 1 || how.callers > 4096)
        return fail(errc::invalid, "--callers must be 1..4096");
    scratch_folder const folder(how.below);
    auto app = application{{.data = folder.path()}};
    DIPTYCH_TRY(app.start());
    DIPTYCH_TRY(auto const syncs, syncs_per_second(folder.path() + "/sync", how.seconds / 3));
    DIPTYCH_TRY(auto const appends, appends_per_second(app.log(), how));
    DIPTYCH_TRY(app.close());
    if (how.json) {
        json::writer out;
        out.begin_object().member("callers", how.callers).member("appends_per_second", appends);
        fmt::print("{}\n", out.member("syncs_per_second", syncs).end_object().text());
        return {};
    }
    fmt::print(
        "{} callers, each waiting for its append to be durable: {:.0f} events/s\n"
        "this disk syncs one block {:.0f} times a second: {:.1f} events a sync\n",
        how.callers,
        appends,
        syncs,
        appends / syncs
    );
    return {};
}

}  // namespace diptych::cli
