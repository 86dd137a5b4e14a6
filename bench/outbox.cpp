/// @file
/// (j) Events through a channel to NATS JetStream, read from a log and recorded as delivered,
/// against the client library alone that publishes the same bodies without waiting, in the same
/// rounds.
#include "app/node.hpp"
#include "appends.hpp"
#include "outbox/cloud_event.hpp"

#include <diptych/application.hpp>

#include <nats/nats.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::bench;
using namespace std::chrono_literals;

namespace {

struct contest {
    std::string below;
    std::string port;
    std::size_t events;
    std::size_t streams;
};

void expect_ok(natsStatus status, char const* what) {
    if (status == NATS_OK) return;
    std::cerr << "outbox: " << what << ": " << ::natsStatus_GetText(status) << '\n';
    std::exit(1);
}

/// A NATS server with JetStream in a folder.
class nats_server {
public:
    nats_server(std::string const& folder, std::string const& port) : process_(::fork()) {
        if (process_ != 0) return;
        ::freopen("/dev/null", "w", stderr);
        ::execlp(
            "nats-server",
            "nats-server",
            "-js",
            "-sd",
            folder.c_str(),
            "-a",
            "127.0.0.1",
            "-p",
            port.c_str(),
            nullptr
        );
        ::_exit(127);
    }
    ~nats_server() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    nats_server(nats_server const&) = delete;
    nats_server& operator=(nats_server const&) = delete;

private:
    pid_t process_;
};

/// A connection, and a stream that takes `bench.>`.
class publisher {
public:
    publisher(std::string const& url, std::int64_t pending_max) {
        for (int tries = 0; ::natsConnection_ConnectTo(&connection_, url.c_str()) != NATS_OK;) {
            if (++tries > 200) expect_ok(NATS_NO_SERVER, "is there a nats-server?");
            std::this_thread::sleep_for(50ms);
        }
        jsOptions how;
        ::jsOptions_Init(&how);
        how.PublishAsync.MaxPending = pending_max;
        how.PublishAsync.StallWait = 10'000;
        expect_ok(::natsConnection_JetStream(&stream_, connection_, &how), "JetStream");
        jsStreamConfig config;
        ::jsStreamConfig_Init(&config);
        char const* subjects[] = {"bench.>"};
        config.Name = "BENCH";
        config.Subjects = subjects;
        config.SubjectsLen = 1;
        expect_ok(::js_AddStream(nullptr, stream_, &config, nullptr, nullptr), "add a stream");
    }
    ~publisher() {
        ::jsCtx_Destroy(stream_);
        ::natsConnection_Destroy(connection_);
    }
    publisher(publisher const&) = delete;
    publisher& operator=(publisher const&) = delete;

    void publish_all(std::vector<outbox::message> const& all, bool with_attributes) {
        for (auto const& one : all) {
            natsMsg* message = nullptr;
            auto const subject = "bench." + one.type;
            auto const size = static_cast<int>(one.data.size());
            ::natsMsg_Create(&message, subject.c_str(), nullptr, one.data.data(), size);
            if (with_attributes) {
                ::natsMsgHeader_Set(message, "content-type", "application/json");
                for (auto const& [name, value] : outbox::attributes(one, "bench"))
                    ::natsMsgHeader_Set(
                        message, ("ce-" + std::string(name)).c_str(), value.c_str()
                    );
            }
            jsPubOptions how;
            ::jsPubOptions_Init(&how);
            how.MsgId = one.id.c_str();
            expect_ok(::js_PublishMsgAsync(stream_, &message, &how), "publish");
        }
        expect_ok(::js_PublishAsyncComplete(stream_, nullptr), "wait for answers");
    }

private:
    natsConnection* connection_ = nullptr;
    jsCtx* stream_ = nullptr;
};

std::vector<event_data> events_of(contest const& of) {
    std::vector<event_data> all;
    for (std::size_t i = 0; i < of.events; ++i)
        all.push_back(sample_event(static_cast<std::uint32_t>(i % of.streams)));
    return all;
}

// As they will be in the log.
std::vector<outbox::message> messages_of(std::vector<event_data> const& events) {
    std::vector<outbox::message> all;
    for (auto const& one : events)
        all.push_back(
            {.id = to_string(make_uuid_v7({}, all.size() << 12, all.size())),
             .position = position{all.size() + 1},
             .version = version{1},
             .recorded_at = system_clock().now(),
             .stream = one.stream,
             .type = one.type,
             .data = one.data}
        );
    return all;
}

double bare_rate(contest const& of, std::vector<outbox::message> const& all, bool with_attributes) {
    scratch const folder(of.below);
    nats_server const server(folder.path(), of.port);
    publisher by("nats://127.0.0.1:" + of.port, 4'000);
    return static_cast<double>(all.size()) /
           time_of([&] { by.publish_all(all, with_attributes); }).count();
}

double channel_rate(contest const& of, std::vector<event_data> const& all) {
    scratch const folder(of.below);
    nats_server const server(folder.path() + "/nats", of.port);
    publisher const stream("nats://127.0.0.1:" + of.port, 1);
    auto const data = folder.path() + "/data";
    {
        auto app = application{{.data = data}};
        for (std::size_t at = 0; at < all.size(); at += 1'000) {
            auto const end = std::min(at + 1'000, all.size());
            append_request some;
            for (auto i = at; i < end; ++i) some.events.push_back(all[i]);
            app.log().append(std::move(some)).or_throw();
        }
        app.close().or_throw();
    }
    std::ofstream(folder.path() + "/bus.toml")
        << "to = \"nats://127.0.0.1:" << of.port
        << "\"\nsubject = \"bench.{type}\"\nin_flight = 4000\n";
    auto app = application{{.data = data}};
    app.channels(folder.path() + "/bus.toml");
    auto const took = time_of([&] {
        app.start().or_throw();
        auto* const bus = app.parts().outbox()->find("bus").or_throw();
        while (bus->status().delivered < all.size()) std::this_thread::sleep_for(1ms);
    });
    return static_cast<double>(all.size()) / took.count();
}

}  // namespace

int main(int count, char** values) {
    arguments const given(
        count,
        values,
        {{"dir", "."}, {"rounds", "5"}, {"events", "200000"}, {"streams", "2000"}, {"port", "42422"}
        }
    );
    contest const of{
        .below = given.text("dir"),
        .port = given.text("port"),
        .events = static_cast<std::size_t>(given.number("events")),
        .streams = static_cast<std::size_t>(given.number("streams")),
    };
    auto const all = events_of(of);
    auto const messages = messages_of(all);
    rounds figures;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        figures.add("libnats alone, the same messages", bare_rate(of, messages, true));
        figures.add("libnats alone, only bodies and ids", bare_rate(of, messages, false));
        figures.add("channel", channel_rate(of, all));
    }
    figures.print("to NATS JetStream", "events/s", "libnats alone, the same messages");
}
