"""A replica: `diptych follow --from`, over HTTP and over a folder, through the deaths of both sides."""
import unittest

from service import DIPTYCH, Service, TestCase, eventually, free_port, run

VIEW = """-- @view orders async
create table orders (id text primary key, total integer not null);
-- @event order_placed (order text, total integer)
-- @on order_placed
insert into orders (id, total) values (:order, :total);
-- @serve filter total  sort total
"""


class ReplicaTest(TestCase):
    def setUp(self):
        super().setUp()
        self.home = self.folder
        self.assertEqual(0, run(DIPTYCH, "init", self.home / "shop").returncode)
        (self.home / "orders.sql").write_text(VIEW)
        self.port = free_port()
        self.running = []
        self.addCleanup(lambda: [one.__exit__() for one in self.running])
        self.count = 0

    def started(self, command, port=None):
        self.running.append(Service(command, port))
        return self.running[-1]

    def shop(self):
        """The writer; always at the same address."""
        return self.started([DIPTYCH, "serve", "--data", self.home / "shop", "--http", "127.0.0.1:{port}"], self.port)

    def replica(self, source=None):
        source = source or f"http://127.0.0.1:{self.port}"
        return self.started([
            DIPTYCH, "follow", "--from", source, "--data", self.home / "copy", "--view",
            self.home / "orders.sql", "--http", "127.0.0.1:{port}"])

    def place(self, client, count=1):
        for _ in range(count):
            self.count += 1
            answer = client.post("/events", {"events": [{
                "stream": f"order-o{self.count}", "type": "order_placed",
                "data": {"order": f"o{self.count}", "total": self.count}}]})
            self.assertEqual(201, answer.status, answer.text)
        return answer.json["token"]

    def check(self, replica, token):
        """It comes to show all that there is."""
        client = replica.client()

        def rows():
            answer = client.get(f"/views/orders?order=total&limit=1000&at_least={token}")
            return answer.json if answer.status == 200 else None

        found = eventually(rows)
        self.assertEqual(list(range(1, self.count + 1)), [row["total"] for row in found or []])

    def test_a_replica_serves_views_of_its_own_and_says_how_far_behind_it_is(self):
        shop = self.shop()
        token = self.place(shop.client(), 20)
        replica = self.replica()
        client = replica.client()
        self.check(replica, token)
        token = self.place(shop.client(), 5)
        self.check(replica, token)
        source = client.get("/health").json["log"]["source"]
        self.assertEqual(0, source["lag"])
        self.assertEqual(token, source["end"])
        metrics = client.get("/metrics").text
        self.assertIn("diptych_source_lag 0\n", metrics)
        self.assertIn("diptych_source_well 1\n", metrics)
        self.assertEqual([], shop.client().get("/views").json, "nothing changes on the writer")
        # What it has is events, too.
        self.assertEqual(25, len(client.get("/events?limit=100").json["events"]))

    def test_nothing_is_written_to_a_replica(self):
        shop = self.shop()
        self.place(shop.client())
        client = self.replica().client()
        events = {"events": [{"stream": "order-x", "type": "order_placed", "data": {}}]}
        self.assertEqual(403, client.post("/events", events).status)
        put = client.request("PUT", "/views/orders", VIEW)
        self.assertEqual(403, put.status, put.text)

    def test_the_deaths_of_both_sides_lose_nothing_and_repeat_nothing(self):
        shop, replica = self.shop(), self.replica()
        for round in range(6):
            token = self.place(shop.client(), 7)
            if round % 3 == 0:
                replica.kill()
                token = self.place(shop.client(), 7)
                replica = self.replica()
            elif round % 3 == 1:
                shop.kill()
                client = replica.client()
                self.assertTrue(eventually(lambda: client.get("/health").json["log"]["source"].get("error")))
                self.assertEqual(200, client.get("/views/orders").status)
                shop = self.shop()
                token = self.place(shop.client(), 7)
            else:
                replica.kill()
                shop.kill()
                replica = self.replica()  # without its source
                shop = self.shop()
                token = self.place(shop.client())
            self.check(replica, token)
        self.assertEqual(0, run(DIPTYCH, "verify", self.home / "copy").returncode)

    def test_a_folder_is_followed_too(self):
        shop = self.shop()
        token = self.place(shop.client(), 3)
        replica = self.replica(self.home / "shop")
        self.check(replica, token)
        self.check(replica, self.place(shop.client(), 3))

    def test_another_line_of_history_is_not_followed(self):
        shop = self.shop()
        self.place(shop.client(), 3)
        self.assertEqual(0, run(DIPTYCH, "backup", self.home / "shop", self.home / "saved").returncode)
        token = self.place(shop.client(), 3)
        replica = self.replica()
        self.check(replica, token)
        shop.kill()
        self.assertEqual(0, run(DIPTYCH, "restore", self.home / "saved", self.home / "again").returncode)
        again = self.started(
            [DIPTYCH, "serve", "--data", self.home / "again", "--http", "127.0.0.1:{port}"], self.port)
        client = replica.client()

        def said():
            error = client.get("/health").json["log"]["source"].get("error", "")
            return error if "another line of history" in error else None

        self.assertTrue(eventually(said), client.get("/health").text)
        self.assertEqual(6, len(client.get("/views/orders").json))
        again.kill()

    def test_what_is_asked_wrongly_is_said(self):
        def follow(*words):
            done = run(DIPTYCH, "follow", *words)
            return done.returncode, done.stderr

        code, said = follow("--from", "http://127.0.0.1:1")
        self.assertEqual(2, code, said)
        self.assertIn("--data", said)
        code, said = follow("--from", "http://127.0.0.1:1", "--data", str(self.home / "copy"))
        self.assertNotEqual(0, code)
        self.assertIn("127.0.0.1:1", said)
        code, said = follow("--from", str(self.home / "nowhere"), "--data", str(self.home / "copy"))
        self.assertNotEqual(0, code)
        self.assertIn("nowhere", said)
        client = self.shop().client()
        self.assertEqual(400, client.get("/log?segment=x").status)
        self.assertEqual(412, client.get("/log?segment=77").status)
        self.assertEqual(400, client.get("/log?chain=12").status)


if __name__ == "__main__":
    unittest.main()
