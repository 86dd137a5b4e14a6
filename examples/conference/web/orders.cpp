#include "web/registrants.hpp"

namespace conference::web {

namespace {

std::string seats_page(http::request const& asked) {
    return path_of(asked, "order/" + percent_encoded(asked.parameter("order")) + "/seats");
}

http::response show_find(http::request const& asked, http::pairs const& said, int status) {
    auto body = status == 200 ? std::string{}
                              : "<p class=fault>There is no order with this address and code</p>";
    body += "<form method=post action=\"" + path_of(asked, "order/find") + "\">" +
            input("email", "Email", "email", value_of(said, "email")) +
            input("access_code", "Code", "text", value_of(said, "access_code")) +
            "<button>Find</button></form>";
    return show({.title = "Find your order", .body = body}, status);
}

http::response find_order(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const found = with.all(
        "draft_orders",
        {{"registrant_email", "eq." + value_of(form, "email")},
         {"access_code", "eq." + value_of(form, "access_code")},
         {"limit", "1"}}
    );
    if (found.root().size() == 0) return show_find(asked, form, 404);
    return send_to(path_of(asked, "order/" + percent_encoded(shown(found.root(), "0.order_id"))));
}

http::response show_order(site const& with, http::request const& asked) {
    auto const id = std::string{asked.parameter("order")};
    auto const order = with.find("draft_orders", "order_id", id);
    auto const priced = with.find("priced_orders", "order_id", id);
    if (!order || !priced) return no_order();
    auto body = "<p id=state>" + escaped((*order)["state"]) + "</p>" + price_table(*priced);
    if ((*order)["state"] == "confirmed")
        body += "<p><a href=\"" + seats_page(asked) + "\">Say who sits where</a></p>";
    else
        body += "<p><a href=\"" + link_to(path_of(asked, "registrant"), {{"order", id}}) +
                "\">Go on</a></p>";
    return show({.title = "Your order", .body = body});
}

std::string seat_form(http::request const& asked, row const& seats, std::size_t place) {
    auto const seat = "seats." + std::to_string(place);
    http::pairs const fixed{
        {"assignments", seats["assignments_id"]}, {"position", seats[seat + ".position"]}
    };
    auto const who = seat + ".attendee.";
    auto html = "<h2>" + escaped(seats[seat + ".seat_name"]) + "</h2>" +
                to_html(
                    {.of = command_called("assign_seat"),
                     .action = seats_page(asked),
                     .button = "Assign",
                     .fixed = fixed,
                     .values =
                         {{"first_name", seats[who + "first_name"]},
                          {"last_name", seats[who + "last_name"]},
                          {"email", seats[who + "email"]}}}
                );
    if (!seats[who + "email"].empty())
        html += to_html(
            {.of = command_called("unassign_seat"),
             .action = seats_page(asked) + "/unassign",
             .button = "Give up",
             .fixed = fixed}
        );
    return html;
}

http::response show_seats(site const& with, http::request const& asked) {
    auto const id = std::string{asked.parameter("order")};
    auto const seats = with.wait_for([&] { return with.find("order_seats", "order_id", id); });
    if (!seats) return complain(404, "There is no such order, or it is not confirmed yet");
    std::string body;
    for (std::size_t i = 0; i < seats->count("seats"); ++i) body += seat_form(asked, *seats, i);
    return show({.title = "Who sits where", .body = body});
}

http::response send_seat(site const& with, http::request const& asked, std::string_view command) {
    auto const answer = with.send(command, read_form(asked.body));
    if (!answer.accepted) return complain(409, answer.fault);
    return send_to(seats_page(asked));
}

}  // namespace

void add_order_routes(diptych::application& app, site const& with) {
    app.route("GET", "/{conf}/order/find", [](http::request const& asked) {
        return show_find(asked, {}, 200);
    });
    app.route("POST", "/{conf}/order/find", [with](http::request const& asked) {
        return find_order(with, asked);
    });
    app.route("GET", "/{conf}/order/{order}", [with](http::request const& asked) {
        return show_order(with, asked);
    });
    app.route("GET", "/{conf}/order/{order}/seats", [with](http::request const& asked) {
        return show_seats(with, asked);
    });
    app.route("POST", "/{conf}/order/{order}/seats", [with](http::request const& asked) {
        return send_seat(with, asked, "assign_seat");
    });
    app.route("POST", "/{conf}/order/{order}/seats/unassign", [with](http::request const& asked) {
        return send_seat(with, asked, "unassign_seat");
    });
}

}  // namespace conference::web
