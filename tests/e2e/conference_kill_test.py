#!/usr/bin/env python3
"""The conference program is killed again and again, and all that it began comes to its end, once (S4)."""
import collections
import itertools
import os
import queue
import random
import threading
import time
import unittest

from conference import ORDER_ENDS, Users, conference, held_seats, seats_in
from service import Client, TestCase, eventually, free_port

ROUNDS = int(os.environ.get("DIPTYCH_ROUNDS", "50"))
WORKERS = 6
SEATS = 3_000


class Registrants:
    """They repeat each command under its key until it is answered, whatever becomes of the program."""

    def __init__(self, port, seed):
        self.port, self.random = port, random.Random(seed)
        self.are_leaving = False
        self.failures = queue.Queue()
        self.orders = []  # those that were registered, and so acknowledged
        self.numbers = itertools.count()
        self.threads = [threading.Thread(target=self.run, args=(self.random.random(),)) for _ in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def run(self, seed):
        chance, client = random.Random(seed), Client(self.port)
        try:
            while not self.are_leaving:
                self.one(chance, client, f"o{next(self.numbers)}")
        except Exception as failure:  # noqa: B902: told by the test
            self.failures.put(failure)
        finally:
            client.close()

    def send(self, client, command, **fields):
        key = f"{command}-{fields.get('order', fields.get('payment'))}"
        while True:
            try:
                answer = client.post(f"/commands/{command}", fields, Idempotency_Key=key)
            except ConnectionError:
                time.sleep(0.01)
                continue
            if answer.status in (200, 201, 409):
                return answer
            if answer.status not in (500, 503):  # it may have been recorded; not now
                raise AssertionError(f"{command} {fields}: {answer.status} {answer.text}")
            time.sleep(0.01)

    def one(self, chance, client, order):
        count = chance.randint(1, 3)
        self.send(client, "register_to_conference", order=order, conference="c1",
                  seats=[{"seat_type": "full", "quantity": count}])
        self.orders.append(order)
        what = chance.choice(["pays", "pays", "leaves", "gives up"])
        if what == "pays":
            payment = f"{order}-payment"
            self.send(client, "initiate_third_party_processor_payment", payment=payment, order=order,
                      amount=f"{count * 10}.00")
            self.send(client, "complete_third_party_processor_payment", payment=payment)
        if what == "gives up":
            self.send(client, "reject_order", order=order)

    def leave(self):
        self.are_leaving = True
        for thread in self.threads:
            thread.join()
        if not self.failures.empty():
            raise self.failures.get()


class KillTest(TestCase):
    def test_s4_65_s4_66_orders_seats_and_payments_come_to_their_end_once(self):
        seed = int(os.environ.get("DIPTYCH_SEED", "1"))
        pause, port = random.Random(seed), free_port()
        service = self.enterContext(conference(self.data, port))
        Users(service.client()).open_conference(seats={"full": (SEATS, "10.00")}, window="PT10M")
        registrants = Registrants(port, seed)
        for number in range(ROUNDS):
            time.sleep(pause.uniform(0.02, 0.4))
            service.kill()
            # Half of the way it is so much later that what is open by then expires while others register.
            service = self.enterContext(conference(self.data, port, "PT0S" if number < ROUNDS // 2 else "PT11M"))
        registrants.leave()
        users = Users(service.client())
        users.later("PT30M")

        def are_over():
            rows = users.client.rows("draft_orders")
            return rows if all(row["state"] in ORDER_ENDS for row in rows) else None
        rows = eventually(are_over, 120)
        self.assertTrue(rows, [row for row in users.client.rows("draft_orders") if row["state"] not in ORDER_ENDS][:3])
        self.assertEqual(sorted(registrants.orders), sorted(row["order_id"] for row in rows))
        users.all_follows()  # a late payment may still bring an expired order back
        events, rows = users.client.events(), users.client.rows("draft_orders")
        self.assert_once(events)
        self.assert_sound(events, rows)
        self.assert_paid(users, events, rows)
        kinds = collections.Counter(row["state"] for row in rows)
        self.assertEqual(set(ORDER_ENDS), set(kinds))  # both are there, so both were tested

    def assert_once(self, events):
        answered = collections.Counter(one["data"]["id"] for one in events
                                       if one["type"] in ("$accepted", "$refused", "$failed"))
        sent = collections.Counter(command["id"] for one in events if one["type"] == "$reaction"
                                   for command in one["data"]["commands"])
        self.assertEqual(sent, answered)
        self.assertEqual([], [one["data"] for one in events if one["type"] == "$failed"])
        fired = collections.Counter((one["stream"], one["data"]["timer"], one["data"]["started_by"])
                                    for one in events if one["type"] == "$timer_due")
        self.assertEqual([], [timer for timer, times in fired.items() if times > 1])
        self.assertTrue(fired)
        for kind in ("order_placed", "order_confirmed", "order_expired", "seat_assignments_created"):
            each = collections.Counter(one["data"]["order"] for one in events if one["type"] == f"registration.{kind}")
            self.assertEqual([], [order for order, times in each.items() if times > 1], kind)

    def assert_sound(self, events, rows):
        held, free = held_seats(events)
        self.assertEqual(SEATS, free["full"] + sum(seats.get("full", 0) for seats in held.values()))
        self.assertGreaterEqual(free["full"], 0)
        for row in rows:
            kept = seats_in(row) if row["state"] == "confirmed" else 0
            self.assertEqual(kept, held.get(row["order_id"], {}).get("full", 0), row)
        with_seats = {one["data"]["order"] for one in events if one["type"] == "registration.seat_assignments_created"}
        self.assertEqual({row["order_id"] for row in rows if row["state"] == "confirmed"}, with_seats)

    def assert_paid(self, users, events, rows):
        """Every payment is of a confirmed order, or due back."""
        state = {row["order_id"]: row["state"] for row in rows}
        payments = users.client.rows("payments")
        self.assertEqual([], [row for row in payments if row["state"] == "initiated"])
        for row in payments:
            self.assertEqual("completed" if state[row["order_id"]] == "confirmed" else "refund_due", row["state"], row)
        completed = collections.Counter(one["data"]["payment"] for one in events
                                        if one["type"] == "payments.payment_completed")
        self.assertEqual({1}, set(completed.values()))


if __name__ == "__main__":
    unittest.main()
