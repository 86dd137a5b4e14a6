#include "sim/odds.hpp"

#include <string>
#include <vector>

namespace diptych::sim {

namespace {

// Where a failure has something to harm. Reads are many: drawn from all calls, most would be read.
std::vector<aim> const aims{
    {"sync", ".seg"},    {"sync", ".seg"},   {"sync", ".db"},   {"sync", "-wal"},
    {"sync", "/log"},    {"write", ".seg"},  {"write", ".seg"}, {"write", ".db"},
    {"write", "-wal"},   {"read", "/views"}, {"read", ".seg"},  {"read", "index.db"},
    {"create", "/data"}, {"rename", ""},     {"truncate", ""},  {"remove", ""},
    {"open", ""},        {"look at", ""},    {"", ""},
};

}  // namespace

odds drawn_odds(chance& draws) {
    using many = std::vector<std::uint64_t>;
    return {
        .clients = draws.one_of(many{20, 40, 60}),
        .steps = draws.one_of(many{30, 54, 70}),
        .clock = draws.one_of(many{1, 3, 8}),
        .faults = draws.one_of(many{0, 3, 6, 12}),
        .full_disks = draws.one_of(many{0, 0, 0, 2}),
        .crashes = draws.one_of(many{0, 2, 3, 8}),
        .looks_of_reader = draws.one_of(many{0, 0, 3}),
        .meanwhile = draws.one_of(many{0, 2, 6}),
        .favourite = draws.one_of(aims),
    };
}

app::node_storage drawn_sizes(app::node_storage of, std::uint64_t seed, chance& draws) {
    using many = std::vector<std::size_t>;
    of.segment_bytes = draws.one_of(many{1'500, 4'000, 12'000, 60'000});
    of.wal_pages = draws.one_of(std::vector{2, 5, 20, 1'000});
    of.batch_events_max = draws.one_of(many{1, 5, 10'000});
    of.snapshot_after = draws.one_of(many{1, 1, 3, 256});
    of.note_after = draws.one_of(many{2, 8, 1'024});
    of.bounds.group_max = draws.one_of(many{2, 6, 20});
    of.bounds.queue_max = draws.one_of(many{6, 12, 50});
    of.bounds.block_events_max = draws.one_of(many{2, 8, 30});
    of.bounds.tail_events_max = draws.one_of(many{20, 60, 400});
    of.bounds.heads_max = draws.one_of(many{2, 1'000});
    of.index.wal_pages = draws.one_of(std::vector<std::int64_t>{2, 20, 4'096});
    of.index.recent_rows_max = draws.one_of(std::vector<std::int64_t>{4, 20, 1'000});
    of.index.settle_rows = draws.one_of(std::vector<std::int64_t>{2, 20});
    of.index.expire_max = draws.one_of(many{2, 2'000});

    chance others{seed, 13};
    of.channels.record_every = std::chrono::milliseconds(others.one_of(many{0, 100, 1'000}));
    of.channels.record_after = others.one_of(many{5, 10, 10'000});  // more than channels
    of.channels.window_max = others.one_of(many{4, 10, 4'096});
    of.channels.page_max = others.one_of(many{1, 3, 512});
    of.channels.letters_max = others.one_of(many{1, 3, 10'000});
    of.incoming.letters_max = others.one_of(many{1, 3, 10'000});
    of.incoming.retried_max = others.one_of(many{1, 1'000});
    return of;
}

disk_fault drawn_fault(chance& draws, aim const& favourite, std::uint64_t calls) {
    auto const at = draws.one_in(2) ? favourite : draws.one_of(aims);
    disk_fault fault{.call = calls + 1, .operation = at.operation, .where = at.where};
    fault.kind = draws.one_of<fault_kind>(
        {fault_kind::io_error, fault_kind::no_space, fault_kind::short_write}
    );
    if (at.operation.empty() || draws.one_in(3)) fault.spared = draws.below(20);
    if (draws.one_in(3)) fault.calls = draws.between(1, 20);
    return fault;
}

}  // namespace diptych::sim
