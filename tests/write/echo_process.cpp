#include "write/echo_process.hpp"

#include "write/bank_model.hpp"

#include <diptych/json_value.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace bank {

using namespace diptych;

namespace {

struct echoed {
    int inputs = 0;
};

json::document read(recorded_event const& event) {
    return json::parse(std::string(event.data)).or_throw();
}

result<std::optional<std::string>> key(recorded_event const& input) {
    auto const data = read(input);
    auto const account = data.root().find("account");
    if (!account) return fail(errc::corrupt, "there is no account");
    auto const id = std::string(account->text());
    if (auto const& fault = echo_in_use().key_fault; fault && id == "k")
        return std::unexpected(*fault);
    if (id.starts_with('x')) return std::optional<std::string>{};
    return std::optional("account-" + id);
}

result<model::reaction>
react(void const* state, recorded_event const& input, std::string_view instance, environment const&) {
    ++echo_in_use().reactions;
    if (auto const call = std::exchange(echo_in_use().during_react, nullptr)) call();
    if (echo_in_use().react_throws || echo_in_use().throws_for == instance)
        throw std::range_error("react");
    if (echo_in_use().does_nothing) return model::reaction{};
    auto const inputs = static_cast<echoed const*>(state)->inputs;
    auto const other = "x" + std::string(instance.substr(instance.find('-') + 1));
    if (input.type == "$timer_due")
        return model::reaction{.commands = {{"bank.deposit", money(other, 100)}}};
    if (input.type != "bank.deposited") return model::reaction{};
    switch (read(input).root().find("amount")->integer()) {
        case 1:
            return model::reaction{.commands = {{"deposit", money(other, inputs)}}};
        case 2:
            return model::reaction{.start = {{"expiry", std::chrono::seconds{60}}}};
        case 3:
            return model::reaction{.cancel = {"expiry"}};
        case 4:
            return model::reaction{.commands = {{"withdraw", money(other, 1'000'000)}}};
        case 5:
            return model::reaction{.commands = {{"repair", money(other, 1)}}};
        case 6:
            return model::reaction{
                .commands = {{"deposit", money(other, 1)}, {"deposit", money(other, 1)}}
            };
        case 7:
            return model::reaction{
                .commands = {{"deposit", '"' + std::string(2u << 20, 'b') + '"'}}
            };
        case 8:
            return model::reaction{.commands = {{"deposit", "{"}}};
        default:
            return model::reaction{};
    }
}

}  // namespace

echo_hooks& echo_in_use() {
    static echo_hooks the_hooks;
    return the_hooks;
}

model::process const& echo() {
    static model::process const the_process{
        .name = "echo",
        .id_kind = "account",
        .types = {"bank.deposited", "bank.paid", "$accepted", "$refused", "$failed", "$timer_due"},
        .state = {
            .name = "echoed",
            .id_kinds = {"account"},
            .types = {},
            .fingerprint = "echoed-1",
            .revision = {},
            .make = []() -> model::erased { return std::make_shared<echoed>(); },
            .copy = [](void const* from) -> model::erased {
                return std::make_shared<echoed>(*static_cast<echoed const*>(from));
            },
            .fold = [](void* into, recorded_event const&, std::span<std::string const>)
                -> result<void> {
                if (auto const& fault = echo_in_use().fold_fault) return std::unexpected(*fault);
                ++static_cast<echoed*>(into)->inputs;
                return {};
            },
            .save = nullptr,
            .load = nullptr
        },
        .key = key,
        .react = react
    };
    return the_process;
}

}  // namespace bank
