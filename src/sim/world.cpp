#include "sim/world.hpp"

#include "log/segments/index_check.hpp"
#include "log/segments/segment_engine.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::sim {

namespace {

constexpr auto folder = "/data/log";

}  // namespace

world::world(
    std::uint64_t seed, build first, app::node_storage storage, std::uint64_t reserve_bytes
)
    : build_(std::move(first)),
      storage_(storage),
      reserve_bytes_(reserve_bytes),
      ids_(seed),
      losses_(ids_.fork()),
      disk_(losses_.next()),
      receiver_(chance{seed, 1}, [this] { return disk_.is_off(); }),
      broker_(
          chance{seed, 3},
          {.is_gone = [this] { return disk_.is_off(); },
           .end_of_log = [this] { return end_of_log(); },
           .now = [this] { return time_.highest(); }}
      ),
      files_(disk_) {
    storage_.files = &files_;
    (void)disk_.make_directories("/data");
    (void)disk_.sync_directory("/");
}

world::~world() {
    disk_.power_off();
    reader_.reset();
    node_.reset();
}

result<void> world::start() {
    // Locks of simulated files go by name: one that reads would hold a file that is made anew.
    reader_.reset();
    application_options const options{
        .data = folder,
        .reserve_bytes = reserve_bytes_,
        .threads = false,
        .clock = &time_,
        .random = &ids_,
        .build_id = build_.id,
        .outside_commands = build_.outside,
        .complain = [](std::string_view) {},
    };
    app::node_parts const parts{
        .contexts = build_.contexts,
        .views = build_.typed_views,
        .view_texts = build_.views,
        .inbox_texts = build_.inbox,
        .channel_texts = build_.channels,
        .channel_schemes = {receiver_.scheme(life_ + 1)},
        .incoming_schemes = {broker_.scheme()},
        .storage = storage_,
    };
    faults_before_ = disk_.faults_met();
    ++life_;
    DIPTYCH_TRY(node_, app::node::open(options, parts));
    return {};
}

result<void> world::stop() {
    auto closed = node_->close();
    node_.reset();
    return closed;
}

std::uint64_t world::end_of_log() const { return node_ ? node_->log().end().position.value : 0; }

std::optional<timestamp> world::next_due() {
    std::optional<timestamp> first;
    auto const note = [&](std::optional<timestamp> due) {
        if (due && (!first || *due < *first)) first = due;
    };
    for (auto const& [name, process] : node_->processes()) note(process->next_due());
    note(node_->queue()->next_due());
    for (auto const* const one : node_->outbox()->all()) note(one->status().next_try);
    for (auto const* const one : node_->intake()->all()) note(one->status().next_try);
    return first;
}

result<void> world::come_to_rest() {
    // What has come is many steps' work, and need not have been done on the way.
    auto const steps_max = 2'000 + 50 * node_->log().end().position.value;
    constexpr int idle_enough = 5;
    constexpr int jumps_max = 40;  // what starts itself again and again is left alone then
    int jumps = 0;
    int idle = 0;
    error last{errc::failed, "restless", "there is always something left to do"};
    for (std::uint64_t i = 0; i < steps_max && idle < idle_enough; ++i) {
        auto const stepped = node_->step();
        if (!stepped) {
            last = stepped.error();
            time_.advance(std::chrono::seconds(1));  // who has failed may wait for that
        }
        idle = stepped && !*stepped ? idle + 1 : 0;
        if (idle == 0 || jumps == jumps_max) continue;
        ++jumps;
        auto const until = next_due().value_or(time_.now()) - time_.now();
        time_.advance(std::max<std::chrono::microseconds>(std::chrono::seconds(40), until));
    }
    if (idle < idle_enough) return fail(last.kind, "does not come to rest: " + last.message);
    return {};
}

void world::kill() {
    lost_lives_.insert(life_);
    disk_.power_off();
    reader_.reset();
    node_.reset();
    disk_.restart_process();
}

void world::lose_power() {
    lost_lives_.insert(life_);
    disk_.power_off();
    reader_.reset();
    node_.reset();
    disk_.power_on(losses_);
}

void world::delete_index() {
    // Its file first: without it the others are nothing.
    for (auto const* const name : {"index.db", "index.db-wal", "index.db-shm"}) {
        auto const gone = disk_.remove(std::filesystem::path(folder) / name);
        if (!gone && gone.error().kind != errc::not_found) return;
        (void)disk_.sync_directory(folder);
    }
}

std::optional<std::string> world::index_fault() {
    using log::segments::segment_engine;
    auto const engine = segment_engine::open(
        folder, segment_engine::mode::reader, disk_, time_, ids_, {.index_on = &files_}
    );
    if (!engine) return engine.error().message;
    auto const compared = log::segments::check_index(
        {std::filesystem::path(folder) / "index.db", &files_},
        **engine,
        time_,
        log::segments::segment_options{}.keep_answers,
        {}
    );
    if (compared || compared.error().kind == errc::not_found) return {};
    return compared.error().message;
}

result<log::sequenced_log*> world::reader() {
    using log::segments::segment_engine;
    if (!reader_) {
        DIPTYCH_TRY(
            auto engine,
            segment_engine::open(
                folder, segment_engine::mode::reader, disk_, time_, ids_, {.index_on = &files_}
            )
        );
        DIPTYCH_TRY(
            reader_,
            log::sequenced_log::open(std::move(engine), time_, ids_, storage_.bounds, nullptr)
        );
    }
    return reader_.get();
}

}  // namespace diptych::sim
