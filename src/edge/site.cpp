#include "edge/site.hpp"

#include "edge/access.hpp"
#include "edge/inner_exchange.hpp"
#include "edge/metrics.hpp"
#include "edge/router.hpp"
#include "edge/routes/routes.hpp"
#include "edge/site_parts.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <thread>

namespace diptych::edge {

namespace {

unsigned workers_of(site_options const& options) {
    if (options.workers != 0) return options.workers;
    return std::clamp(std::thread::hardware_concurrency(), 2u, 8u);
}

}  // namespace

class site::implementation {
public:
    implementation(services of, site_options options)
        : of_(std::move(of)),
          options_(std::move(options)),
          metrics_(std::make_shared<edge::metrics>()),
          access_(options_.token),
          pool_(
              workers_of(options_),
              options_.queue_max,
              [this](std::string_view thrown) {
                  if (options_.server.complain)
                      options_.server.complain(fmt::format("a worker's task threw: {}", thrown));
              }
          ),
          feed_(of_.log, pool_, options_.heartbeat, options_.server.now),
          waits_(
              of_.views,
              pool_,
              {.waiting_max = options_.waiting_max,
               .wait_max = options_.wait_max,
               .now = options_.server.now}
          ),
          shadows_(options_.server.complain),
          live_(
              of_.views,
              pool_,
              of_.time,
              {.groups_max = options_.live_queries_max,
               .asking_max = std::max(1u, workers_of(options_) / 2),
               .heartbeat = options_.heartbeat,
               .now = options_.server.now}
          ),
          server_(
              served(),
              [this](http::request asked, http::responder to) {
                  handle(std::move(asked), std::move(to));
              }
          ),
          replays_(server_, "replay", options_.server.complain),
          hashes_(server_, "hash", options_.server.complain),
          parts_{
              .of = of_,
              .pool = pool_,
              .feed = feed_,
              .waits = waits_,
              .live = live_,
              .metrics = *metrics_,
              .router = router_,
              .server = server_,
              .title = options_.title,
              .needs_token = !options_.token.empty() || !options_.jwt.algorithm.empty(),
              .complain = options_.server.complain,
              .shadows = shadows_,
              .replays = replays_,
              .hashes = hashes_
          } {}

    ~implementation() { stop(); }

    result<void> start() {
        DIPTYCH_TRY(auto const local, is_loopback(options_.server.address));
        if (!local && options_.token.empty() && options_.jwt.algorithm.empty())
            return fail(
                errc::denied,
                "token_needed",
                fmt::format(
                    "{} can be reached from other machines: give a token that requests must carry, "
                    "or serve on 127.0.0.1",
                    options_.server.address
                )
            );
        DIPTYCH_TRY(trust());
        DIPTYCH_TRY(add_routes());
        DIPTYCH_TRY(server_.start());
        open();
        return {};
    }

    result<void> start_without_server() {
        DIPTYCH_TRY(trust());
        DIPTYCH_TRY(add_routes());
        open();
        return {};
    }

    void stop() {
        if (!std::exchange(running_, false)) return;
        waits_.close();
        feed_.close();
        live_.close();
        replays_.stop();
        hashes_.stop();
        server_.stop();  // the pool still answers what was accepted
        pool_.stop();
    }

    http::response ask(http::request what) {
        auto const answered = std::make_shared<inner_exchange>();
        handle(std::move(what), http::responder(answered));
        return answered->wait();
    }

    std::uint16_t port() const { return server_.port(); }
    std::string address() const {
        auto const& asked = options_.server.address;
        auto const colon = asked.rfind(':');
        auto const host = colon == asked.npos || colon == 0 ? "127.0.0.1" : asked.substr(0, colon);
        return fmt::format("{}:{}", host, port());
    }

private:
    result<void> trust() {
        if (options_.jwt.algorithm.empty()) return {};
        DIPTYCH_TRY(auto verifier, jwt_verifier::make(options_.jwt));
        access_.trust(std::move(verifier), of_.time);
        return {};
    }

