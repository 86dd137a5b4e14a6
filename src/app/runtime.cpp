#include "app/runtime.hpp"

namespace diptych::app {

using namespace std::chrono_literals;

namespace {

constexpr worker_pace follow{.tick = 1s};
constexpr worker_pace with_timers{.tick = 50ms};
constexpr worker_pace in_bulk{.tick = 1s, .rest = 20ms};
constexpr worker_pace look_often{.tick = 20ms};

}  // namespace

runtime::runtime(node& of, worker::report_function report) : node_(of), report_(std::move(report)) {
    for (auto const& name : of.views().names())
        add("view " + name, follow, [&views = of.views(), name] { return views.step(name); });
    // Nobody tells a process that only reads what another one writes.
    if (of.options().read_only)
        add("log", look_often, [&log = of.log()] { return log.refresh(); });
    else
        start_writing(of);
    more_ = of.log().on_more([this] {
        if (indexer_) indexer_->wake();
        for (auto const& one : workers_) one->wake();
    });
}

void runtime::start_writing(node& of) {
    add("snapshots", in_bulk, [&commands = of.commands()] { return commands.snapshot_step(); });
    for (auto const& [name, process] : of.processes())
        add("process " + name, with_timers, [&runner = *process] { return runner.step(); });

    indexer_ = std::make_unique<worker>(
        "index", in_bulk, [&log = of.log()] { return log.index_step(); }, report_
    );
    committer_ = std::make_unique<worker>(
        "commit",
        worker_pace{},
        [&log = of.log()]() -> result<bool> { return log.commit_step(); },
        report_
    );
    runner_ = std::make_unique<worker>(
        "errands",
        worker_pace{},
        [&errands = of.errands()]() -> result<bool> { return errands.step(); },
        report_
    );
    of.errands().on_work([this] { runner_->wake(); });
    of.log().on_work([this] { committer_->wake(); });
}

runtime::~runtime() {
    // Those that follow may still append, and errands may propose: they stop before the one that
    // commits for them, and it before the one that makes room in the tail for it.
    more_.reset();
    workers_.clear();
    node_.errands().on_work({});
    runner_.reset();
    node_.log().on_work({});
    committer_.reset();
    indexer_.reset();
}

void runtime::add(std::string name, worker_pace pace, worker::step_function step) {
    workers_.push_back(std::make_unique<worker>(std::move(name), pace, std::move(step), report_));
}

}  // namespace diptych::app
