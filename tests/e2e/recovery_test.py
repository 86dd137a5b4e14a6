#!/usr/bin/env python3
"""Backup, restore, verify and repair as people run them: beside a server, killed in the middle, with wrong words."""
import json
import signal
import subprocess
import unittest

from cli import CONFLICT, CORRUPT, INVALID, NOT_FOUND, UNAVAILABLE, CliTest
from service import DIPTYCH, Service, run

UNFINISHED = "UNFINISHED-COPY-OF-A-DIPTYCH-LOG"
EVENTS = {"events": [{"stream": "order-o1", "type": "placed", "data": {"text": "x" * 2000}}] * 200}
VIEW = """-- @view orders async
-- @event placed (text text)
create table orders (position integer primary key, size text not null);
-- @on placed
insert into orders (position, size) values (:$position, :text);
-- @serve filter position
"""


class Recovery(CliTest):
    def setUp(self):
        super().setUp()
        self.backup = self.folder / "backup"

    def end(self, folder):
        return json.loads(self.diptych("verify", folder, "--log-only", "--json"))["log"]["end"]

    def serve(self, folder=None):
        return Service([DIPTYCH, "serve", "--data", folder or self.log, "--http", "127.0.0.1:{port}"])

    def fill(self, batches):
        """As many events as make copying take a while."""
        with self.serve() as service:
            for _ in range(batches):
                self.assertEqual(201, service.client().post("/events", EVENTS).status)
            self.assertEqual(0, service.stop())


class Words(Recovery):
    def test_a_backup_is_made_gone_on_with_checked_and_restored(self):
        self.append()
        self.assertIn("up to 1.1", self.diptych("backup", self.log, self.backup))
        self.append()
        told = json.loads(self.diptych("backup", self.log, self.backup, "--json"))
        self.assertEqual(("1.2", True), (told["end"], told["went_on"]))
        self.assertIn("2 events", self.diptych("verify", self.backup))
        told = json.loads(self.diptych("restore", self.backup, self.folder / "new", "--json"))
        self.assertEqual("1.2", told["end"])
        self.log = self.folder / "new"
        self.assertEqual(f"{told['epoch']}.3", self.append().strip())
        self.assertEqual(["placed"], self.types("--after", "1.2"))
        self.diptych("read", "--data", self.log, "--after", "1.3", code=INVALID)

    def test_damage_in_an_earlier_backup_is_found_where_that_is_asked_for(self):
        self.append(data='{"total":1}')
        self.diptych("backup", self.log, self.backup)
        self.diptych("restore", self.backup, self.folder / "new")  # its first segment is sealed
        self.log, self.backup = self.folder / "new", self.folder / "other"
        self.diptych("backup", self.log, self.backup)
        segment = min((self.backup / "log").glob("*.seg"))
        segment.write_bytes(segment.read_bytes().replace(b'"total":1', b'"total":2'))
        self.diptych("backup", self.log, self.backup)
        self.diptych("verify", self.backup, code=CORRUPT)
        self.diptych("backup", self.log, self.backup, "--check")
        self.diptych("verify", self.backup)

    def test_copies_are_made_in_empty_folders_that_are_there(self):
        self.append()
        for name in ("one", "two"):
            (self.folder / name).mkdir()
        self.diptych("backup", self.log, "one/")
        done = run(DIPTYCH, "restore", self.folder / "one", ".", cwd=self.folder / "two")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("1.1", self.end(self.folder / "two"))

    def test_wrong_words_are_told_and_change_nothing(self):
        self.append()
        self.assertIn("DEST", self.diptych("backup", self.log, code=INVALID))
        self.assertIn("not taken over HTTP", self.diptych("backup", "--url", "http://h:1", self.backup, code=INVALID))
        self.diptych("backup", self.folder / "nowhere", self.backup, code=NOT_FOUND)
        self.diptych("backup", self.log, self.log, code=CONFLICT)
        self.diptych("restore", self.folder / "nowhere", self.folder / "new", code=NOT_FOUND)
        self.assertIn("not empty", self.diptych("restore", self.log, self.log, code=INVALID))
        self.diptych("repair", self.folder / "nowhere", code=NOT_FOUND)
        self.assertEqual(["shop"], sorted(each.name for each in self.folder.iterdir()))

    def test_what_is_wrong_is_named_and_what_is_derived_repaired(self):
        self.append()
        (self.folder / "orders.sql").write_text(VIEW.replace("text text", "n integer").replace(":text", "'x'"))
        self.diptych("view", "add", self.folder / "orders.sql", "--data", self.log)
        self.assertIn("1 rows at 1.1, as the log makes them", self.diptych("verify", self.log))
        for file in self.log.glob("index.db*"):
            file.unlink()
        database = next((self.log / "views").glob("orders.*.db"))
        database.write_bytes(b"no database" * 1000)
        told = json.loads(self.diptych("verify", self.log, "--json", code=CORRUPT))
        self.assertEqual("wrong_view", told["code"])
        planned = json.loads(self.diptych("repair", self.log, "--dry-run", "--json"))["repaired"]
        self.assertEqual([str(self.log / "index.db"), str(database)], [each["what"] for each in planned])
        self.assertIn(str(database), self.diptych("repair", self.log))
        self.assertIn("nothing to repair", self.diptych("repair", self.log))

    def test_a_damaged_log_is_not_repaired_but_restored(self):
        self.append(data='{"total":1}')
        self.diptych("backup", self.log, self.backup)
        segment = next((self.log / "log").glob("*.seg"))
        segment.write_bytes(segment.read_bytes().replace(b'"total":1', b'"total":2'))
        told = json.loads(self.diptych("repair", self.log, "--json", code=CORRUPT))
        self.assertIn(str(segment), told["message"])
        self.assertIn("diptych restore", told["message"])
        self.assertEqual(1, told["position"])
        self.diptych("backup", self.log, self.folder / "another", code=CORRUPT)
        self.assertFalse((self.folder / "another").exists())
        self.diptych("restore", self.backup, self.folder / "new")
        self.assertIn("1 events", self.diptych("verify", self.folder / "new"))


