#!/usr/bin/env python3
"""Registering for a conference, from outside (S4). Each test names its requirements."""
import subprocess
import unittest

from catalogue import PRODUCTS
from conference import CONFERENCE, Users, conference
from order_messages import ORDER_HISTORY
from service import TestCase, run


class Conference(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(conference(self.data))
        self.users = Users(self.service.client())

    def restart(self, clock):
        self.service.kill()
        self.service = self.enterContext(conference(self.data, clock=clock))
        self.users = Users(self.service.client())

    def refunds(self):
        return {row["payment_id"]: row["amount"] for row in self.users.client.rows("refunds_due")}


class WordsTest(unittest.TestCase):
    def test_words_that_are_not_understood_are_named(self):
        for words, fault in ((["srve"], 'There is no command "srve"'),
                             (["serve", "--prot", "1"], 'serve has no option "--prot"'),
                             (["serve", "--port"], "--port needs a value"),
                             (["serve", "--clock", "foo"], '--clock is a time such as PT29M, and not "foo"')):
            said = subprocess.run([CONFERENCE, *words], capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(2, said.returncode)
            self.assertEqual(f"diptych-conference: {fault}", said.stderr.split("\n")[0])
            self.assertIn("diptych-conference serve [--port N]", said.stderr)


    def test_help_is_given_wherever_it_is_asked_for(self):
        for program in (CONFERENCE, ORDER_HISTORY, PRODUCTS):
            for words in (["--help"], ["serve", "--help"], ["-h"], ["help"]):
                told = run(program, *words)
                self.assertEqual((0, ""), (told.returncode, told.stderr), (program.name, words))
                self.assertIn(f"{program.name} serve [--port N]", told.stdout)


class ManagementTest(Conference):
    def test_s4_the_seats_of_a_conference_are_announced_when_it_is_published(self):
        users = self.users
        users.send("create_conference", conference="c1", slug="days", name="Days", starts="2026-09-01", ends="2026-09-03",
                   owner_name="Ada", owner_email="ada@x")
        for seat_type in ("full", "day"):
            users.send("create_seat", conference="c1", seat_type=seat_type, name=seat_type, quantity=10, price="10.00")
        users.send("delete_seat", conference="c1", seat_type="day")
        self.assertEqual([], users.client.rows("seat_types"))
        self.assertEqual([], users.client.rows("published_conferences"))
        self.assertEqual("conference_not_published", users.refusal("register_to_conference", order="o", conference="c1",
                                                                   seats=[{"seat_type": "full", "quantity": 1}]))
        self.assertEqual("The conference is not published, or not any more",
                         users.ask("register_to_conference", order="o", conference="c1",
                                   seats=[{"seat_type": "full", "quantity": 1}]).json["detail"])
        users.send("publish_conference", conference="c1")
        users.until(lambda: users.free() == 10)
        self.assertEqual(["full"], [row["seat_type_id"] for row in users.client.rows("seat_types")])
        self.assertEqual(["days"], [row["slug"] for row in users.client.rows("published_conferences")])
        self.assertEqual("was_published", users.refusal("delete_seat", conference="c1", seat_type="full"))
        self.assertEqual("slug_taken", users.refusal(
            "create_conference", conference="c2", slug="days", name="Days", starts="2026-09-01", ends="2026-09-03",
            owner_name="Ada", owner_email="ada@x"))

    def test_p4_06_a_quota_that_is_cut_or_grows_is_cut_or_grows_by_the_difference(self):
        users = self.users
        users.open_conference(seats={"full": (10, "1.00")})
        users.want("o1", full=8)
        change = {"conference": "c1", "seat_type": "full", "name": "Full", "description": "", "price": "1.00"}
        users.send("update_seat", **change, quantity=5)
        users.until(lambda: users.free() == -3)
        row = users.row("seat_types", conference_id="c1")
        self.assertEqual((5, 0), (row["quantity"], row["available_quantity"]))
        self.assertEqual({"full": 0}, {line["seat_type"]: line["reserved"] for line in users.want("o2", full=1)["lines"]})
        users.pay("o1")
        users.becomes("o1", "confirmed")  # what was promised is kept
        users.send("update_seat", **change, quantity=9)
        users.until(lambda: users.free() == 1)

    def test_p4_09_an_unpublished_conference_keeps_its_orders_and_sells_no_more(self):
        users = self.users
        users.open_conference()
        users.want("o1", full=2)
        users.send("unpublish_conference", conference="c1")
        self.assertEqual("conference_not_published", users.refusal("register_to_conference", order="o2", conference="c1",
                                                                   seats=[{"seat_type": "full", "quantity": 1}]))
        users.pay("o1")
        users.becomes("o1", "confirmed")


class RegistrationTest(Conference):
    def test_s4_register_reserve_pay_confirm_assign(self):
        users = self.users
        users.open_conference(seats={"full": (10, "100.50"), "day": (10, "33.33")})
        order = users.want("o1", full=2, day=3)
        self.assertEqual("reservation_completed", order["state"])
        self.assertEqual(6, len(order["access_code"]))
        priced = users.row("priced_orders", order_id="o1")
        self.assertEqual((300.99, False), (priced["total"], priced["is_free_of_charge"]))
        self.assertEqual(["201.00", "99.99"], [line["line_total"] for line in priced["lines"]])
        self.assertEqual((8, 7), (users.free("full"), users.free("day")))
        users.send("assign_registrant_details", order="o1", first_name="Ada", last_name="Byron", email="ada@x")
        self.assertEqual("not_paid", users.refusal("confirm_order", order="o1"))
        self.assertEqual("pending", users.row("orders", order_id="o1")["state"])
        payment = users.pay("o1")
        users.becomes("o1", "confirmed")
        self.assertEqual("completed", users.row("payments", payment_id=payment)["state"])
        self.assertEqual("paid", users.row("orders", order_id="o1")["state"])
        self.assertEqual((8, 7), (users.free("full"), users.free("day")))

        seats = users.until(lambda: users.row("order_seats", order_id="o1"))
        self.assertEqual(["Full", "Full", "Day", "Day", "Day"], [seat["seat_name"] for seat in seats["seats"]])
        self.assertEqual(seats["assignments_id"], users.row("priced_orders", order_id="o1")["assignments_id"])
        self.assertNotEqual("o1", seats["assignments_id"])
        users.send("assign_seat", assignments=seats["assignments_id"], position=4, first_name="Bob", last_name="B",
                   email="bob@x")
        users.send("assign_seat", assignments=seats["assignments_id"], position=0, first_name="Ada", last_name="B",
                   email="ada@x")
        users.send("unassign_seat", assignments=seats["assignments_id"], position=0)
        self.assertEqual([None, None, None, None, "bob@x"],
                         [seat.get("attendee", {}).get("email") for seat in users.row("order_seats", order_id="o1")["seats"]])
        self.assertEqual("unknown_position", users.refusal(
            "assign_seat", assignments=seats["assignments_id"], position=5, first_name="", last_name="", email="a@x"))

    def test_s4_an_order_is_found_by_address_and_access_code(self):
        users = self.users
        users.open_conference()
        code = users.want("o1", full=1)["access_code"]
        users.want("o2", full=1)
        for order in ("o1", "o2"):
            users.send("assign_registrant_details", order=order, first_name="Ada", last_name="Byron", email="ada@x")
        self.assertEqual("o1", users.row("draft_orders", registrant_email="ada@x", access_code=code)["order_id"])
        self.assertIsNone(users.row("draft_orders", registrant_email="bob@x", access_code=code))

    def test_p4_04_p4_05_who_gets_a_part_is_told_so_and_changes_the_same_order(self):
        users = self.users
        users.open_conference(seats={"full": (10, "10.00")})
        users.want("o1", full=8)
        order = users.want("o2", full=5)
        self.assertEqual(("partially_reserved", {"full": 2}), (order["state"], users.reserved("o2")))
        self.assertEqual(20, users.row("priced_orders", order_id="o2")["total"])
        self.assertEqual("seats_not_reserved", users.refusal("confirm_order", order="o2"))
        self.assertEqual("reservation_completed", users.want("o2", full=2)["state"])
        self.assertEqual(0, users.free())
        users.want("o1", full=1)  # "back", and fewer of them
        users.until(lambda: users.free() == 7)
        self.assertEqual("reservation_completed", users.want("o2", full=9)["state"])
        self.assertEqual(2, len(users.client.rows("draft_orders")))
        users.pay("o2")
        users.becomes("o2", "confirmed")
        self.assertEqual("order_is_confirmed", users.refusal(
            "register_to_conference", order="o2", conference="c1", seats=[{"seat_type": "full", "quantity": 1}]))

    def test_s4_67_p4_14_what_costs_nothing_needs_no_payment_but_nothing_is_not_free(self):
        users = self.users
        users.open_conference(seats={"free": (1, "0.00")})
        users.want("o1", free=1)
        self.assertTrue(users.row("priced_orders", order_id="o1")["is_free_of_charge"])
        users.want("o2", free=1)
        priced = users.row("priced_orders", order_id="o2")
        self.assertEqual((0, False), (priced["total"], priced["is_free_of_charge"]))
        self.assertEqual("seats_not_reserved", users.refusal("confirm_order", order="o2"))
        users.send("confirm_order", order="o1")
        users.becomes("o1", "confirmed")
        users.until(lambda: users.row("order_seats", order_id="o1"))

    def test_s4_69_a_promotion_code_is_for_so_many_orders_and_comes_back_with_one_that_expires(self):
        users = self.users
        users.open_conference(seats={"full": (10, "0.25")}, window="PT10M")
        users.send("create_promotion", promotion="HALF", conference="c1", percent=50, uses=1)
        for order in ("o1", "o2"):
            users.want(order, full=1)
        users.send("apply_promotion", order="o1", promotion="HALF")
        self.assertEqual((0.13, 0.12), tuple(users.row("priced_orders", order_id="o1")[name]
                                             for name in ("total", "discount")))  # half of 0.25 is the even 0.12
        self.assertEqual("promotion_used_up", users.refusal("apply_promotion", order="o2", promotion="HALF"))
        users.send("reject_order", order="o1")
        users.send("apply_promotion", order="o2", promotion="HALF")
        self.assertEqual(1, users.row("promotions", promotion_id="HALF")["used"])
        users.pay("o2")
        users.becomes("o2", "confirmed")
        self.assertEqual({}, self.refunds())

    def test_p4_03_an_order_that_is_faster_than_the_seats_gets_them_when_they_come(self):
        users, types = self.users, [f"type-{number:02}" for number in range(40)]  # the last come late
        together = [("create_conference", {"slug": "c1", "name": "C1", "starts": "2026-09-01", "ends": "2026-09-03",
                                           "owner_name": "Ada", "owner_email": "ada@x"})]
        together += [("create_seat", {"seat_type": one, "name": one, "quantity": 3, "price": "1.00"}) for one in types]
        together += [("publish_conference", {}),
                     ("register_to_conference", {"order": "o1", "seats": [{"seat_type": types[-1], "quantity": 2}]})]
        answer = users.client.post("/commands", [{"name": one, "command": {"conference": "c1", **body}}
                                                 for one, body in together])
        self.assertEqual(200, answer.status, answer.text)
        self.assertEqual("reservation_completed", users.settled("o1")["state"])
        self.assertEqual(1, users.free(types[-1]))
        refused = [one["data"]["command"] for one in users.client.events() if one["type"] == "$refused"]
        self.assertEqual({"registration.make_seat_reservation"}, set(refused))

    def test_s4_17_events_cross_the_border_of_a_context_and_commands_never_do(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=2)
        users.pay("o1")
        users.becomes("o1", "confirmed")
        payment = users.pay("o1", amount="1.00")
        users.until(lambda: self.refunds() == {payment: 1})
        sent = {(one["stream"].split("-")[0], command["name"].split(".")[0]) for one in users.client.events()
                if one["type"] == "$reaction" for command in one["data"]["commands"]}
        self.assertEqual({("registration_process", "registration"), ("seat_supply", "registration"),
                          ("seat_assigning", "registration"), ("refunding", "payments")}, sent)

    def test_s4_59_an_order_that_was_confirmed_under_the_old_name_is_a_confirmed_one(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=2)
        old = {"stream": "order-o1", "type": "registration.order_payment_confirmed", "data": {"order": "o1"}}
        self.assertEqual(201, users.client.post("/events", {"events": [old]}).status)
        self.assertEqual(("confirmed", "paid"), (users.state("o1"), users.row("orders", order_id="o1")["state"]))
        self.assertEqual("order_is_confirmed", users.refusal("reject_order", order="o1"))
        users.until(lambda: users.row("order_seats", order_id="o1"))
        users.later("PT11M")
        users.want("o2", full=1)
        self.assertEqual(("confirmed", 7), (users.state("o1"), users.free()))

    def test_s4_15_a_command_that_is_sent_twice_under_one_key_is_effected_once(self):
        users = self.users
        users.open_conference()
        command = {"order": "o1", "conference": "c1", "seats": [{"seat_type": "full", "quantity": 3}]}
        answers = [users.client.post("/commands/register_to_conference", command, Idempotency_Key="k").json
                   for _ in range(3)]
        self.assertEqual(answers[0]["token"], answers[2]["token"])
        users.settled("o1")
        self.assertEqual(7, users.free())

    def test_s4_19_what_is_malformed_does_not_reach_the_domain(self):
        users = self.users
        users.open_conference()
        wrong = [{"order": "o1", "conference": "c1", "seats": [{"seat_type": "full", "quantity": "3"}]},
                 {"order": "", "conference": "c1", "seats": []}, {"order": "o1"},
                 {"order": "o1", "conference": "c1", "seats": [], "more": 1}]
        for body in wrong:
            self.assertEqual(400, users.client.post("/commands/register_to_conference", body).status, body)
        self.assertEqual(400, users.ask("initiate_third_party_processor_payment", payment="p", order="o",
                                        amount="1.005").status)
        self.assertEqual("no_seats_wanted", users.refusal("register_to_conference", order="o1", conference="c1", seats=[]))


class LateTest(Conference):
    def test_s4_66_an_order_that_nobody_pays_expires_and_all_its_seats_go_back(self):
        users = self.users
        users.open_conference(window="PT10M", buffer="PT5M")
        users.want("o1", full=4)
        users.later("PT14M")
        users.want("o2", full=1)
        self.assertEqual(("reservation_completed", 5), (users.state("o1"), users.free()))
        users.later("PT16M")
        users.becomes("o1", "expired")
        users.until(lambda: users.free() == 9)
        self.assertEqual("expired", users.row("orders", order_id="o1")["state"])  # P4-07
        self.assertEqual("order_is_expired", users.refusal("assign_registrant_details", order="o1", first_name="A",
                                                           last_name="B", email="a@b"))

    def test_s4_66_an_order_that_fell_due_while_nothing_ran_expires_at_the_start(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=4)
        self.restart(clock="PT11M")
        self.users.becomes("o1", "expired")
        self.users.until(lambda: self.users.free() == 10)

    def test_s4_66_a_confirmed_order_does_not_expire(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=4)
        users.pay("o1")
        users.becomes("o1", "confirmed")
        users.later("PT11M")
        users.want("o2", full=1)
        users.later("PT22M")
        users.becomes("o2", "expired")
        self.assertEqual("confirmed", users.state("o1"))
        users.until(lambda: users.free() == 6)

    def test_s4_68_a_late_payment_gets_the_seats_if_they_are_there(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=4)
        users.later("PT11M")
        users.becomes("o1", "expired")
        users.pay("o1")
        users.becomes("o1", "confirmed")
        self.assertEqual({}, self.refunds())
        users.until(lambda: users.free() == 6)
        users.until(lambda: users.row("order_seats", order_id="o1"))

    def test_s4_68_a_late_payment_without_seats_is_a_refund_that_somebody_sees(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=4)
        users.later("PT11M")
        users.becomes("o1", "expired")
        users.want("o2", full=8)
        payment = users.pay("o1")
        users.until(lambda: self.refunds() == {payment: 402})
        self.assertEqual(("expired", "refund_due"), (users.state("o1"), users.row("orders", order_id="o1")["state"]))
        users.until(lambda: users.free() == 2)  # the part that was there is not kept
        users.send("settle_refund", payment=payment)
        self.assertEqual({}, self.refunds())
        self.assertEqual("expired", users.row("orders", order_id="o1")["state"])
        self.assertEqual("refunded", users.row("payments", payment_id=payment)["state"])

    def test_s4_68_money_that_is_too_little_too_much_or_for_nothing_goes_back(self):
        users = self.users
        users.open_conference(seats={"full": (10, "10.00")})
        users.want("o1", full=2)
        little = users.pay("o1", amount="19.99")
        users.until(lambda: self.refunds() == {little: 19.99})
        right = users.pay("o1")
        users.becomes("o1", "confirmed")
        twice = users.pay("o1", amount="20.00")
        users.until(lambda: self.refunds() == {little: 19.99, twice: 20})
        nobody = users.pay("no-such-order", amount="5.00")
        users.until(lambda: self.refunds() == {little: 19.99, twice: 20, nobody: 5})
        self.assertEqual("completed", users.row("payments", payment_id=right)["state"])

    def test_s4_68_of_two_halves_that_come_together_both_are_kept_or_none(self):
        users, orders = self.users, [f"o{number}" for number in range(30)]
        users.open_conference(seats={"full": (30, "10.00")})
        for order in orders:
            users.want(order, full=1)
        for order in orders:
            for half in ("a", "b"):
                users.pay(order, amount="5.00", payment=f"{order}-{half}")
        users.all_follows()
        refunds = self.refunds()
        for order in orders:
            back = sum(refunds.get(f"{order}-{half}", 0) for half in ("a", "b"))
            self.assertEqual(0 if users.state(order) == "confirmed" else 10, back, order)

    def test_p4_11_seats_that_are_reserved_for_no_order_are_given_back(self):
        users = self.users
        users.open_conference()
        users.send("make_seat_reservation", reservation="nobody", conference="c1", request=1,
                   seats=[{"seat_type": "full", "quantity": 4}])
        users.until(lambda: users.free() == 10)


class WaitListTest(Conference):
    def test_s4_69_who_waits_gets_seats_that_come_back_in_order(self):
        users = self.users
        users.open_conference(window="PT10M")
        users.want("o1", full=10)
        for order, count in (("w1", 3), ("w2", 8), ("w3", 2)):
            users.send("join_wait_list", order=order, conference="c1", email=f"{order}@x",
                       seats=[{"seat_type": "full", "quantity": count}])
        users.all_follows()
        self.assertEqual(["waiting"] * 3, [row["state"] for row in users.client.rows("wait_list")])
        users.want("o1", full=6)  # 4 come back: enough for w1, not for w2, and 1 is left
        users.becomes("w1", "reservation_completed")
        self.assertEqual({"full": 3}, users.reserved("w1"))
        self.assertEqual(["called", "waiting", "waiting"],
                         [users.row("wait_list", order_id=order)["state"] for order in ("w1", "w2", "w3")])
        self.assertEqual(1, users.free())
        users.pay("w1")
        users.becomes("w1", "confirmed")
        users.send("leave_wait_list", order="w2", conference="c1")
        users.send("reject_order", order="o1")
        users.becomes("w3", "reservation_completed")
        users.until(lambda: users.free() == 5)
        users.later("PT11M")  # who was called and does not come makes room
        users.becomes("w3", "expired")
        users.until(lambda: users.free() == 7)

    def test_s4_69_new_seats_go_to_who_waits(self):
        users = self.users
        users.open_conference(seats={"full": (1, "1.00")})
        users.want("o1", full=1)
        users.send("join_wait_list", order="w1", conference="c1", email="w@x",
                   seats=[{"seat_type": "full", "quantity": 2}])
        users.send("update_seat", conference="c1", seat_type="full", name="Full", description="", quantity=3, price="1.00")
        users.becomes("w1", "reservation_completed")
        self.assertEqual(0, users.free())


if __name__ == "__main__":
    unittest.main()
