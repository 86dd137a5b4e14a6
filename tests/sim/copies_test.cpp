#include "app/copies.hpp"

#include "app/folder_copy.hpp"
#include "log/segments/frames.hpp"
#include "log/segments/standing_log.hpp"
#include "sim/chance.hpp"
#include "sim/lying_disk.hpp"
#include "sqlite/disk_vfs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::log::segments;

namespace {

/// How one call of the disk goes wrong; nullopt: the power fails there. What is no write fails with
/// nothing done.
using way = std::optional<sim::fault_kind>;
constexpr std::array<way, 2> ways{sim::fault_kind::short_write, std::nullopt};

/// A log, a backup and what is restored from it, on a disk that lies.
struct copied_shop {
    sim::lying_disk disk{7};
    sqlite::disk_vfs files{disk};
    sim::chance chance{11};
    folder shop{"/data/shop"};
    folder backup{"/backups/of/shop"};
    folder restored{"/data/new/again"};
    std::uint64_t events = 0;

    log_opener at(folder const& in) {
        return {disk, in.root, {.segment_bytes = 1200, .indexed = false}};
    }
    void write(std::size_t frames) {
        auto opener = at(shop);
        auto const log = opener.writer().or_throw();
        for (std::size_t i = 0; i < frames; ++i) write_events(*log, 2).or_throw();
        events = log->end().position.value;
        log->close().or_throw();
    }
    void add_view() {
        disk.make_directories("/data/shop/views").or_throw();
        auto const made =
            disk.open("/data/shop/views/a.sql", storage::file_mode::create_new).or_throw();
        made->write(0, "-- a view").or_throw();
        made->sync().or_throw();
        disk.sync_directory("/data/shop/views").or_throw();
        disk.sync_directory("/data/shop").or_throw();
    }
    void lose_power() {
        disk.power_off();
        disk.power_on(chance);
    }

    result<void> back_up() {
        DIPTYCH_TRY(app::back_up({shop.root, &files}, backup.root, {}));
        return {};
    }
    result<void> restore() {
        DIPTYCH_TRY(app::restore({backup.root, &files}, restored.root, chance, {}));
        return {};
    }

    bool is_log(folder const& in) {
        return app::look_at_place(disk, in).or_throw() == app::place::log;
    }
    std::uint64_t end_of(folder const& in) {
        return look_at_log(disk, in).or_throw().end.position.value;
    }
    std::uint64_t whole_up_to(folder const& in) {
        auto opener = at(in);
        auto const log = opener.reader().or_throw();
        check_whole(*log, log->end().position.value);
        REQUIRE(end_of(in) >= log->end().position.value);
        return log->end().position.value;
    }
    std::vector<std::string> files_in(folder const& in) {
        std::vector<std::string> found;
        for (auto const& [path, content] : disk.contents())
            if (path.starts_with(in.root.native() + "/")) found.push_back(path);
        return found;
    }
};

/// Does it again and again, on a shop made anew, with each of its calls failing in each way.
void fail_every_call(auto const& prepare, auto const& act, auto const& look) {
    for (auto const& how : ways) {
        for (std::uint64_t n = 1;; ++n) {
            REQUIRE(n < 1000);
            copied_shop of;
            of.chance = sim::chance{n};
            prepare(of);
            auto const at = of.disk.calls() + n;
            if (how)
                of.disk.fail_at({{.call = at, .kind = *how}});
            else
                of.disk.lose_power_at(at);
            auto const done = act(of);
            auto const is_met = of.disk.calls() >= at;
            of.disk.fail_at({});
            of.disk.lose_power_at(0);
            auto const said = done ? std::string("done") : done.error().message;
            INFO("call " << n << ", way " << (how ? static_cast<int>(*how) : -1) << ": " << said);
            // Also after it has said that it is done: then all is durable.
            if (!how || done) of.lose_power();
            look(of, done, !how || done);
            if (is_met) continue;
            CHECK(done);
            break;
        }
    }
}

void log_with_view(copied_shop& of) {
    of.write(5);
    of.add_view();
    of.lose_power();
}

}  // namespace

