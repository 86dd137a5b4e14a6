#include "copied_log.hpp"
#include "log/line_of_history.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

token end_of(engine const& log) { return {log.end().epoch, log.end().position}; }

bool is_on_line(engine const& log, token const& point) {
    return line_of_history(log.epochs()).check(point, log.end().position).has_value();
}

/// The chain at its end, behind an answer that takes no position.
hash256 write_and_copy(copied_log& of, std::size_t frames) {
    of.write(frames);
    write_answer(*of.log, "one").or_throw();
    auto const chain = of.log->end().chain;
    of.close();
    of.copy_by_hand();
    return chain;
}

}  // namespace

TEST_CASE("a folder that is opened again keeps its epoch") {
    copied_log of;
    of.write(3);
    of.close();
    of.log = of.opener.writer().or_throw();
    CHECK(end_of(*of.log) == token{epoch{1}, position{6}});
}

TEST_CASE("HOME is written as the reference page says") {
    faulty_disk disk;
    disk.make_directories("/log").or_throw();
    CHECK(look_for_home(disk, there).or_throw() == home::unknown);
    CHECK_FALSE(is_backup(disk, there).or_throw());
    make_home(disk, there).or_throw();  // the first file of this disk
    CHECK(disk.content(there.home()) == "diptych home 1\n0000000000000001\n");
    CHECK(look_for_home(disk, there).or_throw() == home::here);
    CHECK_FALSE(is_backup(disk, there).or_throw());
    make_homeless(disk, there).or_throw();
    CHECK(disk.content(there.home()) == "diptych home 1\n0000000000000000\n");
    CHECK(look_for_home(disk, there).or_throw() == home::copy);
    CHECK(is_backup(disk, there).or_throw());
    disk.content(there.home()) = "diptych home 1\n000000000000000";
    CHECK(look_for_home(disk, there).or_throw() == home::copy);
    CHECK_FALSE(is_backup(disk, there).or_throw());
}

TEST_CASE("a copied folder that is written to begins an epoch of its own, at its end") {
    for (std::size_t frames = 0; frames < 8; ++frames) {
        copied_log of;
        auto const chain = write_and_copy(of, frames);
        position const last{2 * frames};
        {
            auto const log = of.copies.writer().or_throw();
            auto const end = log->end();
            CHECK(end.position == last);
            CHECK(end.chain == chain);
            CHECK(end.epoch > epoch{1});
            CHECK(is_on_line(*log, {epoch{1}, last}));
            CHECK_FALSE(is_on_line(*log, {epoch{1}, last + 1}));
            write_events(*log, 2).or_throw();
            check_whole(*log, 2 * frames + 2);
            CHECK_FALSE(is_on_line(*log, {epoch{1}, last + 1}));
            CHECK(is_on_line(*log, {end.epoch, last + 1}));
            log->close().or_throw();
        }
        // The original goes on as before, and knows nothing of the copy's events.
        of.log = of.opener.writer().or_throw();
        auto const other = of.copies.writer().or_throw()->end().epoch;
        of.write(1);
        CHECK(of.log->end().epoch == epoch{1});
        CHECK_FALSE(is_on_line(*of.log, {other, last + 1}));
    }
}

TEST_CASE("a folder that is put back in place to what it was before a start is a copy") {
    copied_log of;
    of.write(2);
    of.close();
    token lost;
    of.go_on_and_be_put_back([&] { lost = end_of(*of.log); });
    of.log = of.opener.writer().or_throw();
    CHECK(of.log->is_copy());
    CHECK(end_of(*of.log).position == position{4});
    of.write(9);
    CHECK_FALSE(is_on_line(*of.log, lost));
    CHECK(is_on_line(*of.log, {epoch{1}, position{4}}));
    of.close();
    of.log = of.opener.writer().or_throw();
    CHECK_FALSE(of.log->is_copy());
}

TEST_CASE("a copied folder without segments begins an epoch, too") {
    copied_log of;
    of.close();
    for (auto const& [path, content] : of.all_in(there.root))
        if (path != there.format()) of.disk.remove(path).or_throw();
    of.disk.forget_pages();
    make_homeless(of.disk, there).or_throw();
    of.log = of.opener.writer().or_throw();
    CHECK(end_of(*of.log).epoch > epoch{1});
    of.write(1);
    CHECK_FALSE(is_on_line(*of.log, {epoch{1}, position{1}}));
}

TEST_CASE("two copies of one log have two epochs") {
    copied_log of;
    of.write(1);
    of.close();
    of.copy_by_hand();
    auto const first = of.copies.writer().or_throw()->end().epoch;
    of.disk.forget_pages();
    of.copy_by_hand();
    CHECK(of.copies.writer().or_throw()->end().epoch != first);
}

TEST_CASE("an epoch is begun all or not at all, wherever that is broken off") {
    for (std::size_t const frames : {0u, 1u, 5u}) {
        for (auto const what : {unsynced::lost, unsynced::kept, unsynced::half}) {
            for (std::size_t n = 1;; ++n) {
                copied_log of;
                auto const chain = write_and_copy(of, frames);
                auto const is_done =
                    of.break_off(n, what, [&] { return of.copies.writer().has_value(); });
                auto const log = of.copies.writer().or_throw();
                REQUIRE(log->end().epoch > epoch{1});
                REQUIRE(log->end().chain == chain);
                REQUIRE(log->end().position.value == 2 * frames);
                REQUIRE(is_on_line(*log, {epoch{1}, log->end().position}));
                if (is_done) break;
                REQUIRE(n < 100);
            }
        }
    }
}

TEST_CASE("the epoch after the last one there can be is refused") {
    CHECK(epoch_after(epoch{7}, 0).or_throw() == epoch{8});
    CHECK(epoch_after(epoch{7}, ~std::uint64_t{0}).or_throw() > epoch{8});
    CHECK(epoch_after(epoch{0xffff'ffff}, 0).error().kind == errc::failed);
}

TEST_CASE("on the machine's disk a copied folder is told from its original") {
    temporary_folder const folder;
    log_opener first{storage::system_disk(), folder.path() / "a"};
    {
        auto const log = first.writer().or_throw();
        write_events(*log, 2).or_throw();
        log->close().or_throw();
    }
    auto const epoch_at = [&](char const* name) {
        log_opener one{storage::system_disk(), folder.path() / name};
        one.random = first.random;
        return one.writer().or_throw()->end().epoch;
    };
    CHECK(epoch_at("a") == epoch{1});
    std::filesystem::copy(
        folder.path() / "a", folder.path() / "b", std::filesystem::copy_options::recursive
    );
    std::filesystem::rename(folder.path() / "a", folder.path() / "moved");
    CHECK(epoch_at("moved") == epoch{1});
    CHECK(epoch_at("b") > epoch{1});
    // Put back under its name, where a new file may well get the inode of the removed one.
    std::filesystem::remove_all(folder.path() / "moved");
    std::filesystem::copy(
        folder.path() / "b", folder.path() / "moved", std::filesystem::copy_options::recursive
    );
    CHECK(epoch_at("moved") > epoch_at("b"));
}