class Beside(Recovery):
    def test_a_server_is_backed_up_and_checked_while_it_writes(self):
        with self.serve() as service:
            client = service.client()
            for count in range(1, 6):
                self.assertEqual(201, client.post("/events", EVENTS).status)
                self.diptych("backup", self.log, self.backup)
                self.assertEqual(f"1.{200 * count}", self.end(self.backup))
                self.assertIn(f"{200 * count} events", self.diptych("verify", self.log))
            self.assertIn("locked", json.loads(self.diptych("repair", self.log, "--json", code=UNAVAILABLE))["code"])
            self.assertEqual(0, service.stop())

    def test_a_restored_server_refuses_tokens_of_what_it_has_not(self):
        with self.serve() as service:
            client = service.client()
            kept = client.post("/events", EVENTS).json["token"]
            self.diptych("backup", self.log, self.backup)
            lost = client.post("/events", EVENTS).json["token"]
            self.assertEqual(0, service.stop())
        self.diptych("restore", self.backup, self.folder / "new")
        (self.folder / "orders.sql").write_text(VIEW)
        self.diptych("view", "add", self.folder / "orders.sql", "--data", self.folder / "new")
        with self.serve(self.folder / "new") as service:
            client = service.client()
            for _ in range(2):  # before there are as many events again, and when there are
                self.assertEqual(200, client.get(f"/events?after={kept}&limit=1").status)
                self.assertEqual(410, client.get(f"/events?after={lost}&limit=1").status)
                live = client.get("/events", Accept="text/event-stream", Last_Event_ID=lost)
                self.assertEqual(410, live.status)
                self.assertEqual(410, client.get(f"/views/orders?at_least={lost}&limit=1").status)
                self.assertEqual(200, client.get(f"/views/orders?at_least={kept}&limit=1").status)
                late = {**EVENTS, "unless": {"query": [{"types": ["placed"]}], "after": lost}}
                self.assertEqual(410, client.post("/events", late).status)
                for _ in range(3):
                    self.assertEqual(201, client.post("/events", EVENTS).status)
            self.assertEqual(0, service.stop())