TEST_CASE("wherever a first backup fails there is none, or a whole one, and it can be taken again"
) {
    fail_every_call(
        log_with_view,
        [](copied_shop& of) { return of.back_up(); },
        [](copied_shop& of, result<void> const& done, bool power_failed) {
            REQUIRE(of.end_of(of.shop) == of.events);
            if (done) REQUIRE(of.is_log(of.backup));
            if (of.is_log(of.backup))
                REQUIRE(of.whole_up_to(of.backup) == of.events);
            else if (!power_failed)
                REQUIRE(of.files_in(of.backup).empty());
            of.back_up().or_throw();
            REQUIRE(of.whole_up_to(of.backup) == of.events);
        }
    );
}

TEST_CASE("wherever a backup fails that goes on, it stays a whole one, and can be taken again") {
    auto const prepare = [](copied_shop& of) {
        log_with_view(of);
        of.back_up().or_throw();
        of.write(4);
    };
    fail_every_call(
        prepare,
        [](copied_shop& of) { return of.back_up(); },
        [](copied_shop& of, result<void> const& done, bool power_failed) {
            REQUIRE(of.end_of(of.shop) == of.events);
            auto const there = of.whole_up_to(of.backup);
            REQUIRE(there >= 10);
            REQUIRE(there <= of.events);
            if (done) REQUIRE(there == of.events);
            if (!power_failed) REQUIRE_FALSE(of.disk.exists(of.backup.next_segment()).or_throw());
            of.back_up().or_throw();
            REQUIRE(of.whole_up_to(of.backup) == of.events);
        }
    );
}

TEST_CASE("wherever a restore fails there is no log, or a whole one in an epoch of its own") {
    auto const prepare = [](copied_shop& of) {
        log_with_view(of);
        of.back_up().or_throw();
    };
    fail_every_call(
        prepare,
        [](copied_shop& of) { return of.restore(); },
        [](copied_shop& of, result<void> const& done, bool power_failed) {
            REQUIRE(of.end_of(of.backup) == of.events);
            if (done) REQUIRE(of.is_log(of.restored));
            if (!of.is_log(of.restored)) {
                if (!power_failed) REQUIRE(of.files_in(of.restored).empty());
                auto opener = of.at(of.restored);
                if (!of.files_in(of.restored).empty()) REQUIRE_FALSE(opener.writer());
                of.restore().or_throw();
            }
            REQUIRE(of.whole_up_to(of.restored) == of.events);
            auto opener = of.at(of.restored);
            auto const log = opener.writer().or_throw();
            REQUIRE(log->end().epoch > epoch{1});
            REQUIRE(log->end().position.value == of.events);
            REQUIRE_FALSE(log->is_copy());
        }
    );
}

TEST_CASE("a copy that is done is there after a power cut, and every folder on the way to it") {
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
        copied_shop of;
        of.chance = sim::chance{seed};
        log_with_view(of);
        of.back_up().or_throw();
        of.lose_power();
        REQUIRE(of.is_log(of.backup));
        REQUIRE(of.whole_up_to(of.backup) == of.events);
        of.restore().or_throw();
        of.lose_power();
        REQUIRE(of.is_log(of.restored));
        REQUIRE(of.whole_up_to(of.restored) == of.events);
        REQUIRE(of.disk.contents().at("/data/new/again/views/a.sql") == "-- a view");
        auto const id = look_at_log(of.disk, of.restored).or_throw().end.log_id;
        auto const closed = read_closed(of.disk, of.restored, id).or_throw();
        REQUIRE(closed);
        REQUIRE(closed->position.value == of.events);
        REQUIRE(closed->epoch > epoch{1});
    }
}

TEST_CASE("after a power cut a backup holds all that was acknowledged, whatever WATERMARK says") {
    for (int round = 0; round < 60; ++round) {
        copied_shop of;
        of.chance = sim::chance{static_cast<std::uint64_t>(round) + 1};
        of.write(1);
        {
            auto opener = of.at(of.shop);
            auto const log = opener.writer().or_throw();
            for (int i = 0; i < round % 9; ++i) write_events(*log, 2).or_throw();
            of.events = log->end().position.value;
            of.disk.power_off();
        }
        of.disk.power_on(of.chance);
        of.back_up().or_throw();
        REQUIRE(of.whole_up_to(of.backup) == of.events);
    }
}
