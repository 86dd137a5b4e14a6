/// @file
/// (l) The conference: how soon after it was placed a registrant sees what an order costs, while so
/// many are placed a second, and how far the process that reserves seats is behind. Beside it, in
/// the same run and at the same rate, one durable write to a bare log.
#include "harness.hpp"
#include "management/conferences.hpp"
#include "payments/payments.hpp"
#include "raw_log.hpp"
#include "registration/context.hpp"

#include <diptych/application.hpp>

#include <atomic>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace diptych;
using namespace diptych::bench;
using namespace std::chrono_literals;

namespace {

using moment = std::chrono::steady_clock;

constexpr int conferences = 4;

std::string name_of(std::size_t order) { return "o" + std::to_string(order); }
std::string conference_of(std::size_t order) { return "c" + std::to_string(order % conferences); }

// Begins `count` pieces of work at their times, whether those before have ended or not, and returns
// how long after its time each ended, in milliseconds.
std::vector<double> at_rate(
    double rate, std::size_t count, std::function<void(std::size_t)> const& work
) {
    std::vector<double> took(count);
    std::atomic<std::size_t> next = 0;
    auto const start = moment::now();
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 32; ++caller)
        callers.emplace_back([&] {
            for (auto i = next++; i < count; i = next++) {
                auto const due = start + std::chrono::duration_cast<moment::duration>(
                                             seconds{static_cast<double>(i) / rate}
                                         );
                std::this_thread::sleep_until(due);
                work(i);
                took[i] = std::chrono::duration<double, std::milli>(moment::now() - due).count();
            }
        });
    callers.clear();
    return took;
}

void send(application& app, auto const& command) {
    if (!app.execute(command).or_throw().accepted()) throw std::runtime_error("refused");
}

void open_conferences(application& app, int seats) {
    namespace management = conference::management;
    for (int i = 0; i < conferences; ++i) {
        auto const name = "c" + std::to_string(i);
        send(
            app,
            management::create_conference{
                .conference = {name},
                .slug = {name},
                .name = name,
                .description = {},
                .location = {},
                .starts = std::chrono::sys_days{2027y / 9 / 1},
                .ends = std::chrono::sys_days{2027y / 9 / 3},
                .owner_name = "Ada",
                .owner_email = "ada@example.org"
            }
        );
        send(
            app,
            management::create_seat{
                .conference = {name},
                .seat_type = {"full"},
                .name = "Full",
                .description = {},
                .quantity = seats,
                .price = conference::money{100'50}
            }
        );
        send(app, management::publish_conference{.conference = {name}});
    }
}

std::size_t reserved_orders(application& app, int number) {
    std::size_t found = 0;
    for (std::string cursor;;) {
        std::vector<std::pair<std::string, std::string>> asked{
            {"conference_id", "eq.c" + std::to_string(number)},
            {"select", "state"},
            {"limit", "1000"}
        };
        if (!cursor.empty()) asked.emplace_back("cursor", cursor);
        auto const page = app.view("draft_orders").query(asked).or_throw();
        constexpr std::string_view reserved = "reservation_completed";
        for (auto at = page.rows.find(reserved); at != std::string::npos;
             at = page.rows.find(reserved, at + 1))
            ++found;
        if (page.next_cursor.empty()) return found;
        cursor = page.next_cursor;
    }
}

bool are_all_reserved(application& app, std::size_t orders) {
    std::size_t found = 0;
    for (int number = 0; number < conferences; ++number) found += reserved_orders(app, number);
    return found == orders;
}

bool is_offered(application& app, int number, std::size_t seats) {
    auto const answer = app.view("seat_types")
                            .query({{"conference_id", "eq.c" + std::to_string(number)}})
                            .or_throw();
    return answer.rows.find("\"remaining\":" + std::to_string(seats)) != std::string::npos;
}

// Places an order and looks at what it costs.
void place(application& app, std::size_t order) {
    auto const said = app.execute(conference::registration::register_to_conference{
                                      .order = {name_of(order)},
                                      .conference = {conference_of(order)},
                                      .seats = {{{"full"}, 1}}
                                  }
    ).or_throw();
    auto const see = [&] {
        return app.view("priced_orders")
            .query({{"order_id", "eq." + name_of(order)}, {"at_least", to_string(said.at)}});
    };
    auto seen = see();
    while (!seen && seen.error().kind == errc::unavailable) seen = see();
    auto const rows = std::move(seen).or_throw().rows;
    if (rows.find("100.50") == std::string::npos) throw std::runtime_error("no price");
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count, values, {{"dir", "."}, {"rounds", "3"}, {"rate", "500"}, {"seconds", "10"}}
    );
    auto const rate = given.number("rate");
    auto const orders = static_cast<std::size_t>(rate * given.number("seconds"));
    rounds figures;
    std::vector<double> behind;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        scratch const folder(given.text("dir"));
        {
            auto const bare = bare_framed_log(folder.path() + "/bare", orders * 1'024);
            auto const took = at_rate(rate, orders, [&](std::size_t i) {
                bare->append_and_wait({static_cast<std::uint32_t>(i), 1, std::string(512, 'x')});
            });
            figures.add("bare log, median", percentile(took, 0.5));
            figures.add("bare log, p99", percentile(took, 0.99));
        }
        auto app = application{{.data = folder.path() + "/data"}};
        app.add<conference::management::context>();
        app.add<conference::registration::context>();
        app.add<conference::payments::context>();
        app.views(CONFERENCE_VIEWS);
        app.start().or_throw();
        auto const seats = std::min<std::size_t>(orders, 100'000);
        open_conferences(app, static_cast<int>(seats));
        for (int number = 0; number < conferences; ++number)
            while (!is_offered(app, number, seats)) std::this_thread::sleep_for(1ms);
        auto const took = at_rate(rate, orders, [&](std::size_t i) { place(app, i); });
        auto const end = moment::now();
        while (!are_all_reserved(app, orders)) std::this_thread::sleep_for(1ms);
        behind.push_back(std::chrono::duration<double, std::milli>(moment::now() - end).count());
        figures.add("placed, priced and seen, median", percentile(took, 0.5));
        figures.add("placed, priced and seen, p99", percentile(took, 0.99));
        app.close().or_throw();
    }
    figures.print(
        given.text("rate") + " orders a second, " + given.text("seconds") + " s",
        "ms",
        "bare log, median"
    );
    std::printf(
        "\nAll seats are reserved %.0f ms after the last order was seen (median).\n", median(behind)
    );
}
