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
#pragma once

#include <diptych/context.hpp>
#include <diptych/model.hpp>

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

}  // namespace diptych
