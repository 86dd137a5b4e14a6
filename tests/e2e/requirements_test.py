#!/usr/bin/env python3
"""Requirements of the allocation service that need more than one process, or a view of the test's own: load,
replicas, failing views, ways to decide, other storage. Each test names those that it shows."""
import threading
import time
import unittest

from fold import Fold, settled, shown
from service import ALLOCATION, DIPTYCH, Service, TestCase, allocation, eventually, run, together


def place_orders(client, orders=6):
    """Stock, orders, and stock lost: what is the same on every storage."""
    for ref, qty, eta in [("b1", 10, None), ("b2", 10, "2030-01-01")]:
        client.post("/add_batch", {"ref": ref, "sku": "lamp", "qty": qty, "eta": eta})
    for number in range(orders):
        client.post("/allocate", {"orderid": f"o{number}", "sku": "lamp", "qty": 3})
    client.post("/commands/change_batch_quantity", {"batch": "b1", "quantity": 4})
    settled(client)


class Reads(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(allocation(self.data))
        self.client = self.service.client()

    def replica(self, name):
        return self.enterContext(Service(
            [ALLOCATION, "serve", "--port", "{port}", "--data", self.data, "--replica", self.folder / name]))

    def test_s3_11_many_views_a_second_beside_a_few_orders_and_unchanged_ones_from_a_cache(self):
        place_orders(self.client)
        seconds, counts, stop = 2.0, [], threading.Event()

        def orders():
            client, number = self.service.client(), 0
            while not stop.is_set():
                number += 1
                placed = client.post("/allocate", {"orderid": f"new{number}", "sku": "lamp", "qty": 1})
                self.assertEqual(202, placed.status, placed.text)
                stop.wait(0.2)

        def views(_):
            client, tag, seen = self.service.client(), "", {200: 0, 304: 0}
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                answer = client.get("/views/allocations?order_id=eq.o0", If_None_Match=tag)
                seen[answer.status] += 1
                tag = answer.headers["ETag"]
            counts.append(seen)

        writer = threading.Thread(target=orders)
        writer.start()
        try:
            together(4, views)
        finally:
            stop.set()
            writer.join()
        rate = sum(sum(seen.values()) for seen in counts) / seconds
        self.assertGreater(rate, 100, counts)
        # Other orders do not change what a reader of this one has cached.
        self.assertEqual([1] * 4, [seen[200] for seen in counts])

    def test_s3_21_s3_16_s3_27_any_number_of_replicas_answers_as_the_writer_does(self):
        place_orders(self.client, 2)
        early = self.replica("early").client()
        place_orders(self.client)
        late = self.replica("late").client()
        expected = shown(self.client)
        for replica in (early, late):
            self.assertEqual(expected, shown(replica))
            self.assertEqual(200, replica.get("/health").status)
            refused = replica.post("/allocate", {"orderid": "o9", "sku": "lamp", "qty": 1})
            self.assertEqual(403, refused.status, refused.text)

        # What is written now is read there with the token of the write; a lag is waited for.
        self.client.post("/add_batch", {"ref": "b9", "sku": "lamp", "qty": 9, "eta": None})
        placed = self.client.post("/allocate", {"orderid": "o9", "sku": "lamp", "qty": 1})
        token = placed.json["token"]
        for replica in (early, late):
            rows = replica.get(f"/views/order_lines?order_id=eq.o9&at_least={token}")
            self.assertEqual((200, 1), (rows.status, len(rows.json)), rows.text)
            wanted = self.client.get("/allocations/o9").json
            self.assertTrue(wanted)
            self.assertTrue(eventually(lambda r=replica: r.get("/allocations/o9").json == wanted))
        self.assertEqual(200, self.client.get("/health").status)

    def test_s3_21_a_replica_outlives_its_writer(self):
        place_orders(self.client)
        expected = self.client.rows("stock")
        replica = self.replica("views").client()
        self.service.kill()
        self.assertEqual(expected, replica.rows("stock"))
        with allocation(self.data) as again:
            placed = again.client().post("/allocate", {"orderid": "after", "sku": "lamp", "qty": 1})
            token = placed.json["token"]
            rows = replica.get(f"/views/order_lines?order_id=eq.after&at_least={token}")
            self.assertEqual((200, 1), (rows.status, len(rows.json)), rows.text)

    def test_s3_09_s3_10_an_order_after_a_stale_read_waits_and_never_oversells(self):
        self.client.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 5, "eta": None})
        seen = self.client.rows("stock", batchref="b1")[0]["available"]
        self.client.post("/allocate", {"orderid": "quick", "sku": "lamp", "qty": 5})
        self.assertEqual(5, seen)
        late = self.client.post("/allocate", {"orderid": "late", "sku": "lamp", "qty": seen})
        self.assertEqual(202, late.status)
        self.assertEqual([], self.client.get("/allocations/late").json)
        self.assertEqual([], Fold(self.client.events()).broken)

    def test_s3_15_s3_19_a_view_is_read_only_and_one_lookup_by_key(self):
        place_orders(self.client)
        for method in ("POST", "DELETE"):
            answer = self.client.request(method, "/views/allocations", {})
            self.assertEqual((405, "GET, HEAD, PUT"), (answer.status, answer.headers["Allow"]))
        # What is put there is the view's text, never a row.
        self.assertEqual(400, self.client.request("PUT", "/views/allocations", {}).status)
        rows = self.client.get("/views/allocations?order_id=eq.o0").json
        self.assertEqual([{"order_id", "sku", "batchref", "quantity"}], [set(row) for row in rows])
        self.assertEqual(400, self.client.get("/views/allocations?colour=eq.red").status)

    def test_s3_17_the_same_answer_from_a_table_another_table_and_the_events(self):
        place_orders(self.client)
        for number in range(6):
            order = f"o{number}"
            wanted = [(row["sku"], row["batchref"]) for row in self.client.get(f"/allocations/{order}").json]
            lines = self.client.rows("order_lines", order_id=order, state="allocated")
            self.assertEqual(wanted, [(row["sku"], row["batchref"]) for row in lines])
            fold = Fold(self.client.events())
            self.assertEqual(wanted, [(key[1], batch) for key, batch in fold.lines.items()
                                      if key[0] == order and batch])

    def test_s3_22_a_follower_gets_the_events_that_the_views_are_kept_by(self):
        follower = self.enterContext(Service([DIPTYCH, "serve", "--data", self.data, "--read-only", "--http",
                                              "127.0.0.1:{port}"]))
        place_orders(self.client)
        wanted = len([e for e in self.client.events() if e["type"] == "shop.allocated"])
        for port in (self.service.port, follower.port):
            done = run(DIPTYCH, "follow", "--url", f"http://127.0.0.1:{port}", "--type", "shop.allocated",
                       "--limit", wanted, "--json")
            self.assertEqual(wanted, len(done.stdout.splitlines()), done.stderr)
        self.assertEqual([], Fold(self.client.events()).broken)


