"""What the command line says of view files, with no log anywhere."""
import json
import unittest

from cli import FAILED, INVALID, NOT_FOUND, CliTest
from service import DIPTYCH, run

GOOD = """-- @view orders
create table orders (id text primary key, state text not null);
-- @event placed (id text)
-- @event shipped (id text)
-- @on placed
insert into orders (id, state) values (:id, 'placed');
-- @on shipped
update orders set state = 'shipped' where id = :id;
-- @serve filter state
-- @given an order that is shipped
-- {"type": "placed", "data": {"id": "o1"}}
-- {"type": "shipped", "data": {"id": "o1"}}
-- @expect
-- {"id": "o1", "state": "shipped"}
"""


class ViewFileTest(CliTest):
    def setUp(self):
        super().setUp()
        self.log.rename(self.folder / "elsewhere")  # nothing here needs one
        self.good = self.write("good.sql", GOOD)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def outcome(self, *words):
        return run(DIPTYCH, *words, cwd=self.folder)

    def test_a_good_file_is_checked_and_its_tests_pass(self):
        said = self.diptych("view", "check", self.good)
        self.assertIn("good.sql:9: filter 'state' has no index", said)
        self.assertIn("add: create index by_state on orders (state);", said)
        self.assertIn("view orders, version ", said)
        self.assertIn("tests passed: 1", self.diptych("view", "test", self.good))

    def test_errors_of_all_files_are_told_with_their_places(self):
        one = self.write("one.sql", GOOD.replace("where id = :id", "where state = :idd"))
        two = self.write("two.sql", GOOD.replace("-- @on placed", "-- @on plcaed"))
        done = self.diptych("view", "check", "--json", one, two, self.good, code=INVALID)
        self.assertEqual("view_file", json.loads(done)["code"])
        self.assertIn("wrong in 3 view files", done)

    def test_the_errors_themselves_are_the_output(self):
        bad = self.write("bad.sql", GOOD.replace("where id = :id", "where state = :id").replace("'placed');", ":x);"))
        said = self.outcome("view", "check", bad)
        self.assertEqual(INVALID, said.returncode)
        self.assertRegex(said.stdout, r"error: \S*bad.sql:6:45: placed has no field ':x'")
        self.assertRegex(said.stdout, r"error: \S*bad.sql:8:8: for each event this statement goes through all rows")
        files = json.loads(self.outcome("view", "check", "--json", bad, self.good).stdout)["files"]
        self.assertEqual([6, 8], [error["line"] for error in files[0]["errors"]])
        self.assertEqual(("orders", []), (files[1]["view"], files[1]["errors"]))

    def test_a_test_that_fails_is_told_as_a_difference(self):
        bad = self.write("bad.sql", GOOD.replace('"state": "shipped"}', '"state": "lost"}'))
        said = self.outcome("view", "test", bad)
        self.assertEqual(FAILED, said.returncode)
        self.assertIn("an order that is shipped (inline, async, rebuilt, restarted)", said.stdout)
        self.assertRegex(said.stdout, r'bad.sql:14: expected +{"id": "o1", "state": "lost"}')
        self.assertRegex(said.stdout, r'bad.sql:14: found +{"id":"o1","state":"shipped"}')
        self.assertIn("1 of 1 tests failed", said.stderr)

    def test_types_in_a_log_are_known(self):
        log = self.folder / "elsewhere"
        self.diptych("append", "--data", log, "order-o1", "returned", "{}")
        file = self.write("more.sql", GOOD + "-- @on returned, refunded\ndelete from orders where id = :id;\n")
        self.assertIn("nobody declares event 'returned'", self.diptych("view", "check", file))
        said = self.diptych("view", "check", file, "--data", log)
        self.assertNotIn("returned", said)
        self.assertIn("nobody declares event 'refunded'", said)

    def test_plans_are_explained_and_costs_measured_on_a_log(self):
        log = self.folder / "elsewhere"
        for number in range(3):
            self.diptych("append", "--data", log, f"order-o{number}", "placed", f'{{"id": "o{number}"}}')
        self.diptych("append", "--data", log, "order-o1", "shipped", '{"id": "o1"}')
        before = {file: file.read_bytes() for file in log.rglob("*") if file.is_file() and "log" in file.parts}
        said = self.diptych("view", "explain", self.good, "--data", log)
        self.assertIn("on shipped\n  line 8: update orders set state = 'shipped' where id = :id\n"
                      "    looks up orders by key (id=?)\n", said)
        self.assertIn("looks nothing up", said)
        self.assertRegex(said, r"placed: 3 events, \d+\.\d us each")
        told = json.loads(self.diptych("view", "explain", self.good, "--data", log, "--events", 2, "--json"))
        self.assertEqual([("placed", 2)], [(one["type"], one["events"]) for one in told["costs"]])
        self.assertEqual(before, {file: file.read_bytes() for file in before})
        self.assertNotIn("cost", self.diptych("view", "explain", self.good))
        bad = self.write("bad.sql", GOOD.replace("where id = :id", ""))
        self.assertIn("goes through all rows of 'orders'", self.diptych("view", "explain", bad, code=INVALID))

    def test_a_file_that_is_not_there_is_not_found(self):
        self.diptych("view", "check", "nowhere.sql", code=NOT_FOUND)


if __name__ == "__main__":
    unittest.main()
