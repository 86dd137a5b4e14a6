#!/usr/bin/env python3
"""The order history: what its view over three other services shows (S1), from outside. Each test names its requirements."""
import itertools
import pathlib
import random
import tempfile
import unittest

from order_messages import (EXAMPLE, ago, created, credited, delivery_created, delivery_event, found, history,
                            message, of_order, order_event, page, send, settled, ticket_event, whole)
from service import DIPTYCH, TestCase, run, together


class Fixed(TestCase):
    """A service for tests that each use orders of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = pathlib.Path(folder) / "data"
        cls.service = cls.enterClassContext(history(cls.path))
        cls.client = cls.service.client()

    def test_s1_01_s1_02_each_order_is_one_record_that_its_events_change(self):
        for order in ("a1", "a2"):
            send(self.client, "order", created(order))
        before = whole(self.client, "a2")
        send(self.client, "order", order_event("a1", 2, "order_authorized"))
        self.assertEqual("APPROVED", whole(self.client, "a1")["status"])
        self.assertEqual(before, whole(self.client, "a2"))
        self.assertEqual(1, len([row for row in self.client.rows("order_history") if row["order_id"] == "a1"]))
        self.assertEqual(404, self.client.get("/orders/none").status)

    def test_s1_03_a_delivery_whose_id_is_its_orders_changes_that_order(self):
        send(self.client, "order", created("same"))
        send(self.client, "delivery", [delivery_created("same", "same"), delivery_event("same", 2, "delivery_picked_up")])
        settled(self.client, "delivery")
        self.assertEqual("PICKED_UP", whole(self.client, "same")["deliveryStatus"])

    def test_s1_04_s1_05_s1_06_deliveries_of_an_order_reach_it_by_their_own_ids_and_stay_apart(self):
        send(self.client, "order", created("b1"))
        send(self.client, "delivery", delivery_created("b1-x", "b1", "2026-03-01T12:00:00Z"))
        send(self.client, "delivery", delivery_created("b1-y", "b1", "2026-03-01T12:01:00Z"))
        send(self.client, "delivery", delivery_event("b1-x", 2, "delivery_picked_up", "2026-03-01T12:02:00Z"))
        self.assertEqual(
            [{"deliveryId": "b1-x", "status": "PICKED_UP", "createdAt": "2026-03-01T12:00:00Z",
              "pickedUpAt": "2026-03-01T12:02:00Z"},
             {"deliveryId": "b1-y", "status": "CREATED", "createdAt": "2026-03-01T12:01:00Z"}],
            sorted(whole(self.client, "b1")["deliveries"], key=lambda one: one["deliveryId"]))

    def test_s1_07_s1_08_an_update_by_a_foreign_key_looks_it_up_and_scans_nothing(self):
        told = run(DIPTYCH, "view", "explain", EXAMPLE / "views/order_history.sql")
        self.assertEqual(0, told.returncode, told.stderr)
        self.assertIn("looks up order_deliveries", told.stdout)
        self.assertNotIn("goes through", told.stdout)
        tested = run(DIPTYCH, "view", "test", EXAMPLE / "views")
        self.assertEqual(0, tested.returncode, tested.stdout + tested.stderr)

    def test_s1_10_values_come_back_as_they_were_sent(self):
        send(self.client, "order", created("m1", at="2026-03-01T13:00:00+01:00", quantity=3))
        order = whole(self.client, "m1")
        self.assertEqual(37.02, order["orderTotal"])
        self.assertEqual("2026-03-01T12:00:00Z", order["creationDate"])
        self.assertEqual([{"menuItemId": "0", "name": "Chicken Vindaloo", "price": 12.34, "quantity": 3}], order["lineItems"])
        self.assertEqual({"street": "Oak 1", "city": "Bonn"}, order["deliveryAddress"])

    def test_s1_11_s1_13_s1_15_updates_of_one_record_from_several_sources_at_once_are_all_there(self):
        send(self.client, "order", created("p1"))
        send(self.client, "delivery", delivery_created("p1-d", "p1"))
        work = [("order", order_event("p1", 2, "order_authorized")), ("ticket", ticket_event("p1", 1, "ticket_created")),
                ("delivery", delivery_event("p1-d", 2, "delivery_picked_up"))]
        together(3, lambda i: send(self.service.client(), *work[i]))
        order = whole(self.client, "p1")
        self.assertEqual(("APPROVED", "CREATED", "PICKED_UP"),
                         (order["status"], order["ticketStatus"], order["deliveryStatus"]))

    def test_s1_12_events_of_one_thing_are_applied_in_order_whoever_sends_them(self):
        sent = [created("q1")] + [order_event("q1", version, "order_revised", line_items=[
            {"menu_item_id": "1", "name": "Soup", "price": 1, "quantity": version}]) for version in range(2, 30)]
        random.Random(7).shuffle(sent)
        together(4, lambda i: [send(self.service.client(), "order", one) for one in sent[i::4]])
        settled(self.client, "order")
        order = whole(self.client, "q1")
        self.assertEqual(29, order["lineItems"][0]["quantity"])
        self.assertEqual(list(range(2, 29)), [state["lineItemsBefore"][0]["quantity"] for state in order["states"][2:]])

    def test_s1_16_s1_17_messages_that_come_twice_leave_the_view_as_once(self):
        for source, one in of_order("twice"):
            self.assertIn(send(self.client, source, one).status, (201, 202))
        settled(self.client, "order", "ticket", "delivery")
        once = whole(self.client, "otwice")
        for source, one in of_order("twice") * 2:
            self.assertEqual("duplicate", send(self.client, source, one).json["outcome"])
        self.assertEqual(once, whole(self.client, "otwice"))

    def test_s1_20_s1_22_a_balance_counts_each_message_once_also_after_a_restart(self):
        def credit(number):
            return credited(number, amount=2.5)

        with history(self.data) as service:
            client = service.client()
            together(4, lambda _: [send(service.client(), "account", credit(i)) for i in range(50)])
            send(client, "account", {"message_id": "debit", "stream": "acc", "type": "account_debited",
                                     "data": {"account_id": "acc", "amount": 100}})
            service.stop()
        with history(self.data) as service:
            client = service.client()
            said = send(client, "account", [credit(i) for i in range(51)]).json["results"]
            self.assertEqual({"duplicate"}, {one["outcome"] for one in said[:50]})
            self.assertEqual("recorded", said[50]["outcome"])
            self.assertEqual([{"account_id": "acc", "balance": 27.5, "changes": 52}], client.rows("balances"))

    def test_s1_24_p1_10_what_refers_to_an_unknown_order_is_held_and_makes_no_row(self):
        early = send(self.client, "delivery", delivery_event("late-d", 2, "delivery_picked_up"))
        self.assertEqual((202, "held"), (early.status, early.json["outcome"]))
        send(self.client, "delivery", delivery_created("late-d", "late"))
        send(self.client, "ticket", ticket_event("late", 1, "ticket_created"))
        send(self.client, "order", order_event("late", 2, "order_authorized"))
        self.assertEqual(404, self.client.get("/orders/late").status)
        self.assertEqual([{"stream": "late", "waits_for": 1, "behind": 1}],
                         [{name: one[name] for name in ("stream", "waits_for", "behind")}
                          for one in self.client.get("/inbox/order").json["gaps"] if one["stream"] == "late"])
        send(self.client, "order", created("late"))
        settled(self.client, "order", "ticket", "delivery")
        order = whole(self.client, "late")
        self.assertEqual(("APPROVED", "CREATED", "PICKED_UP"),
                         (order["status"], order["ticketStatus"], order["deliveryStatus"]))

    def test_s1_30_a_query_that_carries_the_token_of_a_message_shows_it(self):
        for number in range(20):
            token = send(self.client, "order", created(f"token{number}", "token-consumer")).json["token"]
            answer = self.client.get(f"/orders?consumerId=token-consumer&at_least={token}")
            self.assertEqual(number + 1, len(answer.json["orders"]))
        self.assertEqual(400, self.client.get("/orders?consumerId=c1&at_least=1.999999").status)

    def test_p1_01_p1_02_p1_03_every_state_is_shown_with_its_time_and_what_a_revision_changed(self):
        send(self.client, "order", [
            created("r1", at="2026-03-01T12:00:00Z", quantity=5),
            order_event("r1", 2, "order_authorized", "2026-03-01T12:01:00Z"),
            order_event("r1", 3, "order_revised", "2026-03-01T12:02:00Z", order_total=123.4, line_items=[
                {"menu_item_id": "0", "name": "Chicken Vindaloo", "price": 12.34, "quantity": 10}]),
            order_event("r1", 4, "order_cancelled", "2026-03-01T12:03:00Z")])
        order = whole(self.client, "r1")
        self.assertEqual("CANCELLED", order["status"])
        self.assertEqual((10, 123.4), (order["lineItems"][0]["quantity"], order["orderTotal"]))
        self.assertEqual([("APPROVAL_PENDING", "2026-03-01T12:00:00Z"), ("APPROVED", "2026-03-01T12:01:00Z"),
                          ("REVISED", "2026-03-01T12:02:00Z"), ("CANCELLED", "2026-03-01T12:03:00Z")],
                         [(one["state"], one["at"]) for one in order["states"]])
        self.assertEqual(5, order["states"][2]["lineItemsBefore"][0]["quantity"])

    def test_every_event_of_a_ticket_and_an_order_that_is_rejected_is_shown(self):
        send(self.client, "order", [created("t1"), order_event("t1", 2, "order_rejected")])
        kinds = ["created", "accepted", "preparation_started", "preparation_completed", "picked_up", "cancelled"]
        send(self.client, "ticket", [ticket_event("t1", i, f"ticket_{kind}") for i, kind in enumerate(kinds, 1)])
        send(self.client, "delivery", [delivery_created("t1-d", "t1")])
        send(self.client, "delivery", [delivery_event("t1-d", 2, "delivery_delivered")])
        order = whole(self.client, "t1")
        self.assertEqual(("REJECTED", "CANCELLED", "DELIVERED"),
                         (order["status"], order["ticketStatus"], order["deliveryStatus"]))
        self.assertEqual(["CREATED", "ACCEPTED", "PREPARING", "READY_FOR_PICKUP", "PICKED_UP", "CANCELLED"],
                         [one["state"] for one in order["ticketStates"]])

    def test_what_a_source_is_told_is_true_and_what_it_gets_wrong_has_a_place(self):
        self.assertEqual(404, self.client.post("/inbox/orders", created("x")).status)
        wrong = self.client.post("/inbox/order", [created("w1"), {**created("w2"), "version": None}])
        self.assertEqual((400, "1/version"), (wrong.status, wrong.json["path"]))
        self.assertEqual(404, self.client.get("/orders/w1").status)
        missing = self.client.post("/inbox/ticket", message("ticket-w", 1, "ticket_created", {}))
        self.assertEqual((400, "data/order_id"), (missing.status, missing.json["path"]))


class Queries(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.service = cls.enterClassContext(history(pathlib.Path(folder) / "data"))
        cls.client = cls.service.client()
        menus = [("Ajanta", ("Chicken Vindaloo", "Naan")), ("Montclair Egg Shop", ("Egg Salad",)), ("Crème", ("Soup",))]
        cls.orders = []  # (id, days ago, status, menu)
        for number in range(36):
            days, menu = number * 1.5 + 0.5, number % 3
            restaurant, items = menus[menu]
            messages = [created(f"o{number:02}", "ada", ago(days), items, restaurant)]
            if number % 2:
                messages.append(order_event(f"o{number:02}", 2, "order_authorized", ago(days)))
            send(cls.client, "order", messages)
            cls.orders.append((f"o{number:02}", days, "APPROVED" if number % 2 else "APPROVAL_PENDING", menu))
        send(cls.client, "order", created("other", "bob"))

    def expected(self, days=30.0, status=None, menus=(0, 1, 2)):
        return [order for order, age, state, menu in self.orders
                if age < days and menu in menus and status in (None, state)]

    def test_s1_25_by_consumer_newest_first_of_the_last_thirty_days(self):
        self.assertEqual(self.expected(), found(self.client, consumerId="ada", pageSize=100))
        self.assertEqual(["other"], found(self.client, consumerId="bob"))
        self.assertEqual([], found(self.client, consumerId="nobody"))

    def test_s1_25_since_is_strict_and_reaches_back_as_far_as_asked(self):
        self.assertEqual(self.expected(50), found(self.client, consumerId="ada", since=ago(50), pageSize=100))
        at = page(self.client, consumerId="ada").json["orders"][4]["creationDate"]
        self.assertEqual(self.expected()[:4], found(self.client, consumerId="ada", since=at))

    def test_s1_25_status_and_keywords_filter_together(self):
        self.assertEqual(self.expected(status="APPROVED"),
                         found(self.client, consumerId="ada", status="APPROVED", pageSize=100))
        for words, menus in {"vindaloo": [0], "EGG": [1], "egg,naan": [0, 1], "creme": [2], "chick": [], "egg salad": [1],
                             "salad egg": [], "soup,egg,chicken": [0, 1, 2], "\"": None, "naan,": [0]}.items():
            if menus is None:
                self.assertEqual(400, page(self.client, consumerId="ada", keywords=words).status)
                continue
            self.assertEqual(self.expected(menus=menus),
                             found(self.client, consumerId="ada", keywords=words, pageSize=100), words)
            self.assertEqual(self.expected(menus=menus, status="APPROVED"),
                             found(self.client, consumerId="ada", keywords=words, status="APPROVED", pageSize=100), words)

    def test_s1_26_p1_05_pages_have_every_order_once_while_new_ones_arrive(self):
        seen, key, number = [], None, 0
        while True:
            asked = {"consumerId": "ada", "pageSize": 4, "status": "APPROVED"}
            answer = page(self.client, **asked, **({"startKey": key} if key else {})).json
            seen += [order["orderId"] for order in answer["orders"]]
            key = answer.get("startKey")
            if key is None:
                break
            self.assertEqual(4, len(answer["orders"]))
            number += 1
            self.assertEqual(400, page(self.client, consumerId="bob", startKey=key).status)
            self.assertEqual(400, page(self.client, **asked, startKey=key[:-3] + "1Z").status)
            self.assertEqual(400, page(self.client, **asked, startKey="x" + key[1:]).status)
        self.assertEqual(self.expected(status="APPROVED"), seen)
        self.assertGreater(number, 1)

        seen, key = [], None
        for number in itertools.count():
            answer = page(self.client, consumerId="eve", pageSize=3, **({"startKey": key} if key else {})).json \
                if number else None
            if number == 0:
                for i in range(10):
                    send(self.client, "order", created(f"eve{i}", "eve", ago(seconds=1000 - i)))
                continue
            seen += [order["orderId"] for order in answer["orders"]]
            send(self.client, "order", created(f"eve-new{number}", "eve", ago()))
            key = answer.get("startKey")
            if key is None:
                break
        self.assertEqual([f"eve{i}" for i in reversed(range(10))], [one for one in seen if "new" not in one])
        self.assertEqual(len(set(seen)), len(seen))

    def test_what_can_not_be_asked_is_refused_by_name(self):
        for wrong in ("", "consumerId=", "consumerId=ada&pageSize=0", "consumerId=ada&pageSize=101", "consumerId=ada&pageSize=x",
                      "consumerId=ada&since=yesterday", "consumerId=ada&startKey=x", "consumerId=ada&colour=red"):
            answer = self.client.get(f"/orders?{wrong}")
            self.assertEqual(400, answer.status, wrong)
            self.assertIn("parameter", answer.json, wrong)

    def test_p1_11_a_list_has_all_that_its_clients_know(self):
        order = page(self.client, consumerId="bob").json["orders"][0]
        self.assertEqual({"orderId", "status", "deliveryStatus", "restaurantId", "restaurantName", "creationDate", "lineItems"},
                         set(order))


if __name__ == "__main__":
    unittest.main()
