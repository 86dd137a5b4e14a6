#include "app/node.hpp"
#include "sim/evidence.hpp"
#include "sim/rebuild.hpp"
#include "sim/seeds.hpp"

#include <diptych/simulation.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace diptych {

std::uint64_t simulated_client::below(std::uint64_t n) { return as_.draws().below(n); }

std::uint64_t simulated_client::between(std::uint64_t least, std::uint64_t most) {
    return as_.draws().between(least, most);
}

std::string simulated_client::one_of(std::string_view name, std::uint64_t how_many) {
    return fmt::format("{}{}", name, between(1, how_many));
}

void simulated_client::execute(std::string_view name, std::string json) {
    auto id = one_in(2) ? fmt::format("k{}", as_.draws().next()) : std::string{};
    as_.command(std::string{name}, std::move(json), std::move(id));
}

struct simulation::implementation {
    sim::workload of = {.builds = {{}}};
    std::vector<std::function<void(simulated_client&)>> clients;
    std::vector<std::pair<std::string, rule_check>> rules;
    std::optional<error> mistake;

    void act(sim::clients& as) const;
    std::optional<std::string> at_rest(sim::world& in) const;
};

namespace {

result<std::vector<page>> whole_log(app::node& of) {
    std::vector<page> pages;
    read_options next;
    do {
        DIPTYCH_TRY(auto read, of.log().read(next));
        next.after = read.seen().position;
        pages.push_back(std::move(read));
    } while (!pages.back().at_end());
    return pages;
}

std::vector<recorded_event> events_of(std::vector<page> const& pages) {
    std::vector<recorded_event> events;
    for (auto const& page : pages) events.insert(events.end(), page.begin(), page.end());
    return events;
}

}  // namespace

// A client of the user's, one that asks again, or one that looks at a view.
void simulation::implementation::act(sim::clients& as) const {
    auto& draws = as.draws();
    auto const draw = draws.below(20);
    if (draw < 3) return as.command_again();
    auto const views = as.views();
    if (draw < 6 && !views.empty()) {
        auto const& view = draws.one_of(views);
        return as.query(view, as.tokens().empty() ? token{} : draws.one_of(as.tokens()));
    }
    simulated_client client{as};
    draws.one_of(clients)(client);
}

std::optional<std::string> simulation::implementation::at_rest(sim::world& in) const {
    auto const pages = whole_log(in.node());
    if (!pages) return "the log can not be read: " + pages.error().message;
    auto const events = events_of(*pages);
    for (auto const& [name, check] : rules)
        if (auto const why = check(events)) return fmt::format("rule {}: {}", name, *why);
    return sim::differs_from_rebuild(in);
}

bool simulation::ends_append(std::span<recorded_event const> events, std::size_t i) {
    if (i + 1 == events.size()) return true;
    auto const mark = sim::mark_in(events[i].metadata);
    return mark.empty() || mark != sim::mark_in(events[i + 1].metadata);
}

simulation::simulation() : implementation_(std::make_unique<implementation>()) {}
simulation::simulation(simulation&&) noexcept = default;
simulation::~simulation() = default;

simulation& simulation::add(model::context const& context) {
    implementation_->of.builds.front().contexts.push_back(&context);
    return *this;
}

simulation& simulation::views(std::filesystem::path const& file_or_folder) {
    auto const files = app::view_files_of(file_or_folder);
    if (!files) {
        implementation_->mistake = files.error();
        return *this;
    }
    for (auto const& file : *files) {
        std::ifstream in(file, std::ios::binary);
        implementation_->of.builds.front().views.push_back(
            {file.string(), std::string{std::istreambuf_iterator<char>(in), {}}}
        );
    }
    return *this;
}

simulation& simulation::add(model::view const& view) {
    implementation_->of.builds.front().typed_views.push_back(&view);
    return *this;
}

simulation& simulation::client(std::function<void(simulated_client&)> act) {
    implementation_->clients.push_back(std::move(act));
    return *this;
}

simulation& simulation::rule(std::string name, rule_check check) {
    implementation_->rules.emplace_back(std::move(name), std::move(check));
    return *this;
}

result<simulation_report> simulation::run(simulation_options const& how) const {
    auto const& all = *implementation_;
    if (all.mistake) return std::unexpected(*all.mistake);
    if (all.clients.empty())
        return fail(errc::invalid, "no_client", "a simulation needs a client, who asks something");
    DIPTYCH_TRY(sim::check_steps({.steps = how.steps, .only = how.only}));
    DIPTYCH_TRY(sim::world(how.seed, all.of.builds.front(), all.of.storage).start());
    auto of = all.of;
    of.domain.may_be_malformed = true;
    of.act = [&all](sim::clients& as) { all.act(as); };
    of.at_rest = [&all](sim::world& in) { return all.at_rest(in); };
    auto const found = sim::simulate_seeds(
        of,
        {.seed = how.seed,
         .steps = how.steps,
         .crashes = how.crashes,
         .faults = how.faults,
         .only = how.only,
         .trace = how.trace},
        how.seeds
    );
    simulation_report report{
        .runs = found.runs,
        .events = found.sum.events,
        .attempts = found.sum.attempts,
        .crashes = found.sum.crashes,
        .faults = found.sum.faults,
        .broken = {},
        .text = sim::text_of(found),
    };
    if (found.broken) {
        auto const& smallest = found.broken->how;
        report.broken = {
            .promise = *found.broken->report.broken,
            .smallest =
                {.seed = smallest.seed,
                 .seeds = 1,
                 .steps = smallest.steps,
                 .crashes = smallest.crashes,
                 .faults = smallest.faults,
                 .only = smallest.only},
            .arguments = sim::arguments_of(smallest),
        };
    }
    return report;
}

}  // namespace diptych
