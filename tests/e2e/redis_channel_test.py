#!/usr/bin/env python3
"""Redis publish/subscribe, in and out: quick, told of as unreliable, and nothing that came is lost without a word."""
import json
import os
import pathlib
import sys
import time
import unittest

from redis_server import Redis, is_there
from service import DIPTYCH, TestCase, allocation, eventually, run

CHANNELS = pathlib.Path(__file__).resolve().parents[2] / "examples/allocation/channels"
WITHIN = 3.0  # seconds: S3-35


class RedisChannel(TestCase):
    def setUp(self):
        super().setUp()
        self.redis = self.enterContext(Redis())
        self.channels = self.folder / "channels"
        self.channels.mkdir()
        for file in CHANNELS.glob("*.toml"):
            text = file.read_text()
            self.assertIn("redis://127.0.0.1:6379/", text)
            (self.channels / file.name).write_text(
                'pause_max = "300ms"\n' + text.replace(":6379/", f":{self.redis.port}/"))

    def start(self):
        service = self.enterContext(allocation(self.data, None, "--channels", self.channels))
        client = service.client()
        self.assertTrue(eventually(lambda: self.redis.wire().ask("PUBSUB", "NUMSUB", "change_batch_quantity")[1] == 1))
        return service, client

    def two_batches_and_an_order(self, client):
        for ref, eta in (("b1", "2030-01-01"), ("b2", "2030-02-01")):
            client.post("/add_batch", {"ref": ref, "sku": "lamp", "qty": 10, "eta": eta})
        client.post("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 7})

    def test_s3_35_a_batch_that_shrinks_reallocates_and_that_is_published_within_three_seconds(self):
        listener = self.redis.listener("line_allocated")
        _, client = self.start()
        self.two_batches_and_an_order(client)
        told = {"orderid": "o1", "sku": "lamp", "qty": 7, "batchref": "b1"}
        self.assertEqual(["message", "line_allocated", told], self.heard(listener))

        begun = time.monotonic()
        self.assertEqual(1, self.redis.publish("change_batch_quantity", '{"batchref": "b1", "qty": 5}'))
        self.assertEqual(["message", "line_allocated", told | {"batchref": "b2"}], self.heard(listener))
        self.assertLess(time.monotonic() - begun, WITHIN)
        self.assertEqual([{"sku": "lamp", "batchref": "b2"}], client.get("/allocations/o1").json)

    def heard(self, listener):
        listener.socket.settimeout(60)
        kind, topic, body = listener.reply()
        return [kind, topic, json.loads(body)]

    def test_it_says_that_it_is_unreliable(self):
        service, client = self.start()
        said = {one["channel"]: (one["direction"], one["delivery"]) for one in client.get("/channels").json["channels"]}
        self.assertEqual({"change_batch_quantity": ("in", "best_effort"), "line_allocated": ("out", "best_effort")}, said)
        self.assertEqual(2, service.said().count("is unreliable"), service.said())
        listed = run(DIPTYCH, "channel", "list", "--url", f"http://127.0.0.1:{service.port}").stdout
        self.assertEqual(2, listed.count("(unreliable)"), listed)

    def test_what_can_not_be_done_is_a_dead_letter_and_stops_nothing(self):
        _, client = self.start()
        self.two_batches_and_an_order(client)
        for body in ("no json", '{"batchref": "b1"}', b"\xff\xfe", '{"batchref": "b1", "qty": "five"}'):
            self.redis.publish("change_batch_quantity", body)
        self.redis.publish("change_batch_quantity", '{"batchref": "none", "qty": 1}')  # refused: an answer, no letter
        self.redis.publish("change_batch_quantity", '{"batchref": "b1", "qty": 5}')
        self.assertTrue(eventually(lambda: client.get("/allocations/o1").json == [{"sku": "lamp", "batchref": "b2"}]))
        channel = "/channels/change_batch_quantity"
        letters = eventually(lambda: len(all := client.get(f"{channel}/dead-letters").json["dead_letters"]) == 4 and all)
        why = {one["body"]: one["why"] for one in letters}
        self.assertEqual({"no json", '{"batchref": "b1"}', "??", '{"batchref": "b1", "qty": "five"}'}, set(why))
        self.assertIn("no JSON", why["no json"])
        self.assertIn("quantity", why['{"batchref": "b1"}'])
        now = client.get(channel).json
        self.assertEqual((4, 1, 1), (now["dead_letters"], now["since_start"]["refused"], now["since_start"]["done"]))
        self.assertIn("change_batch_quantity has dead letters: 4", client.get("/health").text)
        self.assertRegex(client.get("/metrics").text, r'channel_messages_total{channel="change_batch_quantity",outcome="malformed"} 2')
        self.assertEqual(200, client.request("DELETE", f"{channel}/dead-letters/{letters[0]['number']}").status)
        self.assertEqual(404, client.request("DELETE", f"{channel}/dead-letters/{letters[0]['number']}").status)
        self.assertEqual(3, client.get(channel).json["dead_letters"])

    def test_dead_letters_outlive_the_program_and_are_retried_when_the_file_is_right(self):
        declared = self.channels / "change_batch_quantity.toml"
        right = declared.read_text()
        declared.write_text(right.replace('"qty"', '"quantity"'))
        service, client = self.start()
        self.two_batches_and_an_order(client)
        self.redis.publish("change_batch_quantity", '{"batchref": "b1", "qty": 5}')
        self.assertTrue(eventually(lambda: client.get("/channels/change_batch_quantity").json["dead_letters"] == 1))
        service.kill()
        declared.write_text(right)
        service, client = self.start()
        url = f"http://127.0.0.1:{service.port}"
        listed = run(DIPTYCH, "channel", "dead-letters", "change_batch_quantity", "--url", url).stdout
        self.assertIn('{"batchref": "b1", "qty": 5}', listed)
        number = listed.split()[0]
        retried = run(DIPTYCH, "channel", "retry", "change_batch_quantity", number, "--url", url)
        self.assertEqual(0, retried.returncode, retried.stderr)
        self.assertTrue(eventually(lambda: client.get("/channels/change_batch_quantity").json["dead_letters"] == 0))
        self.assertTrue(eventually(lambda: client.get("/allocations/o1").json == [{"sku": "lamp", "batchref": "b2"}]))

    def test_a_broker_that_dies_is_waited_for_and_the_break_is_counted(self):
        _, client = self.start()
        self.two_batches_and_an_order(client)
        self.assertTrue(eventually(lambda: client.get("/channels/line_allocated").json["since_start"]["delivered"] == 1))
        self.redis.kill()
        waits = eventually(lambda: (now := client.get("/channels/change_batch_quantity").json)["state"] == "waiting" and now)
        self.assertEqual(1, waits["since_start"]["breaks"])
        client.post("/allocate", {"orderid": "o2", "sku": "lamp", "qty": 1})  # it can not be told yet
        self.assertTrue(eventually(lambda: client.get("/channels/line_allocated").json["state"] == "waiting"))
        self.redis.start()
        listener = self.redis.listener("line_allocated")
        self.assertEqual("o2", self.heard(listener)[2]["orderid"])
        self.assertTrue(eventually(lambda: self.redis.publish("change_batch_quantity", '{"batchref": "b1", "qty": 5}') == 1))
        self.assertTrue(eventually(lambda: client.get("/allocations/o1").json == [{"sku": "lamp", "batchref": "b2"}]))

    def test_a_password_is_taken_from_the_environment(self):
        os.environ["REDIS_PASSWORD"] = "s3cret"
        self.redis.wire().ask("CONFIG", "SET", "requirepass", "s3cret")
        for file in self.channels.glob("*.toml"):
            file.write_text('password = "env:REDIS_PASSWORD"\n' + file.read_text())
        service = self.enterContext(allocation(self.data, None, "--channels", self.channels))
        client = service.client()
        self.two_batches_and_an_order(client)

        def publish():
            wire = self.redis.wire()
            wire.ask("AUTH", "s3cret")
            return wire.ask("PUBLISH", "change_batch_quantity", '{"batchref": "b1", "qty": 5}')

        self.assertTrue(eventually(lambda: publish() == 1))
        self.assertTrue(eventually(lambda: client.get("/allocations/o1").json == [{"sku": "lamp", "batchref": "b2"}]))


if __name__ == "__main__":
    if not is_there():
        sys.exit(77)
    unittest.main()
