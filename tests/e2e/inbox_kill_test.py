#!/usr/bin/env python3
"""kill -9 of a server that takes messages in arrays, holds some and has dead letters: each has its effect once.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_KILL_ROUNDS sets how often it is killed.
"""
import os
import random
import re
import threading
import unittest

from order_messages import (EXAMPLE, created, credited, history, odd_ones, of_order, order_event, recorded, send,
                            settled)
from service import DIPTYCH, TestCase, eventually, run

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))
ROUNDS_PER_FOLDER = 10
SENDERS = 4
ORDERS = 60  # of each round; what comes of them is mixed
SOURCES = ("order", "ticket", "delivery", "account")


def key(source, one):
    return source, one["message_id"]


class Sender:
    """Sends arrays of what is left, in any order, until the server is gone. What has no answer is left."""

    def __init__(self, chance):
        self.chance = chance
        self.left = []
        self.answered = {}  # key -> outcome
        self.wrong = []

    def send(self, client):
        try:
            while self.left:
                self.chance.shuffle(self.left)
                source = self.left[-1][0]
                batch = [one for one in self.left if one[0] == source][:self.chance.randint(1, 20)]
                answer = client.post(f"/inbox/{source}", [one for _, one in batch])
                if answer.status not in (200, 503):
                    self.wrong.append(f"{source}: {answer.status} {answer.text}")
                    return
                if answer.status == 200:
                    outcomes = [one["outcome"] for one in answer.json["results"]]
                    self.answered |= dict(zip((key(*one) for one in batch), outcomes))
                    self.left = [one for one in self.left if one not in batch]
        except ConnectionError:
            client.close()


def passed(there):
    """Which of these messages can pass, of those that there are."""
    waits_for = {"order_authorized": "order_created", "ticket_created": "order_created",
                 "delivery_created": "order_created", "delivery_picked_up": "delivery_created"}
    of = {}
    for source, one in there:
        of.setdefault(re.search(r"\d+", one["message_id"])[0], {})[one["type"]] = key(source, one)

    def can(kind, own):
        return kind in own and (kind not in waits_for or can(waits_for[kind], own))

    return {own[kind] for own in of.values() for kind in own if can(kind, own)}


class InboxKills(TestCase):
    def setUp(self):
        super().setUp()
        self.seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        self.moments = random.Random(self.seed)


class Messages(InboxKills):
    def test_what_was_sent_in_arrays_and_what_waits_has_its_effect_once(self):
        with self.subTest(seed=self.seed):
            held_at_death = 0
            for first in range(0, ROUNDS, ROUNDS_PER_FOLDER):
                held_at_death += self.kill_and_finish(range(first, min(first + ROUNDS_PER_FOLDER, ROUNDS)))
            self.assertGreater(held_at_death, 0)

    def kill_and_finish(self, rounds):
        senders = [Sender(random.Random(f"{self.seed}/{rounds}/{i}")) for i in range(SENDERS)]
        data = self.folder / f"data{rounds[0]}"
        late, everything, held_at_death = [], [], 0
        for number in rounds:
            for order in range(number * ORDERS, (number + 1) * ORDERS):
                own = of_order(order) + [("account", credited(order))]
                everything += own
                # Of some the first message does not come before the end: all about them waits.
                late += own[:1] * (order % 5 == 0)
                senders[order % SENDERS].left += own[order % 5 == 0:]
            held_at_death += self.send_and_kill(senders, data)
            with self.subTest(round=number), history(data) as service:
                self.check(service.client(), senders, everything)
        with history(data) as service:
            self.finish(service.client(), senders, late, everything)
        verified = run(DIPTYCH, "verify", data)
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)
        return held_at_death

    def send_and_kill(self, senders, data):
        """How many messages waited shortly before."""
        goal = self.moments.randint(0, sum(len(sender.left) for sender in senders))
        goal += sum(len(sender.answered) for sender in senders)
        with history(data) as service:
            threads = [threading.Thread(target=sender.send, args=(service.client(),)) for sender in senders]
            for thread in threads:
                thread.start()
            eventually(lambda: sum(len(sender.answered) for sender in senders) >= goal
                       or not any(thread.is_alive() for thread in threads))
            held = service.client().get("/inbox/order").json["waiting"]
            service.kill()
            for thread in threads:
                thread.join()
        return held

    def check(self, client, senders, everything):
        """Sends again what has no answer, and some of what has. Then just what must wait waits."""
        for sender in senders:
            # Half of it; the rest is for the next life.
            keep = sender.left[::2]
            sender.left = sender.left[1::2]
            sender.send(client)
            sender.left = keep
            self.assertEqual([], sender.wrong)
        known = set().union(*(sender.answered for sender in senders))
        unknown = {key(*one) for sender in senders for one in sender.left}
        there = [one for one in everything if key(*one) in known]
        # What has no answer may be there nevertheless.
        maybe = [one for one in everything if key(*one) in known | unknown]
        sure, possible = passed(there), passed(maybe)
        for source, one in self.moments.sample(there, min(30, len(there))):
            outcome = send(client, source, one).json["outcome"]
            if key(source, one) in sure:
                # What it waited for may have come a moment ago.
                is_known = eventually(lambda: send(client, source, one).json["outcome"] == "duplicate")
                self.assertTrue(is_known, one)
            elif key(source, one) not in possible:
                self.assertEqual("held", outcome, one)
            else:
                self.assertIn(outcome, ("duplicate", "held"), one)
        for source in SOURCES:
            most = sum(one not in sure and one[0] == source for one in known | unknown)
            least = sum(one not in possible and one[0] == source for one in known)
            waiting = eventually(lambda: least <= client.get(f"/inbox/{source}").json["waiting"] <= most)
            self.assertTrue(waiting, (source, least, client.get(f"/inbox/{source}").text, most))

    def finish(self, client, senders, late, everything):
        for sender in senders:
            sender.send(client)
            self.assertEqual(([], []), (sender.wrong, sender.left))
        for source, one in late:
            send(client, source, one)
        rows = settled(client, *SOURCES)
        orders = {one["data"]["order_id"] for _, one in everything if one["type"] == "order_created"}
        count = len(orders)
        self.assert_same_list(sorted(orders), sorted(row["order_id"] for row in rows))
        self.assertEqual([], odd_ones(rows))
        self.assertEqual([{"account_id": "acc", "balance": count, "changes": count}], client.rows("balances"))
        self.assert_same_list(sorted(key(*one) for one in everything), recorded(client))


