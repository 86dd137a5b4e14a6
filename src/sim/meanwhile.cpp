#include "sim/meanwhile.hpp"

namespace diptych::sim {

void meanwhile::before(std::string_view operation, std::string const& path) {
    if (is_here_ || !world_.is_running()) return;
    auto const falls = [&](std::uint64_t one_in) { return one_in > 0 && draws_.one_in(one_in); };
    is_here_ = true;
    if (operation == "sync" && path.ends_with(".seg")) {
        if (falls(odds_.looks_of_reader)) followed_ = clients_.follow(followed_);
        if (falls(odds_.meanwhile)) read_and_query();
    } else if (operation == "write" && path.ends_with("-wal") && is_projecting_) {
        if (falls(odds_.meanwhile)) world_.node().log().commit_step();
    }
    is_here_ = false;
}

// A frame is being written: none of this may show it.
void meanwhile::read_and_query() {
    clients_.read({.what = {.engine_events = true}, .limit = 5, .direction = direction::backward});
    for (auto const& view : clients_.views()) clients_.query(view, {});
}

}  // namespace diptych::sim
