/// @file
/// A catalogue of products whose fields the shop invents itself: the whole domain.
///
/// A category says which fields its products may have, and what their values must be like. Products
/// are reviewed and ordered. Ids are chosen by the client; the same command again is accepted and
/// changes nothing.
#pragma once

#include "field_values.hpp"

#include <diptych/context.hpp>

#include <optional>
#include <string>

namespace catalogue {

using category_id = diptych::id<"category">;
using field_id = diptych::id<"field">;
using product_id = diptych::id<"product">;
using review_id = diptych::id<"review">;
using order_id = diptych::id<"order">;
using user_id = diptych::id<"user">;

// [events]
// What happened. Names and fields are stored for good.

struct category_added {
    using home = category_id;
    category_id category;
    std::string name;
    bool operator==(category_added const&) const = default;
};

struct field_added {
    using home = field_id;
    field_id field;
    category_id category;
    std::string name;
    field_rules rules;
    bool operator==(field_added const&) const = default;
};

struct product_added {
    using home = product_id;
    product_id product;
    std::string name;
    category_id category;
    bool operator==(product_added const&) const = default;
};

struct field_value_changed {
    using home = product_id;
    product_id product;
    field_id field;
    field_value value;
};

struct review_added {
    using home = review_id;
    review_id review;
    product_id product;
    user_id user;
    int rating;
    bool operator==(review_added const&) const = default;
};

struct order_completed {
    using home = order_id;
    order_id order;
    product_id product;
    int amount;
    bool operator==(order_completed const&) const = default;
};
// [events]

enum class refusal {
    unknown_category,
    unknown_field,
    unknown_product,
    category_exists,
    field_exists,
    product_exists,
    review_exists,
    order_exists,
    name_empty,
    bad_rules,
    other_category,
    bad_value,
    rating_not_1_to_5,
    amount_not_positive
};

// What decisions need to know. A review or an order asks only whether the product is there, so that
// those of one product are not in each other's way.

struct known_category {
    using of = category_id;
    std::optional<category_added> added;
    void evolve(category_added const& e) { added = e; }
};
struct known_field {
    using of = field_id;
    std::optional<field_added> added;
    void evolve(field_added const& e) { added = e; }
};
struct known_product {
    using of = product_id;
    std::optional<product_added> added;
    void evolve(product_added const& e) { added = e; }
};
struct current_value {
    using of = std::tuple<product_id, field_id>;
    std::optional<field_value> value;
    void evolve(field_value_changed const& e) { value = e.value; }
};
struct known_review {
    using of = review_id;
    std::optional<review_added> added;
    void evolve(review_added const& e) { added = e; }
};
struct known_order {
    using of = order_id;
    std::optional<order_completed> completed;
    void evolve(order_completed const& e) { completed = e; }
};

// [commands]
// What may be asked.

struct add_category {
    category_id category;
    std::string name;
    using refusals = refusal;

    diptych::decision<category_added> decide(known_category const& known) const {
        if (name.empty()) return diptych::refuse(refusal::name_empty);
        category_added const made{.category = category, .name = name};
        if (known.added == made) return diptych::no_events;
        if (known.added) return diptych::refuse(refusal::category_exists);
        return made;
    }
};

struct add_field {
    field_id field;
    category_id category;
    std::string name;
    field_type type;
    std::optional<std::int64_t> min;
    std::optional<std::int64_t> max;
    bool not_empty = false;
    std::optional<std::string> regex;
    using refusals = refusal;
    static constexpr auto optional_fields = {"not_empty"};

    diptych::decision<field_added> decide(known_category const& of, known_field const& known)
        const {
        if (!of.added)
            return diptych::refuse(
                refusal::unknown_category, "There is no category " + category.value
            );
        if (name.empty()) return diptych::refuse(refusal::name_empty);
        field_rules const rules{
            .type = type, .min = min, .max = max, .not_empty = not_empty, .regex = regex
        };
        if (auto fault = fault_of(rules); !fault.empty())
            return diptych::refuse(refusal::bad_rules, std::move(fault));
        field_added const made{.field = field, .category = category, .name = name, .rules = rules};
        if (known.added == made) return diptych::no_events;
        if (known.added) return diptych::refuse(refusal::field_exists);
        return made;
    }
};

struct add_product {
    product_id product;
    std::string name;
    category_id category;
    using refusals = refusal;
    static constexpr auto location = "/views/products?product=eq.{product}";

    diptych::decision<product_added> decide(known_category const& of, known_product const& known)
        const {
        if (!of.added)
            return diptych::refuse(
                refusal::unknown_category, "There is no category " + category.value
            );
        if (name.empty()) return diptych::refuse(refusal::name_empty);
        product_added const made{.product = product, .name = name, .category = category};
        if (known.added == made) return diptych::no_events;
        if (known.added) return diptych::refuse(refusal::product_exists);
        return made;
    }
};

struct change_field_value {
    product_id product;
    field_id field;
    field_value value;
    using refusals = refusal;
    static constexpr auto location = "/views/products?product=eq.{product}";

    diptych::decision<field_value_changed> decide(
        known_product const& of, known_field const& known, current_value const& current
    ) const {
        if (!of.added)
            return diptych::refuse(
                refusal::unknown_product, "There is no product " + product.value
            );
        if (!known.added)
            return diptych::refuse(refusal::unknown_field, "There is no field " + field.value);
        if (known.added->category != of.added->category)
            return diptych::refuse(
                refusal::other_category,
                field.value + " is a field of " + known.added->category.value + ", and " +
                    product.value + " is of " + of.added->category.value
            );
        if (auto fault = fault_of(value, known.added->rules); !fault.empty())
            return diptych::refuse(refusal::bad_value, std::move(fault));
        if (current.value == value) return diptych::no_events;
        return field_value_changed{.product = product, .field = field, .value = value};
    }
};

struct add_review {
    review_id review;
    product_id product;
    user_id user;
    int rating;
    using refusals = refusal;
    static constexpr auto location = "/views/products?product=eq.{product}";

    diptych::decision<review_added> decide(known_product const& of, known_review const& known)
        const {
        if (!of.added)
            return diptych::refuse(
                refusal::unknown_product, "There is no product " + product.value
            );
        if (rating < 1 || rating > 5) return diptych::refuse(refusal::rating_not_1_to_5);
        review_added const made{
            .review = review, .product = product, .user = user, .rating = rating
        };
        if (known.added == made) return diptych::no_events;
        if (known.added) return diptych::refuse(refusal::review_exists);
        return made;
    }
};

struct complete_order {
    order_id order;
    product_id product;
    int amount;
    using refusals = refusal;
    static constexpr auto location = "/views/products?product=eq.{product}";

    diptych::decision<order_completed> decide(known_product const& of, known_order const& known)
        const {
        if (!of.added)
            return diptych::refuse(
                refusal::unknown_product, "There is no product " + product.value
            );
        if (amount <= 0) return diptych::refuse(refusal::amount_not_positive);
        order_completed const made{.order = order, .product = product, .amount = amount};
        if (known.completed == made) return diptych::no_events;
        if (known.completed) return diptych::refuse(refusal::order_exists);
        return made;
    }
};
// [commands]

struct context : diptych::context<diptych::commands<
                     add_category,
                     add_field,
                     add_product,
                     change_field_value,
                     add_review,
                     complete_order>> {
    static constexpr auto name = "catalogue";
};

}  // namespace catalogue
