#!/usr/bin/env python3
"""A file system that is really full: nothing acknowledged is lost, reads go on, and it resumes by itself.

The test runs itself again in a user and mount namespace of its own, where it may mount a tmpfs of a few MB; as
root it also does so on ext4 behind a loop device. What the machine does not permit is skipped, and says so.
DIPTYCH_FULL_DISK_ROUNDS sets how often the service is killed while the disk is full.
"""
import os
import pathlib
import subprocess
import sys
import threading
import unittest

from service import DIPTYCH, Client, Service, TestCase, eventually, run

ROUNDS = int(os.environ.get("DIPTYCH_FULL_DISK_ROUNDS", "10"))
CLIENTS = 4
DISK_BYTES = 48 << 20
RESERVE = "4M"
SKIPPED = 77  # what ctest shows as skipped
INSIDE = "DIPTYCH_TEST_NAMESPACE"

FOLLOWS = """-- @view rows async
-- @event came (n integer, pad text)
create table rows (id text primary key, n integer not null);
-- @on came
insert into rows (id, n) values (:$stream, :n);
-- @serve filter n  sort id
"""
KEEPS_TEXT = """-- @view rows async
-- @event came (n integer, pad text)
create table rows (id text primary key, n integer not null, pad text);
-- @on came
insert into rows (id, n, pad) values (:$stream, :n, :pad);
-- @serve filter n  sort id
"""
TAKES_PART = """-- @view counts inline
-- @event came (n integer, pad text)
create table counts (client integer primary key, events integer not null);
-- @on came
insert into counts (client, events) values (:n, 1) on conflict (client) do update set events = events + 1;
"""


class OnFullDisk(Service):
    """Up as soon as it answers: on a full disk it is not ready, but it is there."""

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"ended: {self.said()}")
        client = Client(self.port)
        try:
            return client.get("/health/live").status == 200
        except ConnectionError:
            return False
        finally:
            client.close()


class Sender:
    """Appends events with ids of its own until an answer says that the disk is full."""

    def __init__(self, number):
        self.number = number
        self.sent = 0
        self.acknowledged = []
        self.refusal = None
        self.wrong = []

    def send(self, client, most=10**6):
        self.refusal = None
        for _ in range(most):
            self.sent += 1
            stream = f"c{self.number}-{self.sent}"
            answer = client.post("/events", {
                "events": [{"stream": stream, "type": "came", "data": {"n": self.number, "pad": "x" * 3000}}]})
            if answer.status == 201:
                self.acknowledged.append(stream)
                continue
            self.refusal = answer
            if answer.status != 503 or answer.json["code"] not in ("disk_full", "view_behind"):
                self.wrong.append(f"{stream}: {answer.status} {answer.text}")
            return


