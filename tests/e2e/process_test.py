#!/usr/bin/env python3
"""Processes and the command queue of a whole program: what fails, who sees it, and what a person does about it."""
import datetime
import json
import unittest

from service import DIPTYCH, TestCase, allocation, eventually, run


class ProcessTest(TestCase):
    def setUp(self):
        super().setUp()
        self.said("init", self.data)

    def said(self, *words, code=0):
        done = run(DIPTYCH, *words)
        self.assertEqual(code, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def of_server(self, *words, code=0):
        return self.said(*words, "--url", f"http://127.0.0.1:{self.service.port}", code=code)

    def lines(self, *words):
        return [json.loads(line) for line in self.of_server(*words, "--json").splitlines()]

    def serve(self):
        self.service = self.enterContext(allocation(self.data))
        self.client = self.service.client()

    def command(self, name, **body):
        answer = self.client.post(f"/commands/{name}", body)
        self.assertIn(answer.status, (200, 201), answer.text)

    def process(self):
        return self.client.get("/processes").json["processes"][0]


class Instances(ProcessTest):
    def setUp(self):
        super().setUp()
        # Recorded while the application was not there to refuse it.
        poison = {"order": "oX", "product": "ghost", "batch": "b9", "quantity": "three"}
        self.said("append", "--data", self.data, "product-ghost", "shop.deallocated", json.dumps(poison), "--tag", "order-oX")
        self.serve()

    def test_the_servers_output_names_each_parked_input_once(self):
        self.service.stop()
        other = {"order": "oY", "product": "spirit", "batch": "b9", "quantity": "four"}
        self.said("append", "--data", self.data, "product-spirit", "shop.deallocated", json.dumps(other), "--tag", "order-oY")
        self.serve()
        self.assertTrue(eventually(lambda: [one["attempts"] for one in self.lines("process", "dead-letters", "reallocation")][-1:] > [4]))
        told = [line for line in self.service.said().splitlines() if "process shop.reallocation: " in line]
        self.assertEqual(2, len(told), told)
        self.assertNotEqual(told[0], told[1])

    def test_s1_28_an_event_that_can_not_be_read_stops_its_instance_and_no_other(self):
        for ref in ("b1", "b2"):
            self.command("create_batch", batch=ref, product="lamp", quantity=20)
        self.command("allocate", order="o1", product="lamp", quantity=3)
        self.command("change_batch_quantity", batch="b1", quantity=1)
        self.assertTrue(eventually(lambda: ("o1", "b2") in [
            (event["data"]["order"], event["data"]["batch"]) for event in self.client.events()
            if event["type"] == "shop.allocated"]))
        self.assertTrue(eventually(lambda: self.process()["parked"] == 1))
        self.assertEqual("stuck", self.process()["state"])
        self.assertEqual(200, self.client.get("/health").status)

        parked = self.lines("process", "dead-letters", "reallocation")
        self.assertEqual([(1, "product-ghost")], [(one["position"], one["instance"]) for one in parked])
        self.assertIn("quantity", parked[0]["error"]["detail"])
        self.assertIn("product-ghost", self.of_server("process", "list", "shop.reallocation", "--state", "parked"))
        self.assertIn("tried", self.of_server("process", "show", "reallocation", "product-ghost"))

        self.of_server("process", "retry", "reallocation", "product-ghost")
        self.of_server("process", "retry", "reallocation", "--all")
        self.of_server("process", "retry", "reallocation", code=2)
        self.of_server("process", "show", "reallocation", "product-none", code=5)
        self.assertEqual(1, self.process()["parked"])
        self.of_server("process", "drop", "reallocation", "1")
        self.assertTrue(eventually(lambda: self.process()["state"] == "running"))
        self.assertEqual(0, self.process()["parked"])
        self.of_server("process", "drop", "reallocation", "1", code=5)

        self.service.stop()
        self.serve()
        self.assertTrue(eventually(lambda: (self.process()["state"], self.process()["lag"]) == ("running", 0)))


class Queue(ProcessTest):
    def setUp(self):
        super().setUp()
        self.serve()

    def queue(self, name, key, parameters="", **body):
        return self.client.request("POST", f"/commands/{name}?async{parameters}", json.dumps(body), **{"Idempotency-Key": key})

    def status(self, key):
        return self.client.get(f"/queued/{key}").json["status"]

    def test_a_queued_command_is_executed_once_also_when_the_program_is_killed(self):
        numbers = range(40)
        for number in numbers:
            answer = self.queue("create_batch", f"c{number}", batch=f"b{number}", product="lamp", quantity=10)
            self.assertEqual((202, f"/queued/c{number}"), (answer.status, answer.location), answer.text)
            if number % 10 == 9:
                self.service.kill()
                self.serve()
        self.assertTrue(eventually(lambda: {self.status(f"c{number}") for number in numbers} == {"accepted"}))
        created = [event["data"]["batch"] for event in self.client.events() if event["type"] == "shop.batch_created"]
        self.assertEqual([f"b{number}" for number in numbers], created)  # of one key, in order
        self.assertEqual(0, self.client.get("/queued").json["waiting"])

    def test_what_becomes_of_a_queued_command_can_be_asked(self):
        self.assertEqual(202, self.queue("allocate", "a1", order="o1", product="ghost", quantity=1).status)
        self.assertTrue(eventually(lambda: self.status("a1") == "refused"))
        self.assertEqual("unknown_product", self.client.get("/queued/a1").json["outcome"]["reason"])
        later = self.queue("create_batch", "later", "&delay_seconds=3600", batch="b1", product="lamp", quantity=1)
        self.assertEqual(202, later.status)
        self.assertEqual(["later"], [one["id"] for one in self.lines("queue", "list")])
        self.assertIn("deliver_at", self.of_server("queue", "show", "later"))
        self.assertIn("waiting, not before 20", self.of_server("queue", "list"))
        self.of_server("queue", "drop", "later")
        self.assertEqual("dropped", self.status("later"))
        self.of_server("queue", "retry", "later", code=5)
        self.of_server("queue", "retry", code=2)
        self.assertEqual([], self.lines("queue", "list", "--dead"))

    def test_of_a_command_that_failed_it_is_shown_why(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=0.5)
        at, over = (when.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for when in (soon, soon + datetime.timedelta(microseconds=1)))
        late = self.queue(
            "create_batch", "late", f"&deliver_at={at}&expires={over}", batch="b1", product="lamp", quantity=1)
        self.assertEqual(202, late.status)
        self.assertTrue(eventually(lambda: self.status("late") == "failed"))
        why = self.client.get("/queued/late").json["error"]
        self.assertEqual({"kind": "invalid", "code": "expired"}, {name: why[name] for name in ("kind", "code")})
        self.assertEqual({"kind", "code", "detail"}, set(why))
        said = self.of_server("queue", "show", "late").splitlines()
        self.assertIn("failed", said[0])
        self.assertEqual(f"  expired: {why['detail']}", said[1])

    def test_what_is_wrong_is_said_before_anything_is_stored(self):
        malformed = self.queue("allocate", "a1", order="o1", product="lamp", quantity="three")
        self.assertEqual((400, "quantity"), (malformed.status, malformed.json["path"]))
        unknown = self.queue("allocat", "a1", order="o1")
        self.assertEqual((404, "allocate"), (unknown.status, unknown.json["nearest"]))
        self.assertEqual(404, self.client.get("/queued/a1").status)


class Outside(TestCase):
    def test_a_program_elsewhere_works_on_commands_that_no_context_here_has(self):
        from service import Service
        run(DIPTYCH, "init", self.data)
        command = [DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}", "--queue-command", "printing.print"]
        with Service(command) as service:
            client = service.client()
            self.assertEqual(202, client.post("/commands/printing.print?async&key=printer-p", {"page": 1}).status)
            self.assertEqual(404, client.post("/commands/printing.bind?async", {}).status)
            now = client.post("/commands/printing.print", {"page": 1})
            self.assertEqual((400, "only_queued"), (now.status, now.json["code"]), now.text)
            [leased] = client.post("/queue/printing.print/receive", "").json["commands"]
            self.assertEqual({"page": 1}, leased["body"])
            self.assertEqual([], client.post("/queue/printing.print/receive", "").json["commands"])
            done = client.post(f"/queue/printing.print/{leased['id']}/complete?lease={leased['lease']}",
                               {"events": [{"stream": "page-1", "type": "printed"}]})
            self.assertEqual(200, done.status, done.text)
            self.assertEqual("accepted", client.get(f"/queued/{leased['id']}").json["status"])
            self.assertEqual(["printed"], [event["type"] for event in client.events() if event["type"][0] != "$"])

    def test_a_command_that_is_dead_is_told_of_by_health_metrics_and_the_servers_output(self):
        from service import Service
        run(DIPTYCH, "init", self.data)
        command = [DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}", "--queue-command", "printing.print"]
        with Service(command) as service:
            client = service.client()
            metric = lambda: "diptych_queue_dead 1" in client.get("/metrics").text.splitlines()
            self.assertEqual(202, client.post("/commands/printing.print?async", {"page": 1}).status)
            self.assertEqual([], client.get("/health").json["degraded"])
            self.assertFalse(metric())
            for _ in range(5):
                [leased] = eventually(lambda: client.post("/queue/printing.print/receive", "").json["commands"])
                gone = client.post(f"/queue/printing.print/{leased['id']}/abandon?lease={leased['lease']}&reason=no_paper", "")
                self.assertEqual(204, gone.status, gone.text)
            self.assertTrue(eventually(metric))
            dead = f"has dead commands: 1; {leased['id']} (printing.print): no_paper"
            self.assertIn(f"the queue {dead}", client.get("/health").json["degraded"])
            self.assertTrue(eventually(lambda: f"it {dead}" in service.said()))
            self.assertEqual(202, client.post("/queued/retry", "").status)

    def test_the_queue_of_a_folder_is_shown_without_its_server(self):
        from service import Service
        run(DIPTYCH, "init", self.data)
        command = [DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}", "--queue-command", "printing.print"]
        with Service(command) as service:
            for page in ("p1", "p2"):
                answer = service.client().request("POST", "/commands/printing.print?async", json.dumps({"page": page}),
                                                  **{"Idempotency-Key": page})
                self.assertEqual(202, answer.status, answer.text)
            self.assertEqual(0, service.stop())

        def waiting():
            said = run(DIPTYCH, "queue", "list", "--json", "--data", self.data)
            self.assertEqual((0, ""), (said.returncode, said.stderr))
            return [json.loads(line)["id"] for line in said.stdout.splitlines()]
        self.assertEqual(["p1", "p2"], waiting())
        self.assertEqual(0, run(DIPTYCH, "queue", "drop", "p1", "--data", self.data).returncode)
        self.assertEqual(["p2"], waiting())
        with Service(command) as service:
            self.assertEqual(["dropped", "waiting"],
                             [service.client().get(f"/queued/{page}").json["status"] for page in ("p1", "p2")])
            self.assertEqual(0, service.stop())
        with Service(command[:-2]) as service:
            self.assertTrue(eventually(lambda: "commands printing.print are queued, and nobody here executes them" in service.said()))


if __name__ == "__main__":
    unittest.main()
