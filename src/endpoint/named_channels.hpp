/// @file
/// Channels of one direction, by their names.
#pragma once

#include <diptych/error.hpp>
#include <diptych/try.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::endpoint {

/// Each `Channel` has of().name and step(). As thread-safe as a map of pointers.
template <class Channel>
class named_channels {
public:
    /// Fails with invalid (code "channel_file") if there is one of this name.
    result<void> expect_none(std::string_view file_name, std::string_view name) const {
        if (find(name) == nullptr) return {};
        return fail(
            errc::invalid,
            "channel_file",
            std::string(file_name) + ": there is a channel " + std::string(name) + " already"
        );
    }

    void add(std::unique_ptr<Channel> one) {
        auto name = one->of().name;
        by_name_.emplace(std::move(name), std::move(one));
    }

    /// Null if there is none.
    Channel* find(std::string_view name) const {
        auto const found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second.get();
    }

    std::vector<Channel*> all() const {
        std::vector<Channel*> found;
        for (auto const& [name, one] : by_name_) found.push_back(one.get());
        return found;
    }

    /// One step of each. Whether there may be more to do at once.
    result<bool> step() {
        bool more = false;
        for (auto const& [name, one] : by_name_) {
            DIPTYCH_TRY(auto const stepped, one->step());
            more = more || stepped;
        }
        return more;
    }

private:
    std::map<std::string, std::unique_ptr<Channel>, std::less<>> by_name_;
};

}  // namespace diptych::endpoint
