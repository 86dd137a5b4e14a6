#include "app/runtime.hpp"

#include <diptych/try.hpp>

namespace diptych::app {

using namespace std::chrono_literals;

namespace {

// A view that is stepped after every small group of appends spends its time on transactions.
constexpr worker_pace follow{.tick = 1s, .gap = 10ms};
constexpr worker_pace with_timers{.tick = 50ms};
constexpr worker_pace in_bulk{.tick = 1s, .rest = 20ms};
constexpr worker_pace look_often{.tick = 20ms};

// A view that stands still says why, once: that is what the report of an error does.
result<bool> step_view(read::view_set& views, std::string const& name) {
    DIPTYCH_TRY(auto const more, views.step(name));
    if (more) return true;
    if (auto why = views.trouble(name)) return std::unexpected(*std::move(why));
    return false;
}

// As step_view: also while it rests.
result<bool> step_process(write::process_runner& runner) {
    DIPTYCH_TRY(auto const more, runner.step());
    if (more) return true;
    if (auto now = runner.status(); now.last_error) return std::unexpected(*now.last_error);
    return false;
}

}  // namespace

runtime::runtime(node& of, worker::report_function report) : node_(of), report_(std::move(report)) {
    for (auto const& name : of.views().names())
        views_.emplace(name, &add("view " + name, follow, [&views = of.views(), name] {
                           return step_view(views, name);
                       }));
    of.views().on_wanted([this](std::string_view name) {
        if (auto const found = views_.find(name); found != views_.end()) found->second->hurry();
    });
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
        add("process " + name, with_timers, [&runner = *process] { return step_process(runner); });

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
    node_.views().on_wanted({});
    workers_.clear();
    node_.errands().on_work({});
    runner_.reset();
    node_.log().on_work({});
    committer_.reset();
    indexer_.reset();
}

worker& runtime::add(std::string name, worker_pace pace, worker::step_function step) {
    workers_.push_back(std::make_unique<worker>(std::move(name), pace, std::move(step), report_));
    return *workers_.back();
}

}  // namespace diptych::app
