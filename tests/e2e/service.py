"""Runs a program of this project and talks to it over HTTP. For tests of whole programs."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAMS = pathlib.Path(os.environ.get("DIPTYCH_PROGRAMS", "build/release"))
DIPTYCH = PROGRAMS / "bin/diptych"
ALLOCATION = PROGRAMS / "examples/allocation/diptych-allocation"
LENDING = PROGRAMS / "examples/lending/lending"
START_SECONDS = 60  # generous: a program under sanitizers on a busy machine
ANSWER_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(question, seconds=30.0):
    """Asks until the answer is true, and returns it; after a while, the last answer that was not."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.01)
    return answer


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def location(self):
        return self.headers["Location"]


class Client:
    """One keep-alive connection. Not for several threads."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def request(self, method, path, body=None, **headers):
        """Sends and waits. Anything but a whole answer is an OSError."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            self.connection.request(method, path, body, headers)
            return Answer(self.connection.getresponse())
        except (OSError, http.client.HTTPException) as failure:
            self.close()
            raise ConnectionError(str(failure)) from failure

    def get(self, path, **headers):
        return self.request("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.request("POST", path, body, **headers)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def events(self, after=0):
        """Every event of the log behind a position, in order, page by page."""
        found = []
        while True:
            page = self.get(f"/events?limit=1000&engine=true&after={after}").json
            found += page["events"]
            if page["at_end"]:
                return found
            after = page["seen"]

    def rows(self, view, **filters):
        """Every row of a view that is up to date, page by page."""
        token = self.get("/events?limit=1&direction=backward").json["seen"]
        query = "".join(f"&{name}=eq.{value}" for name, value in filters.items())
        path, rows = f"/views/{view}?limit=1000&at_least={token}{query}", []
        while path:
            answer = self.get(path)
            if answer.status != 200:
                raise AssertionError(f"GET {path}: {answer.status} {answer.text}")
            rows += answer.json
            path = next_page(answer.headers.get("Link"))
        return rows


def next_page(link):
    """The path behind rel="next" in a Link header."""
    for part in (link or "").split(","):
        if 'rel="next"' in part:
            return part[part.index("<") + 1:part.index(">")]
    return None


class Service:
    """A server in a process of its own. Usable with `with`."""

    def __init__(self, command, port=None):
        self.port = port or free_port()
        self.clients = []
        self.command = [str(word).replace("{port}", str(self.port)) for word in command]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        if not eventually(self.is_up, START_SECONDS):
            self.kill()
            raise AssertionError(f"{' '.join(self.command)} did not come up: {self.said()}")

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{' '.join(self.command)} ended: {self.said()}")
        client = Client(self.port)
        try:
            return client.get("/health").status == 200
        except ConnectionError:
            return False
        finally:
            client.close()

    def client(self):
        """A client that is closed with the service."""
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self):
        """Asks it to end and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_SECONDS)

    def kill(self):
        self.process.kill()
        self.process.wait(START_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.kill()
        self.log.close()


def allocation(data, port=None, *more):
    return Service([ALLOCATION, "serve", "--port", "{port}", "--data", data, *more], port)


def run(*command, **options):
    """Runs a program to its end; everything it says is in the result."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          timeout=START_SECONDS * 5, **options)


def together(count, work):
    """Runs work(0) ... work(count - 1) at once, and raises the first failure when all have ended."""
    failures = []

    def guarded(number):
        try:
            work(number)
        except BaseException as failure:  # noqa: B902: told to the caller below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class TestCase(unittest.TestCase):
    """A test with a folder of its own."""

    maxDiff = 4000

    def assert_same_list(self, expected, found):
        """For long lists, of which assertEqual would look for all differences."""
        if expected == found:
            return
        at = next((i for i, (one, other) in enumerate(zip(expected, found)) if one != other),
                  min(len(expected), len(found)))
        self.fail(f"{len(found)} and not {len(expected)}; at {at} {found[at:at + 3]} and not {expected[at:at + 3]}")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
