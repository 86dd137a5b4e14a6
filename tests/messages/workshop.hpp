/// @file
/// A workshop: what is reported broken is mended with a part, if there is one.
#pragma once

#include <diptych/diptych.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace workshop {

using item_id = diptych::id<"item">;

struct reported {
    item_id item;
    std::string fault;
};
struct part_ordered {
    item_id item;
    std::string part;
};
struct mended {
    item_id item;
};
struct given_up {
    item_id item;
};

enum class refusal { no_such_part, known_already };

struct bench {
    using of = item_id;
    bool is_reported = false;
    void evolve(reported const&) { is_reported = true; }
    void evolve(mended const&) { is_reported = false; }
};

struct report {
    item_id item;
    std::string fault;
    using refusals = refusal;
    diptych::decision<reported> decide(bench const& on) const {
        if (fault == "haunted") throw std::runtime_error("a ghost");
        if (on.is_reported) return diptych::refuse(refusal::known_already, item.value);
        return reported{.item = item, .fault = fault};
    }
};
struct order_part {
    item_id item;
    std::string part;
    using refusals = refusal;
    diptych::decision<part_ordered> decide(diptych::environment const&) const {
        if (part == "soul") return diptych::refuse(refusal::no_such_part, part);
        return part_ordered{.item = item, .part = part};
    }
};
struct mend {
    item_id item;
    diptych::decision<mended> decide(bench const& on) const {
        if (!on.is_reported) return diptych::no_events;
        return mended{.item = item};
    }
};
struct give_up {
    item_id item;
    diptych::decision<given_up> decide() const { return given_up{.item = item}; }
};

struct mending {
    using of = item_id;
    using sends = diptych::commands<order_part, mend, give_up>;
    item_id item;
    void evolve(reported const& e) { item = e.item; }
    diptych::reaction react(reported const& e) const {
        return order_part{.item = e.item, .part = e.fault};
    }
    diptych::reaction react(part_ordered const&) const {
        return diptych::start("delivery", std::chrono::hours(1));
    }
    diptych::reaction react(diptych::timer_due const&) const { return mend{.item = item}; }
    diptych::reaction react(diptych::refused<order_part> const& no) const {
        return give_up{.item = no.command.item};
    }
};

struct context : diptych::context<
                     diptych::commands<report, order_part, mend, give_up>,
                     diptych::processes<mending>> {
    static constexpr auto name = "workshop";
};

}  // namespace workshop
