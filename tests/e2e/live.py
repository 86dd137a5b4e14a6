"""Follows a live query and puts its rows together, as a client would."""
import http.client
import json
import socket
import time

from service import ANSWER_SECONDS


class LiveQuery:
    """`rows` are what has been told up to `place`, the id of the last message that had one. Not for several threads."""

    def __init__(self, port, path, before=None, receive_bytes=None):
        """`before`: one that has ended, whose rows and place this one goes on from."""
        self.keys, self.rows, self.place = ([*before.keys], [*before.rows], before.place) if before else ([], [], None)
        self.heard = []  # (event, product of its key or None), in order
        self.states = []  # (place, rows), one for each id that came with news
        self.waiting = []
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        if receive_bytes:
            self.connection.sock = socket.socket()
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
            self.connection.sock.settimeout(ANSWER_SECONDS)
            self.connection.sock.connect(("127.0.0.1", port))
        self.connection.request("GET", path, headers={"Accept": "text/event-stream"} | (
            {"Last-Event-ID": before.place} if before else {}))
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise AssertionError(f"GET {path}: {self.answer.status} {self.answer.read().decode()}")

    def close(self):
        self.answer.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def token(self):
        return self.place.partition("@")[0]

    @property
    def position(self):
        return int(self.token.partition(".")[2])

    @property
    def version(self):
        return self.place.partition("@")[2]

    def message(self):
        """The next one, its members by name. ConnectionError: there is none any more."""
        found = {}
        while True:
            try:
                line = self.answer.readline().decode()
            except (OSError, http.client.HTTPException) as failure:
                raise ConnectionError(str(failure)) from failure
            if not line.endswith("\n"):
                raise ConnectionError("the stream has ended")
            if line == "\n" and found:
                return found
            name, _, value = line[:-1].partition(": ")
            if name:
                found[name] = value

    def take(self):
        """The next message. What belongs together counts when its id has come."""
        one = self.message()
        if "event" in one:
            self.waiting.append((one["event"], json.loads(one["data"])))
        if "id" in one:
            for event, data in self.waiting:
                self.apply(event, data)
            self.place = one["id"]
            if self.waiting:
                self.states.append((self.place, [*self.rows]))
            self.waiting = []

    def apply(self, event, data):
        self.heard.append((event, data["key"]["product"] if event in ("enter", "change", "leave") else None))
        if event == "snapshot":
            self.keys, self.rows = [one["key"] for one in data], [one["row"] for one in data]
        elif event == "reset":
            self.keys, self.rows = [], []
        elif event in ("enter", "change", "leave"):
            if (data["key"] in self.keys) != (event != "enter"):
                raise AssertionError(f"{event} of {data['key']} at {self.place}, where there are {self.keys}")
            if event != "enter":
                at = self.keys.index(data["key"])
                del self.keys[at], self.rows[at]
            if event != "leave":
                self.keys.insert(data["index"], data["key"])
                self.rows.insert(data["index"], data["row"])
        else:
            raise AssertionError(f"{event}: {data}")

    def until(self, is_so):
        """Takes messages until it is so."""
        end = time.monotonic() + ANSWER_SECONDS
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"at {self.place}: {self.rows}")
            self.take()

    def until_rows(self, rows):
        self.until(lambda: self.place and self.rows == rows)

    def drain(self):
        """Takes all there is until the stream has ended."""
        try:
            while True:
                self.take()
        except ConnectionError:
            self.close()
