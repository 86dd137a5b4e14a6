"""Views as they were, and as they would be, from the command line, on a folder and on a server."""
import http.server
import json
import threading
import time
import unittest

from cli import INVALID, CliTest
from service import DIPTYCH, Service

VIEW = """-- @view orders async
create table orders (id text primary key, total integer not null);
-- @event order_placed (order text, total integer)
-- @event order_cancelled (order text)
-- @on order_placed
insert into orders (id, total) values (:order, :total);
-- @on order_cancelled
delete from orders where id = :order;
-- @serve filter total  sort total
"""


class ViewTimeTest(CliTest):
    def setUp(self):
        super().setUp()
        file = self.folder / "orders.sql"
        file.write_text(VIEW)
        self.diptych("view", "add", file, "--data", self.log)
        for number in (1, 2, 3):
            self.record("order_placed", order=f"o{number}", total=10 * number)
        self.record("order_cancelled", order="o2")

    def record(self, type, **data):
        self.append(f"order-{data['order']}", type, json.dumps(data))

    def places(self):
        """The folder, then a server of it."""
        yield ["--data", self.log]
        with Service([DIPTYCH, "serve", "--data", self.log, "--http", "127.0.0.1:{port}"]) as server:
            yield ["--url", f"http://127.0.0.1:{server.port}"]

    def test_rows_of_an_earlier_position_are_printed(self):
        for place in self.places():
            for at, ids in (("0", []), ("2", ["o1", "o2"]), ("1.3", ["o1", "o2", "o3"]), ("4", ["o1", "o3"])):
                rows = self.diptych("view", "query", "orders", f"as_of={at}", *place).splitlines()
                self.assertEqual(ids, [json.loads(row)["id"] for row in rows], (place, at))

    def test_rows_that_are_being_built_are_asked_for_with_a_rest_between(self):
        asked = []

        class Slow(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((time.monotonic(), self.path))
                problem = {"code": "past_not_built", "kind": "unavailable", "detail": "wait", "as_of": 7}
                body = json.dumps(problem if len(asked) < 4 else [{"id": "o1"}]).encode()
                self.send_response(503 if len(asked) < 4 else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        said = self.diptych(
            "view", "query", "orders", "as_of=2026-03-01T12:30:00Z", "--url", f"http://127.0.0.1:{server.server_port}")
        self.assertEqual({"id": "o1"}, json.loads(said))
        self.assertEqual(["/views/orders?as_of=7"] * 3, [path for _, path in asked[1:]])
        self.assertGreater(asked[3][0] - asked[0][0], 0.25)

    def test_what_would_be_is_compared_with_what_is(self):
        inserted = self.folder / "inserted.jsonl"
        inserted.write_text('{"after":3,"stream":"order-o9","type":"order_placed","data":{"order":"o9","total":90}}\n')
        (self.folder / "half.sql").write_text(VIEW.replace("(:order, :total)", "(:order, :total / 2)"))
        for place in self.places():
            said = self.diptych(
                "view", "what-if", "orders", "--without-type", "order_cancelled", "--insert", inserted, *place)
            self.assertIn("at 1.4: 1 event left out, 1 inserted; 2 rows, 2 different", said)
            self.assertIn('would be  {"id":"o2","total":20}', said)
            self.assertIn('would be  {"id":"o9","total":90}', said)
            half = json.loads(self.diptych(
                "view", "what-if", "orders", "--file", self.folder / "half.sql", "--as-of", "1", "--json", *place))
            self.assertEqual([{"table": "orders", "would_be": {"id": "o1", "total": 5}, "is": {"id": "o1", "total": 10}}],
                             half["differences"])
            without = self.diptych("view", "what-if", "orders", "--without", "1", "--without", "2", *place)
            self.assertIn("2 events left out", without)
            self.assertEqual(2, len(self.diptych("view", "query", "orders", *place).splitlines()))

    def test_what_can_not_be_is_said(self):
        inserted = self.folder / "inserted.jsonl"
        inserted.write_text('{"after":3,"stream":"order-o9"\n')
        for words, says in (
                (["--without", "9"], "position 9"), (["--insert", inserted], "inserted.jsonl:1"),
                (["--as-of", "soon"], "as_of"), (["--file", inserted], "is not SQL")):
            said = self.diptych("view", "what-if", "orders", *words, "--data", self.log, code=INVALID)
            self.assertIn(says, said)

    def test_an_event_that_can_not_be_inserted_is_told_with_its_line(self):
        inserted = self.folder / "inserted.jsonl"
        fit = '{"after":3,"stream":"order-o9","type":"order_placed","data":{"order":"o9","total":90}}'
        for wrong, says in (
                ('{"stream":"order-o9","type":"order_placed"}', "after: is missing"),
                ('{"after":"soon","stream":"order-o9","type":"order_placed"}', "after: a token is written"),
                ('7', "expected an object, found")):
            inserted.write_text(f"{fit}\n\n{wrong}\n")
            for words in (["view", "what-if", "orders"], ["what-if"]):
                said = self.diptych(*words, "--insert", inserted, "--data", self.log, code=INVALID)
                self.assertIn(f"{inserted}:3: {says}", said)


if __name__ == "__main__":
    unittest.main()
