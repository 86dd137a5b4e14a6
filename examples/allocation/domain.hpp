/// @file
/// Which order gets which stock: the whole domain of the allocation service.
///
/// Batches of a product are in the warehouse or on their way. Each order line goes to exactly one
/// of them; a line that fits in none waits for stock. When a batch turns out to be smaller than
/// thought, its newest lines lose their place and are allocated again.
#pragma once

// [includes]
#include <diptych/context.hpp>
#include <diptych/process.hpp>
// [includes]

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace shop {

using product_id = diptych::id<"product">;  // its value is the sku
using batch_id = diptych::id<"batch">;
using order_id = diptych::id<"order">;
using date = std::chrono::sys_days;

// [events]
// What happened. Names and fields are stored for good.

struct batch_created {
    using home = product_id;
    batch_id batch;
    product_id product;
    int quantity;
    std::optional<date> eta;  // none: it is in the warehouse
};

struct batch_quantity_changed {
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

struct deallocated {
    using home = product_id;
    order_id order;
    product_id product;
    batch_id batch;
    int quantity;
};

struct back_ordered {
    using home = product_id;
    order_id order;
    product_id product;
    int quantity;
};
// [events]

// [refusals]
// Why the answer may be no.

enum class refusal { unknown_product, unknown_batch, batch_exists, no_room, quantity_not_positive };
// [refusals]

// [states]
// What decisions need to know: folds over the events above.

struct known_batch {
    using of = batch_id;

    std::optional<product_id> product;
    int quantity = 0;  // as created
    std::optional<date> eta;

    void evolve(batch_created const& e) {
        product = e.product;
        quantity = e.quantity;
        eta = e.eta;
    }
};

struct stock {
    using of = product_id;

    struct lot {
        batch_id batch;
        std::optional<date> eta;
        int quantity;
        int free;
    };
    struct line {
        order_id order;
        int quantity;
        std::optional<batch_id> batch;  // none: it waits for stock
    };

    std::vector<lot> lots;    // in the order in which they were created
    std::vector<line> lines;  // oldest first

    void evolve(batch_created const& e) {
        lots.push_back({e.batch, e.eta, e.quantity, e.quantity});
    }
    void evolve(batch_quantity_changed const& e) {
        if (auto* const changed = find(e.batch)) {
            changed->free += e.quantity - changed->quantity;
            changed->quantity = e.quantity;
        }
    }
    void evolve(allocated const& e) {
        forget(e.order, e.quantity);  // it may have waited
        lines.push_back({e.order, e.quantity, e.batch});
        if (auto* const taken = find(e.batch)) taken->free -= e.quantity;
    }
    void evolve(deallocated const& e) {
        forget(e.order, e.quantity);
        if (auto* const freed = find(e.batch)) freed->free += e.quantity;
    }
    void evolve(back_ordered const& e) { lines.push_back({e.order, e.quantity, std::nullopt}); }

    lot const* find(batch_id const& batch) const {
        auto const found = std::ranges::find(lots, batch, &lot::batch);
        return found == lots.end() ? nullptr : &*found;
    }

    // A line is what it says: the same order may ask for 2 and for 3 of one product.
    line const* find(order_id const& order, int quantity) const {
        auto const found = std::ranges::find_if(lines, [&](line const& one) {
            return one.order == order && one.quantity == quantity;
        });
        return found == lines.end() ? nullptr : &*found;
    }

    // In the warehouse before on its way, then the earliest, then the first created.
    lot const* best_for(int quantity) const {
        lot const* best = nullptr;
        for (auto const& one : lots)
            if (one.free >= quantity && (!best || one.eta < best->eta)) best = &one;
        return best;
    }

    // Which lines of a batch must go when its quantity falls: the newest. Oldest of them first.
    std::vector<line> lines_to_lose(lot const& falling, int quantity) const {
        auto free = falling.free + quantity - falling.quantity;
        std::vector<line> lost;
        for (auto one = lines.rbegin(); one != lines.rend() && free < 0; ++one) {
            if (one->batch != falling.batch) continue;
            free += one->quantity;
            lost.insert(lost.begin(), *one);
        }
        return lost;
    }

private:
    lot* find(batch_id const& batch) {
        auto const found = std::ranges::find(lots, batch, &lot::batch);
        return found == lots.end() ? nullptr : &*found;
    }

    void forget(order_id const& order, int quantity) {
        std::erase_if(lines, [&](line const& one) {
            return one.order == order && one.quantity == quantity;
        });
    }
};
// [states]

// [commands]
// What may be asked. A repeat is accepted and changes nothing.

struct create_batch {
    batch_id batch;
    product_id product;
    int quantity;
    std::optional<date> eta;
    using refusals = refusal;
    static constexpr auto location = "/views/stock?batchref=eq.{batch}";

    diptych::decision<batch_created> decide(known_batch const& known) const {
        if (quantity <= 0) return diptych::refuse(refusal::quantity_not_positive);
        if (!known.product)
            return batch_created{
                .batch = batch, .product = product, .quantity = quantity, .eta = eta
            };
        if (known.product == product && known.quantity == quantity && known.eta == eta)
            return diptych::no_events;
        return diptych::refuse(
            refusal::batch_exists,
            "Batch " + batch.value + " was created as " + std::to_string(known.quantity) + " of " +
                known.product->value
        );
    }
};

struct allocate {
    order_id order;
    product_id product;
    int quantity;
    using refusals = refusal;
    static constexpr auto location = "/views/allocations?order_id=eq.{order}";

    diptych::decision<allocated, back_ordered> decide(stock const& s) const {
        if (s.lots.empty())
            return diptych::refuse(refusal::unknown_product, "Invalid sku " + product.value);
        if (quantity <= 0) return diptych::refuse(refusal::quantity_not_positive);

        auto const* line = s.find(order, quantity);
        if (line && line->batch) return diptych::no_events;
        if (auto const* best = s.best_for(quantity))
            return allocated{
                .order = order, .product = product, .batch = best->batch, .quantity = quantity
            };
        if (line) return diptych::no_events;  // it waits already
        return back_ordered{.order = order, .product = product, .quantity = quantity};
    }
};

// A line that was given its batch elsewhere, before this service knew of it.
struct allocate_from {
    batch_id batch;
    order_id order;
    product_id product;
    int quantity;
    using refusals = refusal;
    static constexpr auto location = "/views/allocations?order_id=eq.{order}";

    diptych::decision<allocated> decide(stock const& s) const {
        auto const* lot = s.find(batch);
        if (!lot)
            return diptych::refuse(
                refusal::unknown_batch, "There is no batch " + batch.value + " of " + product.value
            );
        if (quantity <= 0) return diptych::refuse(refusal::quantity_not_positive);

        auto const* line = s.find(order, quantity);
        if (line && line->batch) return diptych::no_events;
        if (lot->free < quantity)
            return diptych::refuse(
                refusal::no_room,
                "Batch " + batch.value + " has " + std::to_string(lot->free) + " left"
            );
        return allocated{.order = order, .product = product, .batch = batch, .quantity = quantity};
    }
};

struct change_batch_quantity {
    batch_id batch;
    int quantity;
    using refusals = refusal;
    static constexpr auto location = "/views/stock?batchref=eq.{batch}";

    // The batch knows its product, and so the engine finds the stock.
    diptych::decision<deallocated, batch_quantity_changed> decide(
        known_batch const& known, stock const& s
    ) const {
        auto const* lot = s.find(batch);
        if (!known.product || !lot)
            return diptych::refuse(refusal::unknown_batch, "There is no batch " + batch.value);
        if (quantity < 0) return diptych::refuse(refusal::quantity_not_positive);
        if (lot->quantity == quantity) return diptych::no_events;

        // Those who lose their place come first, so that they are also the first to get another.
        diptych::decision<deallocated, batch_quantity_changed> events;
        for (auto const& line : s.lines_to_lose(*lot, quantity))
            events += deallocated{
                .order = line.order,
                .product = *known.product,
                .batch = batch,
                .quantity = line.quantity
            };
        events +=
            batch_quantity_changed{.batch = batch, .product = *known.product, .quantity = quantity};
        return events;
    }
};
// [commands]

// [process]
// What follows by itself: a line that lost its place is allocated again, and new stock goes to
// those who wait, oldest first.

struct reallocation {
    using of = product_id;
    using sends = diptych::commands<allocate>;

    struct line {
        order_id order;
        int quantity;
        bool operator==(line const&) const = default;
    };
    std::vector<line> waiting;  // oldest first

    void evolve(back_ordered const& e) { wait({e.order, e.quantity}); }
    void evolve(deallocated const& e) { wait({e.order, e.quantity}); }
    void evolve(allocated const& e) { std::erase(waiting, line{e.order, e.quantity}); }

    diptych::reaction react(deallocated const& e, diptych::environment const&) const {
        return allocate{.order = e.order, .product = e.product, .quantity = e.quantity};
    }
    diptych::reaction react(batch_created const& e, diptych::environment const&) const {
        return serve(e.product);
    }
    diptych::reaction react(batch_quantity_changed const& e, diptych::environment const&) const {
        return serve(e.product);
    }

private:
    // A line that lost its place waits already when it is put on back order.
    void wait(line const& one) {
        if (std::ranges::find(waiting, one) == waiting.end()) waiting.push_back(one);
    }

    diptych::reaction serve(product_id const& product) const {
        diptych::reaction all;
        for (auto const& one : waiting)
            all += allocate{.order = one.order, .product = product, .quantity = one.quantity};
        return all;
    }
};
// [process]

// [context]
using context = diptych::context<
    diptych::commands<create_batch, allocate, allocate_from, change_batch_quantity>,
    diptych::processes<reallocation>>;
// [context]

}  // namespace shop
