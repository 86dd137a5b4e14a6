/// @file
/// What is said of a view and of its versions.
#pragma once

#include "read/view_progress.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

std::string_view to_string(view_state state);

/// What a version is to its view.
enum class version_standing : std::uint8_t {
    served,
    building,  ///< Catches up; switched to then, unless that is left to somebody.
    kept,      ///< Follows the log, and can be switched to at once.
    resting,   ///< A file that nobody moves; it catches up before it is switched to.
};

std::string_view to_string(version_standing standing);

struct version_status {
    std::string id;  ///< "a1b2c3d4", and "a1b2c3d4.2" if it has been built again.
    version_standing standing = version_standing::resting;
    token at = {};  ///< Everything up to here is in its rows or parked; zero if nobody knows.
    std::uint64_t lag = 0;
    view_state state = view_state::running;
    std::optional<error> last_error = {};
    double events_per_second = 0;                   ///< While it is built.
    std::optional<std::chrono::seconds> left = {};  ///< At this rate.
    parking_state parking = {};
};

/// How a version came out when it was last compared with a replay of the log.
struct replay_check {
    std::string id;
    token at = {};  ///< As of which.
    timestamp when = {};
    std::uint64_t rows = 0;
    std::uint64_t different = 0;
    std::optional<error> failed = {};  ///< It could not be compared; nothing else is known then.
};

struct view_status {
    std::string name;
    bool is_inline = false;
    std::string version;    ///< Eight hexadecimal digits: the hash of its meaning.
    token at = {};          ///< Everything up to here is in its rows or parked.
    std::uint64_t lag = 0;  ///< Events behind the end of the log.
    view_state state = view_state::running;
    bool is_served = true;  ///< Its file opens, and is not still being built.
    bool is_new = false;    ///< Not served yet: it is built for the first time.
    std::optional<error> last_error = {};
    parking_state parking = {};
    std::optional<replay_check> checked = {};  ///< Of the version that is served, the last time.
    std::vector<std::string> warnings = {};    ///< Of its file, each with its place.
    std::vector<version_status> beside = {};   ///< Those that follow the log beside it.
};

/// How fast a version has come on, lately. Passive.
class build_rate {
public:
    /// It went from one position to another, rests included.
    void went(position from, position to, timestamp now);
    double per_second() const { return per_second_; }

private:
    timestamp since_ = {};
    std::uint64_t events_ = 0;
    double per_second_ = 0;
    bool has_begun_ = false;
};

}  // namespace diptych::read
