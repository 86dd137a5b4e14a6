#include "web/organisers.hpp"

#include <algorithm>
#include <array>

namespace conference::web {

namespace {

constexpr std::array<std::string_view, 9> commands_of_organisers{
    "update_conference",
    "publish_conference",
    "unpublish_conference",
    "create_seat",
    "update_seat",
    "delete_seat",
    "create_promotion",
    "set_reservation_terms",
    "settle_refund"
};

std::string page_of(std::string_view slug, std::string_view access_code) {
    return link_to("/management/" + percent_encoded(slug), {{"access_code", access_code}});
}

http::response show_beginning(
    site const& with, http::pairs const& said = {}, std::string const& fault = {}
) {
    auto const known = value_of(said, "conference");
    auto body = fault.empty() ? std::string{} : "<p class=fault>" + escaped(fault) + "</p>";
    body += to_html(
        {.of = command_called("create_conference"),
         .action = "/management/create",
         .button = "Create",
         .fixed = {{"conference", known.empty() ? with.new_id() : known}},
         .values = said}
    );
    body += "<h2>Back to one that there is</h2><form method=post action=/management/find>" +
            input("slug", "Slug", "text", "") + input("access_code", "Code", "text", "") +
            "<button>Find</button></form>";
    return show({.title = "Announce a conference", .body = body}, fault.empty() ? 200 : 409);
}

http::response create_now(site const& with, http::request const& asked) {
    auto const form = read_form(asked.body);
    auto const answer = with.send("create_conference", form);
    if (!answer.accepted) return show_beginning(with, form, answer.fault);
    auto const made = with.find("conferences", "conference_id", value_of(form, "conference"));
    if (!made) return complain(404, "There is no such conference");
    return send_to(page_of((*made)["slug"], (*made)["access_code"]));
}

// The conference that a request is about, or the answer to who may not see it.
std::optional<row> conference_for(
    site const& with,
    std::string const& slug,
    std::string const& access_code,
    http::response& otherwise
) {
    auto found = with.find("conferences", "slug", slug);
    if (found && (*found)["access_code"] == access_code) return found;
    otherwise = found ? complain(401, "This is not the code of the conference")
                      : complain(404, "There is no such conference");
    return std::nullopt;
}

http::pairs values_in(diptych::json::value const& of, diptych::model::command const& command) {
    http::pairs values;
    for (auto const& field : command.fields) values.emplace_back(field.name, shown(of, field.name));
    return values;
}

class organiser_page {
public:
    organiser_page(site const& with, row const& conference)
        : with_(&with), conference_(&conference), code_(conference["access_code"]) {}

    std::string html() const {
        auto const published = (*conference_)["is_published"] == "true";
        auto html = "<p>Your code: <b id=code>" + code_ + "</b>. It is <span id=published>" +
                    (published ? "published" : "not published") + "</span>.</p>";
        html += of_command(published ? "unpublish_conference" : "publish_conference");
        html += "<h2>Conference</h2>" + of_command("update_conference", conference_->value());
        html += "<h2>Seats</h2>" + seats() + "<h3>New</h3>" +
                of_command("create_seat", {}, {{"seat_type", with_->new_id()}});
        html += "<h2>Promotion codes</h2>" + of_command("create_promotion");
        html += "<h2>Orders</h2>" + orders();
        return html + "<h2>Money to pay back</h2>" + refunds();
    }

    // A form that was refused, as it was sent.
    std::string again(std::string_view name, http::pairs const& sent) const {
        http::pairs fixed;
        for (auto const* const key : {"seat_type", "payment"})
            if (auto const value = value_of(sent, key); !value.empty())
                fixed.emplace_back(key, value);
        return form_of(name, sent, fixed);
    }

private:
    std::string of_command(
        std::string_view name,
        std::optional<diptych::json::value> const& of = {},
        http::pairs const& fixed = {}
    ) const {
        return form_of(name, of ? values_in(*of, command_called(name)) : http::pairs{}, fixed);
    }

    std::string form_of(std::string_view name, http::pairs const& values, http::pairs const& fixed)
        const {
        auto const& command = command_called(name);
        http::pairs all{{"conference", (*conference_)["conference_id"]}};
        all.insert(all.end(), fixed.begin(), fixed.end());
        auto button = std::string{name};
        std::ranges::replace(button, '_', ' ');
        return to_html(
            {.of = command,
             .action =
                 "/management/" + percent_encoded((*conference_)["slug"]) + "/" + std::string{name},
             .button = button,
             .fixed = all,
             .values = values,
             .extra = hidden_input("access_code", code_)}
        );
    }

