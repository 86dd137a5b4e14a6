#!/usr/bin/env python3
"""The message log of a whole program (S4-62, S4-64): what is found, what follows from what, and what a map shows."""
import json
import os
import pathlib
import subprocess
import unittest

from conference import CONFERENCE, Users, conference
from service import ALLOCATION, DIPTYCH, TestCase, allocation, eventually, run


class MessageLogTest(TestCase):
    def said(self, *words, code=0):
        done = run(DIPTYCH, *words)
        self.assertEqual(code, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def of_server(self, *words, code=0):
        return self.said(*words, "--url", f"http://127.0.0.1:{self.service.port}", code=code)

    def exported(self, *words):
        return [json.loads(line) for line in self.of_server("messages", *words, "--json").splitlines()]


class Conference(MessageLogTest):
    def setUp(self):
        super().setUp()
        self.start()

    def start(self):
        self.service = self.enterContext(conference(self.data))
        self.client = self.service.client()
        self.users = Users(self.client)

    def commands(self, **how):
        query = "&".join(f"{name}={value}" for name, value in {"kind": "command", **how}.items())
        return [(one["type"], one["outcome"], one.get("code"))
                for one in self.client.get(f"/messages?{query}").json["messages"]]

    def test_s4_62_commands_and_events_are_found_by_each_of_what_is_known_of_them(self):
        users = self.users
        users.open_conference(seats={"full": (2, "10.00")})
        users.refusal("publish_conference", conference="nowhere")
        order = {"order": "o1", "conference": "c1", "seats": [{"seat_type": "full", "quantity": 1}]}
        answer = self.client.post("/commands/register_to_conference", order,
                                  **{"X-User": "ada", "Idempotency-Key": "req-1", "X-Reason": "holiday"})
        self.assertIn(answer.status, (200, 201), answer.text)
        self.assertTrue(eventually(lambda: ("registration.mark_seats_as_reserved", "accepted", None) in self.commands(limit=1000)))
        self.assertTrue(eventually(lambda: self.commands(outcome="refused")))

        refused, = self.exported("--outcome", "refused")
        self.assertEqual(("management.publish_conference", {"conference": "nowhere"}), (refused["type"], refused["body"]))
        self.assertEqual(self.exported("--type", "publish_conference", "--outcome", "refused"), [refused])
        by_ada = self.exported("--user", "ada")
        self.assertEqual(["registration.order_placed", "registration.order_totals_calculated", "registration.register_to_conference"],
                         [one["type"] for one in by_ada])
        self.assertEqual("holiday", by_ada[2]["metadata"]["reason"])
        self.assertEqual("req-1", by_ada[2]["command_id"])
        self.assertEqual([one["position"] for one in by_ada[:2]], by_ada[2]["events"])
        everything = self.exported()
        self.assertEqual([one["position"] for one in everything], sorted({one["position"] for one in everything}))
        events = [one["position"] for one in everything if one["kind"] == "event"]
        recorded = [event["position"] for event in self.client.events() if not event["type"].startswith("$")]
        self.assertEqual(recorded, events)
        conversation = self.exported("--correlation", "req-1")
        self.assertEqual([one for one in everything if one.get("correlation_id") == "req-1"], conversation)
        since = by_ada[0]["recorded_at"]
        self.assertEqual([one for one in everything if one["recorded_at"] >= since], self.exported("--from", since))
        self.assertEqual([one for one in everything if one["recorded_at"] <= since], self.exported("--to", since))
        self.assertEqual(everything[:3], self.exported("--limit", "3"))
        self.assertIn("by ada", self.of_server("messages", "--user", "ada"))
        self.assertEqual(400, self.client.get("/messages?kind=letter").status)
        self.assertEqual(400, self.client.get("/messages?colour=red").status)
        self.assertEqual([], self.exported("--outcome", "not_found"))
        self.assertIn("outcome is accepted, refused, ", self.of_server("messages", "--outcome", "acepted", code=2))
        self.assertEqual(400, self.client.get("/messages?outcome=acepted").status)

        text = self.of_server("trace", "req-1")
        self.assertIn("req-1  ", text)
        tree = json.loads(self.of_server("trace", "req-1", "--json"))["steps"]
        self.assertEqual(["registration.register_to_conference"], [step["name"] for step in tree if "follows" not in step])
        path = []
        place = 0
        while place is not None:
            path.append((tree[place]["kind"], tree[place]["name"].split(".")[-1]))
            place = next((at for at, step in enumerate(tree) if step.get("follows") == place), None)
        self.assertEqual([("command", "register_to_conference"), ("event", "order_placed"), ("reaction", "registration_process"),
                          ("command", "make_seat_reservation"), ("event", "seats_reserved"), ("reaction", "registration_process"),
                          ("command", "mark_seats_as_reserved")], path[:7])
        self.assertTrue(self.of_server("trace", "req-1", "--format", "mermaid").startswith("flowchart LR"))
        self.assertTrue(self.of_server("trace", "req-1", "--format", "dot").startswith("digraph"))
        self.of_server("trace", "nobody", code=5)
        self.assertEqual(400, self.client.get("/trace/req-1?format=paint").status)

    def test_s4_62_the_message_log_outlives_the_program_and_its_index(self):
        self.users.open_conference()
        self.users.refusal("publish_conference", conference="nowhere")
        self.assertTrue(eventually(lambda: self.commands(outcome="refused")))
        before = self.exported()
        self.service.stop()
        index = pathlib.Path(self.data) / "messages.db"
        self.assertTrue(index.exists())
        by_folder = self.said("messages", "--json", "--data", self.data)
        self.assertEqual(before, [json.loads(line) for line in by_folder.splitlines()][:len(before)])
        index.unlink()
        self.start()
        self.assertEqual(before, self.exported()[:len(before)])
        self.service.kill()
        self.start()
        self.assertEqual(before, self.exported()[:len(before)])

    def test_a_folder_that_is_served_answers_too(self):
        self.users.open_conference()
        self.assertIn("management.conference_published", self.said("messages", "--kind", "event", "--data", self.data))

    def test_s4_32_a_command_that_would_have_been_refused_is_named_with_the_event_that_is_missing(self):
        users = self.users
        users.open_conference(seats={"full": (2, "10.00")})
        users.send("register_to_conference", order="o1", conference="c1", seats=[{"seat_type": "full", "quantity": 1}])
        self.assertTrue(eventually(lambda: ("registration.register_to_conference", "accepted", None) in self.commands(limit=1000)))
        published, = (event for event in self.client.events() if event["type"] == "management.conference_published")
        unchanged = json.loads(self.of_server("what-if", "--json"))
        self.assertEqual(0, unchanged["different"], unchanged["differences"])
        self.assertGreater(unchanged["asked"], 3)
        before = self.client.get("/events?limit=1&direction=backward&engine=true").json["seen"]
        told = json.loads(self.of_server("what-if", "--without", str(published["position"]), "--json"))
        one, = (each for each in told["differences"] if each["command"]["type"] == "registration.register_to_conference")
        self.assertEqual(("accepted", "refused", "conference_not_published"),
                         (one["was"]["outcome"], one["would_be"]["outcome"], one["would_be"]["code"]))
        self.assertEqual({"is": "left_out", "position": published["position"], "type": "management.conference_published",
                          "stream": "conference-c1"}, one["tipped_by"])
        said = self.of_server("what-if", "--without", str(published["position"]))
        self.assertIn("because of management.conference_published", said)
        self.assertIn("\nof the events that they look at, 1 left out and 0 inserted\n", said)
        self.assertIn(", 0 left out and 0 inserted\n", self.of_server("what-if", "--without-type", "management.conference_publihsed"))
        self.assertEqual(before, self.client.get("/events?limit=1&direction=backward&engine=true").json["seen"])

    def test_the_map_shows_what_the_application_is_made_of(self):
        served = json.loads(self.of_server("map", "--json"))
        self.assertEqual([], served["unhandled"])
        takers = {(one["kind"], one["name"]): one for one in served["takers"]}
        self.assertIn("payments.payment_completed", takers["process", "registration.registration_process"]["events"])
        self.assertIn("registration.confirm_order", takers["process", "registration.registration_process"]["sends"])
        self.assertIn("registration.order_placed", takers["view", "draft_orders"]["events"])
        command, = (one for one in served["commands"] if one["name"] == "management.create_conference")
        self.assertIn("slug_taken", command["refusals"])
        alone = subprocess.run([CONFERENCE, "map", "--format", "json"], capture_output=True, text=True, check=True)
        self.assertEqual(served, json.loads(alone.stdout))
        self.assertTrue(self.of_server("map", "--format", "dot").startswith("digraph"))
        self.assertIn("view draft_orders", self.of_server("map"))


class Unrecorded(MessageLogTest):
    """An application that keeps no message log."""

    def test_a_trace_shows_commands_by_their_events(self):
        self.service = self.enterContext(allocation(self.data))
        client = self.service.client()
        client.post("/commands/create_batch", {"batch": "b1", "product": "lamp", "quantity": 5}, **{"Idempotency-Key": "req-1"})
        text = self.of_server("trace", "req-1")
        self.assertIn("command shop.create_batch  accepted\n└─ 1 shop.batch_created  product-lamp@1\n", text)
        self.assertEqual([], self.exported("--outcome", "accepted"))
        client.post("/commands/create_batch?async", {"batch": "b2", "product": "lamp", "quantity": 5},
                    **{"Idempotency-Key": "req-2"})
        self.assertTrue(eventually(lambda: client.get("/queued/req-2").json["status"] == "accepted"))
        lines = self.of_server("trace", "req-2").splitlines()[1:]
        self.assertEqual(["queued shop.create_batch", "command shop.create_batch  accepted", "shop.batch_created  product-lamp@2"],
                         [line.lstrip("└─ 0123456789") for line in lines])
        self.assertEqual(["shop.create_batch"], [one["type"] for one in self.exported("--outcome", "accepted")])
        self.service.stop()
        self.assertIn(text.splitlines()[1], self.said("trace", "req-1", "--data", self.data))

    def test_s4_31_a_state_is_shown_as_it_was_at_a_version_a_position_or_a_time(self):
        self.service = self.enterContext(allocation(self.data))
        client = self.service.client()
        for ref, quantity in (("b1", 5), ("b2", 7)):
            client.post("/commands/create_batch", {"batch": ref, "product": "lamp", "quantity": quantity})
        first, second = (event for event in client.events() if not event["type"].startswith("$"))

        def batches(*how):
            return self.of_server("state", "shop.stock", "product-lamp", *how)

        self.assertIn("b2", batches())
        for how in (("--version", "1"), ("--as-of", str(first["position"])), ("--as-of", first["recorded_at"])):
            self.assertIn("b1", batches(*how))
            self.assertNotIn("b2", batches(*how))
        self.assertNotIn("b1", batches("--version", "0"))
        self.of_server("state", "stock", "product-lamp", "--version", "9", code=5)
        self.of_server("state", "nothing", "product-lamp", code=5)
        self.of_server("state", "stock", code=2)
        for words in (("lamp",), ("order-lamp",), ("lamp", "--version", "7"), ("product-lamp", "order-o1")):
            self.assertIn("stock is folded for one product: its id is written product-<id>, not '" + words[0],
                          self.of_server("state", "stock", *words, code=2))
        misspelt = client.get("/states/stick?id=product-lamp")
        self.assertEqual((404, "stock"), (misspelt.status, misspelt.json["nearest"]))
        misspelt = client.get("/processes/realocation/instances")
        self.assertEqual((404, "reallocation"), (misspelt.status, misspelt.json["nearest"]))

    def test_where_no_program_is_asked_that_is_what_is_said_of_states_and_processes(self):
        self.said("init", self.data)
        for words in (("state", "stock", "product-lamp"), ("process", "list", "reallocation"),
                      ("process", "show", "reallocation", "order-o1")):
            self.assertIn("are those of a program: ask the one that is served (--url)",
                          self.said(*words, "--data", self.data, code=5))


class Drawing(unittest.TestCase):
    def map(self, path, form="svg"):
        return subprocess.run([ALLOCATION, "map", "--format", form], capture_output=True, text=True,
                              env={**os.environ, "PATH": path})

    def test_a_map_is_drawn_by_graphviz_or_printed_as_mermaid_where_that_is_not(self):
        import tempfile
        with tempfile.TemporaryDirectory() as tools:
            without = self.map(tools)
            self.assertEqual(0, without.returncode, without.stderr)
            self.assertTrue(without.stdout.startswith("flowchart LR"), without.stdout)
            self.assertIn("Graphviz", without.stderr)
            dot = pathlib.Path(tools) / "dot"
            dot.write_text('#!/bin/sh\necho "<svg>$1"; /bin/cat "$2"\n')
            dot.chmod(0o755)
            drawn = self.map(tools)
            self.assertEqual("<svg>-Tsvg\n" + self.map(tools, "dot").stdout, drawn.stdout)


if __name__ == "__main__":
    unittest.main()
