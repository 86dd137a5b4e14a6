#!/usr/bin/env python3
"""Backup, restore, verify and repair as people run them: beside a server, killed in the middle, with wrong words."""
import json
import os
import random
import shutil
import subprocess
import time
import unittest

from cli import CONFLICT, CORRUPT, INVALID, NOT_FOUND, UNAVAILABLE, CliTest
from service import DIPTYCH, Service

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


class Killed(Recovery):
    """What is killed leaves nothing half done, and is done again without a person."""

    def timed(self, *words):
        """Runs it; those that are to be killed will take about as long."""
        begin = time.monotonic()
        self.diptych(*words)
        self.seconds = time.monotonic() - begin

    def kill_in_the_middle(self, *words):
        """Whether it was killed before it was done."""
        process = subprocess.Popen([str(word) for word in (DIPTYCH, *words)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, self.seconds))
        process.kill()
        return process.wait() != 0

    def test_a_backup_that_is_killed_is_not_there_or_whole(self):
        random.seed(7)
        self.fill(60)
        self.timed("backup", self.log, self.folder / "first")
        shutil.rmtree(self.folder / "first")
        killed = 0
        for _ in range(15):
            killed += self.kill_in_the_middle("backup", self.log, self.backup)
            if self.backup.exists():
                self.assertEqual("1.12000", self.end(self.backup))
                shutil.rmtree(self.backup)
        self.assertGreater(killed, 2)
        self.diptych("backup", self.log, self.backup)
        self.assertEqual(["backup", "shop"], sorted(os.listdir(self.folder)))

    def test_a_backup_that_is_killed_while_it_goes_on_stays_whole(self):
        random.seed(8)
        self.fill(30)
        self.timed("backup", self.log, self.backup)
        self.fill(30)
        for _ in range(15):
            self.kill_in_the_middle("backup", self.log, self.backup)
            self.assertIn(self.end(self.backup), ("1.6000", "1.12000"))
            if self.end(self.backup) == "1.12000":
                break
        self.diptych("backup", self.log, self.backup)
        self.assertEqual(self.end(self.log), self.end(self.backup))

    def test_a_restore_that_is_killed_leaves_nothing_that_is_taken_for_a_log(self):
        random.seed(9)
        self.fill(60)
        self.diptych("backup", self.log, self.backup)
        restored, killed = self.folder / "new", 0
        self.timed("restore", self.backup, restored)
        shutil.rmtree(restored)
        for _ in range(15):
            killed += self.kill_in_the_middle("restore", self.backup, restored)
            if restored.exists():
                self.assertTrue(self.end(restored).endswith(".12000"))
                shutil.rmtree(restored)
        self.assertGreater(killed, 2)
        self.diptych("restore", self.backup, restored)
        self.assertEqual(["backup", "new", "shop"], sorted(os.listdir(self.folder)))


if __name__ == "__main__":
    unittest.main()
