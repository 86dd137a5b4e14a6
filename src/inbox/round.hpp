/// @file
/// What is under way in the inbox of a source. Only source_inbox uses it.
#pragma once

#include "inbox/answer.hpp"
#include "inbox/memory.hpp"
#include "inbox/message.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// A message of a request, and what is known of its fate.
struct round_item {
    message what;
    std::optional<result<inbox::answer>> answer = {};
    bool is_known = false;                 ///< It was here: the log is asked only where.
    bool is_alone = false;                 ///< Nothing is to pass in its append but itself.
    std::optional<position> seen_at = {};  ///< Its event's id stands there: is it the same?
};

/// The messages of one request. While proposals are under way, each writes the item it is about.
struct round {
    round(std::vector<message> messages, answers_taker taker) : done(std::move(taker)) {
        for (auto& one : messages) items.push_back({.what = std::move(one)});
        left = items.size();
    }

    std::vector<round_item> items;
    answers_taker done;
    std::atomic<std::size_t> open = 0;  ///< Proposals under way, and whoever still judges.
    std::size_t left = 0;               ///< Without an answer when it was judged last.
    int turns = 0;                      ///< Since one of them was answered.
    bool is_operation = false;          ///< Not of a request: an operator's.
    std::optional<answer> begun = {};   ///< Of an operation: a part is done, and this to be said.
};

enum class purpose : std::uint8_t {
    pass,     ///< A message that came is recorded.
    hold,     ///< That it waits is recorded.
    look,     ///< Has it been recorded? If not, it is stale.
    confirm,  ///< Has it been recorded that a message is held?
    release,  ///< Messages that waited pass, or one is dropped.
    fail,     ///< That messages can not pass is recorded.
};

/// A proposal.
struct ticket {
    purpose why;
    std::shared_ptr<round> of = {};  ///< Null: nobody waits.
    std::size_t i = 0;
    std::string reason = {};            ///< What a message waits for.
    verdict meant = verdict::recorded;  ///< What an operator is answered, or who asks again.
    assumption assumed = {};            ///< If it is not accepted, to be taken back.
    std::size_t stale = 0;              ///< Of those taken, not recorded.
    bool has_changed = false;           ///< Memory counts on its being accepted.
    bool is_lasting = false;            ///< In a way that can not be taken back.
    bool is_part = false;               ///< Of what an operator has asked for: the rest follows.
};

/// Of a proposal that only looks, and has found nothing.
inline constexpr std::string_view not_there_code = "inbox_not_there";

/// The error of a message whose id came with other content.
error reused(source const& of, message const& what);

}  // namespace diptych::inbox
