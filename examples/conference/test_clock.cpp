#include "test_clock.hpp"

#include <diptych/json.hpp>

namespace conference {

namespace {

namespace http = diptych::http;

struct time_ahead {
    std::chrono::milliseconds ahead;
};

http::response answer(test_clock const& clock) {
    return http::json(200, diptych::json::write(time_ahead{.ahead = clock.ahead()}));
}

}  // namespace

bool test_clock::move_to(std::chrono::milliseconds ahead) {
    auto now = ahead_.load();
    while (now <= ahead)
        if (ahead_.compare_exchange_weak(now, ahead)) return true;
    return false;
}

void add_clock_routes(diptych::application& app, test_clock& clock) {
    app.route("GET", "/clock", [&clock](http::request const&) { return answer(clock); });
    app.route("PUT", "/clock", [&clock](http::request const& asked) {
        auto const wanted = diptych::json::read<time_ahead>(asked.body, diptych::json::strict);
        if (!wanted) return http::problem(wanted.error());
        if (!clock.move_to(wanted->ahead))
            return http::problem(409, "clock_goes_back", "Time goes forward only");
        return answer(clock);
    });
}

}  // namespace conference
