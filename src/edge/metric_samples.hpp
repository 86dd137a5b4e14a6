/// @file
/// Samples of metrics as they are collected.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

using label = std::pair<std::string, std::string>;

/// Builds families one sample at a time; samples of one name follow each other.
class samples {
public:
    samples& counter(
        std::string_view name,
        std::string_view help,
        double value,
        std::vector<label> const& labels = {}
    ) {
        auto& one = next(name, help, prometheus::MetricType::Counter, labels);
        one.counter.value = value;
        return *this;
    }
    samples& gauge(
        std::string_view name,
        std::string_view help,
        double value,
        std::vector<label> const& labels = {}
    ) {
        auto& one = next(name, help, prometheus::MetricType::Gauge, labels);
        one.gauge.value = value;
        return *this;
    }
    std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

private:
    prometheus::ClientMetric& next(
        std::string_view name,
        std::string_view help,
        prometheus::MetricType type,
        std::vector<label> const& labels
    ) {
        auto const full = "diptych_" + std::string(name);
        auto found = families_.begin();
        while (found != families_.end() && found->name != full) ++found;
        if (found == families_.end()) {
            families_.push_back(
                {.name = full, .help = std::string(help), .type = type, .metric = {}}
            );
            found = families_.end() - 1;
        }
        auto& made = found->metric.emplace_back();
        for (auto const& [key, value] : labels) made.label.push_back({.name = key, .value = value});
        return made;
    }

    std::vector<prometheus::MetricFamily> families_;
};

inline double number(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace diptych::edge
