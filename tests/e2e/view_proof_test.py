#!/usr/bin/env python3
"""A server that compares its views with the log, round after round."""
import json
import sqlite3
import unittest

from cli import INVALID, CliTest
from service import DIPTYCH, Service, eventually

VIEW = """-- @view orders async
create table orders (id text primary key, total integer not null);
-- @event placed (total integer)
-- @on placed
insert into orders (id, total) values (:$stream, :total);
-- @serve filter total
"""


class ViewProof(CliTest):
    def test_rows_that_the_log_did_not_make_are_noticed_until_the_view_is_built_again(self):
        file = self.folder / "orders.sql"
        file.write_text(VIEW)
        self.diptych("view", "add", file, "--data", self.log)
        for number in (1, 2, 3):
            self.append(f"order-o{number}", "placed", json.dumps({"total": number}))
        with Service([DIPTYCH, "serve", "--data", self.log, "--http", "127.0.0.1:{port}", "--check-views", "1s"]) as server:
            client = server.client()

            def health():
                return client.get("/health").json

            def checked(different):
                return eventually(lambda: health()["views"][0].get("checked", {}).get("different") == different)

            checked(0)
            self.assertEqual([], health()["degraded"])
            version = health()["views"][0]["version"]
            with sqlite3.connect(self.log / "views" / f"orders.{version}.db", timeout=10) as rows:
                rows.execute("update orders set total = 9 where id = 'order-o2'")
            rows.close()
            checked(1)
            self.assertEqual(["view orders is not what the log makes of it; different rows as of 1.3: 1"], health()["degraded"])
            self.assertIn('diptych_view_check_different_rows{view="orders"} 1', client.get("/metrics").text)
            url = f"http://127.0.0.1:{server.port}"
            self.diptych("view", "rebuild", "orders", "--wait", "--url", url)
            checked(0)
            self.assertEqual([], health()["degraded"])
            self.assertEqual(0, server.stop())
            said = server.said()
        self.assertIn('expected {"id":"order-o2","total":2}, found {"id":"order-o2","total":9}', said)

    def test_a_time_without_a_unit_is_refused(self):
        self.assertIn("--check-views", self.diptych("serve", "--data", self.log, "--check-views", "5", code=INVALID))


if __name__ == "__main__":
    unittest.main()
