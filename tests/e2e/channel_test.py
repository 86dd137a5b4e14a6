#!/usr/bin/env python3
"""Events leave a log on channels, of whole programs: files, the command line, the HTTP routes, kill -9."""
import json
import os
import random
import shutil
import unittest

from service import DIPTYCH, Service, TestCase, eventually, run

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))


def serve(data, *more):
    return Service([DIPTYCH, "serve", "--data", data, "--http", "127.0.0.1:{port}", *more])


def lines(file):
    """CloudEvents of a file, but for a line that is being written."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().split("\n")[:-1]]


def append(client, stream, count=1, kind="order_placed"):
    answer = client.post("/events", {"events": [
        {"stream": stream, "type": kind, "data": {"n": number}} for number in range(count)]})
    assert answer.status == 201, answer.text


class ChannelTest(TestCase):
    def setUp(self):
        super().setUp()
        self.assertEqual(0, run(DIPTYCH, "init", self.data).returncode)
        self.channels = self.data / "channels"
        self.channels.mkdir()

    def declare(self, name, text):
        (self.channels / f"{name}.toml").write_text(text)

    def assert_whole(self, events, streams, last):
        """Each stream from its first version on; repeated perhaps, but none missing, and ids are stable."""
        ids, at = {}, {}
        for event in events:
            key = event["subject"], int(event["diptychversion"])
            self.assertEqual(event["id"], ids.setdefault(key, event["id"]))
            self.assertLessEqual(key[1], at.get(key[0], 0) + 1, key)
            at[key[0]] = max(at.get(key[0], 0), key[1])
        self.assertEqual({stream: last for stream in streams}, at)
        return len(events) - len(ids)


class Files(ChannelTest):
    def test_what_is_selected_goes_out_as_cloud_events(self):
        self.declare("orders", 'to = "file:out/orders.jsonl"\ntypes = ["order_*"]\n')
        out = self.data / "out/orders.jsonl"
        with serve(self.data) as service:
            client = service.client()
            append(client, "order-1", 3)
            append(client, "user-1", 1, "named")
            self.assertTrue(eventually(lambda: len(lines(out)) == 3))
            events = client.events()
            for line, event in zip(lines(out), events):
                self.assertEqual(("1.0", event["id"], "diptych/orders", event["type"], event["stream"], event["data"]),
                                 tuple(line[key] for key in ("specversion", "id", "source", "type", "subject", "data")))
            channel = eventually(lambda: (found := client.get("/channels/orders").json)["lag"] == 0 and found)
            self.assertEqual(("running", 3, 0), (channel["state"], channel["since_start"]["delivered"],
                                                 channel["dead_letters"]))
            self.assertEqual([], client.get("/health").json["degraded"])
            self.assertIn('diptych_channel_delivered_total{channel="orders"} 3', client.get("/metrics").text)
            self.assertEqual(0, service.stop())
        # What is derived may go: how far it is stands in the log.
        (self.data / "index.db").unlink()
        with serve(self.data) as service:
            append(service.client(), "order-1")
            self.assertTrue(eventually(lambda: len(lines(out)) >= 4))
            self.assertEqual(0, self.assert_whole(lines(out), ["order-1"], 4))

    def test_a_file_that_can_not_be_written_costs_pauses_and_is_told(self):
        (self.data / "out").write_text("in the way")
        self.declare("orders", 'to = "file:out/orders.jsonl"\npause_max = "250ms"\n')
        with serve(self.data) as service:
            client = service.client()
            append(client, "order-1", 2)
            worry = eventually(lambda: client.get("/health").json["degraded"])
            self.assertRegex(worry[0], "channel orders is waiting; events behind: 2; .*out")
            self.assertEqual(200, client.get("/health").status)
            said = run(DIPTYCH, "channel", "list", "--url", f"http://127.0.0.1:{service.port}")
            self.assertRegex(said.stdout, r"orders  file:out/orders.jsonl  waiting  lag 2  dead letters 0\n  the oldest")
            (self.data / "out").unlink()
            self.assertTrue(eventually(lambda: client.get("/channels/orders").json["lag"] == 0))
            self.assertEqual(0, self.assert_whole(lines(self.data / "out/orders.jsonl"), ["order-1"], 2))

    def test_two_servers_to_one_file_take_turns_and_lose_no_line(self):
        out, other = self.folder / "shared.jsonl", self.folder / "other"
        self.assertEqual(0, run(DIPTYCH, "init", other).returncode)
        (other / "channels").mkdir()
        for data in self.data, other:
            (data / "channels/all.toml").write_text(f'to = "file:{out}"\npause_max = "250ms"\n')
        with serve(self.data) as first, serve(other) as second:
            append(first.client(), "first-1", 1)
            self.assertTrue(eventually(lambda: len(lines(out)) == 1))
            for _ in range(20):
                append(first.client(), "first-1", 50)
                append(second.client(), "second-1", 50)
            worry = eventually(lambda: second.client().get("/health").json["degraded"])
            self.assertRegex(worry[0], f"channel all is waiting; .*another channel delivers to {out}: "
                                       f"{out}.lock is locked: process {first.process.pid} writes there")
            self.assertTrue(eventually(lambda: first.client().get("/channels/all").json["lag"] == 0))
            self.assert_whole(lines(out), ["first-1"], 1001)
            first.kill()
            self.assertTrue(eventually(lambda: second.client().get("/channels/all").json["lag"] == 0))
        for stream, count in ("first-1", 1001), ("second-1", 1000):
            self.assert_whole([line for line in lines(out) if line["subject"] == stream], [stream], count)

    def test_kill_9_at_any_moment_loses_nothing_and_keeps_the_order(self):
        chance = random.Random(os.environ.get("DIPTYCH_TEST_SEED", "7"))
        self.declare("all", 'to = "file:out/all.jsonl"\n')
        out, count = self.data / "out/all.jsonl", {}
        for _ in range(ROUNDS):
            with serve(self.data) as service:
                client = service.client()
                for _ in range(chance.randrange(40)):
                    stream = f"order-{chance.randrange(6)}"
                    append(client, stream, 5)
                    count[stream] = count.get(stream, 0) + 5
                wanted = len(lines(out)) + chance.randrange(30)
                eventually(lambda: len(lines(out)) >= wanted, 0.3)
                service.kill()
        with serve(self.data) as service:
            client = service.client()
            for stream, number in count.items():
                append(client, stream, 200 - number)
            self.assertTrue(eventually(lambda: client.get("/channels/all").json["lag"] == 0))
            service.stop()
        self.assert_whole(lines(out), count, 200)

    def test_a_restored_log_does_not_send_again_what_it_knows_to_be_delivered(self):
        self.declare("all", 'to = "file:out/all.jsonl"\n')
        with serve(self.data) as service:
            append(service.client(), "order-1", 5)
            self.assertTrue(eventually(lambda: len(lines(self.data / "out/all.jsonl")) == 5))
            self.assertEqual(0, service.stop())
        copy, back = self.folder / "copy", self.folder / "restored"
        for words in (("backup", self.data, copy), ("restore", copy, back)):
            done = run(DIPTYCH, *words)
            self.assertEqual(0, done.returncode, done.stderr)
        shutil.copytree(self.channels, back / "channels", dirs_exist_ok=True)
        with serve(back) as service:
            append(service.client(), "order-1")
            self.assertTrue(eventually(lambda: lines(back / "out/all.jsonl")))
        self.assertEqual(["6"], [line["diptychversion"] for line in lines(back / "out/all.jsonl")])


class CommandLine(ChannelTest):
    def test_check_tells_all_faults_of_all_files(self):
        self.declare("a", 'to = "file:a.jsonl"\nonce = 3\nin_flight = 0\ncolour = "red"\n')
        self.declare("b", 'from = "pigeon:"\npause_max = 1\n[on.a]\ncommand = ""\n[on.b]\nstream = "x"\n')
        self.declare("good", 'to = "file:good.jsonl"\n')
        self.declare("z", 'to = "https://127.0.0.1:1/"\nsecret = ["env:NOT_SET_1"]\nauthorization = "env:NOT_SET_2"\n')
        for given in ([self.channels], sorted(self.channels.iterdir()), [self.channels, self.folder / "none"]):
            checked = run(DIPTYCH, "channel", "check", *given)
            self.assertEqual(2, checked.returncode)
            self.assertIn("good.toml: channel good to file:good.jsonl", checked.stdout)
            told = [line for line in checked.stderr.splitlines() if ".toml" in line]
            for line, said in zip(told, (r"a.toml:2:8: once is true", r"a.toml:3:\d+: in_flight", r"a.toml:4:1: there is no 'colour'",
                                         r"b.toml:1:8: from is an address", r"b.toml:4:\d+: either command", r"b.toml:5:\d+: .* missing",
                                         r"z.toml: channel z: .*NOT_SET_", r"z.toml: channel z: .*NOT_SET_"), strict=True):
                self.assertRegex(line, said)
            self.assertEqual(given[-1].name == "none", "none" in checked.stderr)
        for name in "ab":
            (self.channels / f"{name}.toml").unlink()
        served = run(DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:0")
        self.assertEqual(2, served.returncode)
        self.assertIn("NOT_SET_", served.stderr)

    def test_a_wrong_file_is_told_with_its_place_and_keeps_the_server_from_starting(self):
        self.declare("orders", 'to = "file:out/orders.jsonl"\ncolour = "red"\n')
        checked = run(DIPTYCH, "channel", "check", self.channels)
        self.assertEqual(2, checked.returncode)
        self.assertRegex(checked.stderr, r"channels/orders.toml:2:1: there is no 'colour' here; there are to, types")
        served = run(DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:0")
        self.assertEqual(2, served.returncode)
        self.assertIn("orders.toml:2:1", served.stderr)
        self.declare("orders", 'to = "file:out/orders.jsonl"\n')
        self.declare("same", 'to = "file:out/./orders.jsonl"\n')
        served = run(DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:0")
        self.assertEqual(2, served.returncode)
        self.assertRegex(served.stderr, "same.toml: it delivers to .*/out/orders.jsonl, as .*orders.toml does")
        (self.channels / "same.toml").unlink()
        checked = run(DIPTYCH, "channel", "check", self.channels)
        self.assertEqual((0, f"{self.channels}/orders.toml: channel orders to file:out/orders.jsonl\n"),
                         (checked.returncode, checked.stdout))

    def test_a_folder_that_nobody_serves_shows_its_channels_and_delivers_nothing(self):
        self.declare("orders", 'to = "file:out/orders.jsonl"\n')
        self.assertEqual(0, run(DIPTYCH, "append", "order-1", "order_placed", "--data", self.data).returncode)
        shown = run(DIPTYCH, "channel", "show", "orders", "--data", self.data, "--json")
        self.assertEqual(0, shown.returncode, shown.stderr)
        self.assertEqual((1, "stopped"), (json.loads(shown.stdout)["lag"], json.loads(shown.stdout)["state"]))
        self.assertFalse((self.data / "out").exists())
        missing = run(DIPTYCH, "channel", "retry", "orders", "order-1", "--data", self.data)
        self.assertEqual(5, missing.returncode)
        self.assertIn("channel orders has no dead letter of stream order-1", missing.stderr)
        nameless = run(DIPTYCH, "channel", "retry", "orders", "--data", self.data)
        self.assertEqual(2, nameless.returncode)
        self.assertIn("the number of a letter", nameless.stderr)
        self.assertEqual(5, run(DIPTYCH, "channel", "show", "others", "--data", self.data).returncode)

    def test_what_a_folder_can_not_do_without_its_server_it_says_and_the_rest_it_does(self):
        self.declare("out", 'to = "file:out/all.jsonl/never"\n')
        self.declare("come", 'from = "http:"\n[on."*"]\ncommand = "none"\n')
        for channel in ("out", "come"):
            resumed = run(DIPTYCH, "channel", "resume", channel, "--data", self.data)
            self.assertEqual((7, ""), (resumed.returncode, resumed.stdout))
            self.assertRegex(resumed.stderr, f"channel {channel} here")
        self.assertEqual(7, run(DIPTYCH, "channel", "retry", "come", "--all", "--data", self.data).returncode)
        listed = run(DIPTYCH, "channel", "list", "--data", self.data)
        self.assertEqual(["come", "out"], sorted(line.split()[0] for line in listed.stdout.splitlines()))

    def test_a_folder_opens_without_the_secrets_of_its_channels(self):
        for name, text in (("hook", 'to = "https://shop.example/hook"\nsecret = "env:NOWHERE"\n'),
                           ("come", 'from = "nats://127.0.0.1:4222"\nstream = "S"\npassword = "env:NOWHERE"\n'
                                    '[on."*"]\ncommand = "none"\n')):
            self.declare(name, text)
        for words in (("queue", "list"), ("channel", "list"), ("view", "list")):
            said = run(DIPTYCH, *words, "--data", self.data)
            self.assertEqual((0, ""), (said.returncode, said.stderr), words)
        served = run(DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:0")
        self.assertEqual(2, served.returncode)
        self.assertIn("NOWHERE of the environment, which is not set", served.stderr)


if __name__ == "__main__":
    unittest.main()
