"""A Redis server in a process of its own, and as much of its protocol as tests need."""
import shutil
import socket
import subprocess

from service import eventually, free_port


def is_there():
    return shutil.which("redis-server") is not None


class Wire:
    """One connection, with its own commands and replies."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.stream = self.socket.makefile("rb")

    def ask(self, *words):
        text = b"*%d\r\n" % len(words)
        for word in words:
            word = word if isinstance(word, bytes) else str(word).encode()
            text += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(text)
        return self.reply()

    def reply(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"$":
            return self.stream.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b":" else rest.decode()

    def close(self):
        self.stream.close()
        self.socket.close()


class Redis:
    """Keeps nothing. Usable with `with`."""

    def __init__(self, *more):
        self.port, self.more, self.wires = free_port(), more, []
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *self.more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not eventually(self.is_up, 30):
            raise AssertionError("redis-server did not come up")

    def is_up(self):
        try:
            wire = Wire(self.port)
            try:
                return wire.ask("PING").startswith(("PONG", "NOAUTH"))
            finally:
                wire.close()
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def wire(self):
        self.wires.append(Wire(self.port))
        return self.wires[-1]

    def publish(self, topic, body):
        """How many listened."""
        wire = Wire(self.port)
        try:
            return wire.ask("PUBLISH", topic, body)
        finally:
            wire.close()

    def listener(self, topic):
        wire = self.wire()
        wire.ask("SUBSCRIBE", topic)
        return wire

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for wire in self.wires:
            wire.close()
        self.kill()