class Deciding(TestCase):
    def test_s3_31_decided_in_turn_the_second_waits_and_sees_what_the_first_did(self):
        with allocation(self.data) as service:
            first = service.client()
            first.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 20, "eta": None})
            answers = []

            def order(number):
                answers.append(service.client().post(
                    "/commands/allocate", {"order": f"o{number}", "product": "lamp", "quantity": 3},
                    Diptych_Concurrency="pessimistic"))

            together(16, order)
            self.assertLess({answer.status for answer in answers}, {200, 201, 202})
            fold = Fold(first.events())
            self.assertEqual([], fold.broken)
            self.assertEqual(6, sum(1 for batch in fold.lines.values() if batch))
            metrics = first.get("/metrics").text
            self.assertIn("diptych_log_redecided_total 16\n", metrics)
            self.assertIn("diptych_log_conflicts_total 0\n", metrics)
            wrong = first.post("/commands/allocate", {"order": "o", "product": "lamp", "quantity": 1},
                               Diptych_Concurrency="hopeful")
            self.assertEqual(400, wrong.status)

    def test_s1_14_what_is_decided_on_what_was_read_is_guarded_by_versions_or_by_turns_as_one_chooses(self):
        for mode in ("optimistic", "pessimistic"):
            with self.subTest(mode), allocation(self.folder / mode) as service:
                first = service.client()
                first.post("/add_batch", {"ref": "b1", "sku": "lamp", "qty": 50, "eta": None})
                together(8, lambda number: [service.client().post(
                    "/commands/allocate", {"order": f"o{number}-{i}", "product": "lamp", "quantity": 3},
                    Diptych_Concurrency=mode) for i in range(10)])
                fold = Fold(first.events())
                self.assertEqual([], fold.broken)
                self.assertEqual((16, 80), (sum(1 for batch in fold.lines.values() if batch), len(fold.lines)))
                # By turns each is decided in its turn; else only what is in another one's way.
                first.post("/add_batch", {"ref": "b2", "sku": "rug", "qty": 50, "eta": None})
                decided = self.decided_in_turn(first)
                first.post("/commands/allocate", {"order": "alone", "product": "rug", "quantity": 3},
                           Diptych_Concurrency=mode)
                self.assertEqual({"optimistic": 0, "pessimistic": 1}[mode], self.decided_in_turn(first) - decided)
                self.count_up(service, mode)

    @staticmethod
    def decided_in_turn(client):
        return int(client.get("/metrics").text.partition("\ndiptych_log_redecided_total ")[2].split()[0])

    def count_up(self, service, mode):
        """A client's own read, change and write: the token that it has read holds, or it reads again."""
        def change(_):
            client = service.client()
            for _ in range(5):
                while True:
                    read = client.get("/views/stock?batchref=eq.b1")
                    quantity = read.json[0]["quantity"]
                    answer = client.post("/commands/change_batch_quantity", {"batch": "b1", "quantity": quantity + 1},
                                         Diptych_Concurrency=mode, If_Match=read.headers["Diptych-Token"])
                    if answer.status == 201:
                        break
                    self.assertEqual(412, answer.status, answer.text)

        together(4, change)
        self.assertEqual([50 + 4 * 5], [row["quantity"] for row in service.client().rows("stock", batchref="b1")])