class FullDisk:
    """What has to hold on every kind of file system."""

    def mount(self, at):
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.mount(self.disk)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)
        self.data = self.disk / "data"
        self.assertEqual(0, run(DIPTYCH, "init", self.data).returncode)
        (self.data / "views").mkdir(exist_ok=True)
        (self.data / "views" / "rows.sql").write_text(FOLLOWS)
        (self.data / "views" / "counts.sql").write_text(TAKES_PART)
        self.ballast = self.disk / "ballast"
        self.senders = [Sender(number) for number in range(CLIENTS)]

    def serve(self):
        return OnFullDisk(
            [DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:{port}", "--reserve", RESERVE])

    def fill_to(self, free):
        """Leaves that many bytes."""
        about = os.statvfs(self.disk)
        with open(self.ballast, "ab") as file:
            file.write(b"x" * max(0, about.f_bavail * about.f_frsize - free))

    def fill_all(self):
        """Takes what is left, to the last block."""
        with open(self.ballast, "ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def send_until_full(self, service):
        threads = [threading.Thread(target=one.send, args=(service.client(),)) for one in self.senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in self.senders:
            self.assertEqual([], one.wrong)
            self.assertIsNotNone(one.refusal)

    def acknowledged(self):
        return sum(len(one.acknowledged) for one in self.senders)

    def check_log(self, client):
        streams = [event["stream"] for event in client.events()]
        self.assertEqual(len(streams), len(set(streams)))
        for one in self.senders:
            self.assertEqual([], sorted(set(one.acknowledged) - set(streams)))
        # What was turned away is not there.
        self.assertEqual(self.acknowledged(), len(streams))

    def check_full(self, client):
        # A view may be the first to find no room.
        self.assertTrue(eventually(lambda: not client.get("/health").json["log"]["writable"]))
        health = client.get("/health")
        self.assertEqual(503, health.status)
        self.assertIn("the disk is full", health.text)
        self.assertIn("diptych_log_disk_full 1", client.get("/metrics").text)
        self.assertEqual(503, self.append(client).status)
        self.assertEqual(200, client.get("/views/rows?limit=3").status)
        self.assertEqual(200, client.get("/views/counts").status)

    def append(self, client):
        return client.post("/events", {"events": [{"stream": "more-1", "type": "other", "data": {}}]})

    def check_resumed(self, client):
        ready = eventually(lambda: client.get("/health").status == 200, 60)
        self.assertTrue(ready, client.get("/health").text)
        self.senders[0].send(client, 20)
        self.assertIsNone(self.senders[0].refusal)
        self.assertEqual(self.acknowledged(), len(client.rows("rows")))
        counts = {row["client"]: row["events"] for row in client.get("/views/counts").json}
        self.assertEqual({one.number: len(one.acknowledged) for one in self.senders}, counts)
        self.check_log(client)
        self.assertIn("diptych_log_disk_full 0", client.get("/metrics").text)

    def fill(self, service):
        self.fill_to(9 << 20)
        self.send_until_full(service)
        self.assertGreater(self.acknowledged(), 100)

    def test_it_stops_taking_events_and_resumes_when_there_is_room_again(self):
        with self.serve() as service:
            client = service.client()
            self.fill(service)
            self.check_full(client)
            self.check_log(client)
            self.ballast.unlink()
            self.check_resumed(client)
            self.fill(service)  # and once more: the reserve was made again
            self.check_full(client)
            self.check_log(client)
            self.ballast.unlink()
            self.check_resumed(client)
            self.assertEqual(0, service.stop())
        self.verify()

    def test_it_stops_cleanly_starts_and_is_read_on_a_full_disk(self):
        with self.serve() as service:
            self.fill(service)
            self.assertEqual(0, service.stop(), service.said())
        self.assertTrue((self.data / "CLOSED").exists())
        # What closed databases left may have been enough to make the reserve again: here it was not.
        (self.data / "RESERVE").unlink(missing_ok=True)
        self.fill_to(2 << 20)
        with self.serve() as service:
            client = service.client()
            self.check_full(client)
            self.check_log(client)
            self.ballast.unlink()
            self.check_resumed(client)
            self.assertEqual(0, service.stop())
        self.verify()

    def test_deleting_an_old_version_of_a_view_makes_room_and_it_resumes(self):
        view = self.data / "views" / "rows.sql"
        view.write_text(KEEPS_TEXT)
        with self.serve() as service:
            for one in self.senders:
                one.send(service.client(), 700)
            client = service.client()
            self.assertTrue(eventually(lambda: len(client.rows("rows")) == self.acknowledged(), 60))
            self.assertEqual(0, service.stop())
        old = [file for file in view.parent.glob("rows.*") if file != view]
        self.assertGreater(sum(file.stat().st_size for file in old), 7 << 20)
        view.write_text(FOLLOWS)
        with self.serve() as service:  # builds the new version beside it
            client = service.client()
            self.fill(service)
            self.check_full(client)
            for file in old:
                file.unlink()  # as the documents say: by hand
            self.check_resumed(client)
            self.assertEqual(0, service.stop())
        self.verify()

    def test_it_starts_with_its_reserve_when_others_have_filled_the_disk_meanwhile(self):
        with self.serve() as service:
            for one in self.senders:
                one.send(service.client(), 50)
            self.assertEqual(0, service.stop())
        self.fill_all()
        with self.serve() as service:
            client = service.client()
            self.check_full(client)
            self.check_log(client)
            self.ballast.unlink()
            self.check_resumed(client)

    def test_being_killed_while_the_disk_is_full_loses_nothing(self):
        with self.serve() as service:
            self.fill(service)
            service.kill()
        for number in range(ROUNDS):
            with self.subTest(round=number), self.serve() as service:
                client = service.client()
                self.check_full(client)
                self.check_log(client)
                service.kill()
        self.ballast.unlink()
        with self.serve() as service:
            self.check_resumed(service.client())
        self.verify()

    def verify(self):
        verified = run(DIPTYCH, "verify", self.data)
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)


class OnTmpfs(FullDisk, TestCase):
    def mount(self, at):
        made = run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", at)
        if made.returncode:
            self.skipTest(f"NOT TESTED on a full disk: no tmpfs can be mounted here: {made.stderr}")


class OnExt4(FullDisk, TestCase):
    def mount(self, at):
        image = self.folder / "image"
        with open(image, "wb") as file:
            file.truncate(DISK_BYTES * 4 // 3)  # its journal and tables take some of it
        made = run("mkfs.ext4", "-q", "-F", "-m", "0", image)
        if made.returncode == 0:
            made = run("mount", "-o", "loop", image, at)
        if made.returncode:
            self.skipTest(f"NOT TESTED on a full ext4: no loop device can be mounted here: {made.stderr}")


def enter_namespace():
    """Runs this again where it may mount; returns if that is not possible."""
    for how in (["unshare", "-m"], ["unshare", "-Urm"]):
        if run(*how, "true").returncode == 0:
            os.execvpe(how[0], [*how, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
    print("no namespace of its own: mounts are tried where it is", file=sys.stderr)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespace()
    result = unittest.main(exit=False).result
    for test, why in result.skipped:
        print(f"SKIPPED {test.id()}: {why}", file=sys.stderr)
    only_skipped = result.skipped and len(result.skipped) == result.testsRun
    sys.exit(SKIPPED if only_skipped else 0 if result.wasSuccessful() else 1)
