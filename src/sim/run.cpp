#include "sim/run.hpp"

#include "sim/describe.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace diptych::sim {

namespace {

class runner {
public:
    runner(workload const& of, run_options const& how)
        : workload_(of),
          how_(how),
          draws_(how.seed),
          odds_(odds_of(how, draws_)),
          world_{draws_.next(), of.builds.front(), storage_of(of, draws_)},
          clients_(world_, history_, draws_) {
        report_.seed = how.seed;
        if (odds_.looks_of_reader > 0)
            world_.disk().before_sync([this](std::string const& path) { look(path); });
        if (!how.trace) return;
        world_.disk().on_call([this](disk_call const& call) {
            if (call.operation != "read" && call.operation != "stat" && call.operation != "look at")
                trace(fmt::format("  {} {} {}", call.number, call.operation, call.path));
        });
    }

    // Answers that are still owed come to the clients, who are gone before the world.
    ~runner() { world_.kill(); }
    runner(runner const&) = delete;
    runner& operator=(runner const&) = delete;

    run_report run() {
        report_.broken = run_and_check();
        report_.attempts = history_.attempts.size();
        for (auto const& one : history_.attempts) report_.answered += one->answered > 0 ? 1 : 0;
        report_.disk_calls = world_.disk().calls();
        report_.faults = world_.disk().faults_met();
        return std::move(report_);
    }

private:
    using broken = std::optional<std::string>;

    broken run_and_check() {
        if (how_.fault) world_.disk().fail_at({*how_.fault});
        world_.disk().lose_power_at(how_.power_lost_at);
        if (auto wrong = start()) return wrong;
        for (; report_.steps < how_.steps; ++report_.steps) {
            if (is_left_out(report_.steps)) continue;
            draws_ = chance{how_.seed, report_.steps};
            if (auto wrong = act()) return wrong;
        }
        draws_ = chance{how_.seed, how_.steps};
        report_.calls_of_steps = world_.disk().calls();
        trace("rest");
        if (auto wrong = rest()) return wrong;
        return check();
    }

    bool is_left_out(std::size_t step) const {
        return !how_.only.empty() && !std::ranges::binary_search(how_.only, step);
    }

    static odds odds_of(run_options const& how, chance& draws) {
        auto made = drawn_odds(draws);
        if (how.favourite) made.favourite = *how.favourite;
        return made;
    }

    static app::node_storage storage_of(workload const& of, chance& draws) {
        auto made = of.storage;
        draw_sizes(draws, made);
        return made;
    }

