#!/usr/bin/env python3
"""The order history comes out the same however its messages come (S1): in any order, twice, by file, late, between kills."""
import itertools
import json
import os
import random
import threading
import time
import unittest

from order_messages import (EXAMPLE, FIVE, created, credited, delivery_created, delivery_event, history, message,
                            odd_ones, of_order, order_event, recorded, send, settled, whole, without_names)
from service import DIPTYCH, TestCase, eventually, run

KILL_ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "20"))


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
            self.assertEqual([], odd_ones(rows))

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
                self.assertEqual([], odd_ones(rows))
                self.assertEqual([{"account_id": "acc", "balance": count, "changes": count}], client.rows("balances"))
                self.assertEqual(sorted(acknowledged), recorded(client))
            verified = run(DIPTYCH, "verify", self.data)
            self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
