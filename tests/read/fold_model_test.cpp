#include "read/example_views.hpp"
#include "read/log_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

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

struct fold {
    struct total {
        std::int64_t allocated = 0;
        std::int64_t digest = 0;
    };
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
    std::mt19937 random_;
    fold model;
    std::unique_ptr<view_set> views;

    explicit world(unsigned seed) : random_(seed) { start(); }

    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

    void start() {
        views.reset();
        views = std::make_unique<view_set>(
            *log,
            folder.path(),
            time,
            view_options{.batch_events_max = 1 + pick(8), .batch_bytes_max = 1 + pick(2000)}
        );
        views->add_text("totals.sql", totals).or_throw();
        views->add_text("allocations.sql", examples::allocations).or_throw();
        views->start().or_throw();
    }

    void append_some() {
        std::vector<event_data> events(1 + pick(4));
        auto at = static_cast<std::int64_t>(log->end().position.value);
        for (auto& event : events) {
            ++at;
            auto const order = "o" + std::to_string(pick(5));
            auto const sku = "s" + std::to_string(pick(3));
            auto const batch = "b" + std::to_string(pick(9));
            event.stream = "product-" + sku;
            event.type = pick(4) == 0 ? "deallocated" : "allocated";
            event.data = R"({"order":")" + order + R"(","sku":")" + sku + R"(","batch":")" + batch +
                         R"(","quantity":2})";
            if (event.type == "deallocated") {
                model.allocations.erase({order, sku});
                continue;
            }
            model.allocations[{order, sku}] = batch;
            auto& total = model.totals[sku];
            total.digest = total.allocated == 0 ? at : (total.digest * 31 + at) % 1'000'003;
            total.allocated += 2;
        }
        log->append({.events = events}).or_throw();
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

    void check() {
        views->catch_up("totals").or_throw();
        views->catch_up("allocations").or_throw();
        CHECK(rows_of(*views, "totals") == model.totals_json());
        CHECK(
            rows_of(*views, "allocations", {{"select", "order_id,sku,batch"}}) ==
            model.allocations_json()
        );
    }
};

}  // namespace

TEST_CASE("after any batches, restarts and crashes a view is the fold of the log") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        world of{seed};
        of.keep_files();
        for (int step = 0; step < 60; ++step) {
            switch (of.pick(10)) {
                case 0:
                    of.start();
                    break;
                case 1:
                    of.views.reset();
                    of.reopen();
                    of.start();
                    break;
                case 2:
                    of.keep_files();
                    break;
                case 3:
                    of.lose_files();
                    break;
                case 4:
                case 5:
                    (void)of.views->step("totals").or_throw();
                    break;
                default:
                    of.append_some();
            }
        }
        of.check();
        std::filesystem::remove_all(of.folder.path());
        of.start();
        of.check();
    }
}
