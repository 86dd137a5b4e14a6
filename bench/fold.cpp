/// @file
/// (f) Reading and folding a stream of 100 events among 10,000 such: from the log, and from the
/// cache of states, against one pread for each event at known offsets and simdjson. The files are
/// in the memory of the operating system for all of them.
#include "appends.hpp"
#include "bank.hpp"
#include "bare_scan.hpp"

#include <diptych/application.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

struct place {
    std::uint32_t file;
    std::uint32_t size;
    std::uint64_t offset;
};

/// Where the events of each stream stand.
using offset_lists = std::vector<std::vector<place>>;

void make(application& app, std::size_t streams, std::size_t length) {
    std::vector<std::uint32_t> order(streams);
    for (std::uint32_t i = 0; i < streams; ++i) order[i] = i;
    std::minstd_rand random{42};
    for (std::size_t round = 0; round < length; ++round) {
        std::ranges::shuffle(order, random);
        append_request request;
        for (std::size_t i = 0; i < streams; ++i) {
            request.events.push_back(sample_event(order[i]));
            if (request.events.size() < 500 && i + 1 < streams) continue;
            must(app.log().append(std::move(request)), "append");
            request = {};
        }
    }
}

offset_lists offsets_of(bare_segments const& segments, std::size_t streams) {
    offset_lists lists(streams);
    segments.scan([&](bare_record const& record) {
        auto const number = record.stream.substr(record.stream.find('-') + 1);
        lists.at(static_cast<std::size_t>(std::atoll(std::string{number}.c_str())))
            .push_back({record.file, record.size, record.offset});
    });
    return lists;
}

bank::balance bare_fold(
    bare_segments& segments, deposit_reader& reader, std::vector<place> const& places
) {
    bank::balance folded;
    for (auto const& one : places) {
        auto const record = segments.at(one.file, one.offset, one.size);
        folded.amount += reader.read(record.data, record.readable).amount;
        ++folded.deposits;
    }
    return folded;
}

bank::balance state_of(application& app, std::uint32_t stream, std::optional<position> as_of) {
    auto const state = app.state("balance", {stream_name(stream)}, as_of);
    must(state, "state");
    return json::read<bank::balance>(*state).or_throw();
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "5"}, {"streams", "10000"}, {"length", "100"}, {"folds", "2000"}}
    );
    scratch const folder(given.text("dir"));
    auto const streams = static_cast<std::size_t>(given.number("streams"));
    auto const length = static_cast<std::size_t>(given.number("length"));
    auto const folds = static_cast<std::size_t>(given.number("folds"));
    auto const data = folder.path() + "/data";
    {
        auto app = application{{.data = data}};
        make(app, streams, length);
        app.close().or_throw();
    }
    auto app = application{{.data = data}};
    app.add<bank::context>().start().or_throw();
    bare_segments segments(data + "/log");
    deposit_reader reader;
    auto const lists = offsets_of(segments, streams);
    auto const end = app.log().end().position;

    std::minstd_rand random{7};
    rounds figures;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        std::vector<std::uint32_t> picked(folds);
        for (auto& one : picked) one = static_cast<std::uint32_t>(random() % streams);
        auto const contest = [&](std::string const& name, auto const& fold) {
            auto const took = time_of([&] {
                for (auto const stream : picked)
                    if (static_cast<std::size_t>(fold(stream).deposits) != length)
                        give_up("fold", "of a stream came short");
            });
            figures.add(name, static_cast<double>(folds) / took.count());
        };
        contest("offset list, pread + simdjson", [&](std::uint32_t stream) {
            return bare_fold(segments, reader, lists[stream]);
        });
        contest("state, cold", [&](std::uint32_t stream) { return state_of(app, stream, end); });
        for (auto const stream : picked) (void)state_of(app, stream, {});
        contest("state, cached", [&](std::uint32_t stream) { return state_of(app, stream, {}); });
    }
    figures.print(
        "streams of " + given.text("length") + " events", "folds/s", "offset list, pread + simdjson"
    );
}
