#!/usr/bin/env python3
"""Live queries of the catalogue's view: whoever puts the messages together has what the query answers."""
import threading
import time
import unittest

from live import LiveQuery
from catalogue import VIEWS, declare, products, send
from service import TestCase, eventually

BEST = "/views/products?category=eq.light&order_amount=lt.10&order=order_amount.desc&limit=3"
ALL = "/views/products?limit=1000"
REFUSED = {f"{BEST}&page=1": 400, f"{BEST}&colour=eq.red": 400, "/views/product?limit=1": 404}


def add(client, product, category="light", name="Lamp"):
    return send(client, "add_product", product=product, name=name, category=category).json["token"]


class Live(TestCase):
    def setUp(self):
        super().setUp()
        self.orders = 0
        self.views = self.folder / "own_views"
        self.views.mkdir()

    def serve(self, mode="inline"):
        (self.views / "products.sql").write_text(self.text(mode))
        return self.enterContext(products(self.data, "--views", self.views))

    def serve_one_product(self):
        service = self.serve()
        client = service.client()
        declare(client)
        add(client, "p0")
        return service, client

    def text(self, mode="inline"):
        text = (VIEWS / "products.sql").read_text()
        self.assertIn("-- @view products  inline\n", text)
        return text.replace("-- @view products  inline\n", f"-- @view products  {mode}\n")

    def follow(self, service, path=ALL, **how):
        return self.enterContext(LiveQuery(service.port, path, **how))

    def order(self, client, product, amount):
        self.orders += 1
        return send(client, "complete_order", order=f"o{self.orders}", product=product, amount=amount).json["token"]

    def answer(self, client, path=ALL, **more):
        """What the query answers when it shows all there is, or as of a token."""
        wanted = "".join(f"&{name}={value}" for name, value in more.items()) or \
            f"&at_least={client.get('/events?limit=1&direction=backward').json['seen']}"
        answer = eventually(lambda: (one := client.get(path + wanted)).status == 200 and one)
        self.assertTrue(answer, path + wanted)
        return answer.json

    def check_states(self, client, followed, path=ALL):
        """At each id the rows were what the query answers as of that token."""
        for place, rows in followed.states:
            self.assertEqual(self.answer(client, path, as_of=place.partition("@")[0]), rows, place)


class Changes(Live):
    def test_rows_enter_change_and_leave_in_place_and_are_what_the_query_answers(self):
        for mode in ("inline", "async"):
            self.data = self.folder / mode
            service = self.serve(mode)
            client = service.client()
            declare(client)
            add(client, "p0")
            self.answer(client)  # An async view has come so far.
            with self.subTest(mode), self.follow(service, BEST) as followed:
                def told(*expected):
                    followed.heard.clear()
                    followed.until_rows(self.answer(client, BEST))
                    self.assertEqual([*expected], followed.heard)

                told(("snapshot", None))
                self.order(client, "p0", 1)
                told(("change", "p0"))
                add(client, "p1")
                told(("enter", "p1"))
                self.order(client, "p1", 2)
                told(("change", "p1"))
                self.assertEqual(["p1", "p0"], [row["product"] for row in followed.rows])
                add(client, "rug", "rug")
                add(client, "p2")
                told(("enter", "p2"))
                # Behind the limit: nobody hears of it until it pushes another one out.
                add(client, "p3")
                self.order(client, "p3", 9)
                told(("leave", "p2"), ("enter", "p3"))
                # It matches no more, and lets that one in again.
                self.order(client, "p3", 1)
                told(("leave", "p3"), ("enter", "p2"))
                self.assertGreater(len(followed.states), 6)
                self.check_states(client, followed, BEST)

    def test_two_clients_of_one_query_hear_the_same_and_one_of_another_query_only_its_own(self):
        service = self.serve()
        client = service.client()
        declare(client)
        one, two = self.follow(service), self.follow(service)
        rugs = self.follow(service, f"{ALL}&category=eq.rug")
        for number in range(20):
            add(client, f"p{number:02}")
            if number == 9:
                leaving = self.follow(service)
                leaving.take()
                leaving.close()
        add(client, "r", "rug")
        rows = self.answer(client)
        for each in (one, two):
            each.until_rows(rows)
        self.assertEqual(21, len(rows))
        self.assertEqual(one.states, two.states)
        rugs.until_rows(rows[20:])
        self.assertEqual([("snapshot", None), ("enter", "r")], rugs.heard)

    def test_what_is_wrong_is_answered_before_the_stream_begins(self):
        client = self.serve().client()
        for path, status in REFUSED.items():
            answer = client.get(path, Accept="text/event-stream")
            self.assertEqual((status, "application/problem+json"), (answer.status, answer.headers["Content-Type"]), path)

    def test_who_reads_nothing_is_closed_while_others_go_on_and_is_whole_when_back(self):
        service = self.serve()
        client = service.client()
        declare(client)
        slow, fast = self.follow(service, receive_bytes=4096), self.follow(service)
        slow.until(lambda: slow.place)
        # Of this a mebibyte waits soon, behind what the system keeps for a connection.
        add(client, "big", name="x" * 300_000)
        for amount in range(1, 101):
            self.order(client, "big", 1)
            fast.until(lambda: fast.rows and fast.rows[0]["order_amount"] == amount)
        held = int(client.get("/metrics").text.partition("\ndiptych_http_held_bytes ")[2].split()[0])
        self.assertLess(held, 2 << 20)
        add(client, "small")
        fast.until_rows(self.answer(client))
        slow.drain()
        self.assertLess(slow.position, fast.position)
        self.assertEqual(fast.states[:len(slow.states)], slow.states)
        again = self.follow(service, before=slow)
        again.until_rows(fast.rows)
        add(client, "last")
        for one in (again, fast):
            one.until_rows(self.answer(client))


