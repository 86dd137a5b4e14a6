#include "sim/receiver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

namespace diptych::sim {

/// The line to it of one channel, in one life of the node.
class receiver::line final : public outbox::transport {
public:
    line(receiver& to, std::string channel, std::uint64_t life)
        : to_(to), channel_(std::move(channel)), life_(life) {}

    // What was sent may arrive, though nobody is there to be told.
    ~line() override {
        for (auto& [ticket, one] : under_way_)
            if (to_.draws_.one_in(2)) to_.got_.push_back(std::move(one));
    }
    line(line const&) = delete;
    line& operator=(line const&) = delete;

    void send(std::uint64_t ticket, outbox::message const& what) override {
        if (to_.is_gone_()) return;
        if (std::ranges::any_of(under_way_, [&](auto const& other) {
                return other.second.what.stream == what.stream;
            }))
            complain("two messages of stream " + what.stream + " are under way");
        if (done_.contains(what.id))
            complain(fmt::format("position {} is sent again", what.position.value));
        under_way_.emplace(ticket, delivery{channel_, life_, what});
    }

    std::vector<outbox::told> answers() override {
        std::vector<outbox::told> all;
        if (to_.is_gone_()) return all;
        if (!to_.is_healed_ && to_.draws_.one_in(to_.is_away_ ? 4 : 30)) to_.is_away_ ^= true;
        for (auto const& [ticket, one] : under_way_) {
            if (!to_.is_healed_ && to_.draws_.one_in(4)) continue;
            all.push_back(to_.answer(ticket, one));
        }
        for (std::size_t i = all.size(); i > 1; --i)
            std::swap(all[i - 1], all[to_.draws_.below(i)]);
        for (auto const& said : all) {
            if (said.what == outbox::fate::delivered)
                done_.insert(under_way_.at(said.ticket).what.id);
            under_way_.erase(said.ticket);
        }
        return all;
    }

private:
    void complain(std::string what) {
        if (!to_.wrong_) to_.wrong_ = fmt::format("channel {}: {}", channel_, what);
    }

    receiver& to_;
    std::string const channel_;
    std::uint64_t const life_;
    std::map<std::uint64_t, delivery> under_way_;
    std::set<std::string> done_;
};

outbox::scheme receiver::scheme(std::uint64_t life) {
    return {
        .name = "sim",
        .check = [](outbox::declaration const&) { return result<void>{}; },
        .open = [this, life](outbox::declaration const& of, endpoint::surroundings const&)
            -> result<std::unique_ptr<outbox::transport>> {
            return std::make_unique<line>(*this, of.name, life);
        },
    };
}

// Some messages, for a while.
bool receiver::refuses(delivery const& one) {
    if (is_healed_ || (one.what.position.value + one.channel.size()) % 6 != 0) return false;
    std::pair const which{one.channel, one.what.id};
    if (draws_.one_in(5)) let_in_.insert(which);
    return !let_in_.contains(which);
}

outbox::told receiver::answer(std::uint64_t ticket, delivery const& one) {
    using outbox::fate;
    if (refuses(one)) return {.ticket = ticket, .what = fate::refused, .why = "not this one"};
    auto const draw = is_healed_ ? 0 : draws_.below(16);
    auto const arrives = draw < 13;
    if (arrives && !is_away_) got_.push_back(one);
    if (is_away_ || draw == 12 || draw == 13)
        return {.ticket = ticket, .what = fate::away, .why = "nobody is there"};
    if (draw < 11) return {.ticket = ticket, .what = fate::delivered};
    outbox::told said{.ticket = ticket, .what = fate::later, .why = "not now"};
    if (draw == 14) said.after = std::chrono::milliseconds(draws_.below(3'000));
    return said;
}

}  // namespace diptych::sim
