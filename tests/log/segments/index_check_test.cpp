#include "log/segments/index_check.hpp"

#include "frames.hpp"
#include "log/frame_walk.hpp"
#include "log/sequenced_log.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

/// A log with answers with events and without, and an index made in several merges.
struct indexed_log {
    temporary_folder folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 4000, .indexed = false}
    };
    timestamp kept_since{};

    explicit indexed_log(std::size_t appends = 30, index_limits const& limits = {}) {
        auto const log =
            sequenced_log::open(opener.writer().or_throw(), opener.time, opener.random).or_throw();
        for (std::size_t i = 0; i < appends; ++i) {
            auto const n = 2 * i + 1;
            log->append(append_request{
                            .events = {some_event(n), some_event(3)},
                            .command = command_key{"me", "c" + std::to_string(i), {}},
                        })
                .or_throw();
            log->append(append_request{
                            .command = command_key{"me", "lone" + std::to_string(i), {}},
                            .answer = "refused",
                        })
                .or_throw();
        }
        log->close().or_throw();
        make_index(limits);
    }

    void make_index(index_limits const& limits) {
        auto const log = opener.reader().or_throw();
        auto const into =
            index::open(folder.path() / "index.db", log->end().log_id, index::mode::writer, limits)
                .or_throw();
        frame_walk walk(*log, position{});
        std::vector<frame_ptr> all;
        for (auto some = walk.next().or_throw(); !some.empty(); some = walk.next().or_throw())
            all.insert(all.end(), some.begin(), some.end());
        for (std::span<frame_ptr const> rest = all; !rest.empty();) {
            auto const size = std::min<std::size_t>(rest.size(), 16);
            into->merge(rest.first(size)).or_throw();
            rest = rest.subspan(size);
        }
        into->close().or_throw();
    }

    void change(std::string const& sql) {
        auto const in = sqlite::database::open(folder.path() / "index.db").or_throw();
        in.execute(sql).or_throw();
        CHECK(in.changes() > 0);
    }

    result<index_comparison> check() {
        auto const log = opener.reader().or_throw();
        still_clock time;
        time.at = kept_since;
        return check_index({folder.path() / "index.db"}, *log, time, {}, {});
    }

    std::string fault() {
        auto const checked = check();
        if (checked) return "";
        CHECK(checked.error().code == "wrong_index");
        CHECK(checked.error().kind == errc::corrupt);
        return checked.error().message;
    }
};

}  // namespace

TEST_CASE("an index says what its log says, settled or not") {
    for (auto const appends : {1u, 2u, 30u, 400u}) {
        for (auto const rows : {0, 100, 1 << 20}) {
            indexed_log of(appends, {.recent_rows_max = rows, .settle_rows = 50});
            auto const found = of.check().or_throw();
            CHECK(found.at == position{2 * appends});
            CHECK(found.answers == 2 * appends);
        }
    }
}

