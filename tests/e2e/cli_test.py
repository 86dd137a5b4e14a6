#!/usr/bin/env python3
"""The command line on a folder, in words for people and as JSON, with an exit code for each kind of error."""
import json
import unittest

from cli import CONFLICT, FAILED, INVALID, NOT_FOUND, REFUSED, UNAVAILABLE, CliTest


class Folder(CliTest):
    def test_what_is_appended_is_read_and_a_token_is_printed(self):
        self.assertEqual("1.1", self.append(data='{"total": 12}').strip())
        self.assertEqual("1.2", self.append("order-o2", "shipped", "{}", "--tag", "truck-t1").strip())
        self.assertIn('order-o1@1  placed  {"total": 12}', self.diptych("read", "--data", self.log))
        self.assertEqual(["shipped"], self.types("--tag", "truck-t1"))
        self.assertEqual(["placed"], self.types("order-o1"))
        self.assertEqual(["shipped", "placed"], self.types("--backward"))
        self.assertEqual(["placed"], self.types("--limit", "1"))
        self.assertEqual(["placed"], self.types("--as-of", "1"))
        self.assertEqual(["shipped"], self.types("--after", "1.1"))
        answer = json.loads(self.append("order-o1", "paid", "{}", "--json"))
        self.assertEqual({"order-o1": 2}, answer["versions"])

    def test_the_only_log_in_the_working_folder_is_the_one_that_is_meant(self):
        self.append()
        self.assertIn("placed", self.diptych("read"))
        self.diptych("init", self.folder / "other")
        self.assertIn("--data", self.diptych("read", code=NOT_FOUND))

    def test_a_folder_that_is_a_log_already_stays_as_it_is(self):
        self.append()
        self.assertIn("already", self.diptych("init", self.log))
        self.assertEqual(["placed"], self.types())

    def test_a_folder_with_other_things_in_it_is_not_made_a_log(self):
        other = self.folder / "photos"
        other.mkdir()
        (other / "cat.jpg").write_text("cat")
        self.assertIn("photos", self.diptych("init", other, code=INVALID))
        self.assertEqual(["cat.jpg"], [file.name for file in other.iterdir()])

    def test_each_kind_of_error_has_its_exit_code(self):
        self.append()
        self.assertIn("order-o1", self.append("order-o1", "placed", "{}", "--expect", "0", code=CONFLICT))
        self.append("order-o1", "placed", "{}", "--expect", "1")
        self.append("order-o2", "placed", "{}", "--expect", "exists", code=CONFLICT)
        self.assertIn("init", self.diptych("read", "--data", self.folder / "nowhere", code=NOT_FOUND))
        self.assertIn("no answer", self.diptych("read", "--url", "http://127.0.0.1:9", code=UNAVAILABLE))
        self.assertIn("no_such", self.diptych("view", "query", "no_such", "--data", self.log, code=NOT_FOUND))
        self.diptych("read", "--data", self.log, "--after", "9.1", code=INVALID)

    def test_wrong_input_is_told_with_its_place(self):
        for words, place in [
            (("append", "order-o1", "placed", "{not json"), "DATA"),
            (("append", "order-o1", "placed", "[]"), "events/0/data"),
            (("append", "order-o1", "placed", "{}", "--metadata", "{"), "--metadata"),
            (("append", "order-o1", "placed", "{}", "--id", "7"), "events/0/id"),
            (("append", "order-o1", "$placed", "{}"), "events/0/type"),
            (("append", "order-o1", "placed", "{}", "--expect", "maybe"), "expect/order-o1"),
            (("append", "order-o1"), "TYPE"),
            (("read", "--limit", "many"), "--limit"),
            (("read", "--limit", "-1"), "--limit"),
            (("read", "--after", "soon"), "soon"),
            (("read", "--url", "ftp://x"), "http://HOST:PORT"),
            (("view", "query", "x", "status"), "NAME=VALUE"),
            (("follow", "--tga", "x"), "--tga"),
            (("follow", "--from", "other", "--type", "placed"), "--type"),
            (("follow", "--from", "other", "--limit", "1"), "--limit"),
            (("follow", "--from", "other", "--url", "http://127.0.0.1:9"), "--url"),
            (("follow", "--limit", "0", "--http", "127.0.0.1:0"), "--http"),
            (("view", "what-if", "x", "--file", "-", "--insert", "-"), "standard input"),
        ]:
            with self.subTest(words=words):
                where = [] if "--url" in words else ["--data", self.log]
                self.assertIn(place, self.diptych(*words, *where, code=INVALID))
        self.assertEqual([], self.types())

    def test_a_count_that_is_none_is_told_what_it_should_be(self):
        for option, value in [("--seeds", "1-300"), ("--seeds", "0"), ("--steps", "1.5")]:
            told = self.diptych("sim", option, value, code=INVALID)
            self.assertIn(f"{option}: needs a whole number from 1 on, not '{value}'", told)

    def test_an_error_is_json_for_who_asks_for_json(self):
        self.append()
        told = json.loads(self.append("order-o1", "placed", "{}", "--expect", "0", "--json", code=CONFLICT))
        won = {"position": 1, "type": "placed", "stream": "order-o1"}
        self.assertEqual(("conflict", "stream_version", won), (told["error"], told["code"], told["event"]))

    def test_an_unknown_command_is_answered_with_the_nearest(self):
        self.assertIn("append", self.diptych("apend", code=INVALID))
        self.assertIn("verify", self.diptych("verfiy", code=INVALID))
        self.assertIn("query", self.diptych("view", "qeury", "x", code=INVALID))

    def test_help_teaches(self):
        for words in [("--help",), ("append", "--help"), ("view", "--help")]:
            self.assertIn("--help", self.diptych(*words))
        self.assertIn("diptych init shop", self.diptych("--help"))

    def test_a_command_id_gives_the_first_answer_again(self):
        first = self.append("order-o1", "placed", "{}", "--command-id", "k1")
        self.assertEqual(first, self.append("order-o1", "placed", "{}", "--command-id", "k1"))
        self.append("order-o1", "placed", '{"n":1}', "--command-id", "k1", code=INVALID)
        self.assertEqual(["placed"], self.types())

    def test_names_with_odd_characters_are_found(self):
        for stream in ("order-50%", "order-a/b", "order-ä b", "order-q?x=1&y"):
            self.append(stream)
            self.assertEqual(["placed"], self.types(stream))

    def test_views_are_added_listed_and_queried(self):
        file = self.folder / "open_orders.sql"
        file.write_text("-- @view open_orders async\ncreate table open_orders (id text primary key, n integer not null);\n"
                        "-- @event placed (order text, n integer)\n-- @on placed\n"
                        "insert into open_orders values (:order, :n);\n-- @serve filter n\n")
        self.append("order-o1", "placed", '{"order":"o1","n":3}')
        self.assertIn("added", self.diptych("view", "add", file, "--data", self.log))
        self.assertEqual('{"id":"o1","n":3}', self.diptych("view", "query", "open_orders").strip())
        self.assertEqual("", self.diptych("view", "query", "open_orders", "n=gt.3"))
        self.assertIn("open_orders", self.diptych("view", "list"))
        self.assertIn("open_orders", self.diptych("view", "query", "open_order", code=NOT_FOUND))
        file.write_text(file.read_text().replace("insert into open_orders", "insert into closed_orders"))
        self.assertIn("open_orders.sql:", self.diptych("view", "add", file, "--data", self.log, code=INVALID))


