#include "order_json.hpp"

#include <string_view>
#include <utility>

namespace history {

namespace {

namespace json = diptych::json;

using name_pair = std::pair<std::string_view, std::string_view>;  // in the view, outside

constexpr name_pair listed[] = {
    {"order_id", "orderId"},
    {"status", "status"},
    {"delivery_status", "deliveryStatus"},
    {"restaurant_id", "restaurantId"},
    {"restaurant_name", "restaurantName"},
    {"created_at", "creationDate"},
};
constexpr name_pair besides[] = {
    {"consumer_id", "consumerId"},
    {"order_total", "orderTotal"},
    {"delivery_address", "deliveryAddress"},
    {"ticket_status", "ticketStatus"},
};
constexpr name_pair of_line[] = {
    {"menu_item_id", "menuItemId"}, {"name", "name"}, {"price", "price"}, {"quantity", "quantity"}
};
constexpr name_pair of_delivery[] = {
    {"status", "status"},
    {"created_at", "createdAt"},
    {"picked_up_at", "pickedUpAt"},
    {"delivered_at", "deliveredAt"},
};

template <std::size_t Count>
void write_members(json::writer& to, json::value from, name_pair const (&names)[Count]) {
    for (auto const& [inside, outside] : names)
        if (auto const found = from.find(inside)) to.raw_member(outside, found->raw());
}

void write_lines(json::writer& to, json::value lines) {
    to.begin_array();
    for (auto const line : lines.elements()) {
        to.begin_object();
        write_members(to, line, of_line);
        to.end_object();
    }
    to.end_array();
}

void write_states(json::writer& to, json::value states) {
    to.begin_array();
    for (auto const state : states.elements()) {
        to.begin_object();
        write_members(to, state, {{"state", "state"}, {"at", "at"}});
        if (auto const before = state.find("line_items_before")) {
            to.key("lineItemsBefore");
            write_lines(to, *before);
        }
        to.end_object();
    }
    to.end_array();
}

void write_listed(json::writer& to, json::value row) {
    write_members(to, row, listed);
    to.key("lineItems");
    write_lines(to, *row.find("line_items"));
}

}  // namespace

void write_order(json::writer& to, json::value row) {
    to.begin_object();
    write_listed(to, row);
    to.end_object();
}

void write_whole_order(json::writer& to, json::value row) {
    to.begin_object();
    write_listed(to, row);
    write_members(to, row, besides);
    to.key("states");
    write_states(to, *row.find("states"));
    to.key("ticketStates");
    write_states(to, *row.find("ticket_states"));
    to.key("deliveries").begin_array();
    for (auto const [id, delivery] : row.find("deliveries")->members()) {
        to.begin_object().member("deliveryId", id);
        write_members(to, delivery, of_delivery);
        to.end_object();
    }
    to.end_array().end_object();
}

}  // namespace history