TEST_CASE("an index that lags is right as far as it has come, and none is not wrong") {
    indexed_log of;
    {
        auto const log =
            sequenced_log::open(of.opener.writer().or_throw(), of.opener.time, of.opener.random)
                .or_throw();
        log->append({.events = {some_event(70)}}).or_throw();
        log->append({.command = command_key{"me", "late", {}}}).or_throw();
        log->close().or_throw();
    }
    CHECK(of.check().or_throw().at == position{60});
    for (auto const* const suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(of.folder.path() / (std::string("index.db") + suffix));
    CHECK(of.check().error().kind == errc::not_found);
}

TEST_CASE("a settled list that says another version before a chunk is named") {
    indexed_log of(400, {.recent_rows_max = 0, .settle_rows = 100'000});
    of.change("update postings set before = 5 where key = cast('norder-o7' as blob)");
    auto const told = of.fault();
    INFO(told);
    CHECK(told.contains("the list of order-o7 goes on from version 5, not 0"));
}

TEST_CASE("whatever an index lacks, or has besides, is named") {
    struct change {
        std::string sql;
        std::string fault;
    };
    for (auto const& [sql, fault] : std::vector<change>{
             {"delete from recent_postings where key = cast('norder-o7' as blob)",
              "position 7: it is not found under tag order-o7"},
             {"delete from recent_postings where key = cast('yshop.allocated' as blob)",
              "position 1: it is not found under type shop.allocated"},
             {"delete from recent_postings where key = cast('cproduct' as blob)",
              "position 1: it is not found under category product"},
             {"delete from recent_postings where key = cast('nproduct-p3' as blob)",
              "it is not found under stream product-p3"},
             {"update recent_postings set key = cast('norder-o8' as blob) "
              "where key = cast('norder-o7' as blob)",
              "position 7: it is not found under tag order-o7"},
             {"insert into recent_postings select cast('norder-new' as blob), first, last, before, "
              "homes, body from recent_postings where key = cast('norder-o7' as blob)",
              "position 7: it is found under tag order-new, which the log does not say"},
             {"update recent_postings set before = before + 1 "
              "where key = cast('nproduct-p3' as blob)",
              "stream product-p3 (version"},
             {"update recent_postings set last = last + 1 where key = cast('norder-o7' as blob)",
              "position 7: the index's positions"},
             {"update event_ids set body = substr(body, 29)", "it is not found under event id "},
             {"update event_ids set body = substr(body, 1, 30)", "odd length"},
             {"update event_ids set body = cast(substr(body, 29, 28) || substr(body, 1, 28) as "
              "blob)",
              "is not where it is looked for"},
             {"delete from answers where row = (select max(row) from answers) - 2",
              "the recorded answer to command"},
             {"delete from answers where row = 1", "the recorded answer to command c0 of me"},
             {"update answers set body = cast('accepted' as blob) where row = 5",
              "the recorded answer to command c2 of me is not there, or another one"},
             {"update answers set digest = zeroblob(31) where row = 5", "command c2"},
             {"delete from answer_keys where row = 4", "lone1 of me can not be found by them"},
             {"insert into answer_keys values (1, 1)", "keys"},
             {"insert into answers select null, caller, cast('new' as blob), digest, recorded_at, "
              "first, count, judged_at, body from answers where row = 3",
              "can not be found by them"},
             {"update meta set position = position - 1", "another line of history"},
             {"update meta set position = 1000", "beyond the end of the log, 60"},
             {"update meta set chain = zeroblob(32)", "another line of history"},
             {"update meta set chain = zeroblob(3)", "no checkpoint"},
         }) {
        CAPTURE(sql);
        indexed_log of;
        of.change(sql);
        auto const told = of.fault();
        INFO(told);
        CHECK(told.contains(fault));
    }
}

TEST_CASE("answers may be forgotten by their age, from the oldest on, and no others") {
    indexed_log of;
    of.change("delete from answers where row <= 5");
    of.change("delete from answer_keys where row <= 5");
    CHECK(of.fault().contains("command c0 of me"));
    of.kept_since = timestamp::max();
    CHECK(of.fault().empty());
    of.change("delete from answers where row = 7");
    of.change("delete from answer_keys where row = 7");
    CHECK(of.fault().contains("command c3 of me"));
}

TEST_CASE("answers that a writer forgets while the index is looked at are not missed") {
    struct forgetting_clock final : clock {
        explicit forgetting_clock(indexed_log& in) : of(in) {}
        timestamp now() override {
            of.change("delete from answers where row <= 5");
            of.change("delete from answer_keys where row <= 5");
            return {};
        }
        indexed_log& of;
    };
    indexed_log of;
    forgetting_clock time(of);
    auto const log = of.opener.reader().or_throw();
    CHECK(check_index({of.folder.path() / "index.db"}, *log, time, {}, {}));
    CHECK_FALSE(of.check());  // they are gone now
}

TEST_CASE("a file of an index that is damaged is told, wherever that is") {
    indexed_log of(400);
    auto const file = of.folder.path() / "index.db";
    auto const size = std::filesystem::file_size(file);
    std::size_t told = 0;
    for (std::uint64_t offset = 4096 + 200; offset < size; offset += 4096) {
        auto const disk =
            storage::system_disk().open(file, storage::file_mode::read_write).or_throw();
        std::string before(64, '\0');
        disk->read(offset, before).or_throw();
        disk->write(offset, std::string(64, '\x5a')).or_throw();
        auto const checked = of.check();
        told += checked ? 0 : 1;
        if (!checked) CHECK(checked.error().kind == errc::corrupt);
        disk->write(offset, before).or_throw();
    }
    CHECK(told * 2 > size / 4096);  // the rest hit what is free in its page
    CHECK(of.check());
}
