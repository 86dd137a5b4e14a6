#!/usr/bin/env python3
"""The catalogue's views come to a system that has been running without them (S2)."""
import collections
import json
import unittest

from catalogue import VIEWS, fill, products, send, view
from service import DIPTYCH, TestCase, eventually, run


class Migration(TestCase):
    """Views come to a system that has been running without them."""

    def setUp(self):
        super().setUp()
        self.views = self.folder / "own_views"
        self.views.mkdir()

    def serve(self):
        return products(self.data, "--views", self.views)

    def served(self, client, name="products"):
        """Whether it comes to show all that has been recorded: a token that it has says so."""
        token = client.get("/events?limit=1&direction=backward").json["seen"]
        return eventually(lambda: client.get(f"/views/{name}?at_least={token}").status == 200)

    def text(self):
        return (VIEWS / "products.sql").read_text()

    def legacy(self, count=4000):
        lines = []
        for n in range(count):
            product = f"p{n:05}"
            lines.append({"stream": f"product-{product}", "type": "catalogue.product_added", "tags": ["category-light"],
                          "data": {"product": product, "name": f"Lamp {n}", "category": "light"}})
            lines.append({"stream": f"review-r{n}", "type": "catalogue.review_added",
                          "tags": [f"product-{product}", "user-ada"], "metadata": {"source": "old shop"},
                          "data": {"review": f"r{n}", "product": product, "user": "ada", "rating": 1 + n % 5}})
        file = self.folder / "legacy.ndjson"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return file, lines

    def backfill(self, file, *where):
        done = run(DIPTYCH, "import", "--backfill", "old-shop", file, "--json", *where)
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def test_s2_18_s2_19_s2_25_a_view_added_at_run_time_has_what_was_before_and_is_rebuilt_on_demand(self):
        with self.serve() as service:
            client = service.client()
            rows = fill(client)
            self.assertEqual(404, client.get("/views/products").status)
            put = client.request("PUT", "/views/products", self.text())
            self.assertEqual(201, put.status, put.text)
            self.assertTrue(self.served(client))
            self.assertEqual(rows, view(client, "limit=100"))
            # Dropped in as a file, another one.
            (self.views / "product_list.sql").write_text((VIEWS / "product_list.sql").read_text())
            self.assertTrue(self.served(client, "product_list"))
            self.assertEqual(len(rows), len(client.get("/views/product_list?limit=100").json))
            # S2-29: what is built again is what was kept up to date, row by row.
            compared = client.get("/views/products/compare").json
            self.assertEqual((0, len(rows)), (compared["different"], compared["rows"]))
            before = client.get("/views/products/versions").json["versions"][0]["version"]
            rebuilt = client.post("/views/products/rebuild", None)
            self.assertEqual(202, rebuilt.status, rebuilt.text)
            self.assertTrue(eventually(lambda: client.get("/views/products/versions").json["versions"][0]["version"]
                                       == rebuilt.json["version"]))
            self.assertNotEqual(before, rebuilt.json["version"])
            self.assertEqual(rows, view(client, "limit=100"))

    def test_s2_20_s2_23_legacy_state_enters_in_batches_marked_and_never_twice(self):
        file, lines = self.legacy(600)
        with self.serve() as service:
            where = ("--url", f"http://127.0.0.1:{service.port}")
            client = service.client()
            short = self.folder / "short.ndjson"
            short.write_text("".join(line + "\n" for line in file.read_text().splitlines()[:700]))
            self.assertEqual({"imported": 700, "repeated": 0, "skipped": 0}, self.backfill(short, *where))
            self.assertEqual({"imported": 500, "repeated": 700, "skipped": 0}, self.backfill(file, *where))
            self.assertEqual({"imported": 0, "repeated": 1200, "skipped": 0}, self.backfill(file, *where))
            events = client.events()
            self.assertEqual(len(lines), len(events))
            self.assertEqual({"old-shop"}, {event["metadata"]["backfill"] for event in events})
            self.assertEqual({None: 600, "old shop": 600},
                             collections.Counter(event["metadata"].get("source") for event in events))
            self.assertEqual([line["data"] for line in lines], [event["data"] for event in events])
            # Commands find what the backfill brought, and the view shows both.
            send(client, "complete_order", order="o1", product="p00000", amount=5)
            self.assertEqual(201, client.request("PUT", "/views/products", self.text()).status)
            self.assertTrue(self.served(client))
            self.assertEqual([5, 1], [view(client, "product=eq.p00000")[0]["order_amount"],
                                      view(client, "product=eq.p00005")[0]["review"]["sum"]])

    def test_s2_20_a_rebuild_goes_on_after_kill_9(self):
        file, lines = self.legacy()
        done = run(DIPTYCH, "init", self.data)
        self.assertEqual(0, done.returncode, done.stderr)
        self.backfill(file, "--data", self.data)
        with self.serve() as service:
            put = service.client().request("PUT", "/views/products", self.text())
            self.assertIn(put.status, (201, 202), put.text)
            service.kill()
        with self.serve() as service:
            client = service.client()
            self.assertTrue(self.served(client))
            self.assertEqual(len(lines) // 2, len(client.rows("products")))
            rebuilt = client.post("/views/products/rebuild", None).json["version"]
            service.kill()
        with self.serve() as service:
            client = service.client()
            self.assertTrue(eventually(lambda: [one["version"] for one in client.get(
                "/views/products/versions").json["versions"]][0] == rebuilt), client.get("/views").text)
            rows = client.rows("products")
            self.assertEqual(len(lines) // 2, len(rows))
            self.assertEqual({1}, {row["review"]["count"] for row in rows})
            self.assertEqual(0, client.get("/views/products/compare").json["different"])


if __name__ == "__main__":
    unittest.main()