    // One thing that happens.
    broken act() {
        auto const& [clients, steps, clock, faults, full_disks, crashes, looks, favourite] = odds_;
        auto draw = draws_.below(clients + steps + clock + faults + full_disks + crashes);
        auto const falls_on = [&](std::uint64_t weight) {
            auto const is_it = draw < weight;
            draw -= weight;
            return is_it;
        };
        if (falls_on(clients)) {
            begin([&] { workload_.act(clients_); });
        } else if (falls_on(steps)) {
            step();
        } else if (falls_on(clock)) {
            auto const ms = draws_.one_in(4) ? draws_.below(40'000) : draws_.below(300);
            auto const is_back = draws_.one_in(8);
            trace(fmt::format("clock {} {} ms", is_back ? '-' : '+', ms));
            auto const by = std::chrono::milliseconds(ms);
            world_.time().advance(is_back ? -by : by);
        } else if (falls_on(faults)) {
            if (how_.faults) plan_fault();
        } else if (falls_on(full_disks)) {
            if (how_.faults) fill_disk();
        } else if (how_.crashes) {
            return crash();
        }
        return after_power_loss();
    }

    void fill_disk() {
        auto const room = draws_.below(20'000);
        is_full_ = !is_full_;
        trace(is_full_ ? fmt::format("{} bytes of room", room) : "room again");
        using most = std::optional<std::uint64_t>;
        world_.disk().limit_bytes(is_full_ ? most{world_.disk().bytes() + room} : most{});
    }

    // What clients do, into the trace.
    void begin(auto const& what) {
        auto const before = history_.attempts.size();
        what();
        for (auto i = before; i < history_.attempts.size() && how_.trace; ++i)
            trace(describe(*history_.attempts[i]));
    }

    // Another process reads what is not durable yet, or rather does not.
    void look(std::string const& path) {
        if (!path.ends_with(".seg") || is_looking_ || !draws_.one_in(odds_.looks_of_reader)) return;
        is_looking_ = true;
        followed_ = clients_.follow(followed_);
        is_looking_ = false;
    }

    void step() {
        auto& node = world_.node();
        auto const which =
            draws_.below(10 + node.views().names().size() * 2 + node.processes().size() * 2);
        auto const told = [&](std::string_view name, auto const& stepped) {
            if (how_.trace && !stepped)
                trace(fmt::format("{}: {}", name, stepped.error().message));
            else if (how_.trace && *stepped)
                trace(fmt::format("{} works", name));
        };
        if (which < 5) return told("commit", result<bool>{node.log().commit_step()});
        if (which < 8) return told("index", node.log().index_step());
        if (which < 9) return told("snapshots", node.commands().snapshot_step());
        if (which < 10) return told("errands", result<bool>{node.errands().step()});
        auto const rest = (which - 10) / 2;
        auto const names = node.views().names();
        if (rest < names.size()) return told("view " + names[rest], node.views().step(names[rest]));
        auto const& process = node.processes()[rest - names.size()];
        told("process " + process.first, process.second->step());
    }

    void plan_fault() {
        auto const fault = drawn_fault(draws_, odds_.favourite, world_.disk().calls());
        trace(fmt::format(
            "after {}, '{}' on '{}' will fail, {} times",
            fault.spared,
            fault.operation,
            fault.where,
            fault.calls
        ));
        world_.disk().add_fault(fault);
    }

    broken crash() {
        ++report_.crashes;
        switch (draws_.below(4)) {
            case 0:
                trace("kill");
                world_.kill();
                break;
            case 1:
                trace("power loss");
                world_.lose_power();
                break;
            case 2: {
                trace("stop");
                (void)world_.stop();
                break;
            }
            default: {
                auto const call = world_.disk().calls() + draws_.between(1, 40);
                trace(fmt::format("power will fail at call {} of the disk", call));
                world_.disk().lose_power_at(call);
                return {};
            }
        }
        if (draws_.one_in(6)) {
            trace("another program");
            world_.deploy(draws_.one_of(workload_.builds));
        }
        return start();
    }

    broken after_power_loss() {
        if (!world_.disk().is_off()) return {};
        trace("power has failed");
        world_.lose_power();
        return start();
    }

    // With a disk that does what it should, it starts: without a person.
    broken start() {
        for (int i = 0; i < 3; ++i) {
            auto const begun = world_.start();
            if (begun) return {};
            trace("does not start: " + begun.error().message);
            if (world_.disk().is_off()) world_.lose_power();
        }
        heal();
        auto const begun = world_.start();
        if (!begun) return "does not start: " + begun.error().message;
        return {};
    }

    // From here on the disk does what it should.
    void heal() {
        world_.disk().fail_at({});
        world_.disk().lose_power_at(0);
        world_.disk().limit_bytes({});
        is_full_ = false;
    }

    // On a disk that does what it should, until nothing is left to do: as it is, and then started
    // again. Both times it must do whatever it is asked for.
    broken rest() {
        heal();
        // A log whose recovery has failed, too, waits for a start.
        auto const open = world_.node().log().writable();
        if (open || open.error().code != "read_only") {
            if (auto wrong = come_to_rest()) return wrong;
            if (auto wrong = probe()) return *wrong + "\n  (without a new start)";
        }
        end();
        if (auto const begun = world_.start(); !begun)
            return "does not start: " + begun.error().message;
        if (auto wrong = come_to_rest()) return wrong;
        if (auto wrong = probe()) return wrong;
        return come_to_rest();
    }

    void end() {
        switch (draws_.below(4)) {
            case 0:
                trace("kill");
                return world_.kill();
            case 1:
                trace("stop");
                return (void)world_.stop();
            default:
                trace("power loss");
                return world_.lose_power();
        }
    }

    broken come_to_rest() {
        if (auto const rests = world_.come_to_rest(); !rests) return rests.error().message;
        return {};
    }

    broken probe() {
        auto const before = history_.attempts.size();
        begin([&] {
            clients_.read({.what = {.engine_events = true}, .limit = 1'000});
            for (auto const& view : clients_.views()) clients_.query(view, {});
            if (workload_.probe) workload_.probe(clients_);
        });
        if (auto wrong = come_to_rest()) return wrong;
        for (auto i = before; i < history_.attempts.size(); ++i)
            if (auto const& one = *history_.attempts[i]; !succeeded(one))
                return "a probe fails\n  " + describe(one);
        return {};
    }

    static bool succeeded(attempt const& one) {
        return std::visit(
            [](auto const& what) {
                if constexpr (requires { what.answer; })
                    return what.answer && what.answer->has_value();
                else
                    return !what.failure;
            },
            one.what
        );
    }

    broken check() {
        DIPTYCH_ASSERT(world_.is_running(), "it runs after the rest");
        auto log = read_log();
        if (!log) return "the log can not be read: " + log.error().message;
        report_.events = log->end();
        for (auto const& event : log->events())
            trace(fmt::format("{} {} {} {}", event.position, event.stream, event.type, event.data));
        if (auto const verified = world_.node().log().verify(); !verified)
            return "verify says: " + verified.error().message;
        for (auto const& view : world_.node().views().status()) {
            if (view.at.position.value != log->end())
                return fmt::format(
                    "view {} stays at {} of {}: {}",
                    view.name,
                    view.at.position.value,
                    log->end(),
                    view.last_error ? view.last_error->message : ""
                );
            clients_.query(view.name, view.at);
        }
        if (auto wrong = broken_promise(history_, *log, workload_.domain)) return wrong;
        if (workload_.rule)
            if (auto wrong = workload_.rule(*log)) return wrong;
        return workload_.at_rest ? workload_.at_rest(world_) : broken{};
    }

    result<log_model> read_log() {
        std::vector<logged> events;
        read_options next{.what = {.engine_events = true}};
        while (true) {
            DIPTYCH_TRY(auto const page, world_.node().log().read(next));
            for (auto const& event : page) events.push_back(owned(event));
            if (page.at_end()) return log_model{std::move(events)};
            next.after = page.seen().position;
        }
    }

    void trace(std::string_view what) const {
        if (how_.trace) how_.trace(fmt::format("{:>4} {}", report_.steps, what));
    }

    workload const& workload_;
    run_options const& how_;
    run_report report_;
    chance draws_;
    odds odds_;
    bool is_full_ = false;
    bool is_looking_ = false;
    position followed_{};
    history history_;
    world world_;
    clients clients_;
};

}  // namespace

run_report simulate(workload const& of, run_options const& how) { return runner{of, how}.run(); }

}  // namespace diptych::sim
