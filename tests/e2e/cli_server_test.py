#!/usr/bin/env python3
"""The command line on a running server, and on one that goes."""
import http.server
import json
import subprocess
import threading
import unittest

import tally
from cli import CONFLICT, DENIED, INVALID, NOT_FOUND, UNAVAILABLE, CliTest
from service import DIPTYCH, START_SECONDS, Service


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
        said = self.append(code=UNAVAILABLE)
        self.assertIn("writes there; if that is a server, ask it: --url", said)
        file = self.folder / "tally.sql"
        file.write_text(tally.text(31))
        self.assertIn("ask it: --url", self.diptych("view", "add", file, "--data", self.log, code=UNAVAILABLE))

    def test_a_version_that_waits_for_its_switch_is_whole_when_it_was_waited_for(self):
        self.at("import", text="".join(tally.lines(3000)))
        file = self.folder / "tally.sql"
        for factor in (31, 37):
            file.write_text(tally.text(factor))
            said = self.at("view", "add", file, "--wait", *["--by-hand"] * (factor == 37))
        built, hint = said.splitlines()
        version = built.split()[1]
        self.assertEqual((f"built {version} of view tally", f"next: diptych view switch tally {version}"), (built, hint))
        listed = {one["version"]: (one["standing"], one["lag"])
                  for one in json.loads(self.at("view", "versions", "tally", "--json"))["versions"]}
        self.assertEqual(("kept", 0), listed[version])
        self.assertIn(f"{version}  served", self.at("view", "switch", "tally", version))
        self.assertIn("view 'tally' has no version '99'", self.at("view", "switch", "tally", "99", code=NOT_FOUND))
        self.assertIn("has no version '0/../0'", self.at("view", "compare", "tally", "--with", "0/../0", code=NOT_FOUND))

    def test_where_no_server_is_that_is_said(self):
        self.service.stop()
        self.assertIn("can not connect", self.at("read", code=UNAVAILABLE))

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


class Heard(http.server.BaseHTTPRequestHandler):
    """Notes what it is told, and answers nothing of use."""

    def do_GET(self):
        self.close_connection = True  # and no word

    def note(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.command, self.headers.get_all("Content-Type")))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = note

    def log_message(self, *_):
        pass


class Asking(CliTest):
    def listener(self):
        made = self.enterContext(http.server.HTTPServer(("127.0.0.1", 0), Heard))
        made.heard = []
        answering = threading.Thread(target=made.serve_forever)
        answering.start()
        self.addCleanup(answering.join)
        self.addCleanup(made.shutdown)
        return made, ["--url", f"http://127.0.0.1:{made.server_port}"]

    def test_what_was_waited_for_is_what_is_said(self):
        _, at = self.listener()
        self.assertIn("closed, or nothing came for a minute", self.diptych("view", "list", *at, code=UNAVAILABLE))
        said = self.diptych("view", "compare", "tally", *at, code=UNAVAILABLE)
        self.assertIn("the connection was closed", said)
        self.assertNotIn("minute", said)

    def test_a_body_has_one_type(self):
        listener, at = self.listener()
        file = self.folder / "tally.sql"
        file.write_text(tally.text(31))
        self.diptych("view", "check", file, *at, code=UNAVAILABLE)
        self.diptych("view", "add", file, *at, code=UNAVAILABLE)
        self.diptych("append", "order-o1", "placed", "{}", *at, code=UNAVAILABLE)
        sql, json_type = ["application/sql"], ["application/json"]
        self.assertEqual([("POST", sql), ("PUT", sql), ("POST", json_type)], listener.heard)


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


if __name__ == "__main__":
    unittest.main()
