#!/usr/bin/env python3
"""Ten thousand connections that mean harm: they take little memory, others are served, and they are closed in time.

Exits with 77 (skipped) where a process may not have so many files.
"""
import pathlib
import resource
import select
import socket
import sys
import time
import unittest

from service import DIPTYCH, Service, TestCase, eventually, run

WANTED = 10_000
OTHER_FILES = 1_200
SLOW_MEMORY_MAX = 300 << 20  # bytes of the server, with all of them and nothing to answer
FULL_MEMORY_MAX = 700 << 20  # the same, when all that it may hold for them is taken
PAGE = b"GET /events?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n"

# What each kind begins with, and how many of ten there are.
KINDS = {
    "headers that never end": (3, b"GET /events HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"y" * 1000),
    "bodies that never end": (2, b"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000000\r\n\r\n" + b"b" * 8000),
    "answers that nobody reads": (1, PAGE * 32),
    "garbage behind requests": (2, PAGE.replace(b"=100", b"=1") * 3 + b"\x01\x02 rubbish\r\n\r\n" + PAGE * 5),
    "streams that nobody reads": (2, b"GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"),
}


def may_open():
    """Raises this process's limit of files, and those of the programs that it starts, as far as it may."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def resident_bytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


class HostileTest(TestCase):
    def setUp(self):
        super().setUp()
        self.assertEqual(0, run(DIPTYCH, "init", self.data).returncode)
        self.service = self.enterContext(
            Service([DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}"]))
        self.client = self.service.client()
        self.connections = []

    def tearDown(self):
        self.close_all()

    def close_all(self):
        for one in self.connections:
            one.close()

    def connect(self):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", self.service.port))
        self.connections.append(one)
        return one

    def connect_all(self):
        """All of them at once: they say nothing before the last one is there."""
        found = [self.connect() for _ in range(WANTED)]
        self.assertTrue(eventually(lambda: self.metric("http_connections") > WANTED))
        return found

    def metric(self, name):
        text = eventually(lambda: (answer := self.ask("/metrics")).status == 200 and answer.text)
        return int(float(text.split(f"\ndiptych_{name} ")[1].split()[0]))

    def ask(self, path):
        """Its answer, on a new connection if the old one was closed."""
        try:
            return self.client.get(path)
        except ConnectionError:
            return self.client.get(path)

    def test_headers_that_never_end_take_no_memory_and_are_closed_when_their_time_is_up(self):
        slow = self.connect_all()
        for one in slow:
            one.sendall(KINDS["headers that never end"][1])
        self.assertEqual(200, self.ask("/health").status)
        self.assertLess(resident_bytes(self.service.process), SLOW_MEMORY_MAX)
        poller = select.poll()
        for one in slow:
            poller.register(one, select.POLLIN)
        answered, end = set(), time.monotonic() + 60
        while len(answered) < len(slow) and time.monotonic() < end:
            for number, _ in poller.poll(1000):
                answered.add(number)
                poller.unregister(number)
        self.assertEqual(len(slow), len(answered))
        self.assertTrue(all(one.recv(12) == b"HTTP/1.1 408" for one in slow))
        self.assertTrue(eventually(lambda: self.metric("http_connections") == 1))
        self.assertEqual(200, self.ask("/events?limit=1").status)

    def test_all_kinds_at_once_take_no_more_memory_than_they_may_and_others_are_served(self):
        events = [{"stream": f"s-{n}", "type": "t", "data": {"text": "x" * 10_000}} for n in range(100)]
        self.assertEqual(201, self.client.post("/events", {"events": events}).status)
        waiting = self.connect_all()
        for tenths, begin in KINDS.values():
            for one in [waiting.pop() for _ in range(WANTED * tenths // 10)]:
                one.setblocking(False)
                try:
                    one.send(begin)
                except OSError:  # closed already: no harm comes from this one
                    pass
        self.assertEqual([], waiting)

        end, most, served, was_full = time.monotonic() + 15, 0, 0, False
        while time.monotonic() < end:
            most = max(most, resident_bytes(self.service.process))
            self.assertEqual(200, self.ask("/health/live").status)
            served += self.ask("/events?limit=1").status == 200
            was_full = was_full or self.metric("http_closed_when_full_total") > 0
            if len(self.connections) < WANTED + OTHER_FILES - 100:
                self.connect().sendall(PAGE * 32)  # they come back
        self.assertLess(most, FULL_MEMORY_MAX)
        self.assertGreater(served, 10)
        self.assertTrue(was_full)
        self.assertEqual(200, eventually(lambda: (answer := self.ask("/health")).status == 200 and answer.status))
        self.close_all()
        self.assertTrue(eventually(lambda: self.metric("http_connections") == 1))
        self.assertTrue(eventually(lambda: self.metric("http_held_bytes") < 1 << 20))
        self.assertEqual(201, self.client.post("/events", {"events": events[:1]}).status)


if __name__ == "__main__":
    if may_open() < WANTED + OTHER_FILES:
        print(f"needs {WANTED + OTHER_FILES} files, and may have {may_open()} (ulimit -Hn)", file=sys.stderr)
        sys.exit(77)
    unittest.main()
