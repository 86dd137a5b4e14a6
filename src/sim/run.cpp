#include "sim/run.hpp"

#include "read/view_versions.hpp"
#include "sim/describe.hpp"
#include "sim/evidence.hpp"
#include "sim/lives.hpp"
#include "sim/meanwhile.hpp"
#include "sim/node_log.hpp"
#include "sim/standstill.hpp"
#include "sim/view_care.hpp"

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
          world_{draws_.next(), of.builds.front(), drawn_sizes(of.storage, how.seed, draws_)},
          clients_(world_, history_, draws_),
          meanwhile_(world_, clients_, draws_, odds_),
          lives_(world_, of, draws_, [this](std::string_view what) { trace(what); }) {
        report_.seed = how.seed;
        if (odds_.looks_of_reader + odds_.meanwhile > 0)
            world_.disk().before_call([this](std::string_view operation, std::string const& path) {
                meanwhile_.before(operation, path);
            });
        if (!how.trace) return;
        world_.broker().on_news([this](std::string const& what) { trace("broker: " + what); });
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
        history_.may_be_damaged = how_.may_be_damaged;
        report_.broken = run_and_check();
        report_.is_damaged = how_.may_be_damaged && (is_damaged_ || lives_.is_damaged());
        if (report_.is_damaged) report_.broken = shown_wrongly(history_);
        report_.attempts = history_.attempts.size();
        for (auto const& one : history_.attempts) note(*one);
        report_.met.other_programs = lives_.other_programs();
        report_.crashes = lives_.crashes();
        report_.disk_calls = world_.disk().calls();
        report_.faults = world_.disk().faults_met();
        return std::move(report_);
    }

