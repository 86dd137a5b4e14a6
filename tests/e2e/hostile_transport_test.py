#!/usr/bin/env python3
"""What one program tells another over a transport that loses, doubles and mixes up comes to the same rows.

The events of one leave it on a channel; what stands between them loses 1 of 20 (the channel sends it again),
delivers 1 of 5 twice, and hands on any of the 50 that it holds. DIPTYCH_TEST_SEED repeats its choices.
"""
import os
import random
import threading
import unittest

from channel_test import ChannelTest, serve
from order_messages import history, of_order, send, settled
from service import DIPTYCH, eventually
from webhook_test import Receiver

ORDERS = 120
HELD = 50


class Transport(Receiver):
    """Takes CloudEvents, hands them on to an inbox as messages: some twice, in an order of its own."""

    def __init__(self, client, chance):
        self.client, self.chance = client, chance
        self.holds, self.more, self.is_over = [], threading.Condition(), False
        self.handed_on, self.lost, self.doubled = 0, 0, 0
        self.gaps, self.failures = set(), []
        super().__init__(mood=self.hear)
        self.hands_on = threading.Thread(target=self.hand_on)
        self.hands_on.start()

    def hear(self, _, event):
        if self.chance.random() < 0.05:
            self.lost += 1
            return 503
        with self.more:
            self.holds.append(event)
            if self.chance.random() < 0.2:
                self.doubled += 1
                self.holds.append(event)
            self.more.notify()
        return 204

    def hand_on(self):
        try:
            while event := self.choose():
                stream, source = event["subject"], event["subject"].split("-")[0]
                send(self.client, source, {
                    "message_id": event["id"], "stream": stream, "version": int(event["diptychversion"]),
                    "type": event["type"], "data": event["data"]["data"], "occurred_at": event["data"]["at"]})
                self.handed_on += 1
                if self.handed_on % 25 == 0:
                    for one in self.client.get(f"/inbox/{source}").json["gaps"]:
                        self.gaps.add(one["stream"])
        except AssertionError as failure:
            self.failures.append(failure)

    def choose(self):
        """One of those that it holds, once they are so many or the last of all has come."""
        with self.more:
            self.more.wait_for(lambda: self.is_over or len(self.holds) >= HELD)
            return self.holds.pop(self.chance.randrange(min(HELD, len(self.holds)))) if self.holds else None

    def end(self):
        with self.more:
            self.is_over = True
            self.more.notify()
        self.hands_on.join()


class HostileTransportTest(ChannelTest):
    def messages(self):
        """What three services say, mixed, each in streams of its own category."""
        for number in range(ORDERS):
            for source, one in of_order(number):
                yield source, f"{source}-{number}", one

    def test_rows_are_those_of_a_clean_run_and_gaps_are_told(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        said = list(self.messages())
        with self.subTest(seed=seed), history(self.folder / "clean") as clean, history(self.folder / "far") as far:
            client = clean.client()
            versions = {}
            for source, stream, one in said:
                versions[stream] = versions.get(stream, 0) + 1
                send(client, source, {**one, "stream": stream, "version": versions[stream]})
            expected = settled(client, "order", "ticket", "delivery")
            self.assertEqual(ORDERS, len(expected))

            with Transport(far.client(), random.Random(seed)) as transport, serve(self.tell(transport.port)) as near:
                client = near.client()
                for at in range(0, len(said), 100):
                    answer = client.post("/events", {"events": [
                        {"stream": stream, "type": one["type"], "data": {"data": one["data"], "at": one["occurred_at"]}}
                        for _, stream, one in said[at:at + 100]]})
                    self.assertEqual(201, answer.status, answer.text)
                self.assertTrue(eventually(lambda: client.get("/channels/far").json["lag"] == 0, 60))
                transport.end()
            self.assertEqual([], transport.failures)
            self.assertGreater(transport.lost, 0)
            self.assertGreater(transport.doubled, 0)
            self.assertEqual(len(said) + transport.doubled, transport.handed_on)
            self.assertGreater(len(transport.gaps), 0)
            rows = settled(far.client(), "order", "ticket", "delivery")
            self.assertEqual(sorted(expected, key=str), sorted(rows, key=str))
            self.assertEqual([], far.client().get("/inbox/order").json["gaps"])

    def tell(self, port):
        self.declare("far", f'to = "http://127.0.0.1:{port}/"\npause_max = "250ms"\n')
        return self.data


if __name__ == "__main__":
    unittest.main()
