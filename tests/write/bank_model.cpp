#include "write/bank_model.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bank {

using namespace diptych;

namespace {

struct body {
    std::string account, to, card;
    std::int64_t amount = 0;
};

struct card_state {
    std::string linked_to;
};

std::string text_in(json::value const& from, std::string_view name) {
    auto const found = from.find(name);
    return found ? std::string(found->text()) : std::string();
}

body read_body(std::string_view json) {
    auto const document = json::parse(std::string(json)).or_throw();
    auto const amount = document.root().find("amount");
    return {
        .account = text_in(document.root(), "account"),
        .to = text_in(document.root(), "to"),
        .card = text_in(document.root(), "card"),
        .amount = amount ? amount->integer() : 0
    };
}

result<model::erased_const> parse_body(std::string_view json) {
    if (in_use().reads_nothing) return fail(errc::invalid, "renamed", "there is no amount");
    auto document = json::parse(std::string(json));
    if (!document) return std::unexpected(document.error());
    auto const amount = document->root().find("amount");
    if (amount && amount->kind() != json::kind::integer) {
        auto failure = fail(errc::invalid, "malformed", "amount: expected an integer");
        failure.error().facts.emplace_back("path", "\"amount\"");
        return failure;
    }
    return std::make_shared<body const>(read_body(json));
}

std::string print_body(void const* command) {
    auto const& what = *static_cast<body const*>(command);
    json::writer out;
    out.begin_object();
    if (!what.account.empty()) out.member("account", what.account);
    if (!what.to.empty()) out.member("to", what.to);
    if (!what.card.empty()) out.member("card", what.card);
    out.member("amount", what.amount).end_object();
    return out.text();
}

event_data moved(std::string_view type, std::string const& account, std::int64_t amount) {
    return {
        .stream = "account-" + account, .type = std::string(type), .data = money(account, amount)
    };
}

// --- states

template <class T>
model::erased make() {
    return std::make_shared<T>();
}
template <class T>
model::erased copy(void const* from) {
    return std::make_shared<T>(*static_cast<T const*>(from));
}

result<void> fold_balance(void* into, recorded_event const& event, std::span<std::string const>) {
    ++in_use().folds;
    if (in_use().evolve_throws) throw std::out_of_range("evolve");
    auto const what = read_body(event.data);
    if (event.type == "bank.deposited") static_cast<balance*>(into)->amount += what.amount;
    if (event.type == "bank.withdrawn") static_cast<balance*>(into)->amount -= what.amount;
    return {};
}
std::string save_balance(void const* from) {
    return std::to_string(static_cast<balance const*>(from)->amount);
}
result<model::erased> load_balance(std::string_view saved) {
    return std::make_shared<balance>(balance{.amount = std::stoll(std::string(saved))});
}
result<void> fold_card(void* into, recorded_event const& event, std::span<std::string const>) {
    static_cast<card_state*>(into)->linked_to = read_body(event.data).account;
    return {};
}

model::state const card_model{
    .name = "card",
    .id_kinds = {"card"},
    .types = {"bank.card_linked"},
    .fingerprint = "card-1",
    .revision = {},
    .make = make<card_state>,
    .copy = copy<card_state>,
    .fold = fold_card,
    .save = nullptr,
    .load = nullptr
};
model::state const total{
    .name = "total",
    .id_kinds = {},
    .types = {"bank.deposited", "bank.withdrawn"},
    .fingerprint = "total-1",
    .revision = {},
    .make = make<balance>,
    .copy = copy<balance>,
    .fold = fold_balance,
    .save = save_balance,
    .load = load_balance
};

// --- commands

using all_states = std::span<std::vector<model::erased_const> const>;

std::int64_t amount_of(all_states states, std::size_t parameter) {
    return static_cast<balance const*>(states[parameter].at(0).get())->amount;
}

body const& begin_decide(void const* command) {
    ++in_use().decisions;
    if (in_use().is_interrupted.exchange(false)) in_use().before_decide();
    if (in_use().decide_throws) throw std::domain_error("no");
    return *static_cast<body const*>(command);
}

model::decided insufficient(std::int64_t there) {
    return {.refused = true, .reason = "insufficient", .detail = "only " + std::to_string(there)};
}

result<model::decided> deposit(void const* command, all_states, environment const&) {
    auto const& what = begin_decide(command);
    return model::decided{.events = {moved("bank.deposited", what.account, what.amount)}};
}
result<model::decided> withdraw(void const* command, all_states states, environment const&) {
    auto const& what = begin_decide(command);
    if (what.amount == 0) return model::decided{};
    if (amount_of(states, 0) < what.amount) return insufficient(amount_of(states, 0));
    return model::decided{.events = {moved("bank.withdrawn", what.account, what.amount)}};
}
result<model::decided> move_money(void const* command, all_states states, environment const&) {
    auto const& what = begin_decide(command);
    if (amount_of(states, 0) < what.amount) return insufficient(amount_of(states, 0));
    return model::decided{
        .events =
            {moved("bank.withdrawn", what.account, what.amount),
             moved("bank.deposited", what.to, what.amount)}
    };
}
result<model::decided> link_card(void const* command, all_states, environment const&) {
    auto const& what = begin_decide(command);
    return model::decided{
        .events =
            {{.stream = "card-" + what.card,
              .type = "bank.card_linked",
              .tags = {"account-" + what.account},
              .data = linked(what.card, what.account)}}
    };
}
result<model::decided> charge_card(void const* command, all_states states, environment const&) {
    auto const& what = begin_decide(command);
    auto const& to = static_cast<card_state const*>(states[0].at(0).get())->linked_to;
    if (to.empty()) return model::decided{.refused = true, .reason = "unlinked"};
    if (amount_of(states, 1) < what.amount) return insufficient(amount_of(states, 1));
    return model::decided{.events = {moved("bank.withdrawn", to, what.amount)}};
}
result<model::decided> draw(void const* command, all_states, environment const& surroundings) {
    auto const& what = begin_decide(command);
    auto const number = std::to_string(surroundings.random() % 1'000'000);
    return model::decided{
        .events =
            {{.stream = "account-" + what.account,
              .type = "bank.drawn",
              .data = R"({"number":)" + number + "}"}}
    };
}
result<model::decided> audit(void const* command, all_states states, environment const&) {
    begin_decide(command);
    return model::decided{
        .refused = true, .reason = "sum", .detail = std::to_string(amount_of(states, 0))
    };
}

// --- keys

using earlier_states = std::span<std::vector<model::erased_const> const>;

result<std::vector<model::state_key>> key_account(void const* command, earlier_states) {
    auto const& what = *static_cast<body const*>(command);
    return std::vector{
        model::state_key{.of = &balance_state(), .names = {"account-" + what.account}}
    };
}
result<std::vector<model::state_key>> key_to(void const* command, earlier_states) {
    auto const& what = *static_cast<body const*>(command);
    return std::vector{model::state_key{.of = &balance_state(), .names = {"account-" + what.to}}};
}
result<std::vector<model::state_key>> key_card(void const* command, earlier_states) {
    auto const& what = *static_cast<body const*>(command);
    return std::vector{model::state_key{.of = &card_model, .names = {"card-" + what.card}}};
}
result<std::vector<model::state_key>> key_of_card(void const*, earlier_states earlier) {
    auto const& to = static_cast<card_state const*>(earlier[0].at(0).get())->linked_to;
    if (to.empty())
        return std::vector{model::state_key{.of = &balance_state(), .names = {}, .fresh = true}};
    return std::vector{model::state_key{.of = &balance_state(), .names = {"account-" + to}}};
}
result<std::vector<model::state_key>> key_total(void const*, earlier_states) {
    return std::vector{model::state_key{.of = &total, .names = {}}};
}

std::string location_of_account(void const* command) {
    return "/views/accounts?account=eq." + static_cast<body const*>(command)->account;
}

using decide_function = decltype(model::command::decide);

model::command command(
    std::string name, std::vector<model::parameter> parameters, decide_function decide
) {
    return {
        .name = std::move(name),
        .context = "bank",
        .fields = {},
        .parameters = std::move(parameters),
        .events = {},
        .refusals = {},
        .parse = parse_body,
        .print = print_body,
        .decide = decide,
        .location = nullptr
    };
}

model::parameter of(model::state const& state, decltype(model::parameter::keys) keys) {
    return {.text = state.name, .of = &state, .keys = keys};
}

}  // namespace

