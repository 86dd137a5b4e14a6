#!/usr/bin/env python3
"""What may change a read model, and who may look at it (S1, S2), from outside. Each test names its requirements."""
import json
import shutil
import unittest

from order_messages import FIVE, history, order_event
from order_messages import send as tell
from order_messages import settled
from catalogue import VIEWS, declare, fill, products, send, view
from service import DIPTYCH, TestCase, eventually, run

LAMP = {"product": "p1", "name": "Lamp", "category": "light"}
RATINGS = """-- @view mails async
create table mails (review text primary key, subject text not null);
-- @on review_added
insert into mails (review, subject) values (:review, 'thanks, ' || :user);
"""
# What a handler could reach for, and what its refusal says.
REACHES = {
    "attach database 'orders.db' as other;": "not 'attach'",
    "pragma user_version = 3;": "not 'pragma'",
    "drop table own;": "not 'drop'",
    "vacuum into 'copy.db';": "not 'vacuum'",
    "insert into order_history select * from balances;": "no such table: order_history",
    "insert into own select order_id from order_history where order_id = :order_id;": "no such table: order_history",
    "insert into own values ((select name from sqlite_master));": "not 'sqlite_master'",
    "insert into own values (load_extension('store'));": "function load_extension()",
    "insert into own values (readfile('store'));": "no such function: readfile",
}
OWN = """-- @view own
create table own (id text primary key);
-- @event order_created (order_id text)
-- @on order_created
"""


def end(client):
    return client.get("/events?limit=1&direction=backward").json["seen"]


