#include "sim/broker.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

namespace diptych::sim {

namespace {

constexpr std::size_t partition_count = 2;
constexpr std::chrono::seconds rest_of_sender{1};

std::unexpected<error> nobody_there() {
    return fail(errc::unavailable, "broker", "nobody is there");
}

}  // namespace

/// What a channel has of the broker, in one life of the node.
class broker::line : public intake::receiver {
public:
    line(broker& of, std::string channel) : of_(of), channel_(std::move(channel)) {}

    result<std::vector<intake::delivery>> take(std::size_t most, std::chrono::milliseconds)
        override {
        std::vector<intake::delivery> all;
        if (of_.node_.is_gone()) return all;
        if (of_.one_in(of_.is_away_ ? 4 : 25)) of_.is_away_ ^= true;
        if (of_.is_away_ || of_.one_in(25)) {
            lose_connection();
            return nobody_there();
        }
        hear();
        while (all.size() < most && !of_.one_in(4)) {
            auto const next = next_message();
            if (!next) break;
            in_hand_.emplace(++of_.tickets_, *next);
            all.push_back(of_.hand_over(*next, of_.tickets_));
        }
        return all;
    }

    void settle(std::uint64_t ticket, result<intake::settled> const& what) override {
        if (of_.node_.is_gone()) return;
        auto const found = in_hand_.find(ticket);
        if (found == in_hand_.end()) return;
        auto const which = found->second;
        in_hand_.erase(found);
        auto& one = of_.all_[which];
        if (what && !one.told) one.told = of_.node_.end_of_log();
        of_.note(what ? to_string(what->what) : what.error().message, one);
        if (what)
            done_with(ticket, which);
        else
            not_done_with(which);
    }

protected:
    virtual std::optional<std::size_t> next_message() = 0;
    /// What was said arrives now.
    virtual void hear() = 0;
    virtual void lose_connection() = 0;
    virtual void done_with(std::uint64_t ticket, std::size_t which) = 0;
    virtual void not_done_with(std::size_t) {}

    bool is_in_hand(std::size_t which) const {
        return std::ranges::any_of(in_hand_, [&](auto const& one) { return one.second == which; });
    }

    broker& of_;
    std::string const channel_;
    std::map<std::uint64_t, std::size_t> in_hand_;  // by ticket: of all messages
};

/// Each message is acknowledged. When it connects, what was not comes again before anything else.
class broker::single_line final : public line {
public:
    single_line(broker& of, std::string channel, bool is_asked)
        : line(of, std::move(channel)), is_asked_(is_asked) {}

    // What was said may have arrived.
    ~single_line() override { lose_connection(); }
    single_line(single_line const&) = delete;
    single_line& operator=(single_line const&) = delete;

    bool is_waited_for() const override { return is_asked_; }

private:
    std::optional<std::size_t> next_message() override {
        for (auto const which : of_.by_channel_[channel_]) {
            auto const is_due =
                again_.erase(which) > 0 || (!of_.all_[which].is_done && !sent_.contains(which));
            if (!is_due || is_in_hand(which)) continue;
            sent_.insert(which);
            return which;
        }
        return {};
    }

    void hear() override {
        for (auto const which : said_) {
            if (of_.one_in(8)) {
                ++of_.losses_;
                forgotten_.insert(which);
                continue;
            }
            arrive(which);
            if (of_.one_in(8)) again_.insert(which);
        }
        said_.clear();
        // Who is turned away waits a little.
        std::erase_if(put_off_, [&](auto const& one) {
            auto const is_due = of_.node_.now() >= one.second;
            if (is_due) sent_.erase(one.first);
            return is_due;
        });
        // Its time is up.
        std::erase_if(forgotten_, [&](std::size_t which) {
            auto const is_due = !of_.one_in(2);
            if (is_due) sent_.erase(which);
            return is_due;
        });
    }

    void lose_connection() override {
        for (auto const which : said_)
            of_.one_in(2) ? static_cast<void>(++of_.losses_) : arrive(which);
        said_.clear();
        forgotten_.clear();
        again_.clear();
        put_off_.clear();
        sent_.clear();
    }

    void done_with(std::uint64_t, std::size_t which) override { said_.push_back(which); }

    void not_done_with(std::size_t which) override {
        put_off_[which] = of_.node_.now() + rest_of_sender;
    }

    void arrive(std::size_t which) {
        of_.all_[which].is_done = true;
        of_.note("acknowledged", of_.all_[which]);
    }

