/// @file
/// Records as they have been written ever since, in files of tests/golden/records: a line each, of
/// stream, type, data and metadata with tabs between them.
#pragma once

#include "storage/whole_file.hpp"

#include <diptych/event.hpp>

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::testing {

/// A file of them. The events are valid as long as it is there.
class golden_records {
public:
    explicit golden_records(std::string_view name)
        : text_(storage::read_whole(
                    storage::system_disk(), std::filesystem::path(DIPTYCH_GOLDEN "/records") / name
          )
                    .or_throw()) {
        for (std::string_view rest = text_; !rest.empty();) {
            std::array<std::string_view, 4> parts;
            for (auto& part : parts) {
                auto const end = rest.find_first_of("\t\n");
                part = rest.substr(0, end);
                rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
            }
            recorded_event made{};
            made.position = position{events_.size() + 100};
            made.stream = parts[0];
            made.type = parts[1];
            made.data = parts[2];
            made.metadata = parts[3];
            events_.push_back(made);
        }
    }
    golden_records(golden_records const&) = delete;
    golden_records& operator=(golden_records const&) = delete;

    recorded_event const& at(std::size_t place) const { return events_.at(place); }

    /// What is written today is what was written then.
    void check(std::vector<event_data> const& written) const {
        std::string all;
        for (auto const& one : written)
            all += one.stream + '\t' + one.type + '\t' + one.data + '\t' + one.metadata + '\n';
        CHECK(all == text_);
    }

private:
    std::string const text_;
    std::vector<recorded_event> events_;
};

}  // namespace diptych::testing
