#!/usr/bin/env python3
"""The command line carries a log: export, import, and verify on both sides."""
import hashlib
import json
import unittest

from cli import CORRUPT, INVALID, NOT_FOUND, CliTest
from service import DIPTYCH, Service, run


class Carrying(CliTest):
    def fill(self):
        self.append("order-o1", "placed", '{\n  "total": 12,\r\n  "note": "a\\nb"\n}', "--tag", "customer-ada",
                    "--metadata", '{"user":\n"ada"}')
        self.append("order-o2", "placed", '{"total":1}')
        self.append("order-o1", "shipped")

    def test_an_export_imported_elsewhere_is_the_same(self):
        self.fill()
        out = self.diptych("export", "--data", self.log)
        self.assertEqual(3, len(out.splitlines()))
        copy = self.folder / "copy"
        self.diptych("init", copy)
        told = self.diptych("import", "--data", copy, "--json", text=out)
        self.assertEqual({"imported": 3, "repeated": 0, "skipped": 0}, json.loads(told))
        kept = ("id", "stream", "version", "type", "tags", "data", "metadata")
        mine, theirs = ([{name: json.loads(line)[name] for name in kept} for line in
                         self.diptych("export", "--data", log).splitlines()] for log in (self.log, copy))
        self.assertEqual(mine, theirs)

    def test_importing_again_adds_nothing(self):
        self.fill()
        out = self.diptych("export", "--data", self.log)
        self.diptych("import", "--data", self.log, text=out)
        self.assertEqual(out, self.diptych("export", "--data", self.log))

    def test_importing_a_later_export_adds_what_is_new(self):
        """Also when what is known and what is new meet within one append, and when another log's events lie between."""
        for number in range(20):
            self.append(f"order-o{number % 3}", "placed", json.dumps({"n": number}))
        copy = self.folder / "copy"
        self.diptych("init", copy)
        told = self.diptych("import", "--data", copy, text=self.diptych("export", "--data", self.log))
        self.assertEqual("imported 20 events, 0 were there before, skipped 0 lines\n", told)
        self.append("order-o1", "shipped")
        later = self.diptych("export", "--data", self.log)
        told = json.loads(self.diptych("import", "--data", copy, "--json", text=later))
        self.assertEqual({"imported": 1, "repeated": 20, "skipped": 0}, told)
        self.diptych("append", "--data", copy, "order-o9", "placed")
        self.append("order-o2", "shipped")
        self.append("order-o2", "paid")
        later = self.diptych("export", "--data", self.log)
        told = json.loads(self.diptych("import", "--data", copy, "--json", text=later))
        self.assertEqual({"imported": 2, "repeated": 21, "skipped": 0}, told)
        told = json.loads(self.diptych("import", "--data", copy, "--json", text=later))
        self.assertEqual({"imported": 0, "repeated": 23, "skipped": 0}, told)
        self.assertEqual(24, len(self.diptych("export", "--data", copy).splitlines()))
        told = self.diptych("import", "--data", copy, text=json.dumps({"stream": "a-1", "type": "b"}))
        self.assertEqual("imported 1 event, 0 were there before, skipped 0 lines\n", told)

    def test_the_rows_of_a_view_are_exported_and_hashed_the_same_everywhere(self):
        view = self.folder / "orders.sql"
        view.write_text(
            "-- @view orders async\ncreate table orders (id text primary key, total integer not null);\n"
            "-- @event placed (total integer)\n-- @on placed\n"
            "insert into orders (id, total) values (:$stream, :total);\n-- @serve filter total\n")
        self.diptych("view", "add", view, "--data", self.log)
        for number in (3, 1, 2):
            self.append(f"order-o{number}", "placed", json.dumps({"total": number}))
        self.diptych("view", "query", "orders", "--data", self.log)
        out = self.diptych("view", "export", "orders", "--data", self.log)
        rows = [{"table": "orders", "row": {"id": f"order-o{n}", "total": n}} for n in (1, 2, 3)]
        self.assertEqual(rows, [json.loads(line) for line in out.splitlines()])
        digest = hashlib.sha256(out.encode()).hexdigest()
        self.assertIn(f"{digest}  3 rows at 1.3", self.diptych("view", "hash", "orders", "--data", self.log))
        told = json.loads(self.diptych("view", "export", "orders", "--data", self.log, "--file", "out.jsonl", "--json"))
        self.assertEqual({"at": "1.3", "rows": 3, "sha256": digest}, told)
        self.assertEqual(out, (self.folder / "out.jsonl").read_text())
        with Service([DIPTYCH, "serve", "--data", self.log, "--http", "127.0.0.1:{port}"]) as server:
            url = f"http://127.0.0.1:{server.port}"
            version = json.loads(self.diptych("view", "versions", "orders", "--json", "--url", url))["versions"][0]["version"]
            self.diptych("view", "rebuild", "orders", "--wait", "--url", url)
            again = json.loads(self.diptych("view", "hash", "orders", "--json", "--url", url))
            self.assertEqual((digest, version + ".2"), (again["sha256"], again["version"]))
            self.assertEqual(out, self.diptych("view", "export", "orders", "--data", self.log))
            self.assertEqual(out, self.diptych("view", "export", "orders", "--version", version, "--data", self.log))
            self.assertEqual(out, self.diptych("view", "export", self.log / "views" / f"orders.{version}.db"))
            own = self.log / "views" / f"orders.{version}.db"
            self.assertIn("own file", self.diptych("view", "export", own, "--file", own, code=INVALID))
            self.diptych("view", "export", self.folder / "orders.sql.db", "--file", "out.jsonl", code=NOT_FOUND)
            self.assertEqual(out, (self.folder / "out.jsonl").read_text())
            said = self.diptych("view", "hash", "orders", "--version", "00000000", "--url", url, code=NOT_FOUND)
            self.assertIn(version, said)
        said = self.diptych("view", "export", "orders", "--version", "00000000", "--data", self.log, code=NOT_FOUND)
        self.assertIn(f"no version 00000000; there are {version} and {version}.2", said)
        self.assertIn("'order'", self.diptych("view", "export", "order", "--data", self.log, code=NOT_FOUND))

    def test_lines_that_only_the_log_refuses_are_named_and_skipped_too(self):
        lines = ['{"stream":"a-1","type":"made"}', '{"stream":"a-1","type":"$made"}',
                 '{"stream":"a-1","type":"made","id":"7"}', '{"stream":"","type":"made"}',
                 '{"stream":"a-2","type":"made","data":[]}', '{"stream":"a-3","type":"made"}']
        self.assertIn("line 2: ", self.diptych("import", "--data", self.log, text="\n".join(lines), code=INVALID))
        before = len(self.types())
        done = run(DIPTYCH, "import", "--data", self.log, "--skip-bad", input="\n".join(lines))
        self.assertEqual(0, done.returncode, done.stderr)
        for number in (2, 3, 4, 5):
            self.assertIn(f"line {number}: ", done.stderr)
        self.assertIn("imported 2 events, 0 were there before, skipped 4 lines", done.stdout)
        self.assertEqual(before + 2, len(self.types()))

    def test_an_event_with_a_known_id_and_other_data_is_not_taken_for_known(self):
        self.append("order-o1", "placed", '{"n":1}')
        other = self.diptych("export", "--data", self.log).replace('{"n":1}', '{"n":2}')
        self.assertIn("line 1: event id", self.diptych("import", "--data", self.log, text=other, code=INVALID))

    def test_a_bad_line_is_named_and_skipped_if_that_is_asked_for(self):
        text = '{"stream":"a-1","type":"made"}\n{"stream":"a-1"}\n\nnonsense\n{"stream":"a-2","type":"made"}\n'
        self.assertIn("line 2", self.diptych("import", "--data", self.log, text=text, code=INVALID))
        self.assertEqual([], self.types())
        done = run(DIPTYCH, "import", "--data", self.log, "--skip-bad", input=text)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("line 2", done.stderr)
        self.assertIn("line 4", done.stderr)
        self.assertIn("imported 2 events, 0 were there before, skipped 2 lines", done.stdout)
        self.assertEqual(["made", "made"], self.types())

    def test_verify_counts_what_is_whole_and_names_what_is_not(self):
        self.fill()
        self.assertIn("3 events", self.diptych("verify", self.log))
        segment = sorted((self.log / "log").glob("*.seg"))[0]
        bytes_ = bytearray(segment.read_bytes())
        at = bytes_.index(b'"total":1}') + 2  # of the second event
        bytes_[at] ^= 1
        segment.write_bytes(bytes_)
        told = json.loads(self.diptych("verify", self.log, "--json", code=CORRUPT))
        self.assertEqual(("corrupt", 2), (told["error"], told["position"]))
        self.assertIn("2", self.diptych("verify", self.log, code=CORRUPT))


if __name__ == "__main__":
    unittest.main()
