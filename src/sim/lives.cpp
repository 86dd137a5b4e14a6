#include "sim/lives.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace diptych::sim {

lives::broken lives::start() {
    constexpr int tries = 4;
    for (int i = 1;; ++i) {
        if (i == tries) heal();
        auto const begun = world_.start();
        is_damaged_ = !begun && begun.error().kind == errc::corrupt;
        if (begun) return {};
        tell_("does not start: " + begun.error().message);
        if (world_.is_sound())
            return "does not start, though nothing has failed: " + begun.error().message;
        if (world_.disk().is_off()) {
            ends_by_kill_ ? kill() : lose_power();
            continue;
        }
        if (i < tries) continue;
        return "does not start: " + begun.error().message;
    }
}

lives::broken lives::crash() {
    ++crashes_;
    switch (draws_.below(5)) {
        case 0:
            kill();
            break;
        case 1:
            lose_power();
            break;
        case 2:
            if (auto wrong = stop()) return wrong;
            break;
        default:
            end_at(world_.disk().calls() + draws_.between(1, 40), draws_.one_in(3));
            return {};
    }
    change_something();
    return start();
}

lives::broken lives::restart() {
    if (auto wrong = stop()) return wrong;
    return start();
}

lives::broken lives::kill_and_start() {
    kill();
    return start();
}

void lives::end_at(std::uint64_t call, bool by_kill) {
    tell_(fmt::format("{} at call {} of the disk", by_kill ? "kill" : "power loss", call));
    world_.disk().lose_power_at(call);
    ends_by_kill_ = by_kill;
}

lives::broken lives::after_the_end() {
    if (!world_.disk().is_off()) return {};
    tell_("it has ended");
    ends_by_kill_ ? kill() : lose_power();
    return start();
}

lives::broken lives::end() {
    switch (draws_.below(4)) {
        case 0:
            kill();
            return {};
        case 1:
            return stop();
        default:
            lose_power();
            return {};
    }
}

void lives::heal() {
    world_.disk().fail_at({});
    world_.disk().lose_power_at(0);
    world_.disk().limit_bytes({});
}

// A machine that works lets it end well.
lives::broken lives::stop() {
    tell_("stop");
    auto const stopped = world_.stop();
    if (stopped || !world_.is_sound()) return {};
    return "does not stop: " + stopped.error().message;
}

void lives::kill() {
    tell_("kill");
    world_.kill();
}

void lives::lose_power() {
    tell_("power loss");
    world_.lose_power();
}

// What the next start finds: another program, or less than there was of what the log can make.
void lives::change_something() {
    if (auto const builds = workload_.builds.size(); builds > 1 && draws_.one_in(3)) {
        tell_("another program");
        ++other_programs_;
        build_ = (build_ + draws_.between(1, builds - 1)) % builds;
        world_.deploy(workload_.builds[build_]);
    }
    if (!draws_.one_in(8)) return;
    tell_("without its index");
    world_.delete_index();
}

}  // namespace diptych::sim
