#include "web/registrants.hpp"

namespace conference::web {

namespace {

http::response no_conference() { return complain(404, "There is no such conference"); }
http::response no_order() { return complain(404, "There is no such order"); }

std::string slug_of(http::request const& asked) { return std::string{asked.parameter("conf")}; }

std::string asked_for(http::request const& asked, std::string_view name) {
    return std::string{asked.query_value(name).value_or("")};
}

std::string path_of(http::request const& asked, std::string_view place) {
    return "/" + percent_encoded(slug_of(asked)) + "/" + std::string{place};
}

http::response list_conferences(site const& with) {
    auto const conferences = with.all("published_conferences", {{"order", "starts"}});
    std::string items;
    for (auto const one : conferences.root().elements())
        items += "<li><a href=\"/" + percent_encoded(shown(one, "slug")) + "\">" +
                 escaped(shown(one, "name")) + "</a>, " + escaped(shown(one, "starts")) + "</li>";
    return show(
        {.title = "Conferences",
         .body = "<ul>" + items + "</ul><p><a href=/management>Announce a conference</a></p>"}
    );
}

http::response show_conference(site const& with, http::request const& asked) {
    auto const found = with.find("published_conferences", "slug", slug_of(asked));
    if (!found) return no_conference();
    auto const& one = *found;
    return show(
        {.title = one["name"],
         .body = "<p>" + escaped(one["description"]) + "</p><p>" + escaped(one["location"]) + ", " +
                 one["starts"] + " to " + one["ends"] + "</p><p><a id=register href=\"" +
                 path_of(asked, "register") + "\">Register</a> &middot; <a href=\"" +
                 path_of(asked, "order/find") + "\">Find your order</a></p>"}
    );
}

// An input for each type of seat, with what the order has asked for until now.
std::string seat_inputs(
    diptych::json::document const& types, std::optional<row> const& order, http::pairs const& said
) {
    std::string html = "<table><tr><th>Seats<th>Price<th>Left<th>How many</tr>";
    auto place = 0;
    for (auto const type : types.root().elements()) {
        auto const name = "seats." + std::to_string(place++) + ".";
        auto wanted = value_of(said, name + "quantity");
        for (std::size_t i = 0; wanted.empty() && order && i < order->count("lines"); ++i) {
            auto const line = "lines." + std::to_string(i);
            if ((*order)[line + ".seat_type"] != shown(type, "seat_type_id")) continue;
            auto const part = (*order)["state"] == "partially_reserved";
            wanted = (*order)[line + (part ? ".reserved" : ".requested")];
        }
        html += "<tr><td>" + escaped(shown(type, "name")) + "<td>" + shown(type, "price") + "<td>" +
                shown(type, "available_quantity") + "<td>" +
                hidden_input(name + "seat_type", shown(type, "seat_type_id")) +
                input(name + "quantity", "", "number", wanted.empty() ? "0" : wanted) + "</tr>";
    }
    return html + "</table>";
}

http::response show_register(
    site const& with,
    http::request const& asked,
    http::pairs const& said = {},
    std::string const& fault = {}
) {
    auto const found = with.find("published_conferences", "slug", slug_of(asked));
    if (!found) return no_conference();
    auto id = fault.empty() ? asked_for(asked, "order") : value_of(said, "order");
    auto const order = id.empty() ? std::nullopt : with.find("draft_orders", "order_id", id);
    if (id.empty()) id = with.new_id();
    auto const types =
        with.all("seat_types", {{"conference_id", "eq." + (*found)["conference_id"]}});
    std::string body;
    if (!fault.empty()) body = "<p class=fault>" + escaped(fault) + "</p>";
    if (order && (*order)["state"] == "partially_reserved")
        body +=
            "<p class=fault id=partial>Not all of these seats are left. Take what there is, or "
            "choose others.</p>";
    auto const inputs = seat_inputs(types, order, said);
    http::pairs const fixed{{"order", id}, {"conference", (*found)["conference_id"]}};
    body += to_html(
        {.of = command_called("register_to_conference"),
         .action = path_of(asked, "register"),
         .button = "Register",
         .fixed = fixed,
         .extra = inputs}
    );
    if (!order)
        body += "<h2>Nothing left?</h2>" + to_html(
                                               {.of = command_called("join_wait_list"),
                                                .action = path_of(asked, "wait"),
                                                .button = "Wait for these seats",
                                                .fixed = fixed,
                                                .extra = inputs}
                                           );
    return show(
        {.title = "Register for " + (*found)["name"], .body = body}, fault.empty() ? 200 : 409
    );
}

http::response register_now(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const answer = with.send("register_to_conference", form);
    if (!answer.accepted) return show_register(with, asked, form, answer.fault);
    return send_to(link_to(path_of(asked, "registrant"), {{"order", value_of(form, "order")}}));
}

http::response wait_now(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const answer = with.send("join_wait_list", form);
    if (!answer.accepted) return show_register(with, asked, form, answer.fault);
    return send_to(link_to(path_of(asked, "waiting"), {{"order", value_of(form, "order")}}));
}

http::response show_waiting(site const& with, http::request const& asked) {
    auto const order = asked_for(asked, "order");
    if (with.find("draft_orders", "order_id", order))
        return send_to(link_to(path_of(asked, "registrant"), {{"order", order}}));
    auto const waiting = with.find("wait_list", "order_id", order);
    if (!waiting) return no_order();
    if ((*waiting)["state"] == "left")
        return show(
            {.title = "You are not on the wait-list any more",
             .body = "<p id=left><a href=\"" +
                     link_to(path_of(asked, "register"), {{"order", order}}) +
                     "\">Choose seats, or wait for some</a></p>"}
        );
    return show(
        {.title = "You are on the wait-list",
         .body = "<p id=waiting>Keep this page, or come back to it: as soon as there are seats "
                 "they "
                 "are kept for you for a while.</p>",
         .live_query = link_to("/views/draft_orders", {{"order_id", "eq." + order}}),
         .again_after = 10}
    );
}

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
    app.route("GET", "/conferences", [with](http::request const&) {
        return list_conferences(with);
    });
    app.route("GET", "/{conf}", answer(show_conference));
    app.route("GET", "/{conf}/register", [with](http::request const& asked) {
        return show_register(with, asked);
    });
    app.route("POST", "/{conf}/register", answer(register_now));
    app.route("POST", "/{conf}/wait", answer(wait_now));
    app.route("GET", "/{conf}/waiting", answer(show_waiting));
    app.route("GET", "/{conf}/registrant", [with](http::request const& asked) {
        return show_registrant(with, asked);
    });
    app.route("POST", "/{conf}/registrant", answer(assign_registrant));
    app.route("POST", "/{conf}/promotion", answer(apply_promotion));
    app.route("GET", "/{conf}/confirmation", answer(show_confirmation));
    app.route("GET", "/{conf}/expired", answer(show_expired));
}

}  // namespace conference::web