class DeadLetters(InboxKills):
    LETTERS = 40

    def test_a_dead_letter_is_let_pass_or_let_go_once(self):
        inbox = self.folder / "inbox"
        inbox.mkdir()
        for file in (EXAMPLE / "inbox").iterdir():
            (inbox / file.name).write_text(file.read_text().replace('"1h"', '"50ms"'))
        dropped, orders = set(), []
        with self.subTest(seed=self.seed):
            for number in range(ROUNDS):
                own = [f"o{number}-{i}" for i in range(self.LETTERS)]
                orders += own
                with self.subTest(round=number):
                    answered = {}
                    with history(self.data, "--inbox", inbox) as service:
                        client = service.client()
                        send(client, "order", [created(order) for order in own])
                        send(client, "order", [order_event(order, 3, "order_cancelled") for order in own])
                        self.assertTrue(eventually(lambda: self.letters(client) == self.LETTERS))
                        worker = threading.Thread(target=self.let, args=(service.client(), own, answered))
                        worker.start()
                        goal = self.moments.randint(0, self.LETTERS)
                        eventually(lambda: len(answered) >= goal or not worker.is_alive())
                        service.kill()
                        worker.join()
                    with history(self.data, "--inbox", inbox) as service:
                        client = service.client()
                        # One more may be done that has no answer.
                        left = self.LETTERS - len(answered)
                        self.assertTrue(eventually(lambda: self.letters(client) in (left, left - 1)), left)
                        for order, status in list(answered.items()):
                            self.assertIn(status, (200, 201), order)
                            self.assertEqual(404, self.let_one(client, order).status)
                        self.let(client, [order for order in own if order not in answered], answered)
                        self.assertEqual(0, self.letters(client))
                        dropped |= {order for order in own if self.is_dropped(order)}
                        self.check_letters(client, orders, dropped)

    def check_letters(self, client, orders, dropped):
        cancelled = [event["data"]["order_id"] for event in client.events() if event["type"] == "order_cancelled"]
        self.assert_same_list(sorted(set(orders) - dropped), sorted(cancelled))
        states = {row["order_id"]: row["status"] for row in client.rows("order_history")}
        self.assertEqual({order: "APPROVAL_PENDING" if order in dropped else "CANCELLED" for order in orders}, states)

    @staticmethod
    def letters(client):
        return client.get("/inbox/order").json["dead_letters"]

    @staticmethod
    def is_dropped(order):
        return order.endswith("7")

    def let_one(self, client, order):
        letter = f"/inbox/order/dead-letters/{order}%2F3"
        if self.is_dropped(order):
            return client.request("DELETE", letter)
        return client.post(letter + "/retry", None)

    def let(self, client, orders, answered):
        try:
            for order in orders:
                answered[order] = self.let_one(client, order).status
        except ConnectionError:
            client.close()


if __name__ == "__main__":
    unittest.main()
