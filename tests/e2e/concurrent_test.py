#!/usr/bin/env python3
"""Sixteen clients at once: no promise of the allocation service is broken, whatever they mix."""
import os
import random
import unittest

from fold import events_and_views
from mix import Commands
from service import TestCase, allocation, together

CLIENTS = 16
COMMANDS = 60


class ConcurrentTest(TestCase):
    def test_s3_05_s3_06_s3_30_no_interleaving_over_allocates_or_splits_a_line(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        with self.subTest(seed=seed), allocation(self.data) as service:
            acknowledged = []

            def work(number):
                client, commands = service.client(), Commands(seed, f"c{number}")
                for _ in range(COMMANDS):
                    command, body, key = commands.next()
                    answer = client.post(f"/commands/{command}", body, Idempotency_Key=key)
                    self.assertIn(answer.status, (200, 201, 409), f"{command} {body}: {answer.text}")
                    if answer.status != 409:
                        acknowledged.append((command, body, answer.json))
                    self.check_reads(client)

            together(CLIENTS, work)
            client = service.client()
            fold, views = events_and_views(client)
            self.assertEqual([], fold.broken)
            self.assertEqual([], fold.stuck())
            self.assertEqual(fold.views(), views)
            for command, body, _ in acknowledged:
                if command == "allocate":
                    self.assertIn((body["order"], body["product"], body["quantity"]), fold.lines)
            self.check_acknowledged(client.events(), acknowledged)

    def check_reads(self, client):
        """S3-20: whenever one looks, no stock is below zero; nobody is turned away."""
        for row in client.get("/views/stock?limit=1000").json:
            self.assertGreaterEqual(row["available"], 0, row)

    def check_acknowledged(self, events, acknowledged):
        for _, body, answer in acknowledged:
            for made in answer["events"]:
                event = events[made["position"] - 1]
                self.assertEqual(
                    (made["type"], made["stream"], made["version"]),
                    (event["type"], event["stream"], event["version"]), body)


if __name__ == "__main__":
    unittest.main()
