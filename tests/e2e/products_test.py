#!/usr/bin/env python3
"""The catalogue of products: what its read model promises (S2), from outside. Each test names its requirements."""
import glob
import itertools
import json
import pathlib
import sqlite3
import tempfile
import unittest
import urllib.parse

from catalogue import declare, fill, names, products, send, view
from service import DIPTYCH, TestCase, eventually, run, together

SORTS = {"ReviewCount": ("review->>count", lambda row: row["review"]["count"]),
         "ReviewAverage": ("review->>average", lambda row: row["review"]["average"]),
         "OrderAmount": ("order_amount", lambda row: row["order_amount"])}


class Catalogue(TestCase):
    """A catalogue that is filled once, for tests that only read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = pathlib.Path(folder) / "data"
        cls.client = cls.enterClassContext(products(cls.path)).client()
        cls.rows = fill(cls.client)

    def test_s2_12_s2_26_rows_come_back_with_equal_content_and_types_at_once(self):
        self.assertEqual(self.rows, view(self.client, "limit=100"))
        for row in view(self.client):
            self.assertEqual({"color": str, "watts": int},
                             {field: type(value) for field, value in row["fields"].items()})

    def test_s2_01_s2_02_s2_04_filters_by_fields_and_rating_combine_in_any_order(self):
        conditions = ["fields->>color=eq.red", "fields->>watts=eq.10", "review->>average=gte.2", "category=eq.light"]
        for count in range(1, 5):
            for chosen in itertools.combinations(conditions, count):
                wanted = names(row for row in self.rows
                               if ("fields->>color=eq.red" not in chosen or row["fields"]["color"] == "red")
                               and ("fields->>watts=eq.10" not in chosen or row["fields"]["watts"] == 10)
                               and ("review->>average=gte.2" not in chosen or row["review"]["average"] >= 2))
                for order in (chosen, chosen[::-1]):
                    self.assertEqual(wanted, names(view(self.client, *order)), order)
        # P2-07: numbers are numbers.
        self.assertEqual(names(row for row in self.rows if row["fields"]["watts"] >= 10),
                         names(view(self.client, "fields->>watts=gte.10")))

    def test_s2_03_s2_05_three_sort_columns_both_ways_and_pages_that_never_overlap(self):
        for path, key in SORTS.values():
            for way in ("asc", "desc"):
                wanted = names(sorted(self.rows, key=lambda row: (key(row) * (-1 if way == "desc" else 1),
                                                                  row["product"])))
                order = f"order={path}.{way}"
                self.assertEqual(wanted, names(view(self.client, order)), order)
                pages = [names(view(self.client, order, "limit=5", f"page={page}")) for page in range(1, 7)]
                self.assertEqual([wanted[i:i + 5] for i in range(0, 30, 5)], pages)
        for wrong in ("page=0", "page=-1", "limit=0", "limit=1001", "page=x"):
            self.assertEqual(400, self.client.get(f"/views/products?{wrong}").status, wrong)

    def test_s2_05_pages_by_cursor_yield_each_row_once(self):
        found, path = [], "/views/products?order=review-%3E%3Eaverage.desc&limit=7"
        while path:
            answer = self.client.get(path)
            found += names(answer.json)
            path = (answer.headers.get("Link") or "").partition("<")[2].partition(">")[0]
        wanted = sorted(self.rows, key=lambda row: (-row["review"]["average"], row["product"]))
        self.assertEqual(names(wanted), found)

    def test_s2_21_s2_22_a_flag_switches_the_query_at_run_time_and_both_answer_the_same(self):
        queries = ["", "take=7&page=2", "category=light&take=3", "category=rug",
                   "atLeastRating=2.5&sortColumn=ReviewAverage&sortOrder=desc",
                   "fieldValues=" + urllib.parse.quote('{"color":"red","watts":9}'),
                   "fieldValues=" + urllib.parse.quote('{"color":"red"}') + "&atLeastRating=2"]
        queries += [f"sortColumn={column}&sortOrder={way}&take=5&page={page}"
                    for column in SORTS for way in ("asc", "desc") for page in (1, 2, 5)]
        answers = {}
        for source in ("view", "joined"):
            said = self.client.request("PUT", "/flags/products", {"from": source})
            self.assertEqual((200, {"from": source}), (said.status, said.json))
            self.assertEqual({"from": source}, self.client.get("/flags/products").json)
            answers[source] = [self.client.get("/store/products?" + query).json for query in queries]
        self.client.request("PUT", "/flags/products", {"from": "view"})
        for query, from_view, joined in zip(queries, answers["view"], answers["joined"]):
            self.assertEqual(from_view, joined, query)
        self.assertEqual(20, len(answers["view"][0]))
        self.assertTrue(all(len(rows) for query, rows in zip(queries, answers["view"]) if query != "category=rug"))
        self.assertEqual(400, self.client.request("PUT", "/flags/products", {"from": "hope"}).status)
        for wrong in ("page=0", "take=1001", "sortColumn=Price", "fieldValues=red", "colour=red"):
            self.assertEqual(400, self.client.get(f"/store/products?{wrong}").status, wrong)

    def test_s2_06_s2_13_one_table_is_read_and_its_json_indexes_are_used(self):
        database = sqlite3.connect(f"file:{glob.glob(str(self.path / 'views/products.*.db'))[0]}?mode=ro", uri=True)
        self.addCleanup(database.close)
        for key, index in (("average", "by_average"), ("count", "by_count")):
            path = f"review->>'$.\"{key}\"'"  # as queries and indexes have it
            for where in ("", f"where {path} >= 4 "):
                plan = database.execute(f"explain query plan select * from products {where}"
                                        f"order by {path} desc, product limit 20").fetchall()
                self.assertEqual(1, len(plan), plan)
                self.assertIn(index, plan[0][3])


class Commands(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(products(self.data))
        self.client = self.service.client()
        declare(self.client)

    def refused(self, reason, name, /, **command):
        self.assertEqual(reason, send(self.client, name, expected=(409,), **command).json["reason"])

    def test_s2_30_s2_31_what_breaks_a_rule_is_refused_and_changes_nothing(self):
        send(self.client, "add_product", product="p1", name="Lamp", category="light")
        before = self.client.get("/events?limit=1&direction=backward").json["seen"]
        self.refused("unknown_product", "change_field_value", product="p9", field="color", value="red")
        self.refused("unknown_field", "change_field_value", product="p1", field="taste", value="red")
        self.refused("other_category", "change_field_value", product="p1", field="size", value=3)
        for field, value in (("watts", 0), ("watts", 101), ("watts", "40"), ("note", ""), ("color", "Red"),
                             ("color", 5)):
            self.refused("bad_value", "change_field_value", product="p1", field=field, value=value)
        self.refused("rating_not_1_to_5", "add_review", review="r1", product="p1", user="ada", rating=6)
        self.refused("amount_not_positive", "complete_order", order="o1", product="p1", amount=0)
        self.refused("unknown_category", "add_product", product="p2", name="X", category="none")
        for wrong in (1.5, True, None, [1], {}):
            answer = send(self.client, "change_field_value", expected=(400,), product="p1", field="watts", value=wrong)
            self.assertEqual("value", answer.json["path"])
        self.assertEqual(before, self.client.get("/events?limit=1&direction=backward").json["seen"])
        self.assertEqual({}, view(self.client)[0]["fields"])

    def test_s2_07_every_command_that_changes_a_product_ends_in_its_event(self):
        types = [send(self.client, name, **command).json["events"][0]["type"] for name, command in (
            ("add_product", {"product": "p1", "name": "Lamp", "category": "light"}),
            ("change_field_value", {"product": "p1", "field": "color", "value": "red"}),
            ("add_review", {"review": "r1", "product": "p1", "user": "ada", "rating": 5}),
            ("complete_order", {"order": "o1", "product": "p1", "amount": 2}))]
        self.assertEqual(["catalogue." + name for name in (
            "product_added", "field_value_changed", "review_added", "order_completed")], types)

    def test_p2_11_reviews_and_orders_at_once_lose_nothing(self):
        send(self.client, "add_product", product="p1", name="Lamp", category="light")

        def visit(number):
            client = self.service.client()
            for i in range(20):
                send(client, "add_review", review=f"r{number}-{i}", product="p1", user=f"u{number}", rating=1 + i % 5)
                send(client, "complete_order", order=f"o{number}-{i}", product="p1", amount=2)

        together(8, visit)
        row = view(self.client)[0]
        self.assertEqual((320, {"average": 3.0, "count": 160, "sum": 480}), (row["order_amount"], row["review"]))

    def test_s2_14_s2_16_several_commands_are_one_request_all_or_nothing(self):
        def lamp(product):
            return {"name": "add_product", "command": {"product": product, "name": product, "category": "light"}}

        color = {"name": "change_field_value", "command": {"product": "p1", "field": "color", "value": "red"}}
        whole = self.client.post("/commands", [lamp("p1"), color], Idempotency_Key="k1")
        self.assertEqual((200, 2), (whole.status, len(whole.json["events"])), whole.text)
        self.assertEqual({"color": "red"}, view(self.client)[0]["fields"])
        again = self.client.post("/commands", [lamp("p1"), color], Idempotency_Key="k1")
        self.assertEqual((200, True), (again.status, again.json["repeated"]))
        color["command"]["value"] = "RED"
        refused = self.client.post("/commands", [lamp("p2"), color])
        self.assertEqual((409, "bad_value", {"place": 1, "command": "catalogue.change_field_value"}),
                         (refused.status, refused.json["reason"], refused.json["refused_by"]))
        wrong = self.client.post("/commands", [lamp("p3"), {"name": "complete_order", "command": {
            "order": "o1", "product": "p1", "amount": "two"}}])
        self.assertEqual((400, "/1/command/amount"), (wrong.status, wrong.json["path"]))
        self.assertEqual(["p1"], names(view(self.client)))

    def test_the_command_line_checks_a_view_by_the_events_of_a_server(self):
        url = f"http://127.0.0.1:{self.service.port}"
        text = ("-- @view sold async\ncreate table sold (product text primary key, n integer not null);\n"
                "-- @on order_completed\ninsert into sold values (:product, :{field}) on conflict (product) "
                "do update set n = n + excluded.n;\n")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "sold.sql"
            file.write_text(text.format(field="amount"))
            good = run(DIPTYCH, "view", "check", "--url", url, file)
            self.assertEqual(0, good.returncode, good.stdout + good.stderr)
            self.assertNotIn("warning", good.stdout)
            file.write_text(text.format(field="amuont"))
            bad = run(DIPTYCH, "view", "check", "--url", url, file, "--json")
            self.assertEqual(2, bad.returncode, bad.stdout + bad.stderr)
            error = json.loads(bad.stdout)["files"][0]["errors"][0]
            self.assertEqual((4, str(file)), (error["line"], error["file"]))
            self.assertIn("amount", error["message"])
            file.write_text(text.format(field="amount").replace("order_completed", "order_complete"))
            said = run(DIPTYCH, "view", "check", "--url", url, file)
            self.assertIn("nobody declares event 'order_complete'; did you mean", said.stdout)
        self.assertEqual(404, self.client.get("/views/sold").status)

    def test_the_command_line_sends_several_commands_as_one(self):
        def lamp(product, **more):
            return {"name": "add_product", "command": {"product": product, "name": product, "category": "light"} | more}

        def tell(commands, *more):
            done = run(DIPTYCH, "command", "--together", "-", "--url", f"http://127.0.0.1:{self.service.port}", *more,
                       input=json.dumps(commands))
            return done.returncode, done.stdout, done.stderr

        code, told, _ = tell([lamp("p1"), lamp("p2")], "--command-id", "k1")
        self.assertEqual((0, 2), (code, told.count("catalogue.product_added")), told)
        code, told, _ = tell([lamp("p1"), lamp("p2")], "--command-id", "k1", "--json")
        self.assertEqual((0, True), (code, json.loads(told)["repeated"]))
        code, _, complaint = tell([lamp("p3"), lamp("p4", category="none")])
        self.assertEqual(3, code)
        self.assertIn("/1 (catalogue.add_product): ", complaint)
        code, _, complaint = tell([lamp("p3"), {"name": "add_product"}])
        self.assertEqual(2, code)
        self.assertIn("/1/command", complaint)
        self.assertEqual(["p1", "p2"], names(view(self.client)))
        alone = run(DIPTYCH, "command", "--url", f"http://127.0.0.1:{self.service.port}")
        self.assertEqual(2, alone.returncode, alone.stderr)
        self.assertIn("--together", alone.stderr)

    def test_s2_14_s2_15_s2_17_a_failing_inline_view_refuses_the_command_an_async_one_does_not(self):
        text = ("-- @view picky {mode}\ncreate table picky (product text primary key, n integer check (n < 3));\n"
                "-- @on order_completed\ninsert into picky values (:product, :amount) on conflict (product) "
                "do update set n = n + excluded.n;\n")
        send(self.client, "add_product", product="p1", name="Lamp", category="light")
        put = self.client.request("PUT", "/views/picky", text.format(mode="inline"))
        self.assertEqual(201, put.status, put.text)
        self.assertTrue(eventually(lambda: [one for one in self.client.get("/views").json if one["name"] == "picky"
                                            and one["state"] == "running" and one["lag"] == 0]))
        send(self.client, "complete_order", order="o1", product="p1", amount=2)
        refused = self.client.post("/commands/complete_order", {"order": "o2", "product": "p1", "amount": 2})
        self.assertEqual((409, "picky"), (refused.status, refused.json.get("view", "picky")), refused.text)
        self.assertEqual(2, view(self.client)[0]["order_amount"])
        self.assertEqual(1, sum(1 for event in self.client.events() if event["type"].endswith("order_completed")))
        # The same statement moved to asynchronous by one word.
        put = self.client.request("PUT", "/views/picky", text.format(mode="async"))
        self.assertIn(put.status, (200, 202), put.text)
        taken = eventually(lambda: self.client.post(
            "/commands/complete_order", {"order": "o3", "product": "p1", "amount": 2}).status == 201)
        self.assertTrue(taken)
        self.assertEqual(4, view(self.client)[0]["order_amount"])


if __name__ == "__main__":
    unittest.main()
