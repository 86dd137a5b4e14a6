#include "property.hpp"
#include "read/example_views.hpp"
#include "read/log_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <ostream>

using namespace diptych;
using namespace diptych::read;

namespace {

// Not idempotent on purpose: events applied twice or left out show in the sum and in the digest.
constexpr char const* totals = R"sql(
-- @view totals
create table totals (sku text primary key, allocated integer not null, digest integer not null);
-- @event allocated (order text, sku text, batch text, quantity integer)
-- @on allocated
insert into totals values (:sku, :quantity, :$position)
on conflict (sku) do update
set allocated = allocated + :quantity, digest = (digest * 31 + :$position) % 1000003;
)sql";

using testing::one_of;
using testing::some;
using testing::up_to;

struct fold {
    struct total {
        std::int64_t allocated = 0;
        std::int64_t digest = 0;
    };
    std::int64_t end = 0;
    std::map<std::string, total> totals;
    std::map<std::pair<std::string, std::string>, std::string> allocations;

    std::string totals_json() const {
        std::string text = "[";
        for (auto const& [sku, one] : totals)
            text += (text.size() > 1 ? "," : "") + std::string{R"({"sku":")"} + sku +
                    R"(","allocated":)" + std::to_string(one.allocated) + R"(,"digest":)" +
                    std::to_string(one.digest) + "}";
        return text + "]";
    }
    std::string allocations_json() const {
        std::string text = "[";
        for (auto const& [key, batch] : allocations)
            text += (text.size() > 1 ? "," : "") + std::string{R"({"order_id":")"} + key.first +
                    R"(","sku":")" + key.second + R"(","batch":")" + batch + R"("})";
        return text + "]";
    }
};

struct world : log_fixture {
    temporary_folder folder;
    temporary_folder old;  // an earlier state of the files
    std::unique_ptr<view_set> views;
    view_options options;

    explicit world(view_options const& how) : options(how) {
        start();
        keep_files();
    }

    void start() {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time, options);
        views->add_text("totals.sql", totals).or_throw();
        views->add_text("allocations.sql", examples::allocations).or_throw();
        views->start().or_throw();
    }

    void keep_files() {
        std::filesystem::remove_all(old.path());
        std::filesystem::copy(folder.path(), old.path());
    }

    // Power fails: the files are what they were some time ago.
    void lose_files() {
        views.reset();
        std::filesystem::remove_all(folder.path());
        std::filesystem::copy(old.path(), folder.path());
        start();
    }
};

struct allocation {
    std::string type = one_of("allocated", "allocated", "deallocated");
    std::string order = one_of("o1", "o2", "o3");
    std::string sku = one_of("s1", "s2");
    std::string batch = one_of("b1", "b2");
};

using command = rc::state::Command<fold, world>;

struct append_some final : command {
    std::vector<allocation> events = some(4, [] { return allocation{}; });

    void checkPreconditions(fold const&) const override { RC_PRE(!events.empty()); }
    void apply(fold& model) const override {
        for (auto const& [type, order, sku, batch] : events) {
            ++model.end;
            if (type == "deallocated") {
                model.allocations.erase({order, sku});
                continue;
            }
            model.allocations[{order, sku}] = batch;
            auto& [allocated, digest] = model.totals[sku];
            digest = allocated == 0 ? model.end : (digest * 31 + model.end) % 1'000'003;
            allocated += 2;
        }
    }
    void run(fold const&, world& of) const override {
        std::vector<event_data> all;
        for (auto const& [type, order, sku, batch] : events)
            all.push_back(
                {.stream = "product-" + sku,
                 .type = type,
                 .data = R"({"order":")" + order + R"(","sku":")" + sku + R"(","batch":")" + batch +
                         R"(","quantity":2})"}
            );
        of.log->append({.events = all}).or_throw();
    }
    void show(std::ostream& to) const override {
        to << "append ";
        for (auto const& [type, order, sku, batch] : events)
            to << type << ' ' << order << ' ' << sku << ' ' << batch << "; ";
    }
};

struct look final : command {
    void run(fold const& model, world& of) const override {
        of.views->catch_up("totals").or_throw();
        of.views->catch_up("allocations").or_throw();
        RC_ASSERT(rows_of(*of.views, "totals") == model.totals_json());
        auto const rows = rows_of(*of.views, "allocations", {{"select", "order_id,sku,batch"}});
        RC_ASSERT(rows == model.allocations_json());
    }
    void show(std::ostream& to) const override { to << "look"; }
};

struct go_on final : command {
    std::string how = one_of("step", "step", "step", "start", "reopen", "keep", "lose", "rebuild");

    void run(fold const&, world& of) const override {
        if (how == "step") RC_ASSERT(of.views->step("totals").has_value());
        if (how == "start") of.start();
        if (how == "keep") of.keep_files();
        if (how == "lose") of.lose_files();
        if (how == "reopen") {
            of.views.reset();
            of.reopen();
            of.start();
        }
        if (how == "rebuild") {
            of.views.reset();
            std::filesystem::remove_all(of.folder.path());
            of.start();
        }
    }
    void show(std::ostream& to) const override { to << how; }
};

}  // namespace

TEST_CASE("after any batches, restarts, crashes and rebuilds a view is the fold of the log") {
    CHECK(testing::holds("a view is the fold of the log", [] {
        world of{{.batch_events_max = 1 + up_to(7), .batch_bytes_max = 1 + up_to(2'000)}};
        rc::state::check(
            fold{}, of, rc::state::gen::execOneOfWithArgs<append_some, append_some, go_on, look>()
        );
    }));
}
