/// Every fuzz target on its corpus, and on mutations of it: those of a seed, see seed.hpp. See
/// CONTRIBUTING.md.
#include "fuzz/target.hpp"
#include "seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

// Of the sanitizers, where there are any.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*call)());

using namespace diptych;

namespace {

using generator = std::mt19937;

std::string current;  // what a target is looking at

void keep_current() {
    std::ofstream("failed-input", std::ios::binary) << current;
    std::fputs("the input is in the file failed-input\n", stderr);
}

std::size_t below(generator& random, std::size_t end) { return random() % end; }

std::vector<std::string> corpus_of(std::string const& target) {
    std::vector<std::filesystem::path> files;
    for (auto const& one : std::filesystem::directory_iterator(DIPTYCH_FUZZ_CORPUS "/" + target))
        files.push_back(one.path());
    std::ranges::sort(files);
    std::vector<std::string> all;
    for (auto const& path : files) {
        std::ifstream in(path, std::ios::binary);
        all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return all;
}

void mutate(std::string& what, std::vector<std::string> const& corpus, generator& random) {
    using namespace std::string_view_literals;
    static constexpr auto telling = "\0\1\2\x7f\x80\xff\n\r\"\\{}[](),.:;%&=-+ 09aZ$'@_"sv;
    auto const at = below(random, what.size() + 1);
    auto const length = 1 + below(random, 8);
    auto const& other = corpus[below(random, corpus.size())];
    switch (below(random, 7)) {
        case 0:
            if (at < what.size()) what[at] ^= static_cast<char>(1u << below(random, 8));
            break;
        case 1:
            if (at < what.size()) what[at] = telling[below(random, telling.size())];
            break;
        case 2:
            what.insert(at, 1, telling[below(random, telling.size())]);
            break;
        case 3:
            what.erase(at, length);
            break;
        case 4:
            what.insert(at, what.substr(at, length));
            break;
        case 5:
            what.insert(at, other.substr(below(random, other.size() + 1), length * 4));
            break;
        default:
            what = what.substr(0, at) + other.substr(below(random, other.size() + 1));
    }
}

void try_on(void (*target)(std::string_view), std::string input) {
    current = std::move(input);
    // In memory of just its size, so that reading behind its end is noticed.
    auto const bytes = std::make_unique<char[]>(current.size());
    std::ranges::copy(current, bytes.get());
    try {
        target({bytes.get(), current.size()});
    } catch (std::exception const& what) {
        keep_current();
        FAIL(std::string{what.what()} << "; DIPTYCH_SEED=" << testing::seed());
    }
}

void replay(std::string const& name, void (*target)(std::string_view), int mutations) {
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep_current);
    auto const corpus = corpus_of(name);
    REQUIRE_FALSE(corpus.empty());
    try_on(target, {});
    for (auto const& one : corpus) try_on(target, one);
    generator random(testing::seed());
    for (int i = 0; i < mutations; ++i) {
        auto input = corpus[below(random, corpus.size())];
        for (auto n = 1 + below(random, 4); n > 0; --n) mutate(input, corpus, random);
        try_on(target, std::move(input));
    }
}

}  // namespace

TEST_CASE("no body of POST /events breaks a promise") {
    replay("append_body", fuzz::append_body, 3'000);
}
TEST_CASE("no body of a command breaks a promise") {
    replay("command_body", fuzz::command_body, 3'000);
}
TEST_CASE("no bytes on a connection break a promise") {
    replay("http_request", fuzz::http_request, 3'000);
}
TEST_CASE("no line of an import breaks a promise") {
    replay("import_line", fuzz::import_line, 3'000);
}
TEST_CASE("no message of another service breaks a promise") {
    replay("inbox_message", fuzz::inbox_message, 3'000);
}
TEST_CASE("no message of a broker breaks a promise") {
    replay("intake_message", fuzz::intake_message, 3'000);
}
TEST_CASE("no file of a source breaks a promise") {
    replay("inbox_source", fuzz::inbox_source, 3'000);
}
TEST_CASE("no row of positions in an index breaks a promise") {
    replay("index_chunk", fuzz::index_chunk, 3'000);
}
TEST_CASE("no damaged index breaks a promise") { replay("index_rows", fuzz::index_rows, 60); }
TEST_CASE("no JSON for a struct breaks a promise") {
    replay("json_struct", fuzz::json_struct, 3'000);
}
TEST_CASE("no JSON breaks a promise") { replay("json_text", fuzz::json_text, 3'000); }
TEST_CASE("no damaged folder of a log breaks a promise") {
    replay("log_folder", fuzz::log_folder, 400);
}
TEST_CASE("no damaged record breaks a promise") { replay("log_record", fuzz::log_record, 3'000); }
TEST_CASE("no damaged segment breaks a promise") {
    replay("segment_file", fuzz::segment_file, 3'000);
}
TEST_CASE("no token, time or id breaks a promise") { replay("tokens", fuzz::tokens, 3'000); }
TEST_CASE("no cursor breaks a promise") { replay("view_cursor", fuzz::view_cursor, 3'000); }
TEST_CASE("no view file breaks a promise") { replay("view_file", fuzz::view_file, 600); }
TEST_CASE("no query of a view breaks a promise") { replay("view_query", fuzz::view_query, 1'000); }
TEST_CASE("no damaged watermark breaks a promise") { replay("watermark", fuzz::watermark, 3'000); }
