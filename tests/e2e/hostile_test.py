#!/usr/bin/env python3
"""Ten thousand connections that mean harm: they take little memory, others are served, and they are closed in time."""
import pathlib
import resource
import select
import socket
import sys
import time
import unittest

from service import DIPTYCH, Service, TestCase, eventually, run

WANTED = 10_000
OTHER_FILES = 200
MEMORY_MAX = 300 << 20  # bytes of the server, with all of them
HEADER_SECONDS = 10


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
        self.count = min(WANTED, may_open() - OTHER_FILES)
        if self.count < WANTED:
            print(f"only {self.count} connections: this process may not have more files (ulimit -Hn)", file=sys.stderr)
        self.assertEqual(0, run(DIPTYCH, "init", self.data).returncode)
        self.service = self.enterContext(
            Service([DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}"]))
        self.client = self.service.client()

    def connect(self, begin):
        """As many connections, each of which has sent so much."""
        found = []
        for _ in range(self.count):
            one = socket.create_connection(("127.0.0.1", self.service.port))
            self.addCleanup(one.close)
            one.sendall(begin)
            found.append(one)
        return found

    def connections(self):
        text = self.client.get("/metrics").text
        return int(float(text.split("\ndiptych_http_connections ")[1].split()[0]))

    def test_headers_that_never_end_take_no_memory_and_are_closed_when_their_time_is_up(self):
        begun = time.monotonic()
        slow = self.connect(b"GET /events HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"y" * 1000)
        all_at_once = time.monotonic() - begun < HEADER_SECONDS
        if all_at_once:
            self.assertTrue(eventually(lambda: self.connections() > self.count))
        self.assertEqual(200, self.client.get("/health").status)
        self.assertLess(resident_bytes(self.service.process), MEMORY_MAX)
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
        self.assertTrue(eventually(lambda: self.connections() == 1))
        self.assertEqual(200, self.client.get("/events?limit=1").status)


if __name__ == "__main__":
    unittest.main()
