// Records of Kafka come in, and their offsets are stored when they are done with.
#include "channels/kafka/kafka_receiver.hpp"
#include "intake_fixture.hpp"
#include "outbox/kafka_cluster.hpp"
#include "storage/disk.hpp"

#include <chrono>

namespace diptych::intake {

using namespace std::chrono_literals;

namespace {

struct kafka_intake_fixture : intake_fixture {
    outbox::kafka_cluster cluster;
    channels::kafka_patience patience;
    std::string more;  ///< Of the file.

    explicit kafka_intake_fixture(
        channels::kafka_patience how_long = {}, std::string file_says = {}
    )
        : patience(how_long), more(std::move(file_says)) {
        connect();
    }

    /// A new member of the group, as after a restart.
    void connect() {
        channel.reset();
        to.waiting.clear();
        std::vector const known{channels::kafka_intake_scheme(patience)};
        auto const text = "from = \"kafka://" + cluster.servers() + "/shop\"\n" + more +
                          "[on.shop]\ncommand = \"change\"\n";
        how = parse_incoming("shop.toml", text, known).or_throw();
        endpoint::surroundings const in{
            .disk = storage::system_disk(), .folder = {}, .time = time, .environment = {}
        };
        channel = std::make_unique<incoming>(
            how, *log, time, random, to, known[0].open(how, in).or_throw()
        );
    }

    bool run_until(std::function<bool()> const& is_so) {
        auto const until = std::chrono::steady_clock::now() + 60s;
        while (!is_so() && std::chrono::steady_clock::now() < until)
            if (!channel->step().or_throw()) time.advance(1s);
        return is_so();
    }

    bool has_done(std::size_t count) {
        return run_until([&] { return to.done.size() >= count; });
    }

    std::vector<std::string> bodies_of(std::string_view key) const {
        std::vector<std::string> all;
        for (auto const& one : to.done)
            if (one.key == key) all.push_back(one.body);
        return all;
    }
};

}  // namespace

TEST_CASE("records of Kafka are done in the order of their keys, and known by where they stand") {
    kafka_intake_fixture f;
    std::vector<std::string> numbers;
    for (int i = 0; i < 50; ++i) numbers.push_back(std::to_string(i));
    for (auto const* const key : {"a", "b", "c"}) f.cluster.produce("shop", key, numbers);
    REQUIRE(f.has_done(150));
    for (auto const* const key : {"a", "b", "c"}) CHECK(f.bodies_of(key) == numbers);
    CHECK(f.to.done[0].message_id.starts_with("shop-"));
    CHECK(f.to.done[0].message_id.contains("@1"));  // and when: a topic may be made anew
    CHECK(f.run_until([&] { return f.channel->status().lag == 0; }));
    CHECK(f.channel->status().counts.repeated == 0);
}

TEST_CASE("only what is not done with comes again from Kafka") {
    kafka_intake_fixture f;
    f.cluster.produce("shop", "a", {"1", "2", "3"});
    REQUIRE(f.has_done(3));
    REQUIRE(f.run_until([&] { return f.channel->status().in_flight == 0; }));
    f.to.is_held_up = true;
    f.cluster.produce("shop", "a", {"4", "5"});
    REQUIRE(f.run_until([&] { return !f.to.waiting.empty(); }));
    f.connect();
    f.to.is_held_up = false;
    REQUIRE(f.has_done(5));
    CHECK(f.bodies_of("a") == std::vector<std::string>{"1", "2", "3", "4", "5"});
    CHECK(f.channel->status().counts.received >= 2);
    CHECK(f.channel->status().counts.received <= 3);  // "3" may not have been told in time
}

TEST_CASE("a channel from Kafka that takes nothing for long stays in its group") {
    kafka_intake_fixture f({.session = 6s, .polling = 6s}, "in_flight = 2\n");
    f.to.is_held_up = true;
    f.cluster.produce("shop", "a", {"1", "2", "3", "4", "5"});
    REQUIRE(f.run_until([&] { return f.channel->status().in_flight == 2; }));
    auto const long_after = std::chrono::steady_clock::now() + 9s;
    f.run_until([&] { return std::chrono::steady_clock::now() >= long_after; });
    f.to.is_held_up = false;
    f.to.answer_all();
    REQUIRE(f.has_done(5));
    REQUIRE(f.run_until([&] { return f.channel->status().in_flight == 0; }));
    CHECK(f.bodies_of("a") == std::vector<std::string>{"1", "2", "3", "4", "5"});
    CHECK(f.channel->status().counts.received == 5);
    CHECK(f.channel->status().last_error.empty());
    CHECK(f.channel->status().breaks == 0);
}

TEST_CASE("a Kafka that is away is waited for, and that is said") {
    kafka_intake_fixture f;
    f.cluster.produce("shop", "a", {"1"});
    REQUIRE(f.has_done(1));
    f.cluster.set_down(true);
    CHECK(f.run_until([&] { return f.channel->status().state == endpoint::channel_state::waiting; })
    );
    f.cluster.set_down(false);
    f.cluster.produce("shop", "a", {"2"});
    CHECK(f.has_done(2));
}

TEST_CASE("a channel from Kafka ends though Kafka is gone") {
    kafka_intake_fixture f;
    f.cluster.produce("shop", "a", {"1", "2", "3"});
    CHECK(f.has_done(3));  // and that is not committed yet; the cluster goes before the channel
}

TEST_CASE("the file of a channel from Kafka is checked before anything is taken") {
    std::vector const known{channels::kafka_intake_scheme()};
    auto const fault = [&](std::string const& from, std::string const& more = {}) {
        auto const text = "from = \"" + from + "\"\n" + more + "[on.a]\ncommand = \"c\"\n";
        auto const read = parse_incoming("bus.toml", text, known);
        return read ? std::string("none") : read.error().message;
    };
    CHECK(fault("kafka://a:1,b:2/shop") == "none");
    CHECK(fault("kafka://a:1").contains("kafka://host:9092/topic"));
    CHECK(fault("kafka://a:1/t", "start = \"later\"\n").contains("start is"));
    CHECK(fault("kafka://a:1/t", "tls = \"maybe\"\n").contains("true or false"));
}

}  // namespace diptych::intake
