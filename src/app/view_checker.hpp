/// @file
/// Proves, round after round, that the views show what the log makes of them.
///
/// Each view that is served is replayed aside and compared, one after the other, slowly: work is
/// followed by a rest nine times as long.
#pragma once

#include "read/view_set.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diptych::app {

/// One thread. Keeps references: views and clock must outlive it.
class view_checker {
public:
    /// Waits so long, or until it is to end.
    using rest_function = std::function<void(std::chrono::microseconds)>;

    /// A round begins so long after the one before has begun, or has ended if that is later.
    view_checker(
        read::view_set& views, clock& time, std::chrono::seconds every, rest_function rest
    );

    /// Compares one view if its turn has come; whether there is another one to compare. Blocking;
    /// what came of it is in view_versions::last_check().
    ///
    /// Fails with corrupt, code "view_differs", if it shows other rows; or with what kept it from
    /// being compared. The next step goes on with the next view, unless it was being compared by
    /// somebody else: then with this one.
    result<bool> step(std::stop_token const& stop);

private:
    result<void> compare(std::string const& name, std::stop_token const& stop);

    read::view_set& views_;
    clock& time_;
    std::chrono::seconds const every_;
    rest_function const rest_;
    timestamp begun_ = {};
    std::vector<std::string> left_;  // of this round
};

}  // namespace diptych::app
