"""Runs the command line as people do. For tests of it."""
import json

from service import DIPTYCH, TestCase, run

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
