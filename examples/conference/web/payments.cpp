#include "web/registrants.hpp"

namespace conference::web {

namespace {

http::response show_pay(site const& with, http::request const& asked) {
    auto const order = asked_for(asked, "order");
    auto const priced = with.find("priced_orders", "order_id", order);
    if (!priced) return no_order();
    return show(
        {.title = "Pay " + (*priced)["total"],
         .body = price_table(*priced) +
                 to_html(
                     {.of = command_called("initiate_third_party_processor_payment"),
                      .action = path_of(asked, "pay"),
                      .button = "Pay",
                      .fixed =
                          {{"payment", with.new_id()},
                           {"order", order},
                           {"amount", (*priced)["total"]},
                           {"description", "Seats of " + std::string{asked.parameter("conf")}}}}
                 )}
    );
}

http::response pay_now(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const answer = with.send("initiate_third_party_processor_payment", form);
    if (!answer.accepted) return complain(409, answer.fault);
    return send_to(link_to(
        "/third-party-payment",
        {{"payment", value_of(form, "payment")}, {"conf", std::string{asked.parameter("conf")}}}
    ));
}

http::response show_payment(site const& with, http::request const& asked) {
    auto const id = asked_for(asked, "payment");
    auto const payment = with.find("payments", "payment_id", id);
    if (!payment) return complain(404, "There is no such payment");
    auto const back = asked_for(asked, "conf");
    auto const choice = [&](std::string_view command, std::string action, std::string button) {
        return to_html(
            {.of = command_called(command),
             .action = std::move(action),
             .button = std::move(button),
             .fixed = {{"payment", id}},
             .extra = hidden_input("conf", back) + hidden_input("order", (*payment)["order_id"])}
        );
    };
    return show(
        {.title = "Third party payment",
         .body =
             "<p id=amount>" + (*payment)["amount"] + "</p>" +
             choice(
                 "complete_third_party_processor_payment", "/third-party-payment-accept", "Accept"
             ) +
             choice("cancel_third_party_processor_payment", "/third-party-payment-reject", "Reject")
        }
    );
}

http::response end_payment(
    site const& with, http::request const& asked, std::string_view command, std::string_view next
) {
    auto const form = read_form(asked.body);
    auto const answer = with.send(command, form);
    if (!answer.accepted) return complain(409, answer.fault);
    return send_to(link_to(
        "/" + percent_encoded(value_of(form, "conf")) + std::string{next},
        {{"order", value_of(form, "order")}}
    ));
}

}  // namespace

void add_payment_routes(diptych::application& app, site const& with) {
    app.route("GET", "/{conf}/pay", [with](http::request const& asked) {
        return show_pay(with, asked);
    });
    app.route("POST", "/{conf}/pay", [with](http::request const& asked) {
        return pay_now(with, asked);
    });
    app.route("GET", "/third-party-payment", [with](http::request const& asked) {
        return show_payment(with, asked);
    });
    app.route("POST", "/third-party-payment-accept", [with](http::request const& asked) {
        return end_payment(with, asked, "complete_third_party_processor_payment", "/confirmation");
    });
    app.route("POST", "/third-party-payment-reject", [with](http::request const& asked) {
        return end_payment(with, asked, "cancel_third_party_processor_payment", "/pay");
    });
}

}  // namespace conference::web
