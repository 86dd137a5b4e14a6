#!/usr/bin/env python3
"""The command line: on a folder and on a server, in words for people and as JSON, with an exit code for each
kind of error."""
import json
import subprocess
import unittest

from service import DIPTYCH, START_SECONDS, Service, TestCase, run

FAILED, INVALID, REFUSED, CONFLICT, NOT_FOUND, DENIED, UNAVAILABLE, CORRUPT = 1, 2, 3, 4, 5, 6, 7, 9


class CliTest(TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "shop"
        self.diptych("init", self.log)

    def diptych(self, *words, code=0, text=None):
        """Runs the program; what it printed. With another code expected: what it complained of."""
        done = run(DIPTYCH, *words, input=text, cwd=self.folder)
        self.assertEqual(code, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def append(self, stream="order-o1", type="placed", data="{}", *more, **how):
        return self.diptych("append", "--data", self.log, stream, type, data, *more, **how)

    def lines(self, *words):
        return [json.loads(line) for line in self.diptych(*words).splitlines()]

    def types(self, *words):
        return [event["type"] for event in self.lines("read", "--data", self.log, "--json", *words)]


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
        ]:
            with self.subTest(words=words):
                where = [] if "--url" in words else ["--data", self.log]
                self.assertIn(place, self.diptych(*words, *where, code=INVALID))
        self.assertEqual([], self.types())

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


class Server(CliTest):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(
            Service([DIPTYCH, "serve", "--data", self.log, "--http", "127.0.0.1:{port}", "--token", "secret"]))
        self.url = f"http://127.0.0.1:{self.service.port}"

    def at(self, *words, **how):
        return self.diptych(*words, "--url", self.url, "--token", "secret", **how)

    def test_a_server_is_asked_in_the_same_words(self):
        self.assertEqual("1.1", self.at("append", "order-50%/ä", "placed", '{"n":1}').strip())
        told = json.loads(self.at("append", "order-50%/ä", "placed", "{}", "--expect", "0", "--json", code=CONFLICT))
        self.assertEqual({"position": 1, "type": "placed", "stream": "order-50%/ä"}, told["event"])
        self.assertIn("placed", self.at("read", "order-50%/ä"))
        self.assertEqual(1, len(self.at("export").splitlines()))
        self.at("read", "--after", "9.1", code=INVALID)
        self.assertIn("there is no command", self.at("command", "allocate", "{}", code=NOT_FOUND))

    def test_a_folder_in_use_is_read_and_not_written(self):
        self.at("append", "order-o1", "placed")
        self.assertEqual(["placed"], self.types())
        self.assertIn("writes to this folder", self.append(code=UNAVAILABLE))

    def test_a_wrong_token_is_denied(self):
        self.diptych("read", "--url", self.url, "--token", "guess", code=DENIED)
        self.diptych("follow", "--url", self.url, "--limit", "1", "--token", "guess", code=DENIED)

    def test_following_sees_what_is_there_and_what_comes(self):
        self.at("append", "order-o1", "placed", '{\n"n": 1}')
        self.at("append", "order-o1", "shipped")
        for where in (["--url", self.url, "--token", "secret"], ["--data", self.log]):
            told = self.lines("follow", "--json", "--limit", "2", *where)
            self.assertEqual(["placed", "shipped"], [event["type"] for event in told])
            self.assertEqual(["shipped"], [e["type"] for e in self.lines(
                "follow", "--json", "--limit", "1", "--after", "1.1", *where)])
        told = self.diptych("follow", "--url", self.url, "--token", "secret", "--after", "9.1", code=INVALID)
        self.assertIn("9.1", told)


class Leaving(CliTest):
    """Servers that go, and some that come back."""

    def serve(self, port=None):
        return self.enterContext(Service([DIPTYCH, "serve", "--data", self.log, "--http", "127.0.0.1:{port}"], port))

    def follow(self, service, *more):
        words = ["follow", "--json", "--url", f"http://127.0.0.1:{service.port}", *more]
        return self.enterContext(subprocess.Popen(
            [str(DIPTYCH), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))

    def test_a_follower_goes_on_when_its_server_comes_back(self):
        for end in (Service.stop, Service.kill):
            first = self.serve()
            follower = self.follow(first, "--limit", "2")
            self.append("order-o1", "placed", where=first)
            self.assertEqual("placed", json.loads(follower.stdout.readline())["type"])
            end(first)
            second = self.serve(first.port)
            self.append("order-o1", "shipped", where=second)
            self.assertEqual("shipped", json.loads(follower.stdout.readline())["type"])
            self.assertEqual(0, follower.wait(START_SECONDS), follower.stderr.read())
            second.stop()
            self.log = self.folder / "another"
            self.diptych("init", self.log)

    def test_a_follower_whose_server_stays_away_ends_with_a_word(self):
        service = self.serve()
        follower = self.follow(service, "--retry", "0.2")
        self.append("order-o1", "placed", where=service)
        follower.stdout.readline()
        service.stop()
        self.assertEqual(UNAVAILABLE, follower.wait(START_SECONDS))
        self.assertEqual("unavailable", json.loads(follower.stderr.read())["error"])

    def append(self, stream, type, where):
        self.diptych("append", stream, type, "--url", f"http://127.0.0.1:{where.port}")


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
                    ["view", "query"], ["command"], ["verify"], ["export"], ["import"], ["bench"]]
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
