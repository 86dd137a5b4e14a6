#include "channels/redis/redis_connection.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>
#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <charconv>
#include <cstddef>
#include <poll.h>
#include <utility>

namespace diptych::channels {

namespace {

constexpr timeval connect_within{.tv_sec = 1, .tv_usec = 0};
constexpr std::chrono::milliseconds reply_within{1'000};

using context_ptr = std::unique_ptr<redisContext, decltype(&::redisFree)>;

std::unexpected<error> lost(redis_options const& how, std::string_view why) {
    return fail(
        errc::unavailable, "redis", fmt::format("redis://{}:{}: {}", how.at.host, how.at.port, why)
    );
}

redis_reply reply_of(redisReply const& from) {
    redis_reply made;
    auto const text = [](redisReply const& one) {
        return one.type == REDIS_REPLY_INTEGER ? std::to_string(one.integer)
                                               : std::string(one.str, one.str ? one.len : 0);
    };
    if (from.type == REDIS_REPLY_ERROR)
        made.error = text(from);
    else if (from.type == REDIS_REPLY_ARRAY)
        for (std::size_t i = 0; i < from.elements; ++i)
            made.texts.push_back(text(*from.element[i]));
    else
        made.texts.push_back(text(from));
    return made;
}

}  // namespace

struct redis_connection::parts {
    redis_options how;
    context_ptr context;

    std::string_view why() const {
        return context->errstr[0] != '\0' ? context->errstr : "the connection was lost";
    }
};

result<redis_address> parse_redis_address(std::string_view text) {
    auto const wrong = [] {
        return fail(
            errc::invalid,
            "channel_file",
            "the address is like redis://127.0.0.1:6379/line_allocated"
        );
    };
    if (!text.starts_with("//")) return wrong();
    text.remove_prefix(2);
    auto const slash = text.find('/');
    if (slash == text.npos || slash + 1 == text.size()) return wrong();
    redis_address made{.host = {}, .topic = std::string(text.substr(slash + 1))};
    auto host = text.substr(0, slash);
    if (auto const colon = host.rfind(':'); colon != host.npos) {
        auto const* const end = host.data() + host.size();
        auto const [rest, fault] = std::from_chars(host.data() + colon + 1, end, made.port);
        if (fault != std::errc{} || rest != end || made.port < 1 || made.port > 65'535)
            return wrong();
        host = host.substr(0, colon);
    }
    if (host.empty()) return wrong();
    made.host = host;
    return made;
}

redis_connection::redis_connection(std::unique_ptr<parts> of) : parts_(std::move(of)) {}
redis_connection::~redis_connection() = default;

result<std::unique_ptr<redis_connection>> redis_connection::open(redis_options const& how) {
    context_ptr context(
        ::redisConnectWithTimeout(how.at.host.c_str(), how.at.port, connect_within), ::redisFree
    );
    if (!context) return lost(how, "there is no memory for a connection");
    if (context->err != 0) return lost(how, context->errstr);
    (void)::redisSetTimeout(context.get(), connect_within);
    auto made = std::unique_ptr<redis_connection>(
        new redis_connection(std::make_unique<parts>(parts{how, std::move(context)}))
    );
    if (how.password.empty()) return made;
    std::vector<std::string_view> words{"AUTH"};
    if (!how.user.empty()) words.emplace_back(how.user);
    words.emplace_back(how.password);
    DIPTYCH_TRY(auto const said, made->ask(words));
    if (said.error) return lost(how, *said.error);
    return made;
}

result<void> redis_connection::send(std::vector<std::string_view> const& words) {
    std::vector<char const*> texts;
    std::vector<std::size_t> sizes;
    for (auto const word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    auto* const context = parts_->context.get();
    (void
    )::redisAppendCommandArgv(context, static_cast<int>(words.size()), texts.data(), sizes.data());
    for (int is_all = 0; is_all == 0;)
        if (::redisBufferWrite(context, &is_all) != REDIS_OK)
            return lost(parts_->how, parts_->why());
    return {};
}

result<std::optional<redis_reply>> redis_connection::next(std::chrono::milliseconds wait) {
    auto* const context = parts_->context.get();
    for (bool has_read = false;; has_read = true) {
        void* found = nullptr;
        if (::redisGetReplyFromReader(context, &found) != REDIS_OK)
            return lost(parts_->how, parts_->why());
        if (found != nullptr) {
            std::unique_ptr<void, decltype(&::freeReplyObject)> const owned(
                found, ::freeReplyObject
            );
            return reply_of(*static_cast<redisReply const*>(found));
        }
        pollfd wire{.fd = context->fd, .events = POLLIN, .revents = 0};
        auto const ready = ::poll(&wire, 1, has_read ? 0 : static_cast<int>(wait.count()));
        if (ready <= 0) return std::optional<redis_reply>{};
        if (::redisBufferRead(context) != REDIS_OK) return lost(parts_->how, parts_->why());
    }
}

result<redis_reply> redis_connection::ask(std::vector<std::string_view> const& words) {
    DIPTYCH_TRY(send(words));
    DIPTYCH_TRY(auto said, next(reply_within));
    if (!said) return lost(parts_->how, "it does not answer");
    return *std::move(said);
}

}  // namespace diptych::channels
