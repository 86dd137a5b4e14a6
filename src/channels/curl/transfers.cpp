#include "channels/curl/transfers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <new>
#include <string_view>
#include <utility>

namespace diptych::channels {

struct list_end {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using text_list = std::unique_ptr<curl_slist, list_end>;

/// One request under way; its handle is used again for others.
struct one_transfer {
    CURL* handle = ::curl_easy_init();
    std::uint64_t ticket = 0;
    transfer what = {.url = {}};
    text_list headers = {};
    text_list recipients = {};
    std::size_t sent = 0;
    std::string answer = {};
    std::array<char, CURL_ERROR_SIZE> fault = {};

    one_transfer() {
        if (handle == nullptr) throw std::bad_alloc();
    }
    ~one_transfer() { ::curl_easy_cleanup(handle); }
    one_transfer(one_transfer const&) = delete;
    one_transfer& operator=(one_transfer const&) = delete;
};

namespace {

constexpr std::size_t answer_kept = 300;  // bytes, for people

text_list list_of(std::vector<std::string> const& texts) {
    text_list all;
    for (auto const& one : texts) {
        auto* const longer = ::curl_slist_append(all.get(), one.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)all.release();
        all.reset(longer);
    }
    return all;
}

extern "C" std::size_t take_answer(char const* bytes, std::size_t, std::size_t count, void* user) {
    auto& text = static_cast<one_transfer*>(user)->answer;
    text.append(bytes, std::min(count, answer_kept - std::min(answer_kept, text.size())));
    return count;
}

extern "C" std::size_t give_body(char* into, std::size_t, std::size_t room, void* user) {
    auto& of = *static_cast<one_transfer*>(user);
    auto const now = std::min(room, of.what.body.size() - of.sent);
    std::memcpy(into, of.what.body.data() + of.sent, now);
    of.sent += now;
    return now;
}

// The first line, without what a terminal would take amiss.
std::string first_line(std::string_view text) {
    std::string line(text.substr(0, text.find_first_of("\r\n")));
    std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return line;
}

}  // namespace

class transfers::implementation {
public:
    explicit implementation(transfer_options how) : how_(std::move(how)) {
        // Once for all threads, as it is a static.
        static auto const is_ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
        multi_ = is_ready == CURLE_OK ? ::curl_multi_init() : nullptr;
        if (multi_ == nullptr) throw std::bad_alloc();
        auto const connections = static_cast<long>(how_.connections_max);
        ::curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
        ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    }

    ~implementation() {
        for (auto const& [handle, one] : under_way_) ::curl_multi_remove_handle(multi_, handle);
        under_way_.clear();
        idle_.clear();
        ::curl_multi_cleanup(multi_);
    }
    implementation(implementation const&) = delete;
    implementation& operator=(implementation const&) = delete;

    void begin(std::uint64_t ticket, transfer what) {
        auto one = idle_.empty() ? std::make_unique<one_transfer>() : std::move(idle_.back());
        if (!idle_.empty()) idle_.pop_back();
        one->ticket = ticket;
        one->what = std::move(what);
        one->sent = 0;
        one->answer.clear();
        one->fault[0] = '\0';
        set_up(*one);
        ::curl_multi_add_handle(multi_, one->handle);
        under_way_.emplace(one->handle, std::move(one));
    }

