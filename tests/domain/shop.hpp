/// @file
/// The domain of the design, word for word: orders are allocated to batches of a product.
#pragma once

#include <diptych/diptych.hpp>

#include <map>
#include <set>

namespace shop {

using order_id = diptych::id<"order">;
using product_id = diptych::id<"product">;
using batch_id = diptych::id<"batch">;

struct batch_created {
    using home = product_id;
    batch_id batch;
    product_id product;
    int quantity;
};
struct allocated {
    using home = product_id;
    order_id order;
    product_id product;
    batch_id batch;
    int quantity;
};

enum class refusal { unknown_product };

struct stock {
    using of = product_id;
    std::map<batch_id, int> free;
    std::set<order_id> served;
    void evolve(batch_created const& e) { free[e.batch] = e.quantity; }
    void evolve(allocated const& e) {
        free[e.batch] -= e.quantity;
        served.insert(e.order);
    }
};

struct allocate {
    order_id order;
    product_id product;
    int quantity;
    using refusals = shop::refusal;
    static constexpr auto location = "/views/allocations?order_id=eq.{order}";
    diptych::decision<allocated> decide(stock const& s) const {
        if (s.free.empty())
            return diptych::refuse(refusal::unknown_product, "Invalid sku " + product.value);
        if (s.served.contains(order)) return diptych::no_events;
        for (auto const& [batch, free] : s.free)
            if (free >= quantity)
                return allocated{
                    .order = order, .product = product, .batch = batch, .quantity = quantity
                };
        return diptych::no_events;
    }
};

using context = diptych::context<diptych::commands<allocate>, diptych::events<batch_created>>;

}  // namespace shop