hooks& in_use() {
    static hooks the_hooks;
    return the_hooks;
}

model::state& balance_state() {
    static model::state the_state{
        .name = "balance",
        .id_kinds = {"account"},
        .types = {"bank.deposited", "bank.withdrawn"},
        .fingerprint = "balance-1",
        .revision = {},
        .make = make<balance>,
        .copy = copy<balance>,
        .fold = fold_balance,
        .save = save_balance,
        .load = load_balance
    };
    return the_state;
}

model::context make_context() {
    auto& own = balance_state();
    model::parameter const environment{.text = "environment", .keys = nullptr};
    model::context all{.name = "bank", .events = {}, .commands = {}, .processes = {}};
    all.commands = {
        command("deposit", {}, deposit),
        command("withdraw", {of(own, key_account)}, withdraw),
        command("transfer", {of(own, key_account), of(own, key_to)}, move_money),
        command("link", {}, link_card),
        command("charge", {of(card_model, key_card), of(own, key_of_card)}, charge_card),
        command("draw", {of(own, key_account), environment}, draw),
        command("audit", {of(total, key_total)}, audit)
    };
    all.commands[0].location = location_of_account;
    return all;
}

model::context const& context() {
    static auto const the_context = make_context();
    return the_context;
}

void interrupt(std::function<void()> what) {
    in_use().before_decide = std::move(what);
    in_use().is_interrupted = true;
}

std::string account(std::string const& id) { return R"({"account":")" + id + R"("})"; }
std::string money(std::string const& id, std::int64_t amount) {
    return R"({"account":")" + id + R"(","amount":)" + std::to_string(amount) + "}";
}
std::string transfer(std::string const& from, std::string const& to, std::int64_t amount) {
    return R"({"account":")" + from + R"(","to":")" + to + R"(","amount":)" +
           std::to_string(amount) + "}";
}
std::string linked(std::string const& card, std::string const& to) {
    return R"({"card":")" + card + R"(","account":")" + to + R"("})";
}
std::string charge(std::string const& card, std::int64_t amount) {
    return R"({"card":")" + card + R"(","amount":)" + std::to_string(amount) + "}";
}

}  // namespace bank