class ComingBack(Live):
    """Last-Event-ID."""

    def test_what_was_missed_is_told_at_once_and_no_more(self):
        service, client = self.serve_one_product()
        first = self.follow(service)
        first.until_rows(self.answer(client))
        first.close()
        nothing = self.follow(service, before=first)
        nothing.take()
        self.assertEqual(([], first.place), (nothing.heard, nothing.place))
        nothing.close()
        for product in ("p1", "p2"):
            add(client, product)
        self.order(client, "p0", 2)
        again = self.follow(service, before=nothing)
        again.until_rows(self.answer(client))
        self.assertEqual({("change", "p0"), ("enter", "p1"), ("enter", "p2")}, set(again.heard))
        self.assertEqual(3, len(again.heard))
        self.check_states(client, again)

    def test_after_too_much_or_from_nowhere_it_is_reset(self):
        service, client = self.serve_one_product()
        stays, leaves = self.follow(service), self.follow(service)
        leaves.until_rows(self.answer(client))
        leaves.close()
        for amount in range(1, 301):
            self.order(client, "p0", 1)
            stays.until(lambda: stays.rows and stays.rows[0]["order_amount"] == amount)
        version = leaves.version
        for place in (leaves.place, f"1.999999@{version}", stays.token, f"{stays.token}@0", f"7.1@{version}", "?"):
            leaves.place = place
            with self.follow(service, before=leaves) as again:
                again.until(lambda: again.states)
                self.assertEqual([("reset", None), ("snapshot", None)], again.heard, place)
                self.assertEqual((stays.place, stays.rows), (again.place, again.rows), place)

    def test_another_version_of_the_view_resets_whoever_follows_and_whoever_comes_back(self):
        service, client = self.serve_one_product()
        self.order(client, "p0", 3)
        followed, left = self.follow(service), self.follow(service)
        for one in (followed, left):
            one.until_rows(self.answer(client))
        left.close()
        text = self.text()
        self.assertIn("order_amount + :amount", text)
        (self.views / "products.sql").write_text(text.replace("order_amount + :amount", "order_amount + 2 * :amount"))
        followed.until(lambda: followed.version != left.version)
        self.assertEqual([("snapshot", None), ("reset", None), ("snapshot", None)], followed.heard)
        self.assertEqual([6], [row["order_amount"] for row in followed.rows])
        back = self.follow(service, before=left)
        back.until(lambda: back.states)
        self.assertEqual([("reset", None), ("snapshot", None)], back.heard)
        self.order(client, "p0", 1)
        for one in (followed, back):
            one.until_rows(self.answer(client))
            self.assertEqual(8, one.rows[0]["order_amount"])


