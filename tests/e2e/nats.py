"""A NATS server in a process of its own, and as much of its protocol as tests need."""
import base64
import json
import shutil
import socket
import subprocess
import time

from service import eventually, free_port

SERVER = shutil.which("nats-server") or "/usr/sbin/nats-server"


def is_there():
    return shutil.which("nats-server") is not None


class Nats:
    """With JetStream in a folder, which outlives it. Usable with `with`."""

    def __init__(self, folder, port=None, *more):
        self.folder, self.port, self.more = folder, port or free_port(), more
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [SERVER, "-js", "-sd", self.folder, "-a", "127.0.0.1", "-p", str(self.port), *self.more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not eventually(self.is_up, 30):
            raise AssertionError("nats-server did not come up")

    def is_up(self):
        try:
            return "error" not in self.api("INFO")
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def request(self, subject, body=b""):
        """Asks, and waits for the one answer."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as wire:
            stream = wire.makefile("rb")
            stream.readline()  # INFO
            wire.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB inbox.1 1\r\n'
                         + f"PUB {subject} inbox.1 {len(body)}\r\n".encode() + body + b"\r\n")
            end = time.monotonic() + 10
            while time.monotonic() < end:
                line = stream.readline()
                if not line:
                    raise ConnectionError("closed")
                words = line.split()
                if words[:1] == [b"PING"]:
                    wire.sendall(b"PONG\r\n")
                elif words[:1] == [b"MSG"]:
                    return stream.read(int(words[-1]))
                elif words[:1] == [b"HMSG"]:
                    whole = stream.read(int(words[-1]))
                    return whole[int(words[-2]):]
            raise TimeoutError(subject)

    def api(self, what, body=None):
        return json.loads(self.request(f"$JS.API.{what}", json.dumps(body).encode() if body else b"") or b'{"error":{}}')

    def add_stream(self, name, *subjects, **more):
        made = self.api(f"STREAM.CREATE.{name}", {"name": name, "subjects": subjects, "storage": "file",
                                                 "retention": "limits", "num_replicas": 1,
                                                 "duplicate_window": 120_000_000_000, **more})
        assert "error" not in made, made

    def count(self, name):
        return self.api(f"STREAM.INFO.{name}")["state"]["messages"]

    def messages(self, name):
        """All of a stream, each as (subject, headers, data)."""
        return [self.message(name, number) for number in range(1, self.count(name) + 1)]

    def message(self, name, number):
        found = self.api(f"STREAM.MSG.GET.{name}", {"seq": number})["message"]
        lines = base64.b64decode(found.get("hdrs", "")).decode().split("\r\n")[1:]
        headers = dict(line.split(": ", 1) if ": " in line else line.split(":", 1) for line in lines if line)
        return found["subject"], headers, base64.b64decode(found.get("data", ""))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
