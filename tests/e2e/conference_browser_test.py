#!/usr/bin/env python3
"""The pages of the conference in a real browser, with and without scripts (S4-57). Skipped without Chromium."""
import sys
import unittest

from browser import CHROMIUM, Browser
from conference import Users, conference
from service import TestCase


class BrowserTest(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(conference(self.data))
        self.users = Users(self.service.client())
        self.home = f"http://localhost:{self.service.port}"

    def register(self, browser, quantity):
        browser.go(f"{self.home}/c1/register")
        browser.submit("register_to_conference", quantity=str(quantity))

    def test_s4_57_without_scripts_a_conference_is_announced_sold_paid_and_seated(self):
        browser = self.enterContext(Browser(scripts=False))
        browser.go(f"{self.home}/management")
        browser.submit("create_conference", slug="days", name="Days", starts="2026-09-01", ends="2026-09-03",
                       owner_name="Ada", owner_email="ada@x")
        self.assertEqual("/management/days", browser.path())
        browser.submit("create_seat", name="Full", quantity="10", price="100.50")
        browser.submit("publish_conference")
        self.assertEqual("published", browser.ask("document.querySelector('#published').innerText"))
        self.users.until(lambda: [row["available_quantity"] for row in self.users.client.rows("seat_types")] == [10])

        browser.go(f"{self.home}/conferences")
        browser.click("a[href='/days']")
        browser.click("#register")
        browser.submit("register_to_conference", quantity="2")
        self.assertEqual("/days/registrant", browser.path())
        self.assertEqual("201.00", browser.until("document.querySelector('#total')?.innerText"))
        browser.submit("assign_registrant_details", first_name="Ada", last_name="Byron", email="ada@x")
        self.assertEqual("/days/pay", browser.path())
        browser.submit("initiate_third_party_processor_payment")
        self.assertEqual("201.00", browser.ask("document.querySelector('#amount').innerText"))
        browser.submit("complete_third_party_processor_payment")
        code = browser.until("document.querySelector('#code')?.innerText")
        self.assertEqual("/days/confirmation", browser.path())
        browser.click("#seats")
        browser.submit("assign_seat", first_name="Bob", last_name="B", email="bob@x")
        self.assertEqual("bob@x", browser.ask("document.querySelector('form[data-command=assign_seat] [name=email]').value"))
        self.assertEqual(8, self.users.client.rows("seat_types")[0]["available_quantity"])

        browser.go(f"{self.home}/days/order/find")
        browser.ask(f"for (const [n, v] of [['email', 'ada@x'], ['access_code', '{code}']]) "
                    "document.getElementsByName(n)[0].value = v")
        browser.click("form button")
        self.assertEqual("confirmed", browser.ask("document.querySelector('#state').innerText"))

    def test_s4_57_p4_05_who_gets_a_part_goes_back_to_the_same_order(self):
        self.users.open_conference(seats={"full": (3, "10.00")})
        browser = self.enterContext(Browser(scripts=False))
        self.register(browser, 5)
        browser.until("!!document.querySelector('#partial')")
        order = browser.ask("document.getElementsByName('order')[0].value")
        browser.submit("register_to_conference")  # what there is has been filled in
        self.assertEqual("30.00", browser.until("document.querySelector('#total')?.innerText"))
        self.assertEqual([order], [row["order_id"] for row in self.users.client.rows("draft_orders")])
        self.register(browser, 0)
        self.assertIn("At least one seat is to be chosen", browser.text())

    def test_s4_67_what_costs_nothing_is_confirmed_without_paying(self):
        self.users.open_conference(seats={"free": (3, "0.00")})
        browser = self.enterContext(Browser(scripts=False))
        self.register(browser, 1)
        browser.submit("assign_registrant_details", first_name="Ada", last_name="Byron", email="ada@x")
        browser.until("!!document.querySelector('#code')")

    def test_p4_16_a_page_comes_anew_by_itself_when_its_rows_change(self):
        self.users.open_conference(seats={"full": (1, "10.00")})
        self.users.want("o1", full=1)
        browser = self.enterContext(Browser())
        browser.go(f"{self.home}/c1/register")
        browser.submit("join_wait_list", email="w@x", quantity="1")
        self.assertEqual("/c1/waiting", browser.path())
        self.users.send("reject_order", order="o1")
        # Without scripts it would come anew after 10 seconds.
        self.assertEqual("10.00", browser.until("document.querySelector('#total')?.innerText", seconds=8))


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit(77)
    unittest.main()
