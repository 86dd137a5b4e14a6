"""A headless Chromium, told what to do over its DevTools protocol. For tests of pages."""
import base64
import http.client
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile

from service import ANSWER_SECONDS, START_SECONDS, eventually

CHROMIUM = shutil.which("chromium")


class Browser:
    """One page. Usable with `with`."""

    def __init__(self, scripts=True):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        told = pathlib.Path(self.folder.name) / "DevToolsActivePort"
        if not eventually(lambda: told.exists() and "\n" in told.read_text(), START_SECONDS):
            raise AssertionError("chromium did not come up")
        self.port = int(told.read_text().split("\n")[0])
        pages = eventually(lambda: [one for one in self.targets() if one["type"] == "page"], START_SECONDS)
        self.socket = self.connect(pages[0]["webSocketDebuggerUrl"])
        self.number = 0
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def targets(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/json/list")
            return json.loads(connection.getresponse().read())
        except OSError:
            return []
        finally:
            connection.close()

    def connect(self, url):
        path = url.split(str(self.port), 1)[1]
        made = socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        made.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.stream = made.makefile("rb")
        if b" 101 " not in self.stream.readline():
            raise AssertionError("chromium takes no web socket")
        while self.stream.readline().strip():
            pass
        return made

    def call(self, method, **params):
        """Sends one message and waits for its answer; what is told meanwhile is passed over."""
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": params}).encode()
        mask = os.urandom(4)
        size = struct.pack("!BH", 0xFE, len(text)) if len(text) >= 126 else struct.pack("!B", 0x80 | len(text))
        self.socket.sendall(b"\x81" + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text)))
        while True:
            said = json.loads(self.receive())
            if said.get("id") == self.number:
                return said.get("result", said)

    def receive(self):
        message = b""
        while True:
            first, size = self.stream.read(2)
            if size == 126:
                size = struct.unpack("!H", self.stream.read(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.stream.read(8))[0]
            message += self.stream.read(size)
            if first & 0x80:
                return message

    def ask(self, script):
        """What a script in the page answers; None while the page is going away."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True).get("result", {}).get("value")

    def until(self, script, seconds=30.0):
        answer = eventually(lambda: self.ask(script), seconds)
        if not answer:
            raise AssertionError(f"{script} is not so at {self.ask('location.href')}: {self.text()}")
        return answer

    def text(self):
        return self.ask("document.body.innerText")

    def path(self):
        return self.ask("location.pathname")

    def go(self, url):
        self.leave(lambda: self.call("Page.navigate", url=url))

    def click(self, selector):
        self.until(f"!!document.querySelector({json.dumps(selector)})")
        self.leave(lambda: self.ask(f"document.querySelector({json.dumps(selector)}).click()"))

    def leave(self, action):
        """Does what leads to another page, and waits until that one is there."""
        self.ask("document.documentElement.dataset.old = 1")
        action()
        self.until("document.readyState == 'complete' && !document.documentElement.dataset.old")

    def fill(self, command, **values):
        """Fills in the first form of a command; names may be a part: quantity for seats.0.quantity."""
        for name, value in values.items():
            field = f"form[data-command={command}] input[name$={json.dumps(name)}]"
            self.until(f"!!document.querySelector({json.dumps(field)})")
            self.ask(f"document.querySelector({json.dumps(field)}).value = {json.dumps(value)}")

    def submit(self, command, **values):
        self.fill(command, **values)
        self.click(f"form[data-command={command}] button")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.kill()
        self.process.wait(START_SECONDS)
        self.folder.cleanup()