    void open() {
        feed_.open();
        waits_.open();
        live_.open();
        running_ = true;
    }

    server_options served() {
        auto options = options_.server;
        options.observe = [counts = metrics_](std::uint32_t route, int status, auto took) {
            counts->count(route, status, took);
        };
        options.is_vital = [](http::request const& asked) {
            return asked.path == "/health" || asked.path == "/health/live" ||
                   asked.path == "/metrics";
        };
        options.on_tick = [this] {
            feed_.tick();
            waits_.tick();
            live_.tick();
        };
        return options;
    }

    /// The application's own routes first, so that the engine's are the ones that collide.
    result<void> add_routes() {
        auto all = options_.routes;
        for (auto const group : {channel_routes,     command_routes,     commands_together_routes,
                                 append_routes,      event_routes,       history_routes,
                                 inbox_routes,       stream_routes,      stored_routes,
                                 view_routes,        view_care_routes,   view_text_check_routes,
                                 view_replay_routes, dead_letter_routes, process_routes,
                                 queue_routes,       map_routes,         message_routes,
                                 health_routes,      index_routes}) {
            auto more = group(parts_);
            std::ranges::move(more, std::back_inserter(all));
        }
        std::vector<metrics::route_label> labels;
        for (auto& one : all) {
            labels.push_back({.method = one.method, .pattern = one.pattern});
            DIPTYCH_TRY(router_.add(std::move(one)));
        }
        metrics_->set_routes(labels);
        return {};
    }

    /// On an I/O thread.
    void handle(http::request asked, http::responder to) {
        if (auto refusal = access_.refuse(asked)) return to.answer(*std::move(refusal));
        auto found = router_.find(asked);
        to.mark(found.number);
        if (found.problem) return to.answer(*std::move(found.problem));
        if (!access_.permits(asked, *found.route, found.number <= options_.routes.size()))
            return to.answer(http::problem(
                403, "not_permitted", "this needs the node's own token, or the scope diptych:all"
            ));
        if (found.route->handle) return found.route->handle(std::move(asked), std::move(to));
        run_or_refuse(
            pool_,
            server_,
            std::move(asked),
            std::move(to),
            [this, route = found.route](http::request const& what, http::responder answer) {
                answer.answer(answer_of(*route, what));
            }
        );
    }

    /// On a worker thread. An exception harms its own request only.
    http::response answer_of(http::route const& route, http::request const& asked) const {
        try {
            return route.answer(asked);
        } catch (failure const& thrown) {  // or_throw, of what somebody asked of the engine
            complain(route, thrown.what());
            return http::problem(thrown.error);
        } catch (std::exception const& thrown) {
            complain(route, thrown.what());
        } catch (...) {
            complain(route, "something that is no std::exception");
        }
        return http::problem(500, "exception", "the handler of this request failed");
    }

    void complain(http::route const& route, std::string_view thrown) const {
        if (options_.server.complain)
            options_.server.complain(
                fmt::format("{} {} threw: {}", route.method, route.pattern, thrown)
            );
    }

    services of_;
    site_options const options_;
    std::shared_ptr<edge::metrics> metrics_;  // also in the hands of answers that come late
    access access_;                           // as it is from start on
    worker_pool pool_;
    event_feed feed_;
    view_waits waits_;
    edge::shadows shadows_;
    live_queries live_;
    router router_;
    server server_;
    edge::replays replays_;
    edge::replays hashes_;
    site_parts parts_;
    bool running_ = false;
};

site::site(services of, site_options options)
    : implementation_(std::make_unique<implementation>(std::move(of), std::move(options))) {}
site::~site() = default;

result<void> site::start() { return implementation_->start(); }
result<void> site::start_without_server() { return implementation_->start_without_server(); }
http::response site::ask(http::request what) { return implementation_->ask(std::move(what)); }
void site::stop() { implementation_->stop(); }
std::uint16_t site::port() const { return implementation_->port(); }
std::string site::address() const { return implementation_->address(); }

}  // namespace diptych::edge
