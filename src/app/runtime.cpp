#include "app/runtime.hpp"

#include <diptych/try.hpp>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace diptych::app {

using namespace std::chrono_literals;

namespace {

// A view that is stepped after every small group of appends spends its time on transactions.
constexpr worker_pace follow{.tick = 1s, .gap = 10ms};
constexpr worker_pace with_timers{.tick = 50ms};
constexpr worker_pace with_pauses{.tick = 50ms};
constexpr worker_pace in_bulk{.tick = 1s, .rest = 20ms};
constexpr worker_pace look_for_files{.tick = 1s, .gap = 1s};
constexpr worker_pace in_background{.tick = 1s, .rest = 20ms, .niceness = 5};
constexpr worker_pace aside{.tick = 1s, .niceness = 19};
constexpr worker_pace look_often{.tick = 20ms};

// A view that stands still says why, once: that is what the report of an error does.
result<bool> step_view(read::view_set& views, std::string const& name) {
    DIPTYCH_TRY(auto const more, views.step(name));
    if (more) return true;
    if (auto why = views.trouble(name)) return std::unexpected(*std::move(why));
    return false;
}

// Each fault is told of once, as long as there is one; and what has been given up since.
worker::step_function stepped_process(write::process_runner& of) {
    return
        [&of, told = std::set<std::string>(), known = std::uint64_t{0}]() mutable -> result<bool> {
            constexpr std::size_t told_most = 1'000;
            DIPTYCH_TRY(auto const more, of.step());
            auto const now = of.status();
            if (!now.last_error || told.size() > told_most) told.clear();
            if (now.dead > std::exchange(known, now.dead))
                return fail(
                    errc::failed,
                    "dead_inputs",
                    "it has given up inputs: " + std::to_string(now.dead) +
                        (now.last_error ? "; " + now.last_error->message : std::string())
                );
            if (now.last_error && told.insert(now.last_error->message).second)
                return std::unexpected(*now.last_error);
            return more;
        };
}

// Commands that have died since it was looked at last are told of.
worker::step_function stepped_queue(write::command_queue& of) {
    return [&of, known = std::uint64_t{0}]() mutable -> result<bool> {
        DIPTYCH_TRY(auto const more, of.step());
        auto const now = of.counts();
        if (now.dead <= std::exchange(known, now.dead)) return more;
        return fail(
            errc::failed,
            "dead_commands",
            "it has dead commands: " + std::to_string(now.dead) +
                (now.dead_error ? "; " + now.dead_error->message : std::string())
        );
    };
}

// As step_view: a receiver or broker that is away is told of once, not at each attempt.
template <class Channel>
worker::step_function stepped_channel(Channel& of) {
    return [&of, is_told = false]() mutable -> result<bool> {
        DIPTYCH_TRY(auto const more, of.step());
        if (more) return true;
        auto const now = of.status();
        auto const stands = now.state == endpoint::channel_state::waiting ||
                            now.state == endpoint::channel_state::paused;
        auto const was_told = std::exchange(is_told, stands);
        if (!stands || was_told) return false;
        return fail(
            errc::unavailable, "it is " + std::string(to_string(now.state)) + ": " + now.last_error
        );
    };
}

// All there can be, if nobody knows.
std::uint64_t free_bytes(std::filesystem::path const& in) {
    std::error_code why;
    auto const space = std::filesystem::space(in, why);
    return why ? std::numeric_limits<std::uint64_t>::max() : space.available;
}

// So long, or until a stop is requested.
void wait_for(std::chrono::microseconds length, std::stop_token const& stop) {
    std::mutex of_nobody_else;
    auto lock = std::unique_lock(of_nobody_else);
    std::condition_variable_any().wait_for(lock, stop, length, [] { return false; });
}

}  // namespace

