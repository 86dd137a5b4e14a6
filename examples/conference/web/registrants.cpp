#include "web/registrants.hpp"

namespace conference::web {

namespace {

http::response show_wait(std::string const& order) {
    return show(
        {.title = "One moment",
         .body = "<p id=wait>Your seats are being reserved.</p>",
         .live_query = link_to("/views/draft_orders", {{"order_id", "eq." + order}}),
         .again_after = 1}
    );
}

// As soon as it is known what it gets.
std::optional<row> settled_order(site const& with, std::string const& order) {
    return with.wait_for([&]() -> std::optional<row> {
        auto found = with.find("draft_orders", "order_id", order);
        if (!found || (*found)["state"] == "pending_reservation") return std::nullopt;
        return found;
    });
}

http::response show_registrant(
    site const& with,
    http::request const& asked,
    http::pairs const& said = {},
    std::string const& fault = {}
) {
    auto const id = fault.empty() ? asked_for(asked, "order") : value_of(said, "order");
    if (!with.find("draft_orders", "order_id", id)) return no_order();
    auto const order = settled_order(with, id);
    if (!order) return show_wait(id);
    if ((*order)["state"] == "expired")
        return send_to(link_to(path_of(asked, "expired"), {{"order", id}}));
    if ((*order)["state"] == "confirmed")
        return send_to(link_to(path_of(asked, "confirmation"), {{"order", id}}));
    if ((*order)["state"] == "partially_reserved")
        return send_to(link_to(path_of(asked, "register"), {{"order", id}}));
    auto const priced = with.find("priced_orders", "order_id", id);
    if (!priced) return show_wait(id);
    auto body = fault.empty() ? "" : "<p class=fault>" + escaped(fault) + "</p>";
    body += "<p>Kept for you until <time id=expires>" + (*order)["expires_at"] + "</time>.</p>" +
            price_table(*priced);
    http::pairs const fixed{{"order", id}};
    body += to_html(
        {.of = command_called("apply_promotion"),
         .action = path_of(asked, "promotion"),
         .button = "Use the code",
         .fixed = fixed}
    );
    http::pairs values{
        {"first_name", (*order)["first_name"]},
        {"last_name", (*order)["last_name"]},
        {"email", (*order)["registrant_email"]}
    };
    values.insert(values.begin(), said.begin(), said.end());
    body += to_html(
        {.of = command_called("assign_registrant_details"),
         .action = path_of(asked, "registrant"),
         .button = (*priced)["is_free_of_charge"] == "true" ? "Confirm" : "Go on to pay",
         .fixed = fixed,
         .values = values}
    );
    body += "<p><a href=\"" + link_to(path_of(asked, "register"), {{"order", id}}) +
            "\">Choose other seats</a></p>";
    return show({.title = "Who registers?", .body = body}, fault.empty() ? 200 : 409);
}

http::response assign_registrant(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const order = value_of(form, "order");
    auto const answer = with.send("assign_registrant_details", form);
    if (!answer.accepted) return show_registrant(with, asked, form, answer.fault);
    auto const priced = with.find("priced_orders", "order_id", order);
    if (!priced) return no_order();
    if ((*priced)["is_free_of_charge"] != "true")
        return send_to(link_to(path_of(asked, "pay"), {{"order", order}}));
    auto const confirmed = with.send("confirm_order", {{"order", order}});
    if (!confirmed.accepted) return complain(409, confirmed.fault);
    return send_to(link_to(path_of(asked, "confirmation"), {{"order", order}}));
}

http::response apply_promotion(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const answer = with.send("apply_promotion", form);
    if (!answer.accepted)
        return show_registrant(with, asked, {{"order", value_of(form, "order")}}, answer.fault);
    return send_to(link_to(path_of(asked, "registrant"), {{"order", value_of(form, "order")}}));
}

// What is to be paid back of an order, a paragraph each; empty if there is nothing.
std::string refunds_of(site const& with, std::string const& order) {
    std::string html;
    auto const due = with.all("refunds_due", {{"order_id", "eq." + order}});
    for (auto const one : due.root().elements())
        html += "<p class=refund>" + shown(one, "amount") + " will be paid back to you.</p>";
    return html;
}

http::response show_confirmation(site const& with, http::request const& asked) {
    auto const id = asked_for(asked, "order");
    // Who pays after the order has expired may get it all the same, unless the money is due back.
    with.wait_for([&] {
        auto const found = with.find("draft_orders", "order_id", id);
        return (found && (*found)["state"] == "confirmed") ||
               with.find("refunds_due", "order_id", id);
    });
    auto const order = with.find("draft_orders", "order_id", id);
    if (!order) return no_order();
    if ((*order)["state"] == "expired")
        return send_to(link_to(path_of(asked, "expired"), {{"order", id}}));
    if ((*order)["state"] == "partially_reserved")
        return send_to(link_to(path_of(asked, "register"), {{"order", id}}));
    auto const refunds = refunds_of(with, id);
    if ((*order)["state"] != "confirmed" && !refunds.empty())
        return show(
            {.title = "Your order is not paid",
             .body = "<p id=unpaid>What came was not its price. Its seats are kept for you until "
                     "<time id=expires>" +
                     (*order)["expires_at"] + "</time>. <a href=\"" +
                     link_to(path_of(asked, "pay"), {{"order", id}}) + "\">Pay</a></p>" + refunds}
        );
    if ((*order)["state"] != "confirmed") return show_wait(id);
    return show(
        {.title = "You are registered",
         .body = "<p>Your order is found again by your address and the code <b id=code>" +
                 (*order)["access_code"] + "</b>.</p><p><a id=seats href=\"" +
                 path_of(asked, "order/" + percent_encoded(id) + "/seats") +
                 "\">Say who sits where</a></p>"}
    );
}

http::response show_expired(site const& with, http::request const& asked) {
    return show(
        {.title = "Your order has expired",
         .body = "<p id=expired>Its seats are free for others again. <a href=\"" +
                 path_of(asked, "register") + "\">Begin anew</a></p>" +
                 refunds_of(with, asked_for(asked, "order"))}
    );
}

}  // namespace

http::response no_order() { return complain(404, "There is no such order"); }

std::string price_table(row const& priced) {
    std::string html = "<table id=prices>";
    for (std::size_t i = 0; i < priced.count("lines"); ++i) {
        auto const line = "lines." + std::to_string(i) + ".";
        html += "<tr><td>" + escaped(priced[line + "description"]) + "<td>" +
                priced[line + "quantity"] + "<td>" + priced[line + "unit_price"] + "<td>" +
                priced[line + "line_total"] + "</tr>";
    }
    if (priced["discount"] != "0.00")
        html += "<tr><td>Discount<td><td><td>-" + priced["discount"] + "</tr>";
    return html + "<tr><td>Total<td><td><td id=total>" + priced["total"] + "</tr></table>";
}

void add_registrant_routes(diptych::application& app, site const& with) {
    auto const answer = [with](auto how) {
        return [with, how](http::request const& asked) { return how(with, asked); };
    };
    app.route("GET", "/{conf}/registrant", [with](http::request const& asked) {
        return show_registrant(with, asked);
    });
    app.route("POST", "/{conf}/registrant", answer(assign_registrant));
    app.route("POST", "/{conf}/promotion", answer(apply_promotion));
    app.route("GET", "/{conf}/confirmation", answer(show_confirmation));
    app.route("GET", "/{conf}/expired", answer(show_expired));
}

}  // namespace conference::web
