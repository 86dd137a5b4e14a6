#!/usr/bin/env python3
"""Events go to NATS JetStream: with their headers, once, in order, also when server and broker are killed.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_NATS_ROUNDS sets how often something is killed.
"""
import json
import os
import random
import sys
import unittest

from channel_test import ChannelTest, append, serve
from nats import Nats, is_there
from service import eventually, free_port

ROUNDS = int(os.environ.get("DIPTYCH_NATS_ROUNDS", "50"))


def cloud_events(broker, name="SHOP"):
    """As a file would have them."""
    return [{key.removeprefix("ce-"): value for key, value in headers.items()} | {"data": json.loads(data or b"null")}
            for _, headers, data in broker.messages(name)]


class NatsChannel(ChannelTest):
    def bus(self, port, more=""):
        self.declare("bus", f'to = "nats://127.0.0.1:{port}"\nsubject = "shop.{{category}}.{{type}}"\n'
                            f'pause_max = "300ms"\n{more}')

    def delivered(self, client, seconds=60):
        return eventually(lambda: client.get("/channels/bus").json["lag"] == 0, seconds)

    def test_an_event_is_a_message_with_its_id_and_attributes_as_headers(self):
        with Nats(self.folder / "nats") as broker:
            broker.add_stream("SHOP", "shop.>")
            self.bus(broker.port)
            with serve(self.data) as service:
                client = service.client()
                answer = client.post("/events", {"events": [
                    {"stream": "order-ü 1", "type": "shop.placed", "data": {"total": 12},
                     "metadata": {"correlation_id": "c1", "traceparent": "00-a-b-01"}}]})
                self.assertEqual(201, answer.status)
                self.assertTrue(self.delivered(client))
                event = client.events()[0]
            subject, headers, data = broker.message("SHOP", 1)
            self.assertEqual(("shop.order.shop.placed", {"total": 12}), (subject, json.loads(data)))
            self.assertEqual({"Nats-Msg-Id": event["id"], "content-type": "application/json", "ce-specversion": "1.0",
                              "ce-id": event["id"], "ce-source": "diptych/bus", "ce-type": "shop.placed",
                              "ce-subject": "order-%C3%BC%201", "ce-time": event["recorded_at"],
                              "ce-diptychposition": "1", "ce-diptychversion": "1", "ce-correlationid": "c1",
                              "ce-traceparent": "00-a-b-01"}, headers)

    def test_a_subject_that_no_stream_takes_waits_for_one(self):
        with Nats(self.folder / "nats") as broker:
            self.bus(broker.port)
            with serve(self.data) as service:
                client = service.client()
                append(client, "order-1", 3)
                waits = eventually(lambda: (now := client.get("/channels/bus").json)["state"] == "waiting" and now)
                self.assertIn("no JetStream stream takes this subject", waits["error"]["detail"])
                broker.add_stream("SHOP", "shop.>")
                self.assertTrue(self.delivered(client))
            self.assertEqual(0, self.assert_whole(cloud_events(broker), ["order-1"], 3))

    def test_what_is_too_large_for_its_stream_is_refused(self):
        with Nats(self.folder / "nats") as broker:
            broker.add_stream("SHOP", "shop.>", max_msg_size=2000)
            self.bus(broker.port, 'on_refused = "park"\nattempts_max = 2\n')
            with serve(self.data) as service:
                client = service.client()
                for size in (3_000, 1_100_000):  # of the stream, of the server
                    client.post("/events", {"events": [{"stream": f"order-{size}", "type": "t", "data": {"x": "x" * size}}]})
                append(client, "order-1", 2)
                self.assertTrue(self.delivered(client))
                letters = client.get("/channels/bus/dead-letters").json["dead_letters"]
                self.assertEqual(["order-1100000", "order-3000"], [one["stream"] for one in letters])
            self.assertEqual(2, broker.count("SHOP"))

    def test_a_password_is_taken_from_the_environment(self):
        os.environ["BUS_PASSWORD"] = "s3cret"
        config = self.folder / "nats.conf"
        config.write_text('accounts { A { jetstream: enabled, users: [{user: me, password: s3cret}, {user: anyone}] } }\n'
                          'no_auth_user: anyone\n')
        port = free_port()
        with Nats(self.folder / "nats", port, "-c", str(config)) as broker:
            broker.add_stream("SHOP", "shop.>")
            self.bus(port, 'user = "me"\npassword = "env:BUS_PASSWORD"\n')
            with serve(self.data) as service:
                append(service.client(), "order-1")
                self.assertTrue(self.delivered(service.client()))
            self.bus(port, 'user = "me"\npassword = "env:PATH"\n')
            with serve(self.data) as service:
                client = service.client()
                append(client, "order-1")
                waits = eventually(lambda: (now := client.get("/channels/bus").json)["state"] == "waiting" and now)
                self.assertRegex(waits["error"]["detail"], "(?i)authorization")

    def test_kill_9_of_server_and_broker_loses_nothing_and_keeps_the_order(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        chance = random.Random(seed)
        with self.subTest(seed=seed), Nats(self.folder / "nats") as broker:
            broker.add_stream("SHOP", "shop.>")
            self.bus(broker.port)
            count, service = {}, serve(self.data)
            try:
                for _ in range(ROUNDS):
                    client = service.client()
                    for _ in range(chance.randrange(12)):
                        stream = f"order-{chance.randrange(8)}"
                        number = chance.randint(1, 6)
                        append(client, stream, number)
                        count[stream] = count.get(stream, 0) + number
                    eventually(lambda: False, chance.random() * 0.2)
                    if chance.random() < 0.5:
                        broker.kill()
                        eventually(lambda: False, chance.random() * 0.2)
                        broker.start()
                    else:
                        service.__exit__()
                        service = serve(self.data)
                client, last = service.client(), max(count.values()) + 1
                for stream, number in count.items():
                    append(client, stream, last - number)
                self.assertTrue(self.delivered(client), client.get("/channels/bus").text)
            finally:
                service.__exit__()
            repeated = self.assert_whole(cloud_events(broker), count, last)
            # The broker remembers ids for two minutes, and so has each once.
            self.assertEqual(0, repeated)


if __name__ == "__main__":
    if not is_there():
        sys.exit(77)
    unittest.main()
