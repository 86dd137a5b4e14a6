#!/usr/bin/env python3
"""The pages of the conference as they are sent: where they lead, what they ask for, and who may see them (S4-57)."""
import html.parser
import unittest
import urllib.parse

from conference import Users, conference
from service import TestCase

FORM = "application/x-www-form-urlencoded"


class Forms(html.parser.HTMLParser):
    """The forms of a page: action, command, and the inputs with their values."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.scripts = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag == "form":
            self.forms.append({"action": named["action"], "command": named.get("data-command"), "inputs": {}, "seen": set()})
        elif tag == "input":
            self.forms[-1]["inputs"][named["name"]] = named.get("value", "")
            if named["type"] != "hidden":
                self.forms[-1]["seen"].add(named["name"])
        elif tag == "script":
            self.scripts += 1

    def of(self, command):
        return next(form for form in self.forms if form["command"] == command)


class PagesTest(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(conference(self.data))
        self.client = self.service.client()
        self.users = Users(self.service.client())

    def page(self, path, status=200):
        answer = self.client.get(path)
        self.assertEqual(status, answer.status, f"{path}: {answer.text}")
        return answer.text

    def submit(self, form, status=303, **values):
        body = urllib.parse.urlencode({**form["inputs"], **values})
        answer = self.client.post(form["action"], body, Content_Type=FORM)
        self.assertEqual(status, answer.status, f"{form['action']} {values}: {answer.text}")
        return answer.location if status == 303 else answer.text

    def manage(self, slug="c1"):
        code = self.users.row("conferences", slug=slug)["access_code"]
        return f"/management/{slug}?access_code={code}"

    def test_s4_57_every_form_asks_for_all_fields_of_its_command(self):
        self.users.open_conference()
        self.users.want("o1", full=1)
        commands = {path.removeprefix("/commands/"): one for path, one in
                    self.client.get("/openapi.json").json["paths"].items() if path.startswith("/commands/")}
        found = {}
        for path in ("/management", self.manage(), "/c1/register", "/c1/registrant?order=o1", "/c1/pay?order=o1"):
            for form in Forms(self.page(path)).forms:
                if form["command"]:
                    found[form["command"]] = form["inputs"]
        self.assertLessEqual({"create_conference", "create_seat", "update_seat", "register_to_conference", "join_wait_list",
                              "assign_registrant_details", "initiate_third_party_processor_payment"}, set(found))
        document = self.client.get("/openapi.json").json
        for command, inputs in found.items():
            name = next(one for one in commands if one.split(".")[-1] == command)
            schema = commands[name]["post"]["requestBody"]["content"]["application/json"]["schema"]
            while "$ref" in schema:
                schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
            asked = {name.split(".")[0] for name in inputs} - {"access_code"}
            self.assertEqual(set(schema["properties"]), asked, command)

    def test_every_post_leads_on_with_303_and_back_with_a_sentence(self):
        self.users.open_conference(seats={"full": (10, "10.00")})
        register = Forms(self.page("/c1/register")).of("register_to_conference")
        self.assertIn("At least one seat is to be chosen", self.submit(register, 409))
        self.assertIn("seats/0/quantity", self.submit(register, 409, **{"seats.0.quantity": "two"}))
        there = self.submit(register, **{"seats.0.quantity": "2"})
        order = register["inputs"]["order"]
        self.assertEqual(f"/c1/registrant?order={order}", there)
        # The same form once more, as after "back": the same order.
        self.assertIn(f"order={order}", self.submit(register, **{"seats.0.quantity": "3"}))
        self.users.until(lambda: self.users.free() == 7)
        page = Forms(self.page(f"/c1/registrant?order={order}"))
        promotion = page.of("apply_promotion")
        self.assertIn("There is no promotion X", self.submit(promotion, 409, promotion="X"))
        self.users.send("create_promotion", promotion="ALL", conference="c1", percent=100, uses=1)
        self.assertEqual(f"/c1/registrant?order={order}", self.submit(promotion, promotion="ALL"))
        details = Forms(self.page(f"/c1/registrant?order={order}")).of("assign_registrant_details")
        self.assertIn("An e-mail address is like", self.submit(details, 409, first_name="A", last_name="B", email="ab"))
        self.assertEqual(f"/c1/confirmation?order={order}",
                         self.submit(details, first_name="A", last_name="B", email="a@b"))  # it costs nothing now
        self.assertIn("You are registered", self.page(f"/c1/confirmation?order={order}"))

    def test_a_payment_that_is_rejected_leads_back_and_one_after_expiry_to_the_truth(self):
        self.users.open_conference(window="PT10M")
        self.users.want("o1", full=2)
        there = self.submit(Forms(self.page("/c1/pay?order=o1")).of("initiate_third_party_processor_payment"))
        reject = Forms(self.page(there)).of("cancel_third_party_processor_payment")
        self.assertEqual("/c1/pay?order=o1", self.submit(reject))
        self.assertIn("The payment was given up", self.submit(
            Forms(self.page(there)).of("complete_third_party_processor_payment"), 409))
        self.users.later("PT11M")
        self.users.becomes("o1", "expired")
        self.assertEqual("/c1/expired?order=o1", self.client.get("/c1/registrant?order=o1").location)
        self.assertIn("Your order has expired", self.page("/c1/expired"))
        self.assertEqual("/c1/expired?order=o1", self.client.get("/c1/confirmation?order=o1").location)
        self.users.want("o2", full=9)
        self.users.pay("o1")  # its seats are taken
        self.users.until(lambda: self.users.client.rows("refunds_due"))
        self.assertEqual("/c1/expired?order=o1", self.client.get("/c1/confirmation?order=o1").location)
        self.assertIn("201.00 will be paid back to you", self.page("/c1/expired?order=o1"))

    def test_a_confirmation_that_does_not_come_says_what_is_to_be_done(self):
        self.users.open_conference(window="PT10M")
        self.users.want("o1", full=8)
        self.users.want("o2", full=5)
        self.users.becomes("o2", "partially_reserved")
        self.assertEqual("/c1/register?order=o2", self.client.get("/c1/confirmation?order=o2").location)
        self.users.send("initiate_third_party_processor_payment", payment="p1", order="o1", amount="1.00", description="")
        self.users.send("complete_third_party_processor_payment", payment="p1")
        self.users.until(lambda: self.users.client.rows("refunds_due"))
        said = self.page("/c1/confirmation?order=o1")
        self.assertIn("Your order is not paid", said)
        self.assertIn("1.00 will be paid back to you", said)
        self.assertIn("/c1/pay?order=o1", said)
        self.assertNotIn("http-equiv", said.lower())

    def test_what_an_organiser_has_typed_is_kept_when_it_is_refused(self):
        self.users.open_conference()
        page = self.page(self.manage())
        self.assertIn("Until, as 2026-", page)
        said = self.submit(Forms(page).of("create_promotion"), 409, promotion="EARLY", percent="30", uses="2", until="soon")
        again = Forms(said).of("create_promotion")
        self.assertEqual({"promotion": "EARLY", "percent": "30", "until": "soon", "conference": "c1"},
                         {name: again["inputs"][name] for name in ("promotion", "percent", "until", "conference")})
        self.assertIn("until", said.split("</p>")[0])
        self.submit(again, until="2030-01-01T00:00:00Z")
        self.assertEqual(30, self.users.row("promotions", promotion_id="EARLY")["percent"])
        said = self.submit(Forms(page).of("create_seat"), 409, name="Balcony", quantity="2", price="dear")
        again = Forms(said).of("create_seat")
        self.assertEqual("Balcony", again["inputs"]["name"])
        self.submit(again, price="3.00")
        self.assertIn("Balcony", self.page(self.manage()))

    def test_a_conference_is_changed_by_who_has_its_code(self):
        self.users.open_conference()
        self.users.open_conference("c2")
        self.page("/management/none?access_code=ABCDEF", 404)
        self.page("/management/c1?access_code=ABCDEF", 401)
        self.page("/management/c1", 401)
        update = Forms(self.page(self.manage())).of("update_conference")
        self.submit({**update, "inputs": {**update["inputs"], "access_code": "ABCDEF"}}, 401, name="Mine")
        self.submit(update, name="Renamed", conference="c2")  # of whatever other one it speaks
        self.assertEqual(["Renamed", "C2"],
                         [self.users.row("conferences", conference_id=name)["name"] for name in ("c1", "c2")])
        self.submit({**update, "action": "/management/c1/register_to_conference"}, 404)
        self.assertIn("unpublish conference", self.page(self.manage()))
        self.submit(Forms(self.page(self.manage())).of("unpublish_conference"))
        self.page("/c1", 404)
        self.page("/c1/register", 404)

    def test_s4_68_an_organiser_sees_what_has_to_be_paid_back_and_says_when_it_is(self):
        self.users.open_conference(window="PT10M")
        self.users.open_conference("c2")
        self.users.want("o1", full=2)
        payments = [self.users.pay("o1") for _ in range(2)]
        self.users.until(lambda: self.users.client.rows("refunds_due"))
        page = self.page(self.manage())
        self.assertIn("201.00: The order is paid already", page)
        settle = Forms(page).of("settle_refund")
        self.assertEqual(payments[1], settle["inputs"]["payment"])
        self.assertFalse([form for form in Forms(self.page(self.manage("c2"))).forms if form["command"] == "settle_refund"])
        other = self.users.row("conferences", slug="c2")["access_code"]
        self.submit({"action": "/management/c2/settle_refund", "inputs": settle["inputs"]}, 404, access_code=other)
        self.submit(settle)
        self.assertEqual([], self.users.client.rows("refunds_due"))
        self.assertNotIn("The order is paid already", self.page(self.manage()))

    def test_an_order_is_found_by_address_and_code_and_by_nothing_less(self):
        self.users.open_conference()
        code = self.users.want("o1", full=1)["access_code"]
        self.users.send("assign_registrant_details", order="o1", first_name="A", last_name="B", email="a@b")
        form = Forms(self.page("/c1/order/find")).forms[0]
        self.assertEqual("/c1/order/o1", self.submit(form, email="a@b", access_code=code))
        for wrong in ({"email": "a@c", "access_code": code}, {"email": "a@b", "access_code": ""}):
            self.assertIn("There is no order", self.submit(form, 404, **wrong))
        self.page("/c1/order/none", 404)
        self.page("/c1/registrant?order=none", 404)
        self.page("/c1/order/none/seats", 404)

    def test_names_are_text_and_never_part_of_the_page(self):
        self.users.open_conference()
        evil = "<script>alert('1')</script>\"'&"
        self.users.send("update_conference", conference="c1", name=evil, description=evil, location=evil,
                        starts="2026-09-01", ends="2026-09-03")
        self.users.send("update_seat", conference="c1", seat_type="full", name=evil, description="", quantity=10,
                        price="1.00")
        self.users.want("o1", full=1)
        self.users.send("assign_registrant_details", order="o1", first_name=evil, last_name=evil, email="a@b")
        for path in ("/conferences", "/c1", "/c1/register", "/c1/registrant?order=o1", "/c1/order/o1", self.manage()):
            text = self.page(path)
            self.assertEqual((0, False), (Forms(text).scripts, "<script" in text), path)
        details = Forms(self.page("/c1/registrant?order=o1")).of("assign_registrant_details")
        self.assertEqual(evil, details["inputs"]["first_name"])


if __name__ == "__main__":
    unittest.main()
