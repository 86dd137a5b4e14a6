#include "sim/run.hpp"

#include "sim/describe.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::sim {

namespace {

class runner {
public:
    runner(workload const& of, run_options const& how)
        : workload_(of),
          how_(how),
          draws_(how.seed),
          world_(draws_.next(), of.parts),
          clients_(world_, history_, draws_) {
        report_.seed = how.seed;
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
        if (auto const begun = world_.start(); !begun)
            return "does not start on an empty disk: " + begun.error().message;
        for (; report_.steps < how_.steps; ++report_.steps) {
            if (is_left_out(report_.steps)) continue;
            draws_ = chance{how_.seed, report_.steps};
            if (auto wrong = act()) return wrong;
        }
        trace("rest");
        if (auto wrong = rest()) return wrong;
        return check();
    }

    bool is_left_out(std::size_t step) const {
        return !how_.only.empty() && !std::ranges::binary_search(how_.only, step);
    }

    // One thing that happens.
    broken act() {
        auto const draw = draws_.below(100);
        if (draw < 40) {
            auto const before = history_.attempts.size();
            workload_.act(clients_);
            for (auto i = before; i < history_.attempts.size() && how_.trace; ++i)
                trace(describe(*history_.attempts[i]));
        } else if (draw < 94) {
            step();
        } else if (draw < 97) {
            auto const ms = draws_.one_in(4) ? draws_.below(40'000) : draws_.below(300);
            trace(fmt::format("clock + {} ms", ms));
            world_.time().advance(std::chrono::milliseconds(ms));
        } else if (draw < 98 && how_.faults) {
            plan_fault();
        } else if (how_.crashes) {
            return crash();
        }
        return after_power_loss();
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
        disk_fault fault{.call = world_.disk().calls() + draws_.between(1, 30)};
        fault.kind = draws_.one_of<fault_kind>(
            {fault_kind::io_error, fault_kind::no_space, fault_kind::short_write}
        );
        if (draws_.one_in(3)) fault.calls = draws_.between(1, 20);
        trace(fmt::format("call {} of the disk will fail, {} in a row", fault.call, fault.calls));
        world_.disk().fail_at({fault});
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
        world_.disk().fail_at({});
        world_.disk().lose_power_at(0);
        auto const begun = world_.start();
        if (!begun) return "does not start: " + begun.error().message;
        return {};
    }

    // Until nothing is left to do, on a disk that does what it should.
    broken rest() {
        world_.disk().fail_at({});
        world_.disk().lose_power_at(0);
        (void)world_.stop();
        DIPTYCH_ASSERT(!world_.is_running(), "it was stopped");
        if (auto const begun = world_.start(); !begun)
            return "does not start: " + begun.error().message;
        if (!world_.come_to_rest()) return "does not come to rest";
        return {};
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
        if (auto wrong = broken_promise(history_, *log, workload_.rows)) return wrong;
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
    history history_;
    world world_;
    clients clients_;
};

}  // namespace

run_report simulate(workload const& of, run_options const& how) { return runner{of, how}.run(); }

}  // namespace diptych::sim