    // Before the first publish its seats are known to nobody but the state of the conference.
    std::string seats() const {
        auto const id = (*conference_)["conference_id"];
        auto const state = with_->app().state("conference_state", {"conference-" + id}, {});
        if (!state) return {};
        auto const known = diptych::json::parse(*state).or_throw();
        std::string html;
        auto const seats = known.root().at("seats");
        if (!seats) return html;
        for (auto const& [seat_type, seat] : seats->members())
            html += "<h3>" + escaped(shown(seat, "name")) + "</h3>" +
                    of_command("update_seat", seat, {{"seat_type", std::string{seat_type}}});
        return html;
    }

    std::string orders() const {
        auto const id = (*conference_)["conference_id"];
        auto const all = with_->all("orders", {{"conference_id", "eq." + id}, {"limit", "1000"}});
        std::string html = "<table id=orders>";
        for (auto const one : all.root().elements())
            html += "<tr><td>" + escaped(shown(one, "first_name")) + " " +
                    escaped(shown(one, "last_name")) + "<td>" + escaped(shown(one, "email")) +
                    "<td>" + shown(one, "total") + "<td>" + shown(one, "state") + "</tr>";
        return html + "</table>";
    }

    std::string refunds() const {
        auto const id = (*conference_)["conference_id"];
        auto const orders =
            with_->all("orders", {{"conference_id", "eq." + id}, {"limit", "1000"}});
        std::string html;
        for (auto const order : orders.root().elements()) {
            if (shown(order, "refunds_due") == "0") continue;
            auto const due =
                with_->all("refunds_due", {{"order_id", "eq." + shown(order, "order_id")}});
            for (auto const one : due.root().elements())
                html += "<p>" + escaped(shown(order, "email")) + ", " + shown(one, "amount") +
                        ": " + escaped(shown(one, "reason")) + "</p>" +
                        of_command("settle_refund", {}, {{"payment", shown(one, "payment_id")}});
        }
        return html;
    }

    site const* with_;
    row const* conference_;
    std::string code_;
};

// Whether a payment is for an order of this conference.
bool is_of(site const& with, std::string const& payment, std::string const& conference) {
    auto const paid = with.find("payments", "payment_id", payment);
    if (!paid) return false;
    auto const order = with.find("orders", "order_id", (*paid)["order_id"]);
    return order && (*order)["conference_id"] == conference;
}

http::response show_organiser(site const& with, http::request const& asked) {
    http::response otherwise;
    auto const found = conference_for(
        with,
        std::string{asked.parameter("conf")},
        std::string{asked.query_value("access_code").value_or("")},
        otherwise
    );
    if (!found) return otherwise;
    return show({.title = (*found)["name"], .body = organiser_page{with, *found}.html()});
}

http::response find_conference(http::request const& asked) {
    auto const form = read_form(asked.body);
    return send_to(page_of(value_of(form, "slug"), value_of(form, "access_code")));
}

http::response send_organiser(site const& with, http::request const& asked) {
    auto const name = asked.parameter("command");
    if (std::ranges::find(commands_of_organisers, name) == commands_of_organisers.end())
        return complain(404, "There is no such task");
    auto form = read_form(asked.body);
    http::response otherwise;
    auto const slug = std::string{asked.parameter("conf")};
    auto const code = value_of(form, "access_code");
    auto const found = conference_for(with, slug, code, otherwise);
    if (!found) return otherwise;
    // Whatever the browser says: who has the code of one conference changes that one.
    std::erase_if(form, [](auto const& one) { return one.first == "conference"; });
    form.emplace_back("conference", (*found)["conference_id"]);
    if (name == "settle_refund" &&
        !is_of(with, value_of(form, "payment"), (*found)["conference_id"]))
        return complain(404, "There is no such payment");
    auto const answer = with.send(name, form);
    if (!answer.accepted)
        return show(
            {.title = "This does not work",
             .body = "<p class=fault>" + escaped(answer.fault) + "</p>" +
                     organiser_page{with, *found}.again(name, form) + "<p><a href=\"" +
                     escaped(page_of(slug, code)) + "\">Leave it as it was</a></p>"},
            409
        );
    return send_to(page_of(slug, code));
}

}  // namespace

void add_organiser_routes(diptych::application& app, site const& with) {
    app.route("GET", "/management", [with](http::request const&) { return show_beginning(with); });
    app.route("POST", "/management/create", [with](http::request const& asked) {
        return create_now(with, asked);
    });
    app.route("POST", "/management/find", find_conference);
    app.route("GET", "/management/{conf}", [with](http::request const& asked) {
        return show_organiser(with, asked);
    });
    app.route("POST", "/management/{conf}/{command}", [with](http::request const& asked) {
        return send_organiser(with, asked);
    });
}

}  // namespace conference::web
