#!/usr/bin/env python3
"""kill -9 while views are rebuilt, changed, switched and switched back, and appends go on.

DIPTYCH_TEST_SEED repeats a run's choices; DIPTYCH_KILL_ROUNDS sets the number of rounds of each test.
"""
import json
import os
import random
import threading
import time
import unittest

from service import DIPTYCH, TestCase, eventually, run
from tally import Appender, Truth, lines, rows_of, serve, text, version_of

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))
FACTORS = (31, 37, 41)
MODES = ("async", "inline")


def number_in(token):
    return int(token.partition(".")[2])


class Observer:
    """Asks until the server is gone: which version is served, and its rows. Every answer is kept."""

    def __init__(self):
        self.rows = []  # (id of the version before and after the question, position, rows)
        self.served = []  # ids, as they were first seen
        self.wrong = []

    def look(self, client):
        try:
            while True:
                before = self.note(client)
                answer = client.get("/views/tally?limit=1000")
                self.rows.append((before, self.note(client), *rows_of(answer)))
        except ConnectionError:
            client.close()
        except AssertionError as failure:
            self.wrong.append(str(failure))

    def note(self, client):
        served = served_in(versions(client))
        if not self.served or self.served[-1] != served:
            self.served.append(served)
        return served


def versions(client):
    return client.get("/views/tally/versions").json["versions"]


def served_in(all_versions):
    served = [one["version"] for one in all_versions if one["standing"] == "served"]
    if len(served) != 1:
        raise AssertionError(all_versions)
    return served[0]


def building_in(all_versions):
    return next((one for one in all_versions if one["standing"] == "building"), None)


class ViewKills(TestCase):
    EVENTS = 0

    def setUp(self):
        super().setUp()
        self.seed = os.environ.get("DIPTYCH_TEST_SEED", str(random.randrange(10**9)))
        self.moments = random.Random(self.seed)
        self.factor_of = {version_of(self.folder, factor): factor for factor in FACTORS}
        base = self.folder / "base.ndjson"
        base.write_text("".join(lines(self.EVENTS)))
        for mode in MODES:
            self.must("init", self.folder / mode)
            self.must("import", "--data", self.folder / mode, base)
            (self.folder / mode / "views").mkdir(exist_ok=True)
            (self.folder / mode / "views/tally.sql").write_text(text(FACTORS[0], mode))

    def must(self, *words):
        done = run(DIPTYCH, *words)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def factor(self, version):
        return self.factor_of[version[:8]]

    def start(self, service, *work):
        threads = [threading.Thread(target=one, args=(service.client(),)) for one in work]
        for thread in threads:
            thread.start()
        return threads

    def kill(self, service, threads):
        service.kill()
        for thread in threads:
            thread.join()

    def chosen(self, data):
        return json.loads((data / "views/versions.json").read_text())["views"]["tally"]

    def check(self, client, data, truth, appenders):
        """One version is served, the one that is written down; it is whole, and so is the log. Its id."""
        served = self.agreed(client, data)
        position, rows = rows_of(client.get(f"/views/tally?limit=1000&at_least={self.end(client)}"))
        truth.read(client)
        after = self.agreed(client, data)
        folds = [truth.folds(self.factor(one), [position])[position] for one in {served, after}]
        self.assertIn(rows, folds)
        for appender in appenders:
            appender.check(self, truth)
        self.assert_same_list([(number + 1, number) for number in range(self.EVENTS)], truth.sent_by("base"))
        return after

    def agreed(self, client, data):
        """What is served is what is written down. A switch is written just before it is made."""
        found = []

        def is_one():
            found[:] = [served_in(versions(client)), self.chosen(data)["served"]]
            return found[0] == found[1]

        self.assertTrue(eventually(is_one, 5), found)
        return found[0]

    @staticmethod
    def end(client):
        return client.get("/events?limit=1&direction=backward").json["seen"]

    def finish(self, data, truth, appenders):
        with serve(data) as service:
            client = service.client()
            self.assertTrue(eventually(lambda: building_in(versions(client)) is None))
            self.check(client, data, truth, appenders)
            self.assertEqual(0, client.get("/views/tally/compare").json["different"])
            self.assertEqual(0, service.stop())
        self.must("verify", data)


class Rebuild(ViewKills):
    EVENTS = 40_000

    def test_a_rebuild_goes_on_where_it_was_and_ends_with_the_rows_of_the_log(self):
        with self.subTest(seed=self.seed):
            for mode in MODES:
                with self.subTest(mode):
                    self.rebuild(self.folder / mode)

    def rebuild(self, data):
        truth, appenders = Truth(), [Appender(f"s{i}") for i in range(2)]
        target, stored, interrupted = None, 0, 0
        for number in range(ROUNDS):
            with self.subTest(round=number), serve(data) as service:
                client = service.client()
                if target:
                    build = building_in(versions(client))
                    if build:
                        self.assertEqual(target, build["version"])
                        self.assertGreaterEqual(number_in(build["at"]), stored)
                    else:
                        self.assertEqual(target, served_in(versions(client)))
                self.check(client, data, truth, appenders)
                if building_in(versions(client)) is None:
                    target, stored = self.begin(client), 0
                threads = self.start(service, *(one.append for one in appenders))
                stored = self.watch(client, self.moments.uniform(stored, self.EVENTS * 1.02), stored)
                interrupted += building_in(versions(client)) is not None
                self.kill(service, threads)
        self.assertGreater(interrupted, 0)
        self.finish(data, truth, appenders)
        self.assertEqual(target, self.chosen(data)["served"])

    def begin(self, client):
        answer = client.post("/views/tally/rebuild", None)
        self.assertEqual(202, answer.status, answer.text)
        return answer.json["version"]

    @staticmethod
    def watch(client, position, stored):
        """Until the build has come so far, or is done. How far it was seen to be."""
        while build := building_in(versions(client)):
            stored = number_in(build["at"])
            if stored >= position:
                break
        return stored


