#!/usr/bin/env python3
"""Messages of NATS JetStream become commands and messages of the inbox: once, in order, whoever is killed.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_INTAKE_ROUNDS sets how often something is killed.
"""
import json
import os
import random
import signal
import sys
import threading
import unittest

from nats import Nats, is_there
from service import DIPTYCH, Service, TestCase, allocation, eventually, run

ROUNDS = int(os.environ.get("DIPTYCH_INTAKE_ROUNDS", "10"))
BATCHES = ("b0", "b1", "b2", "b3")


class Publisher(threading.Thread):
    """Publishes one after the other, each until the broker has answered, as many as it has been told to."""

    def __init__(self, publish, chance):
        super().__init__(daemon=True)
        self.publish, self.chance = publish, chance
        self.told, self.done, self.refused, self.ended = 0, 0, 0, False
        self.sent = {batch: 0 for batch in BATCHES}
        self.change = threading.Condition()

    def go_on(self, count):
        """Answers how many it will have published then."""
        with self.change:
            self.told += count
            self.change.notify()
            return self.told

    def run(self):
        while self.may_go_on():
            batch = self.chance.choice(BATCHES)
            self.sent[batch] += 1
            while not self.is_taken(batch, self.sent[batch]):
                self.refused += 1
            self.done += 1

    def may_go_on(self):
        with self.change:
            self.change.wait_for(lambda: self.ended or self.done < self.told)
            return self.done < self.told

    def is_taken(self, batch, number):
        try:
            return "error" not in self.publish(id=f"{batch}-{number}", batchref=batch, qty=number)
        except (OSError, ValueError):
            return False

    def end(self):
        """What has been sent of each, all that it has been told to."""
        with self.change:
            self.ended = True
            self.change.notify()
        if self.is_alive():
            self.join(60)
        return self.sent


