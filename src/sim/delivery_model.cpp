#include "sim/delivery_model.hpp"

#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

using complaint_of_channel = std::optional<std::string>;

class channel_read {
public:
    channel_read(log_model const& log, channel_rules const& by) : log_(log), by_(by) {
        auto first = by.starts_now ? log.end() : 0;
        for (auto const& event : log.events()) {
            if (event.stream == "$channel-" + by.name && by.starts_now)
                first = std::min(first, number_in(event.data, "up_to").value_or(0));
            if (event.stream == "$channel_letters-" + by.name && event.type == "$channel_dropped")
                dropped_.emplace(
                    text_in(event.data, "stream"), number_in(event.data, "version").value_or(0)
                );
        }
        for (auto position = first + 1; position <= log.end(); ++position) {
            auto const& event = log.at(position);
            if (!event.type.starts_with('$') && by.takes(event))
                streams_[event.stream].selected.push_back(&event);
        }
    }

    complaint_of_channel read(delivery const& one) {
        auto const& what = one.what;
        auto const at = what.position.value;
        if (at == 0 || at > log_.end() || !is_the_same(log_.at(at), what))
            return fmt::format("position {} was delivered, and is not in the log", at);
        auto& of = streams_[what.stream];
        if (!by_.takes(log_.at(at))) return fmt::format("position {} was not selected", at);
        auto const version = what.version.value;
        auto& last = of.last[by_.once ? 0 : one.life];
        if (version < last)
            return fmt::format("position {} was delivered behind version {}", at, last);
        last = version;
        for (; of.next < of.selected.size(); ++of.next) {
            auto const& due = *of.selected[of.next];
            if (due.version >= version) break;
            if (!dropped_.contains({due.stream, due.version}))
                return fmt::format("position {} was delivered before {}", at, due.position);
        }
        if (of.next < of.selected.size() && of.selected[of.next]->version == version) ++of.next;
        return {};
    }

    complaint_of_channel check_end() {
        for (auto& [name, of] : streams_)
            for (; of.next < of.selected.size(); ++of.next)
                if (!dropped_.contains({name, of.selected[of.next]->version}))
                    return fmt::format(
                        "position {} was not delivered", of.selected[of.next]->position
                    );
        return {};
    }

private:
    struct stream_state {
        std::vector<logged const*> selected = {};
        std::size_t next = 0;                              // of those: was not delivered yet
        std::map<std::uint64_t, std::uint64_t> last = {};  // version delivered last, by life
    };

    static bool is_the_same(logged const& event, outbox::message const& what) {
        return event.id == what.id && event.stream == what.stream && event.type == what.type &&
               event.version == what.version.value && event.data == what.data;
    }

    log_model const& log_;
    channel_rules const& by_;
    std::set<std::pair<std::string, std::uint64_t>> dropped_;
    std::map<std::string, stream_state> streams_;
};

}  // namespace

std::optional<std::string> delivered_wrongly(
    log_model const& log, std::span<delivery const> got, channel_rules const& by
) {
    channel_read state{log, by};
    auto wrong = complaint_of_channel{};
    for (auto const& one : got) {
        if (one.channel != by.name) continue;
        if ((wrong = state.read(one))) break;
    }
    if (!wrong && by.is_finished) wrong = state.check_end();
    if (wrong) return fmt::format("channel {}: {}", by.name, *wrong);
    return {};
}

}  // namespace diptych::sim
