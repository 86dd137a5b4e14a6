#include "sim/world.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::sim {

world::world(std::uint64_t seed, world_parts parts)
    : parts_(std::move(parts)), ids_(seed), losses_(ids_.fork()), files_(disk_) {
    (void)disk_.make_directories("/data");
}

world::~world() {
    disk_.power_off();
    node_.reset();
}

result<void> world::start() {
    application_options const options{
        .data = "/data/log",
        .threads = false,
        .clock = &time_,
        .random = &ids_,
        .build_id = "simulated",
        .complain = [](std::string_view) {},
    };
    app::node_parts const parts{
        .contexts = parts_.contexts,
        .views = parts_.typed_views,
        .view_texts = parts_.views,
        .storage =
            {.files = &files_, .segment_bytes = parts_.segment_bytes, .bounds = parts_.bounds},
    };
    DIPTYCH_TRY(node_, app::node::open(options, parts));
    return {};
}

result<void> world::stop() {
    auto closed = node_->close();
    node_.reset();
    return closed;
}

bool world::come_to_rest() {
    constexpr int steps_max = 20'000;
    constexpr int idle_enough = 5;
    int idle = 0;
    for (int i = 0; i < steps_max && idle < idle_enough; ++i) {
        auto const stepped = node_->step();
        idle = stepped && !*stepped ? idle + 1 : 0;
        if (idle > 0) time_.advance(std::chrono::seconds(40));
    }
    return idle == idle_enough;
}

void world::kill() {
    disk_.power_off();
    node_.reset();
    disk_.restart_process();
}

void world::lose_power() {
    disk_.power_off();
    node_.reset();
    disk_.power_on(losses_);
}

}  // namespace diptych::sim
