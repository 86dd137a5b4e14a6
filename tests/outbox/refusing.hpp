/// @file
/// Receivers that refuse, and channels that try as often as they may.
#pragma once

#include "outbox/outbox_fixture.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace diptych::outbox {

inline constexpr auto parking = "on_refused = \"park\"\nattempts_max = 3\n";

inline void refuse(outbox_fixture& at, std::string stream, std::uint64_t version) {
    at.to.decide = [stream = std::move(stream), version](message const& what) {
        return what.stream == stream && what.version.value == version ? fate::refused
                                                                      : fate::delivered;
    };
}

inline void accept(outbox_fixture& at) {
    at.to.decide = [](message const&) { return fate::delivered; };
}

// Until what is refused has been tried as often as it may be.
inline void insist(outbox_fixture& at) {
    for (int i = 0; i < 20; ++i) {
        at.run();
        at.time.advance(std::chrono::seconds{5});
    }
    at.run();
}

}  // namespace diptych::outbox