private:
    using broken = std::optional<std::string>;

    void note(attempt const& one) {
        report_.answered += one.answered > 0 ? 1 : 0;
        auto const* const why = failure_of(one);
        auto const* const asked = std::get_if<command_attempt>(&one.what);
        auto const* const read = std::get_if<read_attempt>(&one.what);
        auto const is_refused =
            asked != nullptr && asked->answer && *asked->answer && !(*asked->answer)->accepted();
        if (why != nullptr && why->kind == errc::conflict) ++report_.met.conflicts;
        if (is_refused || (why != nullptr && why->kind == errc::refused)) ++report_.met.refusals;
        if (read != nullptr && read->may_lag) ++report_.met.looks_of_reader;
    }

    broken run_and_check() {
        if (how_.fault) world_.disk().fail_at({*how_.fault});
        if (how_.ends_at > 0) lives_.end_at(how_.ends_at, how_.ends_by_kill);
        if (auto wrong = lives_.start()) return wrong;
        for (; report_.steps < how_.steps; ++report_.steps) {
            if (is_left_out(report_.steps)) continue;
            draws_ = chance{how_.seed, report_.steps};
            if (auto wrong = act()) return wrong;
            if (auto wrong = restart()) return wrong;
        }
        draws_ = chance{how_.seed, how_.steps};
        report_.calls_of_steps = world_.disk().calls();
        trace("rest");
        auto wrong = rest();
        return wrong ? wrong : check();
    }

    // Where nothing is left to chance.
    broken restart() {
        if (!how_.is_restarted) return {};
        if (report_.steps == how_.steps / 3) return lives_.restart();
        if (report_.steps == how_.steps * 2 / 3) return lives_.kill_and_start();
        return {};
    }

    // Damage that is named is no broken promise, where there may be some.
    broken because(error const& why, std::string_view what = {}) {
        is_damaged_ = is_damaged_ || why.kind == errc::corrupt;
        return std::string(what) + why.message;
    }

    bool is_left_out(std::size_t step) const {
        return !how_.only.empty() && !std::ranges::binary_search(how_.only, step);
    }

    static odds odds_of(run_options const& how, chance& draws) {
        auto made = drawn_odds(draws);
        if (how.favourite) made.favourite = *how.favourite;
        return made;
    }

    // One thing that happens.
    broken act() {
        auto draw = draws_.below(
            odds_.clients + odds_.steps + odds_.clock + odds_.faults + odds_.full_disks +
            odds_.crashes
        );
        auto const falls_on = [&](std::uint64_t weight) {
            auto const is_it = draw < weight;
            draw -= weight;
            return is_it;
        };
        if (workload_.operate && operator_.one_in(5)) {
            if (auto wrong = operate()) return wrong;
        } else if (falls_on(odds_.clients)) {
            begin([&] { workload_.act(clients_); });
        } else if (falls_on(odds_.steps)) {
            step();
        } else if (falls_on(odds_.clock)) {
            auto const ms = draws_.one_in(4) ? draws_.below(40'000) : draws_.below(300);
            auto const is_back = draws_.one_in(8);
            trace(fmt::format("clock {} {} ms", is_back ? '-' : '+', ms));
            auto const by = std::chrono::milliseconds(ms);
            world_.time().advance(is_back ? -by : by);
        } else if (falls_on(odds_.faults)) {
            if (how_.faults) plan_fault();
        } else if (falls_on(odds_.full_disks)) {
            if (how_.faults) fill_disk();
        } else if (how_.crashes) {
            return lives_.crash();
        }
        return lives_.after_the_end();
    }

    broken operate() {
        auto wrong = workload_.operate(world_, operator_, notes_);
        if (!notes_.told.empty()) trace(std::exchange(notes_.told, {}));
        return wrong;
    }

    void fill_disk() {
        auto const room = draws_.below(20'000);
        auto const is_full = !world_.disk().has_limit();
        trace(is_full ? fmt::format("{} bytes of room", room) : "room again");
        using most = std::optional<std::uint64_t>;
        world_.disk().limit_bytes(is_full ? most{world_.disk().bytes() + room} : most{});
    }

    // What clients do, into the trace.
    void begin(auto const& what) {
        auto const before = history_.attempts.size();
        what();
        for (auto i = before; i < history_.attempts.size() && how_.trace; ++i)
            trace(describe(*history_.attempts[i]));
    }

    void step() {
        auto& node = world_.node();
        // In some runs, by draws of their own: the others are what they would be without it.
        if (is_cared_for_ && care_.one_in(4)) return build_views();
        auto const which = draws_.below(
            12 + node.views().names().size() * 2 + node.processes().size() * 2 +
            node.inbox()->all().size() * 2 + node.outbox()->all().size() * 2 +
            node.intake()->all().size() * 6 + workload_.steps_of_queue
        );
        auto const told = [&](std::string_view name, auto const& stepped) {
            if (how_.trace && !stepped)
                trace(fmt::format("{}: {}", name, stepped.error().message));
            else if (how_.trace && *stepped)
                trace(fmt::format("{} works", name));
        };
        if (which < 5) return told("commit", result<bool>{node.log().commit_step()});
        if (which < 8) return told("index", node.log().index_step());
        if (which < 11) return told("snapshots", node.commands().snapshot_step());
        if (which < 12) return told("errands", result<bool>{node.errands().step()});
        auto const rest = (which - 12) / 2;
        auto const names = node.views().names();
        if (rest < names.size()) {
            meanwhile_.projecting(true);
            auto const stepped = node.views().step(names[rest]);
            meanwhile_.projecting(false);
            return told("view " + names[rest], stepped);
        }
        if (rest >= names.size() + node.processes().size())
            return exchange(rest - names.size() - node.processes().size(), told);
        auto const& process = node.processes()[rest - names.size()];
        told("process " + process.first, process.second->step());
    }

    void exchange(std::size_t which, auto const& told) {
        auto& node = world_.node();
        if (which < node.inbox()->all().size()) return told("inbox", node.inbox()->step());
        auto const channels = node.outbox()->all();
        which -= node.inbox()->all().size();
        if (which < channels.size())
            return told("channel " + channels[which]->of().name, channels[which]->step());
        auto const incoming = node.intake()->all();
        auto const turn = (which - channels.size()) / 3;  // they have 6 turns each
        if (turn >= incoming.size()) return told("queue", node.queue()->step());
        told("channel " + incoming[turn]->of().name, incoming[turn]->step());
    }

    // Beside the views that are served, and what an operator does to their versions.
    void build_views() {
        auto& views = world_.node().views();
        auto const before = served_ids();
        if (care_.one_in(3)) {
            // Who looks after a view looks at it, before and after.
            auto const look = [&] {
                begin([&] {
                    for (auto const& view : clients_.views()) clients_.query(view, {});
                });
            };
            look();
            auto const what = care_for_views(views, care_);
            if (how_.trace) trace(what);
            if (served_ids() != before) ++report_.met.switches;
            return look();
        }
        meanwhile_.projecting(true);
        auto const built = views.build_step();
        meanwhile_.projecting(false);
        if (served_ids() != before) ++report_.met.switches;
        if (how_.trace && !built) trace("build: " + built.error().message);
        if (how_.trace && built && *built) trace("build works");
    }

    std::vector<std::string> served_ids() {
        std::vector<std::string> all;
        auto const& views = world_.node().views();
        for (auto const& name : views.names())
            all.push_back((*views.versions(name))->served()->id());
        return all;
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

    // On a disk that does what it should, until nothing is left to do: as it is, and then started
    // again. Both times it must do whatever it is asked for.
    broken rest() {
        lives_.heal();
        world_.receiver().heal();
        world_.broker().heal();
        if (auto wrong = come_to_rest()) return wrong;
        if (auto wrong = probe()) return *wrong + "\n  (without a new start)";
        if (auto wrong = lives_.end()) return wrong;
        if (auto wrong = lives_.start()) return wrong;
        if (auto wrong = come_to_rest()) return wrong;
        if (auto wrong = probe()) return wrong;
        return come_to_rest();
    }

    broken come_to_rest() {
        constexpr int rounds = 50;
        for (int i = 0; i < rounds; ++i) {
            if (auto const rests = world_.come_to_rest(); !rests) return because(rests.error());
            auto more = false;
            if (workload_.finish) begin([&] { more = workload_.finish(world_, clients_); });
            if (!more) return {};
        }
        return "those who work elsewhere are never done";
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
            if (auto const& one = *history_.attempts[i]; !succeeded(one)) {
                if (auto const* const why = failure_of(one)) (void)because(*why);
                return "a probe fails\n  " + describe(one);
            }
        return follow_to_the_end();
    }

    // As another process that goes on from where it was.
    broken follow_to_the_end() {
        auto const end = world_.node().log().end().position;
        for (auto at = meanwhile_.followed(); at < end;) {
            auto const next = clients_.follow(at);
            if (next <= at) {
                auto const& last = *history_.attempts.back();
                if (auto const* const why = failure_of(last)) (void)because(*why);
                return fmt::format("another process stays at {}\n  ", at.value) + describe(last);
            }
            at = next;
        }
        return {};
    }

    broken check() {
        DIPTYCH_ASSERT(world_.is_running(), "it runs after the rest");
        auto const log = log_of(world_.node());
        if (!log) return because(log.error(), "the log can not be read: ");
        report_.events = log->end();
        for (auto const& event : log->events()) {
            report_.met.timers += event.type == "$timer_due" ? 1 : 0;
            trace(fmt::format("{} {} {} {}", event.position, event.stream, event.type, event.data));
        }
        if (auto const verified = world_.node().log().verify(); !verified)
            return because(verified.error(), "verify says: ");
        if (auto const stands = standstill(world_.node(), log->end())) {
            if (stands->why) (void)because(*stands->why);
            return stands->what;
        }
        for (auto const& view : world_.node().views().status()) clients_.query(view.name, view.at);
        if (auto wrong = versions_differ(world_.node().views())) return wrong;
        if (auto wrong = world_.index_fault()) return "index: " + *wrong;
        history_.lost_lives = world_.lost_lives();
        history_.rested_at = world_.time().now();
        for (auto const& one : world_.broker().all()) history_.came_in.insert(one.means.id);
        if (auto wrong = broken_promise(history_, *log, workload_.domain)) return wrong;
        if (workload_.rule)
            if (auto wrong = workload_.rule(*log)) return wrong;
        if (workload_.operated_at_rest)
            if (auto wrong = workload_.operated_at_rest(world_, notes_)) return wrong;
        return workload_.at_rest ? workload_.at_rest(world_) : broken{};
    }

    void trace(std::string_view what) const {
        if (how_.trace) how_.trace(fmt::format("{:>4} {}", report_.steps, what));
    }

    workload const& workload_;
    run_options const& how_;
    run_report report_;
    chance draws_;
    odds odds_;
    chance care_{how_.seed, 7};  // what is done to views
    bool const is_cared_for_ = care_.one_in(3);
    chance operator_{how_.seed, 11};
    operator_notes notes_ = {};
    bool is_damaged_ = false;
    history history_;
    world world_;
    clients clients_;
    meanwhile meanwhile_;
    lives lives_;
};

}  // namespace

run_report simulate(workload const& of, run_options const& how) { return runner{of, how}.run(); }

}  // namespace diptych::sim