class Asked:
    """That another version be served, in one of several ways."""

    def __init__(self, test, mode, served, before):
        self.way = test.moments.choice(["change", "change", "by hand", "rebuild"] + ["back", "back"] * bool(before))
        factor = test.moments.choice([one for one in FACTORS if one != test.factor(served)])
        self.text = text(factor, mode)
        self.served = served
        changed = next(version for version, one in test.factor_of.items() if one == factor)
        self.version = {"rebuild": served, "back": before}.get(self.way, changed)
        self.is_answered = False  # it is to be served now, or when it has caught up
        self.is_switched = False
        self.wrong = []

    def is_it(self, version):
        return version == self.version if self.is_answered else \
            version[:8] == self.version[:8] and version != self.served

    def ask(self, client):
        try:
            if self.way == "rebuild":
                self.version = self.send(client, "POST", "/rebuild")["version"]
            elif self.way == "back":
                self.is_switched = self.send(client, "POST", "/back")["switched"]
            elif self.way == "change":
                self.version = self.send(client, "PUT", "", self.text)["version"]
            else:
                version = self.send(client, "PUT", "?switch=by_hand", self.text)["version"]
                eventually(lambda: [one for one in versions(client) if one["version"] == version and one["lag"] < 5000])
                self.is_switched = self.send(client, "POST", f"/switch?version={version}")["switched"]
                self.version = version
            self.is_answered = True
        except ConnectionError:
            client.close()
        except AssertionError as failure:
            self.wrong.append(str(failure))

    def send(self, client, method, path, body=None):
        answer = client.request(method, "/views/tally" + path, body)
        if answer.status not in (200, 202):
            raise AssertionError(f"{self.way}: {answer.status} {answer.text}")
        return answer.json


class Switch(ViewKills):
    EVENTS = 15_000

    def test_after_every_kill_one_whole_version_is_served_and_it_is_the_one_that_was_chosen(self):
        with self.subTest(seed=self.seed):
            for mode in MODES:
                with self.subTest(mode):
                    self.switch(self.folder / mode, mode)

    def switch(self, data, mode):
        truth, appenders = Truth(), [Appender(f"s{i}") for i in range(2)]
        with serve(data) as service:
            served = self.check(service.client(), data, truth, appenders)
        for number in range(ROUNDS):
            with self.subTest(round=number):
                observer, asked = Observer(), Asked(self, mode, served, self.chosen(data).get("before"))
                with serve(data) as service:
                    observer.note(service.client())
                    threads = self.start(service, observer.look, asked.ask, *(one.append for one in appenders))
                    self.await_moment(observer)
                    self.kill(service, threads)
                # What queries have seen is what is written down.
                self.assertEqual([], observer.wrong + asked.wrong)
                self.assertEqual([served], observer.served[:1])
                self.assertLessEqual(len(observer.served), 2, observer.served)
                written = self.chosen(data)["served"]
                if len(observer.served) == 2 or asked.is_switched:
                    self.assertTrue(asked.is_it(written), (asked.way, asked.version, written))
                with serve(data) as service:
                    client = service.client()
                    first = self.check(client, data, truth, appenders)
                    self.check_seen(observer, truth)
                    self.assertTrue(eventually(lambda: building_in(versions(client)) is None))
                    after = self.check(client, data, truth, appenders)
                    for one in (written, first, after):
                        self.assertTrue(one == served or asked.is_it(one), (asked.way, asked.version, one))
                    if written != served:
                        self.assertEqual((written, written), (first, after))
                    if asked.is_answered:
                        self.assertEqual(asked.version, after, asked.way)
                    served = after
        self.go_back(data, served, truth, appenders)
        self.finish(data, truth, appenders)

    def await_moment(self, observer):
        """Until another version is seen to be served, or any time before."""
        moment = time.monotonic() + (self.moments.uniform(0, 0.3) if self.moments.random() < 0.6 else 30)
        while len(observer.served) < 2 and time.monotonic() < moment:
            time.sleep(0.001)

    def check_seen(self, observer, truth):
        """All that was answered were rows of one version as of one position, and never of an earlier one."""
        positions = [position for _, _, position, _ in observer.rows]
        self.assertEqual(sorted(positions), positions)
        folds = {factor: truth.folds(factor, positions) for factor in FACTORS}
        for before, after, position, rows in observer.rows:
            self.assertIn(rows, [folds[self.factor(one)][position] for one in {before, after}])

    def go_back(self, data, served, truth, appenders):
        before = self.chosen(data)["before"]
        with serve(data) as service:
            self.assertEqual({before}, {before} & {one["version"] for one in versions(service.client())})
            self.assertIn(service.client().post("/views/tally/back", None).status, (200, 202))
            self.assertTrue(eventually(lambda: served_in(versions(service.client())) == before))
            self.assertEqual(before, self.check(service.client(), data, truth, appenders))
            self.assertEqual(served, self.chosen(data)["before"])


if __name__ == "__main__":
    unittest.main()
