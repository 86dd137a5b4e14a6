#include "log/frame_walk.hpp"

#include "log/frame_maker.hpp"
#include "log/memory/memory_engine.hpp"

#include <doctest/doctest.h>

namespace diptych::log {

namespace {

void write(engine& to, frame next) { to.write(next).or_throw(); }

}  // namespace

TEST_CASE("a walk goes on behind any number of frames without events") {
    memory::memory_engine engine(uuid{});
    testing::frame_maker maker(uuid{});
    auto const first = maker.next({{.stream = "a-1", .type = "made", .data = "{}"}});
    write(engine, *first);
    std::size_t const answers = 20;
    for (std::size_t i = 0; i < answers; ++i) {
        frame large;
        large.first = position{2};
        large.answer_count = 1;
        large.recorded_at = first->recorded_at;
        large.bytes.resize(4u << 20);
        write(engine, std::move(large));
    }
    auto const last = maker.next({{.stream = "a-1", .type = "made", .data = "{}"}});
    write(engine, *last);

    frame_walk walk(engine, position{});
    std::size_t seen = 0;
    for (;;) {
        auto const some = walk.next().or_throw();
        if (some.empty()) break;
        seen += some.size();
    }
    CHECK(seen == answers + 2);
    CHECK(walk.last() == position{2});
}

}  // namespace diptych::log