runtime::runtime(node& of, worker::report_function report) : node_(of), report_(std::move(report)) {
    for (auto const& name : of.views().names()) add_view(name);
    of.views().on_wanted([this](std::string_view name) {
        auto const lock = std::scoped_lock(adding_);
        if (auto const found = views_.find(name); found != views_.end()) found->second->hurry();
    });
    of.views().on_added([this](std::string_view name) {
        add_view(name);
        builder_->wake();
    });
    builder_ =
        std::make_unique<worker>("build views", in_background, [this] { return build(); }, report_);
    // Nobody tells a process that only reads what another one writes.
    if (of.options().read_only)
        add("log", look_often, [&log = of.log()] { return log.refresh(); });
    else
        start_writing(of);
    if (of.options().watch_views)
        add("view files", look_for_files, [&files = of.view_files()]() -> result<bool> {
            DIPTYCH_TRY(files.look());
            return false;
        });
    if (of.options().check_views_every > 0s) start_checking(of);
    more_ = of.log().on_more([this] {
        if (indexer_) indexer_->wake();
        builder_->wake();
        auto const lock = std::scoped_lock(adding_);
        for (auto const& one : workers_) one->wake();
    });
}

void runtime::add_view(std::string_view name) {
    auto& made =
        add("view " + std::string{name},
            follow,
            [&views = node_.views(), name = std::string{name}] { return step_view(views, name); });
    auto const lock = std::scoped_lock(adding_);
    views_.emplace(name, &made);
}

result<bool> runtime::build() {
    DIPTYCH_TRY(auto const rest, node_.views().build_step());
    if (rest && rest->count() > 0) wait_for(*rest, ended_.get_token());
    return rest.has_value();
}

void runtime::start_checking(node& of) {
    check_ = std::make_unique<view_checker>(
        of.views(),
        of.time(),
        view_checker_options{
            .every = of.options().check_views_every,
            .rest = wait_for,
            .room = free_bytes,
            .room_left = 2 * of.options().reserve_bytes,
        }
    );
    checker_ = std::make_unique<worker>(
        "check views", aside, [this] { return check_->step(ended_.get_token()); }, report_
    );
}

void runtime::start_writing(node& of) {
    add("snapshots", in_bulk, [&commands = of.commands()] { return commands.snapshot_step(); });
    for (auto const& [name, process] : of.processes()) {
        auto& made = add("process " + name, with_timers, stepped_process(*process));
        process->on_answer([&made] { made.wake(); });
    }

    auto& queue = add("queue", with_timers, stepped_queue(*of.queue()));
    of.queue()->on_answer([&queue] { queue.wake(); });

    if (of.options().message_log) {
        auto& made =
            add("messages", follow, [&messages = of.messages()] { return messages.record(); });
        of.messages().on_work([&made] { made.wake(); });
        add("message index", follow, [&messages = of.messages()] { return messages.follow(); });
    }

    if (!of.inbox()->all().empty())
        add("inbox", follow, [&sources = *of.inbox()] { return sources.step(); });

    if (of.options().deliver)
        for (auto* const one : of.outbox()->all())
            add("channel " + one->of().name, with_pauses, stepped_channel(*one));

    if (of.options().deliver)
        for (auto* const one : of.intake()->all()) {
            auto& made = add("channel " + one->of().name, with_pauses, stepped_channel(*one));
            one->on_work([&made] { made.wake(); });
        }

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
    node_.views().on_added({});
    ended_.request_stop();
    checker_.reset();
    builder_.reset();
    for (auto const& [name, process] : node_.processes()) process->on_answer({});
    if (node_.queue() != nullptr) node_.queue()->on_answer({});
    if (node_.intake() != nullptr)
        for (auto* const one : node_.intake()->all()) one->on_work({});
    node_.messages().on_work({});
    workers_.clear();
    node_.errands().on_work({});
    runner_.reset();
    node_.log().on_work({});
    committer_.reset();
    indexer_.reset();
}

worker& runtime::add(std::string name, worker_pace pace, worker::step_function step) {
    auto made = std::make_unique<worker>(std::move(name), pace, std::move(step), report_);
    auto const lock = std::scoped_lock(adding_);
    return *workers_.emplace_back(std::move(made));
}

}  // namespace diptych::app
