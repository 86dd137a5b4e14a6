#include "web/registrants.hpp"

namespace conference::web {

namespace {

http::response no_conference() { return complain(404, "There is no such conference"); }

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
    auto const found =
        with.find("published_conferences", "slug", std::string{asked.parameter("conf")});
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
    auto const found =
        with.find("published_conferences", "slug", std::string{asked.parameter("conf")});
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

}  // namespace

void add_choosing_routes(diptych::application& app, site const& with) {
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
}

}  // namespace conference::web
