/// @file
/// Says in words what the engine has inferred from a command: for people, and for review.
///
///     std::cout << diptych::explain<shop, allocate>();
///
///     shop.allocate(order, product, quantity)
///       asks for  stock: command field 'product'
///                   folds shop.allocated, shop.batch_created
///       holds if  none of these was recorded for these ids in between; else it is decided again
///       makes     shop.allocated, shop.back_ordered
///       refuses   unknown_product
///       location  /views/allocations?order_id=eq.{order}
///
/// So that a program answers `program explain [COMMAND]`, its main begins with
///
///     if (auto const done = diptych::explained<shop>(count, words)) return *done;
#pragma once

#include <diptych/context.hpp>
#include <diptych/model.hpp>

#include <optional>
#include <span>
#include <string>

namespace diptych {

/// What is known of one command.
std::string explain(model::command const& command);

/// What is known of one process.
std::string explain(model::process const& process);

/// All commands and processes of a context.
std::string explain(model::context const& context);

template <class Context>
std::string explain() {
    return explain(context_model<Context>());
}

template <class Context, class Command>
std::string explain() {
    for (auto const& one : context_model<Context>().commands)
        if (one.name == command_name<Command>) return explain(one);
    return {};
}

/// Answers `explain [COMMAND]` on standard output: one command ("allocate", "shop.allocate"), or
/// all there is. Returns the exit code of the program: 0, or 5 if there is no such command; nullopt
/// if the words say something else.
std::optional<int> explained(
    std::span<model::context const* const> contexts, int count, char const* const* words
);

template <class... Context>
std::optional<int> explained(int count, char const* const* words) {
    model::context const* const contexts[] = {&context_model<Context>()...};
    return explained(contexts, count, words);
}

}  // namespace diptych
