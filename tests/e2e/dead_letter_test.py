#!/usr/bin/env python3
"""Views that park: by the command line, and killed while events are parked and retried.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_KILL_ROUNDS sets the number of rounds.
"""
import os
import random
import threading
import time
import unittest

from cli import FAILED, INVALID, NOT_FOUND, CliTest
from service import DIPTYCH, Service, TestCase, eventually, run

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "10"))
FOLLOWERS = 300

# While the gate is closed nothing that comes can be applied. What is applied takes the next number.
ENTRIES = """-- @view entries async
-- @park
create table entries (position integer primary key, nth integer not null);
create table counter (one integer primary key, n integer not null);
create table gate (one integer primary key, is_closed boolean not null);
-- @event came (n integer)
-- @event opened (n integer)
-- @event closed (n integer)
-- @on came
insert into counter (one, n) values (1, 1) on conflict (one) do update set n = n + 1;
insert into entries (position, nth)
values (:$position, case when (select is_closed from gate where one = 1) then null
                         else (select n from counter where one = 1) end);
-- @on opened
insert into gate (one, is_closed) values (1, false) on conflict (one) do update set is_closed = false;
-- @on closed
insert into gate (one, is_closed) values (1, true) on conflict (one) do update set is_closed = true;
-- @serve limit 1000
"""


def serve(folder):
    return Service([DIPTYCH, "serve", "--data", folder, "--http", "127.0.0.1:{port}"])


class DeadLetterCommands(CliTest):
    def setUp(self):
        super().setUp()
        views = self.log / "views"
        views.mkdir(exist_ok=True)
        (views / "entries.sql").write_text(ENTRIES)
        self.append("gate-1", "closed")
        self.append("a-1", "came")
        self.append("a-1", "came")
        self.append("b-1", "came")

    def letters(self, *where):
        return {one["position"]: one for one in self.lines("dead-letter", "list", "entries", "--json", *where)}

    def test_they_are_listed_shown_retried_and_dropped_on_a_server_and_on_a_folder(self):
        with serve(self.log) as service:
            url = ["--url", f"http://127.0.0.1:{service.port}"]
            self.assertTrue(eventually(lambda: len(self.letters(*url)) == 3))
            letters = self.letters(*url)
            self.assertEqual({2: None, 3: 2, 4: None}, {at: one.get("behind") for at, one in letters.items()})
            self.assertEqual(5, letters[2]["attempts"])
            said = self.diptych("dead-letter", "list", "entries", *url)
            self.assertIn("tried 5 times: view 'entries' needs a value for nth", said)
            self.assertIn("waits for 2: shares 'a-1' with event 2", said)
            self.assertIn('"position":2', self.diptych("dead-letter", "show", "entries", "2", *url))
            self.diptych("dead-letter", "show", "entries", "1", *url, code=NOT_FOUND)
            self.diptych("dead-letter", "retry", "entries", "3", *url, code=INVALID)
            self.diptych("dead-letter", "retry", "entries", *url, code=INVALID)
            self.diptych("dead-letter", "retry", "entries", "2", *url, code=FAILED)
            self.assertIn("diverged: 3 events are parked", self.diptych("view", "list", *url))
            self.assertIn("1 dropped", self.diptych(
                "dead-letter", "drop", "entries", "4", *url))
            self.diptych("append", "gate-1", "opened", "{}", *url)
            self.assertTrue(eventually(lambda: self.at(service) == "1.5"))
            self.assertIn("2 applied, 0 failed", self.diptych("dead-letter", "retry", "entries", "--all", *url))
            self.assertEqual(0, service.stop())
        self.assertEqual({}, self.letters())
        self.assertIn("0 applied", self.diptych("dead-letter", "drop", "entries", "--all"))
        self.assertIn("diverged, 0 events are parked", self.diptych("verify"))
        self.diptych("dead-letter", "list", "nothing", code=NOT_FOUND)

    @staticmethod
    def at(service):
        return service.client().get("/views").json[0]["at"]


class KilledRetries(TestCase):
    """What was parked is applied once, in order, whenever the server is killed."""

    def test_nothing_is_lost_and_nothing_applied_twice(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        moments = random.Random(seed)
        log = self.folder / "log"
        self.assertEqual(0, run(DIPTYCH, "init", log).returncode)
        (log / "views").mkdir(exist_ok=True)
        (log / "views" / "entries.sql").write_text(ENTRIES)
        self.interrupted = 0
        with self.subTest(seed=seed):
            for number in range(ROUNDS):
                with self.subTest(round=number):
                    self.park_and_retry(log, number, moments)
        # Some were killed before they were done, or this would prove little.
        self.assertGreater(self.interrupted, 0)

    def park_and_retry(self, log, number, moments):
        with serve(log) as service:
            client = service.client()
            self.append(client, "gate-1", "closed")
            self.append(client, f"a{number}-1", "came", f"b{number}-1")
            self.append(client, f"b{number}-1", "came", count=FOLLOWERS)
            if number % 3 == 2:
                time.sleep(moments.uniform(0, 1.7))  # the moment of death: while it is tried and parked
                service.kill()
        with serve(log) as service:
            client = service.client()
            self.assertTrue(eventually(lambda: self.status(client).get("dead_letters") == FOLLOWERS + 1))
            self.check(client)
            self.append(client, "gate-1", "opened")
            self.assertTrue(eventually(lambda: self.status(client)["lag"] == 0))
            began = threading.Event()
            retries = threading.Thread(target=self.retry, args=(service.client(), began))
            retries.start()
            began.wait()
            time.sleep(moments.uniform(0, 0.03 if number % 2 else 0.003))  # the moment of death
            service.kill()
            retries.join()
        with serve(log) as service:
            client = service.client()
            self.assertTrue(eventually(lambda: self.status(client)["lag"] == 0))
            left = self.check(client)
            # A transaction: all or nothing.
            self.assertIn(left, (0, FOLLOWERS + 1))
            self.interrupted += left > 0
            answer = client.post("/views/entries/dead-letters/retry", "").json
            self.assertEqual((left, 0, 0), (answer["applied"], answer["failed"], answer["parked"]))
            self.assertEqual(0, self.check(client))

    @staticmethod
    def append(client, stream, kind, tag=None, count=1):
        event = {"stream": stream, "type": kind, "tags": [tag] if tag else [], "data": {}}
        answer = client.post("/events", {"events": [event] * count})
        if answer.status != 201:
            raise AssertionError(answer.text)

    @staticmethod
    def retry(client, began):
        began.set()
        try:
            client.post("/views/entries/dead-letters/retry", "")
        except ConnectionError:
            client.close()

    @staticmethod
    def status(client):
        return client.get("/views").json[0]

    def check(self, client):
        """What came is applied once or parked, in order for each key. How many are parked."""
        events = {event["position"]: event for event in client.events() if event["type"] == "came"}
        order = {row["position"]: row["nth"] for row in client.rows("entries")}
        letters = client.get("/views/entries/dead-letters?limit=1000").json["dead_letters"]
        parked = {letter["position"] for letter in letters}
        self.assertEqual(set(events), set(order) | parked)
        self.assertEqual(set(), set(order) & parked)
        self.assertEqual(list(range(1, len(order) + 1)), sorted(order.values()))
        last, waits = {}, set()
        for position in sorted(events):
            keys = {events[position]["stream"], *events[position]["tags"]}
            if position in parked:
                waits |= keys
                continue
            self.assertFalse(keys & waits, position)
            for key in keys:
                self.assertLess(last.get(key, 0), order[position])
                last[key] = order[position]
        return len(parked)


if __name__ == "__main__":
    unittest.main()
