#!/usr/bin/env python3
"""kill -9 at random moments under load: what was acknowledged is there, once, and all else follows from it.

S3-25 and the log's first promise. Some folders are killed several times in a row, so that recovery from
recovery is tried too. DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_KILL_ROUNDS sets their number.
"""
import os
import random
import threading
import time
import unittest
from collections import Counter

from fold import events_and_views
from mix import Commands
from service import DIPTYCH, TestCase, allocation, run

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "50"))
ROUNDS_PER_FOLDER = 10
CLIENTS = 8


class Sender:
    """Sends commands until the server is gone. What it has no answer for it sends again, as it was."""

    def __init__(self, number, seed):
        self.commands = Commands(seed, f"c{number}")
        self.acknowledged = {}  # command id -> answer
        self.unanswered = None
        self.wrong = []

    def send(self, client):
        try:
            while True:
                command, body, key = self.unanswered = self.unanswered or self.commands.next()
                answer = client.post(f"/commands/{command}", body, Idempotency_Key=key)
                if answer.status in (200, 201):
                    self.acknowledged[key] = answer.json
                elif answer.status not in (409, 503):
                    self.wrong.append(f"{command} {body}: {answer.status} {answer.text}")
                self.unanswered = None
        except ConnectionError:
            client.close()


class KillTest(TestCase):
    def test_what_was_acknowledged_survives_being_killed_at_any_moment(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        moments = random.Random(seed)
        with self.subTest(seed=seed):
            for first in range(0, ROUNDS, ROUNDS_PER_FOLDER):
                senders = [Sender(number, f"{seed}/{first}") for number in range(CLIENTS)]
                data = self.folder / f"data{first}"
                for number in range(first, min(first + ROUNDS_PER_FOLDER, ROUNDS)):
                    with allocation(data) as service:
                        self.load_and_kill(service, senders, moments.uniform(0.02, 0.3))
                    with self.subTest(round=number), allocation(data) as service:
                        self.check(service, senders, data)
                self.assertGreater(sum(len(sender.acknowledged) for sender in senders), 0)

    def load_and_kill(self, service, senders, seconds):
        threads = [threading.Thread(target=sender.send, args=(service.client(),)) for sender in senders]
        for thread in threads:
            thread.start()
        time.sleep(seconds)  # the moment of death, not a wait for something
        service.kill()
        for thread in threads:
            thread.join()

    def check(self, service, senders, data):
        client = service.client()
        fold, views = events_and_views(client)
        self.assertEqual([], fold.broken)
        self.assertEqual(fold.views(), views)

        events = fold.events
        made_by = Counter(event["metadata"].get("command_id") for event in events)
        for sender in senders:
            self.assertEqual([], sender.wrong)
            for key, answer in sender.acknowledged.items():
                self.assertEqual(len(answer["events"]), made_by[key], f"{key} {answer}")
                for made in answer["events"]:
                    event = events[made["position"] - 1]
                    self.assertEqual(
                        (made["type"], made["stream"], made["version"]),
                        (event["type"], event["stream"], event["version"]))
        verified = run(DIPTYCH, "verify", data)
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