class OwnViews(TestCase):
    """The generic program with views of the test's own."""

    TOTALS = ("-- @view {name} {mode}\n"
              "create table {name} (sku text primary key, sold integer not null{check});\n"
              "-- @event sold (sku text, qty integer)\n-- @on sold\n"
              "insert into {name} values (:sku, :qty) on conflict (sku) do update set sold = sold + :qty;\n")

    def setUp(self):
        super().setUp()
        done = run(DIPTYCH, "init", self.data)
        self.assertEqual(0, done.returncode, done.stderr)
        (self.data / "views").mkdir(exist_ok=True)

    def view(self, name, mode="async", check=""):
        (self.data / "views" / f"{name}.sql").write_text(self.TOTALS.format(name=name, mode=mode, check=check))

    def serve(self):
        return Service([DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}"])

    def sell(self, client, qty):
        return client.post("/events", {"events": [
            {"stream": "product-lamp", "type": "sold", "data": {"sku": "lamp", "qty": qty}}]})

    def test_s3_23_s3_32_a_failing_view_harms_itself_is_seen_and_goes_on_when_corrected(self):
        self.view("fine")
        self.view("picky", check=" check (sold < 10)")
        with self.serve() as service:
            client = service.client()
            for qty in (3, 8, 1):
                answer = self.sell(client, qty)
                self.assertEqual(201, answer.status, answer.text)
            self.assertEqual([{"sku": "lamp", "sold": 12}], client.rows("fine"))

            def given_up():
                states = {view["name"]: view for view in client.get("/views").json}
                return states["picky"] if states["picky"]["state"] == "paused" else None

            picky = eventually(given_up)  # after its retries, each pause twice the one before
            self.assertTrue(picky, client.get("/views").text)
            self.assertEqual(("1.1", 2), (picky["at"], picky["lag"]))
            self.assertIn("sold < 10", picky["error"]["detail"])
            self.assertEqual([{"sku": "lamp", "sold": 3}], client.get("/views/picky").json)
            self.assertEqual(503, client.get("/views/picky?at_least=1.3").status)
            self.assertIn('diptych_view_lag{view="picky"} 2\n', client.get("/metrics").text)
            # A command's failure is its caller's, at once.
            self.assertEqual(400, client.post("/events", {"events": [{"stream": "x-1"}]}).status)
            self.assertEqual(0, service.stop(), service.said())

        self.view("picky", check=" check (sold < 100)")
        with self.serve() as service:  # the events have waited in the log
            self.assertEqual([{"sku": "lamp", "sold": 12}], service.client().rows("picky"))

    def test_s3_29_views_in_the_transaction_of_the_write_show_it_at_once_or_refuse_it(self):
        self.view("total", "inline")
        self.view("limited", "inline", check=" check (sold < 10)")
        with self.serve() as service:
            client = service.client()
            self.assertEqual(201, self.sell(client, 3).status)
            for name in ("total", "limited"):
                self.assertEqual([{"sku": "lamp", "sold": 3}], client.get(f"/views/{name}").json)
            self.assertEqual(409, self.sell(client, 8).status)
            for name in ("total", "limited"):
                self.assertEqual([{"sku": "lamp", "sold": 3}], client.get(f"/views/{name}").json)
            self.assertEqual(1, len(client.events()))


class OtherParts(TestCase):
    def test_s3_38_the_same_program_on_other_storage_gives_the_same_answers(self):
        (self.folder / "batches.csv").write_text("ref,sku,qty,eta\nb1,lamp,10,\nb2,lamp,100,2030-01-02\n")
        (self.folder / "orders.csv").write_text("orderid,sku,qty\no1,lamp,8\no2,lamp,5\no3,rug,1\n")
        outs = []
        for name, more in [("memory", []), ("folder", ["--data", self.data])]:
            out = self.folder / f"{name}.csv"
            done = run(ALLOCATION, "import", "--batches", self.folder / "batches.csv", "--orders",
                       self.folder / "orders.csv", "--out", out, *more)
            self.assertEqual(0, done.returncode, done.stderr)
            outs.append((out.read_text(), done.stdout, done.stderr))
        self.assertEqual(outs[0], outs[1])
        self.assertFalse([file for file in self.folder.iterdir() if file.is_dir() and file != self.data])


if __name__ == "__main__":
    unittest.main()