class Words(CliTest):
    def test_everything_can_be_told_as_json(self):
        told = json.loads(self.diptych("init", self.folder / "new", "--json"))
        self.assertEqual({"folder": str(self.folder / "new"), "made": True}, told)
        self.assertFalse(json.loads(self.diptych("init", self.folder / "new", "--json"))["made"])
        self.append()
        out = self.folder / "out.ndjson"
        self.assertEqual({"exported": 1}, json.loads(self.diptych("export", out, "--data", self.log, "--json")))
        for words in (["apend"], ["read", "--limit", "many"], ["view", "add"], ["follow", "--tga"], []):
            told = json.loads(self.diptych(*words, "--json", code=INVALID))
            self.assertEqual("invalid", told["error"], words)
            self.assertTrue(told["message"], words)

    def test_each_command_ends_its_help_with_an_example(self):
        commands = [["init"], ["serve"], ["append"], ["read"], ["follow"], ["view", "add"], ["view", "list"],
                    ["view", "query"], ["view", "check"], ["view", "test"], ["view", "explain"], ["command"], ["verify"], ["repair"], ["backup"], ["restore"], ["export"],
                    ["import"], ["bench"]]
        for words in commands:
            last = self.diptych(*words, "--help").rstrip().splitlines()[-1].strip()
            self.assertRegex(last, "^(diptych " + " ".join(words) + "|curl) ", words)
            self.assertIn("--json", self.diptych(*words, "--help"), words)

    def test_what_does_not_go_with_a_stream_is_named_as_it_was_written(self):
        for option in ("--type", "--tag", "--category", "--after"):
            told = self.diptych("read", "order-o1", option, "1", "--data", self.log, code=INVALID)
            self.assertIn(option, told)
            self.assertNotIn("types", told)


