#!/usr/bin/env python3
"""The order history: what its view over three other services promises (S1), from outside. Each test names its requirements."""
import itertools
import json
import os
import pathlib
import random
import tempfile
import threading
import time
import unittest
import urllib.parse

from order_messages import (EXAMPLE, FIVE, ago, created, credited, delivery_created, delivery_event, history, message,
                            of_order, order_event, send, settled, ticket_event, without_names)
from service import DIPTYCH, TestCase, eventually, run, together

KILL_ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "20"))


def whole(client, order):
    answer = client.get(f"/orders/{order}")
    if answer.status != 200:
        raise AssertionError(f"{order}: {answer.status} {answer.text}")
    return answer.json


def page(client, **parameters):
    token = client.get("/events?limit=1&direction=backward").json["seen"]
    return client.get("/orders?" + urllib.parse.urlencode({"at_least": token, **parameters}))


def found(client, **parameters):
    answer = page(client, **parameters)
    if answer.status != 200:
        raise AssertionError(f"{parameters}: {answer.status} {answer.text}")
    return [order["orderId"] for order in answer.json["orders"]]


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


class Orders(TestCase):
    """The order in which messages come."""

    def test_s1_23_all_interleavings_and_all_120_orders_end_in_the_same_rows(self):
        with history(self.data) as service:
            client = service.client()
            for number, order in enumerate(itertools.permutations(range(5))):
                messages = of_order(number)
                for i in order:
                    send(client, *messages[i])
            rows = settled(client, "order", "ticket", "delivery")
            self.assertEqual(120, len(rows))
            first = without_names(rows[0], rows[0]["order_id"][1:])
            self.assertEqual(("APPROVED", "CREATED", "PICKED_UP"),
                             (first["status"], first["ticket_status"], first["delivery_status"]))
            for row in rows:
                self.assertEqual(first, without_names(row, row["order_id"][1:]))

    def test_s1_18_s1_19_a_source_that_begins_again_shows_old_states_only_if_it_may(self):
        steps = ["PICKED_UP", "DELIVERED", "PICKED_UP", "DELIVERED"]
        for mode, seen in {"tolerant": steps, "strict": ["PICKED_UP"] + ["DELIVERED"] * 3,
                           "resequence": ["PICKED_UP"] + ["DELIVERED"] * 3}.items():
            inbox = self.folder / mode
            inbox.mkdir()
            for file in (EXAMPLE / "inbox").iterdir():
                text = file.read_text()
                if file.stem == "delivery":
                    text = text.replace('mode = "resequence"', f'mode = "{mode}"')
                (inbox / file.name).write_text(text)
            with self.subTest(mode), history(self.folder / f"data-{mode}", "--inbox", inbox) as service:
                client = service.client()
                send(client, "order", created("o"))
                send(client, "delivery", delivery_created("d", "o"))
                shown = []
                for number, state in enumerate(steps):
                    one = delivery_event("d", 2 + number % 2, f"delivery_{state.lower()}")
                    send(client, "delivery", {**one, "message_id": f"sent {number}"})
                    shown.append(whole(client, "o")["deliveryStatus"])
                self.assertEqual(seen, shown)

    def test_s1_27_s1_29_a_view_that_is_built_later_or_again_has_the_same_rows(self):
        views = self.folder / "views"
        views.mkdir()
        with history(self.data, "--views", views) as service:
            client = service.client()
            for source, one in FIVE:
                send(client, source, one)
            settled_inbox = eventually(lambda: client.get("/inbox/delivery").json["waiting"] == 0)
            self.assertTrue(settled_inbox)
            text = (EXAMPLE / "views/order_history.sql").read_text()
            self.assertEqual(201, client.request("PUT", "/views/order_history", text).status)
            first = eventually(lambda: client.rows("order_history"))
            self.assertEqual("2026-03-01T12:00:00Z", first[0]["created_at"])
            self.assertEqual(202, client.post("/views/order_history/rebuild", "").status)
            self.assertTrue(eventually(
                lambda: len(client.get("/views/order_history/versions").json["versions"]) > 0))
            self.assertEqual(first, client.rows("order_history"))
            compared = client.get("/views/order_history/compare").json
            self.assertEqual(0, compared["different"])

    def test_a_dead_letter_is_seen_retried_and_dropped_and_the_stream_goes_on(self):
        inbox = self.folder / "inbox"
        inbox.mkdir()
        for file in (EXAMPLE / "inbox").iterdir():
            (inbox / file.name).write_text(file.read_text().replace('"1h"', '"200ms"'))
        with history(self.data, "--inbox", inbox) as service:
            client, url = service.client(), f"http://127.0.0.1:{service.port}"
            send(client, "order", created("o"))
            send(client, "order", [order_event("o", 3, "order_cancelled"), order_event("o", 5, "order_revised")])
            self.assertTrue(eventually(lambda: client.get("/inbox/order").json["dead_letters"] == 2))
            self.assertEqual(["source order has dead letters: 2"], client.get("/health").json["degraded"])
            listed = run(DIPTYCH, "inbox", "dead-letters", "order", "--url", url)
            self.assertIn("o/3  order_cancelled  o 3  waits for version 2 of o", listed.stdout)
            self.assertEqual(0, run(DIPTYCH, "inbox", "retry", "order", "o/3", "--url", url).returncode)
            self.assertEqual("CANCELLED", whole(client, "o")["status"])
            self.assertEqual(0, run(DIPTYCH, "inbox", "drop", "order", "o/5", "--url", url).returncode)
            self.assertEqual("stale", send(client, "order", order_event("o", 2, "order_authorized")).json["outcome"])
            send(client, "order", order_event("o", 4, "order_authorized"))
            self.assertEqual(201, send(client, "order", order_event("o", 6, "order_cancelled")).status)
            status = run(DIPTYCH, "inbox", "status", "order", "--url", url)
            self.assertIn("waiting 0  dead letters 0", status.stdout)

    def test_s1_28_a_message_that_makes_no_sense_is_set_aside_with_its_order_and_others_go_on(self):
        odd = created("odd")
        odd["data"]["line_items"] = "soup"
        with history(self.data) as service:
            client = service.client()
            send(client, "order", [created("o1"), created("o2")])
            send(client, "delivery", delivery_created("d1", "o1"))
            before = whole(client, "o1")
            send(client, "order", [odd, {**created("o1"), "stream": "again", "message_id": "again"}])
            send(client, "order", message("seven", 1, "order_created", {"order_id": 7, "consumer_id": "c1"}), (201, 400))
            send(client, "delivery", {**delivery_created("d1", "o1"), "stream": "again", "message_id": "again"})
            send(client, "order", [order_event("o1", 2, "order_authorized"), order_event("o2", 2, "order_authorized"),
                                   created("o3")])
            self.assertTrue(eventually(lambda: client.get("/orders/o3").status == 200, 30))
            self.assertEqual("APPROVED", whole(client, "o2")["status"])
            self.assertEqual(before, whole(client, "o1"))
            self.assertTrue(eventually(lambda: any(
                one.startswith("view order_history has diverged") for one in client.get("/health").json["degraded"])))

    def test_a_file_of_messages_is_sent_and_sent_again(self):
        lines = [json.dumps(one) for number in range(300) for source, one in of_order(number) if source == "order"]
        file = self.folder / "orders.jsonl"
        file.write_text("\n".join(reversed(lines)) + "\n")
        with history(self.data) as service:
            url = f"http://127.0.0.1:{service.port}"
            sent = run(DIPTYCH, "inbox", "send", "order", file, "--url", url)
            self.assertEqual((0, "held 300\nrecorded 300\n"), (sent.returncode, sent.stdout), sent.stderr)
            again = run(DIPTYCH, "inbox", "send", "order", file, "--url", url)
            self.assertEqual((0, "duplicate 600\n"), (again.returncode, again.stdout))
            self.assertEqual(300, len(service.client().rows("order_history")))
        checked = run(DIPTYCH, "inbox", "check", EXAMPLE / "inbox")
        self.assertEqual((0, 4), (checked.returncode, len(checked.stdout.splitlines())), checked.stderr)