class Killed(Live):
    def test_after_kill_9_who_has_missed_nothing_hears_nothing_twice(self):
        service, client = self.serve_one_product()
        first = self.follow(service)
        first.until_rows(self.answer(client))
        service.kill()
        first.drain()
        service = self.serve()
        client = service.client()
        again = self.follow(service, before=first)
        self.order(client, "p0", 1)
        again.until_rows(self.answer(client))
        self.assertEqual([("change", "p0")], again.heard)

    def test_after_kill_9_amid_changes_it_has_shown_nothing_that_is_lost_and_goes_on(self):
        for mode in ("inline", "async"):
            self.data = self.folder / mode
            service = self.serve(mode)
            client = service.client()
            declare(client)
            add(client, "p0")
            followed = self.follow(service)
            for number in range(3):
                with self.subTest(mode, round=number):
                    def write(writing):
                        try:
                            while True:
                                self.order(writing, "p0", 1)
                        except ConnectionError:
                            writing.close()

                    writer = threading.Thread(target=write, args=(service.client(),))
                    writer.start()
                    followed.until(lambda: len(followed.states) > 30)
                    service.kill()
                    writer.join()
                    followed.drain()
                    service = self.serve(mode)
                    client = service.client()
                    self.assertEqual(self.answer(client, as_of=followed.token), followed.rows)
                    followed = self.follow(service, before=followed)
                    followed.until_rows(self.answer(client))


class Pushed(Live):
    SLOW = """-- @view slow {mode}
create table slow (product text primary key, n integer);
create table digit (d integer primary key);
-- @on product_added
insert into digit (d) values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9) on conflict do nothing;
-- @scan -- it is to take long
insert into slow (product, n)
select :product, sum(a.d + b.d + c.d + e.d + f.d + g.d) from digit a, digit b, digit c, digit e, digit f, digit g;
"""

    def test_s2_28_a_client_of_an_async_view_is_told_when_it_shows_what_a_command_did(self):
        service = self.serve("async")
        client = service.client()
        declare(client)
        self.assertEqual([False], [one["inline"] for one in client.get("/views").json])
        followed = self.follow(service)
        for number in range(20):
            product = f"p{number:02}"
            token = add(client, product)
            followed.until(lambda: followed.place and followed.position >= int(token.partition(".")[2]))
            self.assertIn(product, [row["product"] for row in followed.rows])
            send(client, "add_review", review=f"r{number}", product=product, user="ada", rating=4)
            followed.until(lambda: [row for row in followed.rows if row["product"] == product
                                    and row["review"] == {"average": 4.0, "count": 1, "sum": 4}])
        self.assertEqual([("snapshot", None)] + [(event, f"p{number:02}") for number in range(20)
                                                 for event in ("enter", "change")], followed.heard)
        with self.follow(service, f"{ALL}&at_least={token}") as later:
            later.take()
            self.assertGreaterEqual(later.position, int(token.partition(".")[2]))

    def test_s2_27_s2_28_a_slow_reaction_holds_a_command_up_until_one_word_moves_it_behind(self):
        service = self.serve()
        client = service.client()
        declare(client)

        def shown():
            return int(client.get("/views/slow").headers["Diptych-Token"].partition(".")[2])

        behind, took = {"inline": [], "async": []}, {"inline": [], "async": []}
        for mode in behind:
            (self.views / "slow.sql").write_text(self.SLOW.format(mode=mode))
            self.assertTrue(eventually(lambda: [one for one in client.get("/views").json if one["name"] == "slow" and one[
                "inline"] == (mode == "inline") and one["served"] and not one["lag"] and one["state"] == "running"]), mode)
            with self.follow(service, "/views/slow?limit=1000") as followed:
                followed.take()
                for number in range(3):
                    product = f"{mode}{number}"
                    start = time.monotonic()
                    token = int(add(client, product).partition(".")[2])
                    took[mode].append(time.monotonic() - start)
                    behind[mode].append(token - shown())
                    followed.until(lambda: followed.position >= token)
                    self.assertIn(product, [row["product"] for row in followed.rows])
        # Inline, the answer comes when the view is done; async, before that.
        self.assertEqual([0, 0, 0], behind["inline"])
        self.assertIn(1, behind["async"])
        self.assertGreater(min(took["inline"]), 3 * min(took["async"]))
        self.assertEqual({27_000_000}, {row["n"] for row in client.rows("slow")})


if __name__ == "__main__":
    unittest.main()