    bool const is_asked_;
    std::set<std::size_t> sent_;                // on this connection
    std::vector<std::size_t> said_;             // of these, that it is done with
    std::set<std::size_t> forgotten_;           // that was said and did not arrive
    std::set<std::size_t> again_;               // done with, and come once more
    std::map<std::size_t, timestamp> put_off_;  // not done with: until then
};

/// All before a place in a partition is done with; who comes anew begins there.
class broker::offset_line final : public line {
public:
    offset_line(broker& of, std::string channel) : line(of, std::move(channel)) {
        of_.offsets_[channel_].resize(partition_count);
        begin_anew();
    }

    ~offset_line() override {
        if (!of_.node_.is_gone() && !of_.one_in(2)) commit();
    }
    offset_line(offset_line const&) = delete;
    offset_line& operator=(offset_line const&) = delete;

private:
    struct partition {
        std::size_t next = 0;
        std::set<std::size_t> open = {};         // taken, and not done with
        std::optional<std::size_t> stored = {};  // what the next commit says
    };

    struct place {
        std::size_t partition;
        std::size_t offset;
        std::uint64_t term;
    };

    std::optional<std::size_t> next_message() override {
        auto const first = of_.draws_.below(partition_count);
        for (std::size_t i = 0; i < partition_count; ++i) {
            auto const which = (first + i) % partition_count;
            auto& from = partitions_[which];
            auto const found = message_at(which, from.next);
            if (!found) continue;
            // The ticket that it gets.
            places_[of_.tickets_ + 1] = {which, from.next, term_};
            from.open.insert(from.next++);
            return found;
        }
        return {};
    }

    std::optional<std::size_t> message_at(std::size_t part, std::size_t offset) const {
        for (auto const which : of_.by_channel_[channel_]) {
            auto const& key = of_.all_[which].what.key;
            if ((key.empty() ? 0 : static_cast<unsigned char>(key.back())) % partition_count !=
                part)
                continue;
            if (offset-- == 0) return which;
        }
        return {};
    }

    void hear() override {
        if (!of_.one_in(3)) commit();
        if (!of_.one_in(20)) return;
        // Somebody came or left: what is done by now is said, if there is time.
        if (!of_.one_in(2)) commit();
        begin_anew();
    }

    void lose_connection() override {
        ++of_.losses_;
        begin_anew();
    }

    void done_with(std::uint64_t ticket, std::size_t) override {
        auto const at = places_.extract(ticket).mapped();
        if (at.term != term_) return;
        auto& of = partitions_[at.partition];
        of.open.erase(at.offset);
        of.stored = of.open.empty() ? of.next : *of.open.begin();
    }

    void commit() {
        for (std::size_t i = 0; i < partition_count; ++i) {
            auto& before = of_.offsets_[channel_][i];
            if (!partitions_[i].stored) continue;
            for (; before < *partitions_[i].stored; ++before) {
                auto& one = of_.all_[*message_at(i, before)];
                one.is_done = true;
                of_.note("acknowledged", one);
            }
        }
    }

    void begin_anew() {
        ++term_;
        for (std::size_t i = 0; i < partition_count; ++i)
            partitions_[i] = {.next = of_.offsets_[channel_][i]};
    }

    std::array<partition, partition_count> partitions_ = {};
    std::map<std::uint64_t, place> places_;  // by ticket
    std::uint64_t term_ = 0;
};

broker::broker(chance draws, node_beyond node) : draws_(draws), node_(std::move(node)) {}

broker::~broker() = default;

void broker::publish(std::string channel, intake::delivery what, meaning means) {
    auto& mine = by_channel_[channel];
    what.place = fmt::format("{}:{}", channel, mine.size() + 1);
    if (means.id.empty()) means.id = what.place;
    mine.push_back(all_.size());
    all_.push_back(
        {.channel = std::move(channel), .what = std::move(what), .means = std::move(means)}
    );
    note("published", all_.back());
}

void broker::note(std::string_view what, arrival const& of) {
    if (tell_)
        tell_(fmt::format(
            "{} {} as {} of {}: {}", of.what.place, what, of.means.id, of.means.key, of.what.body
        ));
}

intake::delivery broker::hand_over(std::size_t which, std::uint64_t ticket) {
    auto& one = all_[which];
    if (++one.times > 1) ++repeats_;
    note(one.times > 1 ? "comes again" : "comes", one);
    auto made = one.what;
    made.ticket = ticket;
    return made;
}

intake::scheme broker::scheme() {
    return {
        .name = "sim",
        .check = [](intake::declaration const&) { return result<void>{}; },
        .open = [this](intake::declaration const& of, endpoint::surroundings const&)
            -> result<std::unique_ptr<intake::receiver>> {
            if (of.address == "by_offset") return std::make_unique<offset_line>(*this, of.name);
            return std::make_unique<single_line>(*this, of.name, of.address == "asked");
        },
    };
}

}  // namespace diptych::sim
