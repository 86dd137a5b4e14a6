#!/usr/bin/env python3
"""kill -9 of who imports legacy state and of the server that takes it: run again it is whole, and nothing is there twice.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_KILL_ROUNDS sets how often it is killed.
"""
import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from service import DIPTYCH, START_SECONDS, TestCase, eventually, run
from tally import Truth, lines, rows_of, serve, text

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))
LINES = 6000
AHEAD = 1000  # lines


class Backfill(TestCase):
    def setUp(self):
        super().setUp()
        self.seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        self.moments = random.Random(self.seed)
        self.lines = lines(LINES, "legacy")
        self.file = self.folder / "legacy.ndjson"
        self.file.write_text("".join(self.lines))
        self.assertEqual(0, run(DIPTYCH, "init", self.data).returncode)
        (self.data / "views").mkdir(exist_ok=True)
        (self.data / "views/tally.sql").write_text(text(31))

    def importer(self, *where):
        """Takes lines until they end."""
        return subprocess.Popen([DIPTYCH, "import", "--backfill", "old", "--json", *map(str, where)], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def killed_at(self, count, *where):
        """It has been given so many lines, and perhaps not read them all."""
        with self.importer(*where) as importing:
            importing.stdin.write("".join(self.lines[:count]))
            importing.stdin.flush()
            importing.kill()

    def durable(self):
        """How far the log says it is, to all processes: the position in the newer of its two watermarks."""
        marks = (self.data / "log/WATERMARK").read_bytes()
        return max(int.from_bytes(marks[at + 40:at + 48], "little") for at in (0, 128))

    def kill_at(self, goal):
        """It is killed when the log has come so far, with more lines at hand, and some of them never."""
        with self.importer("--data", self.data) as importing:
            feeding = threading.Thread(target=self.feed, args=(importing.stdin.fileno(), goal + AHEAD))
            feeding.start()
            end = time.monotonic() + START_SECONDS
            while self.durable() < goal and time.monotonic() < end:
                pass  # the moment is a few milliseconds long
            importing.kill()
            feeding.join()
        self.assertEqual(-signal.SIGKILL, importing.returncode)

    def feed(self, pipe, count):
        """Leaves nothing in a buffer of ours, and the pipe open."""
        rest = "".join(self.lines[:count]).encode()
        with contextlib.suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(pipe, rest):]

    def finish(self, *where):
        done = run(DIPTYCH, "import", "--backfill", "old", "--json", self.file, *where)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((LINES, 0), (told["imported"] + told["repeated"], told["skipped"]))
        return told

    @staticmethod
    def end(client):
        return int(client.get("/events?limit=1&direction=backward").json["seen"].partition(".")[2])

    def check(self, client, count):
        """The first `count` lines are there, each once and in its place, marked; the view shows them."""
        truth = Truth().read(client)
        self.assert_same_list([(number + 1, number) for number in range(count)], truth.sent_by("legacy"))
        self.assertEqual(count, len(truth.events))
        events = client.events()
        self.assertEqual({"old"} if count else set(), {one["metadata"]["backfill"] for one in events})
        self.assertEqual(count, len({one["id"] for one in events}))
        position, rows = rows_of(client.get(f"/views/tally?limit=1000&at_least=1.{count}"))
        self.assertEqual((count, truth.folds(31, [count])[count]), (position, rows))

    def test_into_a_folder_it_is_whole_when_it_is_run_again(self):
        with self.subTest(seed=self.seed):
            before, interrupted = 0, 0
            for number in range(ROUNDS):
                # Further than it was ever, in steps that leave something for the last.
                self.kill_at(self.moments.randint(*sorted((before + 1, (LINES - AHEAD) * (number + 1) // (ROUNDS + 1)))))
                durable = self.durable()
                self.assertGreaterEqual(durable, before)
                interrupted += before < durable < LINES
                before = durable
            self.assertGreater(interrupted, 0)
            with serve(self.data) as service:
                there = self.end(service.client())
                self.check(service.client(), there)
                self.assertEqual(0, service.stop())
            self.assertGreaterEqual(there, before)
            told = self.finish("--data", self.data)
            self.assertEqual(there, told["repeated"])
            self.assertEqual(LINES, self.finish("--data", self.data)["repeated"])
            with serve(self.data) as service:
                self.check(service.client(), LINES)

    def test_into_a_server_whoever_of_the_two_dies(self):
        before, interrupted = 0, 0
        with self.subTest(seed=self.seed):
            for number in range(ROUNDS):
                with self.subTest(round=number), serve(self.data) as service:
                    client = service.client()
                    where = ["--url", f"http://127.0.0.1:{service.port}"]
                    # Some further than it was ever, in steps that leave something for the last.
                    goal = self.moments.randint(0, LINES * (number + 1) // (ROUNDS + 1))
                    if number % 2:
                        self.killed_at(goal, *where)
                    else:
                        self.kill_server_at(goal, service, where)
                with self.subTest(round=number), serve(self.data) as service:
                    client = service.client()
                    there = self.end(client)
                    self.assertGreaterEqual(there, before)
                    interrupted += before < there < LINES
                    before = there
                    self.check(client, there)
            with serve(self.data) as service:
                where = ["--url", f"http://127.0.0.1:{service.port}"]
                self.assertEqual(before, self.finish(*where)["repeated"])
                self.assertEqual(LINES, self.finish(*where)["repeated"])
                self.check(service.client(), LINES)
        self.assertGreater(interrupted, 0)

    def kill_server_at(self, goal, service, where):
        """The file is imported until the log has come so far. The importer says that it is not done."""
        client = service.client()
        with subprocess.Popen([DIPTYCH, "import", "--backfill", "old", self.file, *where],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as importing:
            eventually(lambda: self.end(client) >= goal or importing.poll() is not None)
            service.kill()
            said = importing.communicate(timeout=START_SECONDS)
        # It may have been done before.
        if importing.returncode != 0:
            self.assertIn(importing.returncode, (7, 8), said)
            self.assertIn("line ", said[1])


if __name__ == "__main__":
    unittest.main()