class NatsIntake(TestCase):
    def setUp(self):
        super().setUp()
        self.channels = self.folder / "channels"
        self.channels.mkdir()
        self.broker = self.enterContext(Nats(self.folder / "nats"))

    def declare(self, more="", name="counts"):
        (self.channels / f"{name}.toml").write_text(
            f'from = "nats://127.0.0.1:{self.broker.port}"\nstream = "WAREHOUSE"\npause_max = "300ms"\n{more}'
            '[on."*"]\ncommand = "change_batch_quantity"\nfields = { batch = "batchref", quantity = "qty" }\n')

    def serve(self):
        return allocation(self.data, None, "--channels", self.channels)

    def publish(self, **body):
        return json.loads(self.broker.request("warehouse.counted", json.dumps(body).encode()))

    def changed(self, client):
        """What became of each batch, in order."""
        all = {}
        for one in client.events():
            if one["type"] == "shop.batch_quantity_changed":
                all.setdefault(one["data"]["batch"], []).append(one["data"]["quantity"])
        return all

    def status(self, client):
        return client.get("/channels/counts").json

    def test_a_message_is_a_command_and_is_acknowledged_when_that_is_durable(self):
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        self.declare('subject = "warehouse.counted"\n')
        with self.serve() as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 100, "eta": None})
            for quantity in range(1, 6):
                self.publish(batchref="b1", qty=quantity)
            self.broker.request("warehouse.other", b"{}")
            self.broker.request("warehouse.counted", b"no json")
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1, 2, 3, 4, 5]}))
            now = eventually(lambda: (s := self.status(client))["dead_letters"] == 1 and s)
            self.assertEqual(("running", "at_least_once", 0), (now["state"], now["delivery"], now["lag"]))

            def floor():
                info = self.broker.api("CONSUMER.INFO.WAREHOUSE.diptych_counts")
                return info["num_ack_pending"] == 0 and info["ack_floor"]["stream_seq"]
            self.assertEqual(7, eventually(lambda: floor() == 7 and 7))

    def test_what_was_published_while_nobody_listened_comes_and_only_once(self):
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        self.declare()
        with self.serve() as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 100, "eta": None})
            self.publish(batchref="b1", qty=1)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1]}))
        self.publish(batchref="b1", qty=2)
        self.broker.api("CONSUMER.DELETE.WAREHOUSE.diptych_counts")  # it forgets how far we are
        with self.serve() as service:
            client = service.client()
            self.publish(batchref="b1", qty=3)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1, 2, 3]}))
            self.assertEqual(1, self.status(client)["since_start"]["repeated"])

    def test_a_consumer_that_is_removed_while_it_is_used_is_made_anew(self):
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        self.declare()
        with self.serve() as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 100, "eta": None})
            self.publish(batchref="b1", qty=1)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1]}))
            self.broker.api("CONSUMER.DELETE.WAREHOUSE.diptych_counts")
            self.publish(batchref="b1", qty=2)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1, 2]}))
            self.assertEqual(1, self.status(client)["since_start"]["breaks"])

    def test_what_comes_again_and_again_while_the_program_stands_still_is_bounded(self):
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        self.declare("in_flight = 4\n")
        with self.serve() as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 100, "eta": None})
            self.publish(batchref="b1", qty=1)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1]}))
            service.process.send_signal(signal.SIGSTOP)
            try:
                for quantity in range(2, 31):
                    self.publish(batchref="b1", qty=quantity)
                # Four of them, four times, and nothing else.
                def consumer():
                    return self.broker.api("CONSUMER.INFO.WAREHOUSE.diptych_counts")
                self.assertTrue(eventually(lambda: consumer()["delivered"]["consumer_seq"] >= 1 + 4 * 4, 60), consumer())
                self.assertEqual((4, 5), (consumer()["num_redelivered"], consumer()["delivered"]["stream_seq"]))
            finally:
                service.process.send_signal(signal.SIGCONT)
            client = service.client()  # the other one's connection has been idle for long
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": list(range(1, 31))}, 40), self.changed(client))
            now = self.status(client)
            self.assertEqual((0, 0), (now["since_start"]["breaks"], now["dead_letters"]))

    def test_a_stream_that_is_not_there_is_waited_for(self):
        self.declare()
        with self.serve() as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 100, "eta": None})
            self.assertTrue(eventually(lambda: self.status(client)["state"] == "waiting"))
            self.assertIn("incoming channel counts is waiting", client.get("/health").text)
            self.broker.add_stream("WAREHOUSE", "warehouse.>")
            self.publish(batchref="b1", qty=1)
            self.assertTrue(eventually(lambda: self.changed(client) == {"b1": [1]}))

    def test_events_of_one_log_come_to_the_inbox_of_another(self):
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        there, here = self.folder / "there", self.folder / "here"
        for folder in (there, here):
            run(DIPTYCH, "init", folder)
            (folder / "channels").mkdir()
        (there / "channels/out.toml").write_text(
            f'to = "nats://127.0.0.1:{self.broker.port}"\nsubject = "warehouse.{{type}}"\n')
        (here / "inbox").mkdir()
        (here / "inbox/other.toml").write_text('mode = "resequence"\n[ids]\nbatch = "batch"\n')
        (here / "channels/in.toml").write_text(
            f'from = "nats://127.0.0.1:{self.broker.port}"\nstream = "WAREHOUSE"\n'
            '[on."*"]\nsource = "other"\nversion = "{attribute.diptychversion}"\n')
        with Service([DIPTYCH, "serve", "--data", there, "--http", "127.0.0.1:{port}"]) as one, \
                Service([DIPTYCH, "serve", "--data", here, "--http", "127.0.0.1:{port}"]) as other:
            client = one.client()
            for number in range(3):
                client.post("/events", {"events": [{"stream": "batch-ü 1", "type": "counted", "data": {"batch": "ü 1", "n": number}}]})
            sent = client.events()
            found = eventually(lambda: len(all := [e for e in other.client().events() if e["type"] == "counted"]) == 3 and all)
            self.assertEqual([e["id"] for e in sent if e["type"] == "counted"], [e["metadata"]["message_id"] for e in found])
            self.assertEqual({("inbox.other-batch-ü 1", "batch-ü 1")}, {(e["stream"], e["tags"][0]) for e in found})

    def test_kill_9_of_program_and_broker_has_each_message_done_once_and_in_order(self):
        seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        chance = random.Random(seed)
        self.broker.add_stream("WAREHOUSE", "warehouse.>")
        # An answer of the broker may be lost with it: what is published again has the same id.
        self.declare('id = "{data.id}"\nkey = "{data.batchref}"\nin_flight = 16\n')
        with self.subTest(seed=seed):
            publisher = Publisher(self.publish, random.Random(f"{seed} published"))
            service = self.serve()
            try:
                client = service.client()
                for batch in BATCHES:
                    client.post("/add_batch", {"ref": batch, "sku": "lamp", "qty": 100000, "eta": None})
                publisher.start()
                for _ in range(ROUNDS):
                    moment = publisher.go_on(chance.randint(20, 120))
                    self.assertTrue(eventually(lambda: publisher.done >= moment, 60))
                    publisher.go_on(chance.randint(1, 60))  # what is published while something is killed
                    if chance.random() < 0.4:
                        self.broker.kill()
                        refused = publisher.refused
                        publisher.go_on(1)
                        self.assertTrue(eventually(lambda: publisher.refused > refused))
                        self.broker.start()
                    else:
                        service.__exit__()
                        service = self.serve()
                sent = publisher.end()
                client = service.client()
                expected = {batch: list(range(1, count + 1)) for batch, count in sent.items() if count}
                eventually(lambda: self.changed(client) == expected, 60)
                self.assertEqual(expected, self.changed(client), self.status(client))
                self.assertEqual(0, self.status(client)["dead_letters"])
            finally:
                publisher.end()
                service.__exit__()


if __name__ == "__main__":
    if not is_there():
        sys.exit(77)
    unittest.main()
