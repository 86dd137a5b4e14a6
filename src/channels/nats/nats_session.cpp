#include "channels/nats/nats_session.hpp"

#include "channels/nats/nats_connect.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>
#include <nats/nats.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

namespace diptych::channels {

/// What callbacks and the session share.
struct mailbox {
    std::mutex mutex;  // guards what follows
    std::condition_variable more;
    std::map<natsMsg*, std::uint64_t> under_way;
    std::vector<outbox::told> told;
    bool is_lost = false;
};

namespace {

// What is wrong with the message itself: to be too large for the server, or for its stream.
constexpr int too_large_for_stream = 10054;

/// A callback may come when its session is gone: it gets a number, and finds nobody then.
class mailboxes {
public:
    std::uintptr_t add(std::shared_ptr<mailbox> one) {
        std::lock_guard const lock(mutex_);
        all_.emplace(++last_, std::move(one));
        return last_;
    }
    void remove(std::uintptr_t number) {
        std::lock_guard const lock(mutex_);
        all_.erase(number);
    }
    std::shared_ptr<mailbox> find(void* closure) {
        std::lock_guard const lock(mutex_);
        auto const found = all_.find(reinterpret_cast<std::uintptr_t>(closure));
        return found == all_.end() ? nullptr : found->second;
    }

private:
    std::mutex mutex_;  // guards what follows
    std::uintptr_t last_ = 0;
    std::map<std::uintptr_t, std::shared_ptr<mailbox>> all_;
};

// Lives for ever: threads of the library may end after main().
mailboxes& all_mailboxes() {
    static auto& all = *new mailboxes;
    return all;
}

outbox::told told_of_failure(std::uint64_t ticket, natsStatus status, int code, char const* text) {
    using outbox::fate;
    auto const* const said = text != nullptr ? text : ::natsStatus_GetText(status);
    outbox::told made{.ticket = ticket, .what = fate::later, .why = said};
    if (status == NATS_NO_RESPONDERS) {
        made.what = fate::away;
        made.why = "no JetStream stream takes this subject now";
    } else if (status == NATS_MAX_PAYLOAD || status == NATS_INVALID_SUBJECT ||
               code == too_large_for_stream) {
        made.what = fate::refused;
    } else if (code == 0) {
        made.what = fate::away;
    }
    return made;
}

extern "C" void on_ack(
    jsCtx*, natsMsg* message, jsPubAck* stored, jsPubAckErr* fault, void* closure
) {
    if (auto const to = all_mailboxes().find(closure)) {
        std::lock_guard const lock(to->mutex);
        if (auto const found = to->under_way.find(message); found != to->under_way.end()) {
            auto const ticket = found->second;
            to->under_way.erase(found);
            if (stored != nullptr)
                to->told.push_back({.ticket = ticket, .what = outbox::fate::delivered});
            else
                to->told.push_back(told_of_failure(
                    ticket, fault->Err, static_cast<int>(fault->ErrCode), fault->ErrText
                ));
            to->more.notify_one();
        }
    }
    ::natsMsg_Destroy(message);
}

extern "C" void on_closed(natsConnection*, void* closure) {
    auto const to = all_mailboxes().find(closure);
    if (!to) return;
    std::lock_guard const lock(to->mutex);
    to->is_lost = true;
    to->more.notify_one();
}

}  // namespace

struct nats_session::parts {
    nats_options how;
    std::shared_ptr<mailbox> box = std::make_shared<mailbox>();
    std::uintptr_t number = all_mailboxes().add(box);
    natsConnection* connection = nullptr;
    jsCtx* stream = nullptr;

    // NOLINTNEXTLINE(performance-no-int-to-ptr): a number that libnats carries
    void* closure() const { return reinterpret_cast<void*>(number); }

    ~parts() {
        all_mailboxes().remove(number);
        ::jsCtx_Destroy(stream);
        ::natsConnection_Destroy(connection);
    }
};

nats_session::nats_session(std::unique_ptr<parts> of) : parts_(std::move(of)) {}
nats_session::~nats_session() = default;

result<std::unique_ptr<nats_session>> nats_session::open(nats_options const& how) {
    auto made = std::make_unique<parts>();
    made->how = how;
    DIPTYCH_TRY(auto const options, nats_options_of(how));
    DIPTYCH_TRY(nats_checked(::natsOptions_SetClosedCB(options.get(), on_closed, made->closure())));
    DIPTYCH_TRY(nats_checked(::natsConnection_Connect(&made->connection, options.get())));
    jsOptions with;
    DIPTYCH_TRY(nats_checked(::jsOptions_Init(&with)));
    with.PublishAsync.MaxPending = static_cast<std::int64_t>(how.in_flight) + 1;
    with.PublishAsync.AckHandler = on_ack;
    with.PublishAsync.AckHandlerClosure = made->closure();
    DIPTYCH_TRY(nats_checked(::natsConnection_JetStream(&made->stream, made->connection, &with)));
    return std::unique_ptr<nats_session>(new nats_session(std::move(made)));
}

void nats_session::publish(std::uint64_t ticket, nats_message const& what) {
    natsMsg* message = nullptr;
    auto status = ::natsMsg_Create(
        &message,
        what.subject.c_str(),
        nullptr,
        what.body.data(),
        static_cast<int>(what.body.size())
    );
    for (auto const& [name, value] : what.headers)
        if (status == NATS_OK) status = ::natsMsgHeader_Set(message, name.c_str(), value.c_str());
    jsPubOptions how;
    if (status == NATS_OK) status = ::jsPubOptions_Init(&how);
    if (status == NATS_OK) {
        how.MsgId = what.id.c_str();
        how.MaxWait = parts_->how.answer_within.count();
        if (!parts_->how.stream.empty()) how.ExpectStream = parts_->how.stream.c_str();
        {
            // Its answer may come before the call returns.
            std::lock_guard const lock(parts_->box->mutex);
            parts_->box->under_way.emplace(message, ticket);
        }
        auto* const key = message;
        status = ::js_PublishMsgAsync(parts_->stream, &message, &how);
        if (status != NATS_OK) {
            std::lock_guard const lock(parts_->box->mutex);
            parts_->box->under_way.erase(key);
        }
    }
    ::natsMsg_Destroy(message);
    if (status == NATS_OK) return;
    std::lock_guard const lock(parts_->box->mutex);
    parts_->box->told.push_back(told_of_failure(ticket, status, 0, nullptr));
}

std::vector<outbox::told> nats_session::answers(std::chrono::milliseconds wait) {
    auto& box = *parts_->box;
    std::unique_lock lock(box.mutex);
    if (box.told.empty() && !box.under_way.empty())
        box.more.wait_for(lock, wait, [&] { return !box.told.empty() || box.is_lost; });
    auto all = std::exchange(box.told, {});
    if (!box.is_lost) return all;
    for (auto const& [message, ticket] : std::exchange(box.under_way, {}))
        all.push_back(
            {.ticket = ticket,
             .what = outbox::fate::away,
             .why = "the connection to " + parts_->how.servers + " was lost"}
        );
    return all;
}

bool nats_session::is_lost() const {
    std::lock_guard const lock(parts_->box->mutex);
    return parts_->box->is_lost;
}

}  // namespace diptych::channels
