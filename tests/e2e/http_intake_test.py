#!/usr/bin/env python3
"""Messages of others come over HTTP in their own form, and become commands or messages of the inbox, once each."""
import json
import unittest

from service import DIPTYCH, Service, TestCase, allocation, eventually, run


class HttpIntake(TestCase):
    def setUp(self):
        super().setUp()
        self.channels = self.folder / "channels"
        self.channels.mkdir()

    def declare(self, name, text):
        (self.channels / f"{name}.toml").write_text(text)

    def counts(self):
        self.declare("counts", 'from = "http:"\n[on.counts]\ncommand = "change_batch_quantity"\n'
                               'fields = { batch = "batchref", quantity = "qty" }\n')

    def test_a_foreign_shape_becomes_a_command_once_for_each_id(self):
        self.counts()
        with allocation(self.data, None, "--channels", self.channels) as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 10, "eta": None})

            def send(body, key):
                answer = client.post("/channels/counts/messages", body, Idempotency_Key=key, X_Correlation_Id="c1", Authorization="Basic eA==", X_Api_Key="hush")
                return answer.status, answer.json["outcome"]

            self.assertEqual((200, "done"), send({"batchref": "b1", "qty": 5}, "m1"))
            self.assertEqual((200, "done"), send({"batchref": "b1", "qty": 6}, "m2"))
            self.assertEqual((200, "repeated"), send({"batchref": "b1", "qty": 5}, "m1"))
            self.assertEqual((200, "refused"), send({"batchref": "b9", "qty": 5}, "m3"))
            self.assertEqual((202, "parked"), send({"batchref": "b1", "qty": "?"}, "m4"))
            self.assertEqual((202, "parked"), send({"batchref": "b1", "qty": 7}, "m1"))  # an id with other content
            changed = [one for one in client.events() if one["type"] == "shop.batch_quantity_changed"]
            self.assertEqual([5, 6], [one["data"]["quantity"] for one in changed])
            self.assertEqual(("c1", "m1"), (changed[0]["metadata"]["correlation_id"], changed[0]["metadata"]["causation_id"]))
            letters = client.get("/channels/counts/dead-letters").json["dead_letters"]
            self.assertEqual(["m4", "m1"], [one["message_id"] for one in letters])
            self.assertIn("qty", letters[0]["body"])
            self.assertNotIn("authorization", letters[0]["headers"])
            self.assertNotIn("x-api-key", letters[0]["headers"])

    def test_a_cloud_event_goes_to_a_source_which_puts_it_in_order(self):
        run(DIPTYCH, "init", self.data)
        (self.data / "inbox").mkdir()
        (self.data / "inbox/delivery.toml").write_text('mode = "resequence"\n')
        self.declare("deliveries", 'from = "http:"\n[on."delivery_*"]\nsource = "delivery"\n'
                                   'version = "{attribute.diptychversion}"\n')
        with Service([DIPTYCH, "serve", "--data", self.data, "--channels", self.channels, "--http", "127.0.0.1:{port}"]) as service:
            client = service.client()

            def send(number, kind="delivery_moved"):
                answer = client.post("/channels/deliveries/messages", {"step": number}, **{
                    "ce-id": f"e{number}", "ce-type": kind, "ce-source": "x", "ce-subject": "d-1",
                    "ce-time": "2026-03-01T12:00:00Z", "ce-diptychversion": str(number)})
                return answer.status, answer.json["outcome"]

            self.assertEqual((202, "held"), send(2))
            self.assertEqual((200, "done"), send(1))
            self.assertEqual((200, "repeated"), send(2))
            self.assertEqual((202, "parked"), send(3, "other"))
            passed = [one for one in client.events() if one["stream"] == "inbox.delivery-d-1"]
            self.assertEqual([("x e1", 1), ("x e2", 2)], [(one["metadata"]["message_id"], one["data"]["step"]) for one in passed])

    def test_a_batch_of_cloud_events_is_taken_one_by_one_and_answered_together(self):
        self.counts()
        with allocation(self.data, None, "--channels", self.channels) as service:
            client = service.client()
            client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 10, "eta": None})

            def event(number, batch="b1", **more):
                return {"specversion": "1.0", "id": f"e{number}", "source": "x", "type": "counts",
                        "data": {"batchref": batch, "qty": number}, **more}

            def send(*events):
                answer = client.request("POST", "/channels/counts/messages", json.dumps(events), **{
                    "Content-Type": "Application/CloudEvents-Batch+JSON; charset=utf-8", "Idempotency-Key": "one-for-all"})
                return answer.status, [one["outcome"] for one in answer.json["messages"]]

            self.assertEqual((200, ["done", "done", "refused"]), send(event(5), event(6), event(7, "b9")))
            self.assertEqual((202, ["repeated", "parked", "done"]), send(event(5), {"no": "event"}, event(8)))
            self.assertEqual((200, []), send())
            self.assertEqual([5, 6, 8], [one["data"]["quantity"] for one in client.events()
                                         if one["type"] == "shop.batch_quantity_changed"])
            for body, code in (("{}", "malformed_message"), ("[", "malformed_message"),
                               (json.dumps([event(1)] * 257), "batch_too_large")):
                answer = client.request("POST", "/channels/counts/messages", body,
                                        **{"Content-Type": "application/cloudevents-batch+json"})
                self.assertEqual((400, code), (answer.status, answer.json["code"]))

    def test_where_no_messages_are_taken_it_says_so(self):
        self.counts()
        self.declare("out", 'to = "file:out.jsonl"\n')
        with allocation(self.data, None, "--channels", self.channels) as service:
            client = service.client()
            answer = client.post("/channels/out/messages", {})
            self.assertEqual((400, "not_offered"), (answer.status, answer.json["code"]))
            self.assertEqual("channel out is outgoing: events leave on it; incoming are counts", answer.json["detail"])
            answer = client.post("/channels/none/messages", {})
            self.assertEqual((404, "unknown_channel"), (answer.status, answer.json["code"]))
            self.assertEqual("there is no channel 'none' that takes messages; incoming are counts", answer.json["detail"])

    def test_a_file_that_names_what_is_not_there_is_found_at_the_start(self):
        for name, text in (("command", '[on.a]\ncommand = "nonsense"\n'), ("source", '[on.a]\nsource = "nowhere"\n')):
            self.declare("counts", 'from = "http:"\n' + text)
            with self.assertRaises(AssertionError) as failed:
                allocation(self.data, None, "--channels", self.channels)
            self.assertRegex(str(failed.exception), "counts.toml: on.a: .*(nonsense|nowhere)")
        self.declare("counts", 'from = "http:"\n[on.a]\n')
        checked = run(DIPTYCH, "channel", "check", self.channels)
        self.assertEqual(2, checked.returncode)
        self.assertIn("counts.toml:2:1", checked.stderr)
        self.counts()
        self.assertIn("channel counts from http:", run(DIPTYCH, "channel", "check", self.channels).stdout)

    def test_channels_of_both_directions_are_listed(self):
        self.counts()
        (self.channels / "out.toml").write_text('to = "file:out.jsonl"\n')
        with allocation(self.data, None, "--channels", self.channels) as service:
            listed = service.client().get("/channels").json["channels"]
            self.assertEqual([("counts", "in"), ("out", "out")], sorted((one["channel"], one["direction"]) for one in listed))


if __name__ == "__main__":
    unittest.main()