    std::vector<transferred> ended(std::chrono::milliseconds wait) {
        auto all = go_on();
        if (!all.empty() || under_way_.empty()) return all;
        ::curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait.count()), nullptr);
        return go_on();
    }

private:
    void set_up(one_transfer& one) {
        auto* const handle = one.handle;
        ::curl_easy_reset(handle);  // connections and names stay known
        ::curl_easy_setopt(handle, CURLOPT_URL, one.what.url.c_str());
        ::curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, one.fault.data());
        ::curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(how_.timeout.count()));
        ::curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer);
        ::curl_easy_setopt(handle, CURLOPT_WRITEDATA, &one);
        ::curl_easy_setopt(handle, CURLOPT_PROXY, "");
        if (!how_.ca_file.empty()) ::curl_easy_setopt(handle, CURLOPT_CAINFO, how_.ca_file.c_str());
        if (!how_.user.empty()) {
            ::curl_easy_setopt(handle, CURLOPT_USERNAME, how_.user.c_str());
            ::curl_easy_setopt(handle, CURLOPT_PASSWORD, how_.password.c_str());
        }
        auto const length = static_cast<curl_off_t>(one.what.body.size());
        if (one.what.mail_from.empty()) {
            one.headers = list_of(one.what.headers);
            ::curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
            ::curl_easy_setopt(handle, CURLOPT_POST, 1L);
            ::curl_easy_setopt(handle, CURLOPT_POSTFIELDS, one.what.body.data());
            ::curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, length);
            ::curl_easy_setopt(handle, CURLOPT_HTTPHEADER, one.headers.get());
        } else {
            one.recipients = list_of(one.what.recipients);
            ::curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
            ::curl_easy_setopt(
                handle,
                CURLOPT_USE_SSL,
                static_cast<long>(how_.needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY)
            );
            ::curl_easy_setopt(handle, CURLOPT_MAIL_FROM, one.what.mail_from.c_str());
            ::curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, one.recipients.get());
            ::curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
            ::curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
            ::curl_easy_setopt(handle, CURLOPT_READDATA, &one);
        }
    }

    std::vector<transferred> go_on() {
        int running = 0;
        ::curl_multi_perform(multi_, &running);
        std::vector<transferred> all;
        int left = 0;
        while (auto const* const said = ::curl_multi_info_read(multi_, &left)) {
            if (said->msg != CURLMSG_DONE) continue;
            auto const code = said->data.result;
            auto const found = under_way_.find(said->easy_handle);
            ::curl_multi_remove_handle(multi_, found->first);
            all.push_back(what_became_of(*found->second, code));
            idle_.push_back(std::move(found->second));
            under_way_.erase(found);
        }
        return all;
    }

    static transferred what_became_of(one_transfer const& one, CURLcode code) {
        transferred made{
            .ticket = one.ticket,
            .is_answered = code == CURLE_OK,
            .is_connected = false,
            .status = 0,
            .why = {},
            .after = {}
        };
        curl_off_t connected = 0;
        ::curl_easy_getinfo(one.handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
        ::curl_easy_getinfo(one.handle, CURLINFO_RESPONSE_CODE, &made.status);
        // Sender and recipients of a mail are told before a transfer counts as begun.
        made.is_connected = connected > 0 || (code == CURLE_SEND_ERROR && made.status > 0);
        curl_off_t after = 0;
        ::curl_easy_getinfo(one.handle, CURLINFO_RETRY_AFTER, &after);
        if (after > 0) made.after = std::chrono::seconds{after};
        if (made.is_answered) {
            made.why = std::to_string(made.status);
            if (auto const said = first_line(one.answer); !said.empty()) made.why += " " + said;
        } else {
            made.why = one.fault[0] != '\0' ? one.fault.data() : ::curl_easy_strerror(code);
        }
        return made;
    }

    transfer_options const how_;
    CURLM* multi_ = nullptr;
    std::map<CURL*, std::unique_ptr<one_transfer>> under_way_;
    std::vector<std::unique_ptr<one_transfer>> idle_;
};

transfers::transfers(transfer_options how)
    : implementation_(std::make_unique<implementation>(std::move(how))) {}
transfers::~transfers() = default;

void transfers::begin(std::uint64_t ticket, transfer what) {
    implementation_->begin(ticket, std::move(what));
}
std::vector<transferred> transfers::ended(std::chrono::milliseconds wait) {
    return implementation_->ended(wait);
}

}  // namespace diptych::channels
