#include "messages/message_log.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::messages {

message_log::message_log(log::sequenced_log& log, clock& time, message_log_options options)
    : log_(log), time_(time), options_(std::move(options)), recorder_(log) {}

// A file that is damaged, or whose sync has failed, is made anew.
result<bool> message_log::index_step() {
    if (index_ && index_->is_lost()) index_.reset();
    if (!index_) {
        DIPTYCH_TRY(auto const file, options_.file());
        DIPTYCH_TRY(auto opened, message_index::open(file, log_));
        index_.emplace(std::move(opened));
    }
    auto more = index_->catch_up(log_);
    if (!more && write::ledger_file::is_damage(more.error())) {
        DIPTYCH_TRY(make_anew());
        return true;
    }
    return more;
}

result<void> message_log::make_anew() {
    index_.reset();
    DIPTYCH_TRY(auto const file, options_.file());
    return sqlite::remove(file);
}

result<bool> message_log::record() { return options_.records ? recorder_.step() : false; }

result<bool> message_log::follow() {
    if (!options_.records) return false;
    std::lock_guard const lock(mutex_);
    return index_step();
}

result<void> message_log::flush() {
    result<void> all;
    for (auto left = recorder_.waiting(); left > 0;) {
        auto const more = recorder_.step();
        if (!more) all = std::unexpected(more.error());
        auto const now = recorder_.waiting();
        if (now == left) break;
        left = now;
    }
    return all;
}

result<void> message_log::catch_up() {
    auto const until = time_.now() + options_.patience;
    auto const end = log_.durable_end().position;
    for (;;) {
        DIPTYCH_TRY(auto const more, index_step());
        is_far_behind_ = more && index_->at().position < end;
        if (!is_far_behind_) return {};
        if (time_.now() > until) break;
    }
    return fail(
        errc::unavailable,
        "messages_behind",
        "the message log has been indexed up to " + to_string(index_->at()) + " of " +
            std::to_string(end.value) + "; ask again"
    );
}

// Who asks a first question holds others up for as long as he may, no longer.
result<std::unique_lock<patient_mutex>> message_log::questioned() {
    std::unique_lock lock(mutex_, is_far_behind_ ? std::chrono::microseconds{} : options_.patience);
    if (lock.owns_lock()) return lock;
    return fail(
        errc::unavailable, "messages_behind", "the message log is being indexed; ask again"
    );
}

// What turns out to be damaged only now is made anew, too.
template <class Question>
auto message_log::ask(Question const& what) -> decltype(what()) {
    DIPTYCH_TRY(auto const lock, questioned());
    DIPTYCH_TRY(catch_up());
    auto found = what();
    if (found || !write::ledger_file::is_damage(found.error())) return found;
    DIPTYCH_TRY(make_anew());
    DIPTYCH_TRY(catch_up());
    return what();
}

result<message_page> message_log::find(message_filter const& what) {
    return ask([&] { return find_messages(what, *index_, log_); });
}

result<trace> message_log::trace_of(std::string_view correlation_id) {
    return ask([&] { return messages::trace_of(correlation_id, *index_, log_); });
}

message_log_status message_log::status() const {
    return {
        .records = options_.records, .waiting = recorder_.waiting(), .dropped = recorder_.dropped()
    };
}

}  // namespace diptych::messages