class Views(CliTest):
    def view(self, file, name, table="", more=""):
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"-- @view {name} async\ncreate table {table or name} (id text primary key, n integer not null);\n"
                        f"-- @event placed (order text, n integer)\n-- @on placed\n"
                        f"insert into {table or name} values (:order, :n);\n-- @serve filter n\n{more}")
        return path

    def add(self, path, *more, code=0):
        return self.diptych("view", "add", path, "--data", self.log, *more, code=code)

    def kept(self):
        return {file.name: file.read_text() for file in (self.log / "views").glob("*.sql")}

    def test_a_view_is_kept_under_its_own_name_and_a_newer_text_replaces_it(self):
        self.assertIn("added", self.add(self.view("p/x.sql", "foo")))
        self.assertIn("added", self.add(self.view("q/x.sql", "bar")))
        self.assertIn("added", self.add(self.view("q/third.txt", "third")))
        self.assertEqual({"foo.sql", "bar.sql", "third.sql"}, set(self.kept()))
        told = json.loads(self.add(self.view("r/y.sql", "foo", more="-- newer\n"), "--json"))
        self.assertTrue(told["replaced"])
        self.assertIn("newer", self.kept()["foo.sql"])
        self.assertEqual(["bar", "foo", "third"], sorted(v["name"] for v in json.loads(
            self.diptych("view", "list", "--data", self.log, "--json"))))

    def test_a_view_that_another_file_has_already_is_refused_with_its_name(self):
        self.add(self.view("foo.sql", "foo"))
        (self.log / "views/foo.sql").rename(self.log / "views/mine.sql")
        before = self.kept()
        self.assertIn("mine.sql", self.add(self.view("foo.sql", "foo"), code=INVALID))
        self.assertEqual(before, self.kept())
        self.assertIn("mine.sql", self.add(self.log / "views/mine.sql"))  # itself
        (self.log / "views/mine.sql").rename(self.log / "views/bar.sql")
        self.assertIn("bar.sql", self.add(self.view("bar.sql", "bar"), code=INVALID))

    def test_a_view_that_fails_on_an_event_is_not_added_and_the_event_is_named(self):
        self.append("order-o1", "placed", '{"order":"o1","n":1}')
        self.append("order-o1", "noted")
        self.append("order-o1", "placed", '{"order":"o1","n":2}')  # the key a second time
        told = json.loads(self.add(self.view("foo.sql", "foo"), "--json", code=REFUSED))
        self.assertEqual(3, told["position"])
        self.assertIn("foo", told["message"])
        self.append("order-o2", "placed", '{"order":"o2","n":"many"}')
        file = self.view("foo.sql", "foo")
        file.write_text(file.read_text().replace("insert into", "insert or ignore into"))
        self.assertIn("4", self.add(file, code=FAILED))
        self.assertEqual({}, self.kept())
        self.assertEqual([], list((self.log / "views").glob("*.db*")))

    def test_a_new_text_that_fails_leaves_the_view_that_was_there(self):
        self.append("order-o1", "placed", '{"order":"o1","n":1}')
        self.add(self.view("foo.sql", "foo"))
        self.append("order-o1", "placed", '{"order":"o1","n":2}')
        before = set((self.log / "views").glob("*.db"))
        self.assertEqual(1, len(before))
        file = self.view("foo.sql", "foo")
        file.write_text(file.read_text().replace("n integer not null)", "n integer)"))
        self.add(file, code=REFUSED)
        self.assertEqual(before, set((self.log / "views").glob("*.db")))


if __name__ == "__main__":
    unittest.main()