class Kills(TestCase):
    def test_s1_21_kill_9_at_any_moment_loses_nothing_and_counts_nothing_twice(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        moments = random.Random(seed)
        numbers = itertools.count()
        acknowledged, lock = set(), threading.Lock()
        unanswered = [[] for _ in range(4)]

        def batch(number):
            """All about one order, and a credit, in any order."""
            own = of_order(number)
            own.append(("account", credited(number)))
            random.Random(f"{seed}/{number}").shuffle(own)
            return own

        def send_twice(clients, source, one):
            """Both at once. Whether one of them was answered for good."""
            said = []

            def send_by(client):
                try:
                    said.append(send(client, source, one, (200, 201, 202, 503)).status)
                except ConnectionError:
                    client.close()

            other = threading.Thread(target=send_by, args=(clients[1],))
            other.start()
            send_by(clients[0])
            other.join()
            if not said:
                raise ConnectionError
            return any(status != 503 for status in said)

        def deliver(service, sender):
            clients = [service.client(), service.client()]
            try:
                while True:
                    waiting = unanswered[sender]
                    if not waiting:
                        waiting += batch(next(numbers))
                    while waiting:
                        source, one = waiting[0]
                        if send_twice(clients, source, one):
                            with lock:
                                acknowledged.add((source, one["message_id"]))
                            waiting.pop(0)
            except ConnectionError:
                for client in clients:
                    client.close()

        with self.subTest(seed=seed):
            for _ in range(KILL_ROUNDS):
                with history(self.data) as service:
                    threads = [threading.Thread(target=deliver, args=(service, i)) for i in range(4)]
                    for thread in threads:
                        thread.start()
                    time.sleep(moments.uniform(0.02, 0.3))  # the moment of death, not a wait for something
                    service.kill()
                    for thread in threads:
                        thread.join()
            with history(self.data) as service:
                client = service.client()
                for waiting in unanswered:
                    for source, one in waiting:
                        send(client, source, one)
                        acknowledged.add((source, one["message_id"]))
                rows = settled(client, "order", "ticket", "delivery", "account")
                count = next(numbers)
                whole_orders = {row["order_id"] for row in rows}
                self.assertEqual({f"o{i}" for i in range(count)}, whole_orders)
                first = without_names(rows[0], rows[0]["order_id"][1:])
                for row in rows:
                    self.assertEqual(first, without_names(row, row["order_id"][1:]))
                self.assertEqual([{"account_id": "acc", "balance": count, "changes": count}], client.rows("balances"))
                recorded = [(event["metadata"]["source"], event["metadata"]["message_id"])
                            for event in client.events() if not event["type"].startswith("$")]
                self.assertEqual(sorted(acknowledged), sorted(recorded))
            verified = run(DIPTYCH, "verify", self.data)
            self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
