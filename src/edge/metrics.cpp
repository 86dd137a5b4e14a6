#include "edge/metrics.hpp"

#include "edge/service_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace diptych::edge {

namespace {

/// Statuses that have a counter each; the last stands for all others.
constexpr std::array statuses{200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409,
                              410, 412, 413, 414, 415, 417, 422, 431, 500, 501, 503, 0};

std::size_t index_of(int status) {
    auto const found = std::ranges::find(statuses, status);
    return static_cast<std::size_t>(
        (found == statuses.end() ? statuses.end() - 1 : found) - statuses.begin()
    );
}

prometheus::Histogram::BucketBoundaries const seconds_buckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
};

}  // namespace

class metrics::implementation {
public:
    struct route {
        route_label label;
        std::array<std::atomic<prometheus::Counter*>, statuses.size()> counters{};
        prometheus::Histogram* seconds = nullptr;
    };

    void add(route_label label) {
        auto one = std::make_unique<route>();
        one->seconds =
            &seconds_.Add({{"method", label.method}, {"route", label.pattern}}, seconds_buckets);
        one->label = std::move(label);
        routes.push_back(std::move(one));
    }

    prometheus::Counter& counter_of(route& of, std::size_t status) {
        if (auto* const known = of.counters[status].load(std::memory_order_acquire)) return *known;
        auto const name = statuses[status] == 0 ? "other" : std::to_string(statuses[status]);
        auto& made = requests_.Add(
            {{"method", of.label.method}, {"route", of.label.pattern}, {"status", name}}
        );  // the same one for the same labels, whoever comes first
        of.counters[status].store(&made, std::memory_order_release);
        return made;
    }

    prometheus::Registry registry;
    std::vector<std::unique_ptr<route>> routes;

private:
    prometheus::Family<prometheus::Counter>& requests_ =
        prometheus::BuildCounter()
            .Name("diptych_http_requests_total")
            .Help("Requests answered, by route and status")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& seconds_ =
        prometheus::BuildHistogram()
            .Name("diptych_http_request_seconds")
            .Help("From a request's end to its answer, by route")
            .Register(registry);
};

metrics::metrics() : implementation_(std::make_unique<implementation>()) {
    implementation_->add({.method = "", .pattern = "none"});
}
metrics::~metrics() = default;

void metrics::set_routes(std::vector<route_label> const& all) {
    for (auto const& one : all) implementation_->add(one);
}

void metrics::count(std::uint32_t route, int status, std::chrono::nanoseconds took) {
    auto& of = *implementation_->routes[route < implementation_->routes.size() ? route : 0];
    implementation_->counter_of(of, index_of(status)).Increment();
    of.seconds->Observe(std::chrono::duration<double>(took).count());
}

std::string metrics::text(
    services const& of, server_statistics const& server, std::vector<shadow_count> const& shadows
) const {
    auto all = implementation_->registry.Collect();
    auto const parts = families_of(of, server, shadows);
    all.insert(all.end(), parts.begin(), parts.end());
    return prometheus::TextSerializer().Serialize(all);
}

}  // namespace diptych::edge
