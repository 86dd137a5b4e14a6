/// @file
/// What clients of a simulated node do, and what must be true of the log that they leave.
#pragma once

#include "sim/chance.hpp"
#include "sim/checker.hpp"
#include "sim/history.hpp"
#include "sim/world.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

/// A command that a worker beside the node has.
struct leased_by_worker {
    std::string id;
    std::string key;
    std::string lease;
    timestamp until;
    std::uint64_t life;
    bool may_be_over = false;  ///< Something was asked for, and nobody knows what came of it.
};

/// What a client may do while the node runs. Nothing here waits: answers come with later steps.
class clients {
public:
    clients(world& in, history& into, chance& draws) : world_(in), history_(into), draws_(draws) {}

    chance& draws() { return draws_; }

    /// Appends a request that was not made before, and says which operation it is. Its events get
    /// `"op":<number>` into their data.
    std::uint64_t append(append_request request);

    /// Brings the request of an earlier operation once more, if it has an id.
    void append_again();

    void command(std::string name, std::string json, std::string id = {});
    void command_again();

    /// Other events under the id of an earlier operation.
    void append_other_as_before(append_request request);

    /// Has commands executed later, all or none of them.
    void queue(std::vector<write::queued_command> commands);
    void queue_again();
    /// Others under the ids of earlier ones.
    void queue_other_as_before();

    /// As a program beside the node, that works on commands of the queue: what it does with one of
    /// those that it has.
    void lease(std::string const& name, std::size_t limit, std::chrono::microseconds length);
    void complete();
    void abandon();
    void renew(std::chrono::microseconds length);
    /// How many it has, as far as it knows.
    std::size_t leases() const { return leases_.size(); }
    /// They run out by themselves.
    void forget_leases() { leases_.clear(); }

    /// Hands messages, as JSON, to a source.
    void messages(std::string const& source, std::vector<std::string> const& all);

    /// As another service, that a broker takes messages from for a channel.
    void publish(std::string channel, intake::delivery what, meaning means) {
        world_.broker().publish(std::move(channel), std::move(what), std::move(means));
    }

    void read(read_options const& what);
    void read_stream(std::string stream, stream_options const& what);

    /// All rows of a view, if it shows `at_least` already.
    void query(std::string view, token at_least);

    /// Names of the views that the node has.
    std::vector<std::string> views() const { return world_.node().views().names(); }
    /// What has come behind `after`, as another process reads it. Where that one is.
    position follow(position after);

    /// Tokens that clients were given.
    std::vector<token> const& tokens() const { return tokens_; }

private:
    attempt& begin(decltype(attempt::what) what);
    result<page> page_of_reader(read_options const& what) const;
    bool takes_part(std::string_view view) const;
    void submit_append(append_attempt made);
    void submit_command(command_attempt made);
    void submit_to_queue(queue_attempt made);
    leased_by_worker* some_lease();
    bool is_certain(leased_by_worker const& one) const;
    void give_back(leased_by_worker const& one);
    void over(attempt& one);
    void saw(token at) { tokens_.push_back(at); }
    template <class Made>
    void read_page(Made made, std::uint64_t begun, result<page> const& found);

    world& world_;
    history& history_;
    chance& draws_;
    std::uint64_t operations_ = 0;
    std::vector<append_attempt> keyed_;  // without answers
    std::vector<command_attempt> keyed_commands_;
    std::vector<queue_attempt> queued_;     // without answers
    std::vector<leased_by_worker> leases_;  // some of which may have run out
    std::vector<token> tokens_;
};

/// What an operator has to remember of what he did.
struct operator_notes {
    std::map<std::string, std::set<std::uint64_t>> dropped = {};  ///< Positions, by view.
    std::string told = {};                                        ///< What he has just done.
};

/// A kind of use.
struct workload {
    std::vector<build> builds;  ///< The first is there at the beginning, any may come over it.
    std::function<void(clients&)> act = {};  ///< Begins one operation.
    /// Begins what a node that works does not fail, besides reading the log and its views.
    std::function<void(clients&)> probe = {};
    /// What those do who work beside the node, when nothing is left for it to do: whether there
    /// was anything.
    std::function<bool(world&, clients&)> finish = {};
    app::node_storage storage = {};
    std::uint64_t steps_of_queue = 0;  ///< How often it is stepped; a view has 2.
    rules domain = {};
    /// Rules of the domain that the whole log must keep; the last, when everything has come to
    /// rest.
    std::function<std::optional<std::string>(log_model const&)> rule = {};
    /// Looks at the node when everything has come to rest.
    std::function<std::optional<std::string>(world&)> at_rest = {};
    /// What an operator does from time to time, by draws of his own, and what he finds wrong; and
    /// what must be when everything has come to rest.
    std::function<std::optional<std::string>(world&, chance&, operator_notes&)> operate = {};
    std::function<std::optional<std::string>(world&, operator_notes&)> operated_at_rest = {};
};

}  // namespace diptych::sim
