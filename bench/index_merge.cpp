/// @file
/// What the index costs: processor time per event of merging, and bytes per event of its file.
///
///     diptych_bench_index_merge [--events 5000000] [--streams 10000] [--merge 32768] [--ids v7|v4]
///
/// Events lie in streams at random, without tags; they carry ids in the order of their time, as the
/// commit step makes them, or at random. Nothing but the index is measured: no log is written.
#include "log/segments/index.hpp"

#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace diptych;

namespace {

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t random_number(std::uint64_t& state) {
    auto z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

struct workload {
    std::uint64_t events = 5'000'000;
    std::uint64_t streams = 10'000;
    std::uint64_t merge = 32'768;
    bool has_random_ids = false;
};

// Makes the events of one merge, in frames of 64, as 64 callers would.
class generator {
public:
    explicit generator(workload const& of) : of_(of), names_(of.streams), versions_(of.streams) {
        for (std::uint64_t i = 0; i < of.streams; ++i) names_[i] = "account-" + std::to_string(i);
    }

    std::vector<log::frame_ptr> next() {
        std::vector<log::frame_ptr> frames;
        for (std::uint64_t made = 0; made < of_.merge; made += 64) {
            auto frame = std::make_shared<log::frame>();
            frame->first = at_ + 1;
            frame->event_count = 64;
            for (int i = 0; i < 64; ++i) frame->events.push_back(event());
            frames.push_back(std::move(frame));
        }
        return frames;
    }

private:
    recorded_event event() {
        ++at_;
        auto const stream = random_number(state_) % of_.streams;
        auto const high = random_number(state_);
        auto const low = random_number(state_);
        // Some 150 events in a millisecond.
        auto const time = of_.has_random_ids ? random_number(state_) >> 16 : at_.value / 150;
        return {
            .position = at_,
            .epoch = epoch{1},
            .version = ++versions_[stream],
            .id = make_uuid_v7(
                std::chrono::sys_time<std::chrono::milliseconds>{
                    std::chrono::milliseconds{static_cast<std::int64_t>(time)}
                },
                high,
                low
            ),
            .recorded_at = {},
            .stream = names_[stream],
            .type = high % 2 ? "bank.money_deposited" : "bank.money_withdrawn",
            .tags = {},
            .data = {},
            .metadata = {},
        };
    }

    workload of_;
    std::vector<std::string> names_;
    std::vector<version> versions_;
    position at_{};
    std::uint64_t state_ = 42;
};

void run(workload const& of) {
    auto const folder = std::filesystem::temp_directory_path() / "diptych-bench-index";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto const file = folder / "index.db";
    auto const index =
        log::segments::index::open(file, uuid{}, log::segments::index::mode::writer).or_throw();

    std::printf("%12s %14s %14s %14s\n", "events", "us/event", "worst merge ms", "bytes/event");
    auto events = generator{of};
    auto next_line = std::uint64_t{100'000};
    double spent = 0;
    double worst = 0;
    std::uint64_t count = 0;
    for (std::uint64_t done = 0; done < of.events;) {
        auto const frames = events.next();
        auto const before = processor_seconds();
        index->merge(frames).or_throw();
        (void)index->maintain({}, {}).or_throw();
        auto const took = processor_seconds() - before;
        spent += took;
        worst = std::max(worst, took);
        done += of.merge;
        count += of.merge;
        if (done < next_line && done < of.events) continue;
        std::printf(
            "%12llu %14.2f %14.0f %14.1f\n",
            static_cast<unsigned long long>(done),
            1e6 * spent / static_cast<double>(count),
            1e3 * worst,
            static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(done)
        );
        std::fflush(stdout);
        next_line = done < 1'000'000 ? 1'000'000 : done + 1'000'000;
        spent = worst = 0;
        count = 0;
    }
    index->close().or_throw();
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int count, char** arguments) {
    auto of = workload{};
    auto const numbers = std::map<std::string_view, std::uint64_t*>{
        {"--events", &of.events},
        {"--streams", &of.streams},
        {"--merge", &of.merge},
    };
    for (int i = 1; i + 1 < count; i += 2) {
        auto const value = std::string_view{arguments[i + 1]};
        if (auto const known = numbers.find(arguments[i]); known != numbers.end()) {
            std::from_chars(value.data(), value.data() + value.size(), *known->second);
        } else if (arguments[i] == std::string_view{"--ids"}) {
            of.has_random_ids = value == "v4";
        } else {
            std::fprintf(stderr, "unknown option %s\n", arguments[i]);
            return 64;
        }
    }
    run(of);
    return 0;
}