class Catalogue(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(products(self.data))
        self.client = self.service.client()

    def hashes(self):
        token = end(self.client)
        names = [one["name"] for one in self.client.get("/views").json]
        for name in names:
            self.assertEqual(200, self.client.get(f"/views/{name}?limit=1&at_least={token}").status)
        return {name: self.client.get(f"/views/{name}/hash").json["sha256"] for name in names}

    def test_s2_08_p2_01_an_event_is_what_the_command_changed_and_nothing_that_was_worked_out(self):
        declare(self.client)
        for name, kind, command in (
                ("add_product", "product_added", LAMP),
                ("change_field_value", "field_value_changed", {"product": "p1", "field": "watts", "value": 60}),
                ("change_field_value", "field_value_changed", {"product": "p1", "field": "color", "value": "red"}),
                ("add_review", "review_added", {"review": "r1", "product": "p1", "user": "ada", "rating": 4}),
                ("add_review", "review_added", {"review": "r2", "product": "p1", "user": "bob", "rating": 5}),
                ("complete_order", "order_completed", {"order": "o1", "product": "p1", "amount": 2})):
            before = end(self.client)
            send(self.client, name, **command)
            recorded = self.client.get(f"/events?after={before}").json["events"]
            self.assertEqual([(f"catalogue.{kind}", command)], [(one["type"], one["data"]) for one in recorded])
        # The averages and sums are the view's work.
        self.assertEqual((2, {"average": 4.5, "count": 2, "sum": 9}),
                         (view(self.client)[0]["order_amount"], view(self.client)[0]["review"]))

    def test_s2_09_an_event_gets_more_handlers_while_its_command_stays_as_it_is(self):
        declare(self.client)
        send(self.client, "add_product", **LAMP)
        told = self.client.get("/commands/add_review").text
        first = send(self.client, "add_review", review="r1", product="p1", user="ada", rating=4)
        put = self.client.request("PUT", "/views/mails", RATINGS)
        self.assertEqual(201, put.status, put.text)
        second = send(self.client, "add_review", review="r2", product="p1", user="bob", rating=5)
        self.assertEqual([{"review": "r1", "subject": "thanks, ada"}, {"review": "r2", "subject": "thanks, bob"}],
                         eventually(lambda: self.client.get("/views/mails").status == 200)
                         and self.client.rows("mails"))
        self.assertEqual(2, view(self.client)[0]["review"]["count"])
        followed = self.client.get("/events?types=catalogue.review_added").json["events"]
        self.assertEqual(["r1", "r2"], [one["data"]["review"] for one in followed])
        self.assertEqual(told, self.client.get("/commands/add_review").text)
        self.assertEqual(first.status, second.status)
        self.assertEqual([[one["type"] for one in answer.json["events"]] for answer in (first, second)],
                         [["catalogue.review_added"]] * 2)

    def test_s2_10_read_models_change_by_events_alone_and_are_what_the_events_make_of_them(self):
        fill(self.client, 12)
        before, token = self.hashes(), end(self.client)
        # What has no event changes nothing: repeats, refusals, and writing past the events.
        send(self.client, "add_product", product="p00", name="Lamp 0", category="light")
        send(self.client, "complete_order", expected=(409,), order="o1", product="p02", amount=7)
        send(self.client, "change_field_value", expected=(409,), product="p00", field="watts", value=0)
        for method in ("POST", "PATCH", "DELETE"):
            self.assertEqual(405, self.client.request(method, "/views/products", [LAMP]).status, method)
        self.assertEqual((token, before), (end(self.client), self.hashes()))
        # An event changes them without a command.
        event = {"stream": "order-direct", "type": "catalogue.order_completed", "tags": ["product-p00"],
                 "data": {"order": "direct", "product": "p00", "amount": 7}}
        self.assertEqual(201, self.client.post("/events", {"events": [event]}).status)
        self.assertEqual(7, view(self.client, "product=eq.p00")[0]["order_amount"])
        changed = self.hashes()
        self.assertEqual({"products", "product_orders"}, {name for name in before if before[name] != changed[name]})
        # Without their files they are made of the events once more.
        self.assertEqual(0, self.service.stop())
        shutil.rmtree(self.data / "views")
        with products(self.data) as service:
            self.client = service.client()
            self.assertEqual(changed, self.hashes())

    def test_s2_11_handlers_make_the_row_or_change_it_and_are_tested_without_a_log_or_a_server(self):
        tested = run(DIPTYCH, "view", "test", VIEWS, cwd=self.folder)
        self.assertEqual(0, tested.returncode, tested.stdout + tested.stderr)
        text = (VIEWS / "products.sql").read_text()
        for old, new in (("order_amount + :amount", "order_amount"), ('"count": 2, "sum": 9', '"count": 3, "sum": 9'),
                         ("json_patch(fields, json_object(:field, :value))", "json_object(:field, :value)")):
            self.assertIn(old, text)
            file = self.folder / "products.sql"
            file.write_text(text.replace(old, new))
            wrong = run(DIPTYCH, "view", "test", file, cwd=self.folder)
            self.assertEqual(1, wrong.returncode, wrong.stdout + wrong.stderr)
            self.assertIn("p1", wrong.stdout + wrong.stderr)
        self.assertEqual({"products.sql"}, {one.name for one in self.folder.iterdir()} - {"data"})

    def test_s2_24_read_models_stand_side_by_side_and_one_thing_is_read_from_what_was_written(self):
        rows = fill(self.client, 12)
        self.assertEqual(5, len(self.client.get("/views").json))
        for row in rows:
            product = row["product"]
            values = self.client.rows("product_values", product=product)
            self.assertEqual(row["fields"], {one["field"]: one["value"] for one in values})
            orders, reviews = (self.client.rows(name, product=product) for name in ("product_orders", "product_reviews"))
            self.assertEqual(row["order_amount"], sum(one["amount"] for one in orders))
            self.assertEqual(row["review"]["sum"], sum(one["rating"] for one in reviews))
            # The product's own events, whatever views there are.
            written = self.client.get(f"/streams/product-{product}").json["events"]
            self.assertEqual({"product": product, "name": row["name"], "category": "light"}, written[0]["data"])
            self.assertEqual(row["fields"], {one["data"]["field"]: one["data"]["value"] for one in written[1:]})


class OrderHistory(TestCase):
    def test_s1_09_handlers_reach_no_store_but_their_own_view(self):
        file = self.folder / "own.sql"
        for statement, told in REACHES.items():
            file.write_text(f"{OWN}{statement}\n")
            checked = run(DIPTYCH, "view", "check", file, "--json")
            self.assertEqual(2, checked.returncode, statement)
            self.assertIn(told, json.loads(checked.stdout)["files"][0]["errors"][0]["message"])
        file.write_text(f"{OWN}insert into own values (:order_id);\n")
        self.assertEqual(0, run(DIPTYCH, "view", "check", file).returncode)

    def test_s1_09_queries_are_asked_of_the_view_by_name_whatever_its_store_is(self):
        def asked(client):
            token = end(client)
            return [client.get(path).json for path in (
                f"/orders?consumerId=c1&since=2026-01-01T00:00:00Z&at_least={token}", "/orders/o",
                f"/views/order_history?at_least={token}")]

        with history(self.data) as service:
            client = service.client()
            for source, one in FIVE:
                tell(client, source, one)
            settled(client, "order", "ticket", "delivery")
            before = asked(client)
            self.assertEqual(["o"], [one["orderId"] for one in before[0]["orders"]])
            self.assertEqual([before[1]["orderId"]], [row["order_id"] for row in before[2]])
            # What is asked is a value, and never a part of a statement.
            for words in ("c1%27%20or%20%271%27=%271", "c1%27;drop%20table%20order_history;--"):
                self.assertEqual([], client.get(f"/orders?consumerId={words}").json["orders"])
                self.assertEqual([], client.get(f"/views/order_history?consumer_id=eq.{words}").json)
            for path in ("select=rowid", "sqlite_master=eq.1", "select=(select%201)", "order=1;drop", "keywords=eq.x",
                         "delivery_id=eq.d"):
                self.assertEqual(400, client.get(f"/views/order_history?{path}").status, path)
            self.assertEqual(404, client.get("/views/order_deliveries").status)
            for method in ("POST", "PATCH", "DELETE"):
                self.assertEqual(405, client.request(method, "/views/order_history", [{"order_id": "o"}]).status)
                self.assertEqual(405, client.request(method, "/orders", [{"order_id": "o"}]).status)
            self.assertEqual(before, asked(client))
            self.assertEqual(0, service.stop())
        # Another store under the same queries, and under the same handlers.
        shutil.rmtree(self.data / "views")
        with history(self.data) as service:
            client = service.client()
            self.assertEqual(before, asked(client))
            tell(client, "order", order_event("o", 3, "order_cancelled"))
            self.assertEqual("CANCELLED", client.get("/orders/o").json["status"])


if __name__ == "__main__":
    unittest.main()
