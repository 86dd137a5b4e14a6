#include "log/append_only.hpp"

#include "log/number_table.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <memory_resource>
#include <string>
#include <thread>
#include <vector>

namespace diptych::log {

namespace {

constexpr std::uint32_t count = 20'000;

// Runs `check` on two threads while `add` is called for 0, 1, 2 ... on this one. What failed is
// counted: doctest's own checks are slow.
template <class Add, class Check>
std::size_t failures_beside(Add add, Check check) {
    std::atomic<bool> is_done = false;
    std::atomic<std::size_t> failed = 0;
    auto const look = [&] {
        while (!is_done) failed += check();
        failed += check();
    };
    std::thread first(look);
    std::thread second(look);
    for (std::uint32_t i = 0; i < count; ++i) add(i);
    is_done = true;
    first.join();
    second.join();
    return failed;
}

}  // namespace

TEST_CASE("what is in an append-only list stays where it is, and is freed with it") {
    auto const counted = std::make_shared<int>(7);
    {
        append_only<std::shared_ptr<int>> list;
        auto const& first = list.emplace_back(counted);
        for (int i = 1; i < 1000; ++i) list.emplace_back(counted);
        CHECK(list.size() == 1000);
        CHECK(&list[0] == &first);
        CHECK(&list.last() == &list[999]);
        CHECK(counted.use_count() == 1001);
    }
    CHECK(counted.use_count() == 1);
}

TEST_CASE("an append-only list is read whole while it grows") {
    append_only<std::string> list;
    auto const text = [](std::size_t i) {
        return "a text too long for a small string " + std::to_string(i);
    };
    auto const failed = failures_beside(
        [&](std::uint32_t i) { list.emplace_back(text(i)); },
        [&]() -> std::size_t {
            auto const size = list.size();
            return size > 0 && list[size - 1] != text(size - 1) ? 1 : 0;
        }
    );
    CHECK(failed == 0);
    CHECK(list.size() == count);
}

TEST_CASE("a list of offsets is read whole while it grows") {
    std::pmr::monotonic_buffer_resource memory;
    offset_list list;
    auto const failed = failures_beside(
        [&](std::uint32_t i) { list.push_back(3 * i, memory); },
        [&]() -> std::size_t {
            auto const now = list.now();
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < now.size(); i += 1 + now.size() / 64)
                wrong += now[i] == 3 * i ? 0 : 1;
            return wrong + (!now.empty() && now.back() != 3 * (now.size() - 1) ? 1 : 0);
        }
    );
    CHECK(failed == 0);
    CHECK(list.now().size() == count);
}

TEST_CASE("a table of numbers finds what was added before, while it grows") {
    number_table table;
    append_only<std::string> names;
    std::atomic<std::uint32_t> added = 0;
    auto const is = [&](std::uint32_t wanted) {
        return [&names, name = std::to_string(wanted)](std::uint32_t number) {
            return names[number] == name;
        };
    };
    auto const failed = failures_beside(
        [&](std::uint32_t i) {
            names.emplace_back(std::to_string(i));
            table.insert(i / 2 * 0x9E3779B1u, i);  // two keys of each hash
            added = i + 1;
        },
        [&]() -> std::size_t {
            auto const some = added.load();
            std::size_t wrong = 0;
            for (std::uint32_t i = 0; i < some; i += 1 + some / 64)
                wrong += table.find(i / 2 * 0x9E3779B1u, is(i)) == i ? 0 : 1;
            // What may be there or not yet.
            auto const next = some + 1;
            auto const there = table.find(next / 2 * 0x9E3779B1u, is(next));
            return wrong + (there && *there != next ? 1 : 0);
        }
    );
    CHECK(failed == 0);
    CHECK_FALSE(table.find(count * 0x9E3779B1u, is(count)).has_value());
}

}  // namespace diptych::log
