#include "sample_events.hpp"

#include <fstream>

namespace diptych::bench {

namespace {

constexpr std::size_t data_size = 256;
constexpr std::size_t metadata_size = 86;

/// `text` must end in `"}`; fills it up to `size` before that.
std::string padded(std::string text, std::size_t size) {
    text.insert(text.size() - 2, size - text.size(), 'x');
    return text;
}

}  // namespace

std::string stream_name(std::uint32_t stream) { return "account-" + std::to_string(stream); }

event_data sample_event(std::uint32_t stream, int amount) {
    auto const number = std::to_string(stream);
    return {
        .stream = stream_name(stream),
        .type = "bank.deposited",
        .data = padded(
            R"({"account":")" + number + R"(","amount":)" + std::to_string(amount) +
                R"(,"note":""})",
            data_size
        ),
        .metadata = padded(R"({"user":"u1","correlation_id":""})", metadata_size),
    };
}

void write_balance_view(std::string const& file, std::string const& life) {
    std::ofstream(file) << "-- @view balances  " << life << R"(
create table balances (
  account text primary key,
  balance integer not null,
  deposits integer not null
);

-- @on bank.deposited
insert into balances (account, balance, deposits) values (:account, :amount, 1)
on conflict (account) do update set balance = balance + excluded.balance, deposits = deposits + 1;
)";
}

std::pair<std::uint32_t, version> stream_picker::next(std::size_t caller) {
    auto& mine = all_[caller % lanes_];
    auto const width = stream_count / lanes_;
    if (mine.versions.empty()) {
        mine.versions.resize(width);
        mine.seed = caller * 0x9e3779b97f4a7c15 + 1;
    }
    // xorshift64 (Marsaglia 2003)
    mine.seed ^= mine.seed << 13;
    mine.seed ^= mine.seed >> 7;
    mine.seed ^= mine.seed << 17;
    auto const pick = mine.seed % width;
    auto const stream = static_cast<std::uint32_t>(caller % lanes_ * width + pick);
    return {stream, version{mine.versions[pick]++}};
}

}  // namespace diptych::bench