class PowerCut(Recovery):
    """What stands in the log is copied, whatever the watermark was when the power failed."""

    def test_a_stale_watermark_hides_nothing(self):
        watermark = self.log / "log" / "WATERMARK"
        with self.serve() as service:
            client = service.client()
            client.post("/events", EVENTS)
            old = watermark.read_bytes()
            for _ in range(3):
                self.assertEqual(201, client.post("/events", EVENTS).status)
            service.kill()
        for count, stale in enumerate((old, bytes(4096))):
            watermark.write_bytes(stale)
            self.assertIn("up to 1.800", self.diptych("backup", self.log, self.folder / f"backup{count}"))
            told = json.loads(self.diptych("restore", self.log, self.folder / f"new{count}", "--json"))
            self.assertEqual("1.800", told["end"])
            self.log, log = self.folder / f"new{count}", self.log
            self.assertEqual(f"{told['epoch']}.801", self.append().strip())
            self.log = log


class Killed(Recovery):
    """What is killed leaves nothing that is taken for whole, and is done again without a person."""

    def copying(self, folder):
        """Size of the segment that is being copied, and when it was written to."""
        try:
            found = (folder / "log" / "next.tmp").stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_size, found.st_mtime_ns

    def has_copied(self, folder, size):
        """Whether there will be as much of it; what is there already was left by the one before."""
        left = self.copying(folder)[1]

        def is_so():
            copied, at = self.copying(folder)
            return at != left and copied >= size

        return is_so

    def kill_when(self, is_so, *words):
        """Kills it when something is so, before it is done."""
        process = subprocess.Popen([str(word) for word in (DIPTYCH, *words)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None and not is_so():
            pass
        process.kill()
        self.assertEqual(-signal.SIGKILL, process.wait(), f"{words} was done before it was killed")

    def kill_everywhere(self, folder, *words):
        """Kills it in each of the states of a new copy, one after the other."""
        for state in (
            lambda: (folder / UNFINISHED).exists,
            lambda: self.has_copied(folder, 1_000_000),
            lambda: self.has_copied(folder, 15_000_000),
            lambda: (folder / "log" / f"{1:020}.seg").exists,
        ):
            self.kill_when(state(), *words)
            self.assertFalse((folder / "FORMAT").exists())
            self.assertIn("unfinished", self.diptych("init", folder, code=INVALID))

    def test_a_backup_that_is_killed_is_none_until_it_is_taken_again(self):
        self.fill(60)
        self.kill_everywhere(self.backup, "backup", self.log, self.backup)
        self.diptych("backup", self.log, self.backup)
        self.assertEqual("1.12000", self.end(self.backup))
        self.assertFalse((self.backup / UNFINISHED).exists())

    def test_a_backup_that_is_killed_while_it_goes_on_stays_whole(self):
        self.fill(30)
        self.diptych("backup", self.log, self.backup)
        self.fill(30)
        for size in (1, 1_000_000, 8_000_000, 16_000_000):
            self.kill_when(self.has_copied(self.backup, size), "backup", self.log, self.backup)
            self.assertEqual("1.6000", self.end(self.backup))
        self.diptych("backup", self.log, self.backup)
        self.assertEqual("1.12000", self.end(self.backup))
        self.assertEqual(self.end(self.log), self.end(self.backup))

    def test_a_restore_that_is_killed_leaves_nothing_that_is_taken_for_a_log(self):
        self.fill(60)
        self.diptych("backup", self.log, self.backup)
        restored = self.folder / "new"
        self.kill_everywhere(restored, "restore", self.backup, restored)
        self.diptych("restore", self.backup, restored)
        self.assertTrue(self.end(restored).endswith(".12000"))


if __name__ == "__main__":
    unittest.main()
