#!/usr/bin/env python3
"""What users of the allocation service see: each test names the requirement that it shows."""
import pathlib
import unittest

from fold import Fold, settled, shown
from service import ALLOCATION, LENDING, TestCase, allocation, eventually, run


class AllocationTest(TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.enterContext(allocation(self.data))
        self.client = self.service.client()

    def batch(self, ref, sku, qty, eta=None, status=201):
        answer = self.client.post("/add_batch", {"ref": ref, "sku": sku, "qty": qty, "eta": eta})
        self.assertEqual(status, answer.status, answer.text)
        return answer

    def order(self, orderid, sku, qty, status=202):
        answer = self.client.post("/allocate", {"orderid": orderid, "sku": sku, "qty": qty})
        self.assertEqual(status, answer.status, answer.text)
        return answer

    def change(self, ref, qty, status=200):
        answer = self.client.post("/commands/change_batch_quantity", {"batch": ref, "quantity": qty})
        self.assertIn(answer.status, (status, 201), answer.text)
        return answer

    def allocations(self, orderid):
        answer = self.client.get(f"/allocations/{orderid}")
        self.assertEqual(200, answer.status, answer.text)
        return answer.json

    def types(self):
        return [event["type"].removeprefix("shop.") for event in self.client.events()]

    def state_of(self, orderid, sku):
        return [(r["state"], r["batchref"]) for r in self.client.rows("order_lines", order_id=orderid, sku=sku)]


class Writing(AllocationTest):
    def test_s3_02_s3_03_a_write_answers_an_acknowledgement_and_where_to_look(self):
        made = self.batch("b1", "lamp", 10)
        self.assertEqual("lamp", self.client.get(made.location).json[0]["sku"])

        placed = self.order("o1", "lamp", 3)
        self.assertEqual("/allocations/o1", placed.location)
        self.assertNotIn("b1", placed.text)
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.client.get(placed.location).json)

    def test_s3_03_an_id_with_odd_characters_has_a_location_that_works(self):
        self.batch("b 1", "lamp/ü", 10)
        placed = self.order("o/1 ä", "lamp/ü", 3)
        self.assertEqual([{"sku": "lamp/ü", "batchref": "b 1"}], self.client.get(placed.location).json)

    def test_s3_04_s3_33_a_repeat_is_accepted_and_changes_nothing(self):
        for _ in range(2):
            self.batch("b1", "lamp", 10, "2030-01-02")
            self.order("o1", "lamp", 3)
        self.assertEqual(["batch_created", "allocated"], self.types())
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations("o1"))

    def test_s3_04_a_command_id_gives_the_first_answer_again(self):
        self.batch("b1", "lamp", 10)
        body = {"order": "o1", "product": "lamp", "quantity": 3}
        first = self.client.post("/commands/allocate", body, Idempotency_Key="k1")
        again = self.client.post("/commands/allocate", body, Idempotency_Key="k1")
        self.assertEqual((first.status, first.json["token"], first.json["events"]),
                         (again.status, again.json["token"], again.json["events"]))
        other = self.client.post("/commands/allocate", body | {"quantity": 4}, Idempotency_Key="k1")
        self.assertEqual(422, other.status, other.text)

    def test_s3_06_a_line_stays_with_its_batch_when_that_is_full_meanwhile(self):
        self.batch("b1", "lamp", 3)
        self.batch("b2", "lamp", 10)
        self.order("o1", "lamp", 3)
        self.order("o1", "lamp", 3)
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations("o1"))

    def test_stock_in_the_warehouse_goes_first_then_the_earliest_then_the_first_created(self):
        self.batch("late", "lamp", 5, "2031-01-01")
        self.batch("soon", "lamp", 5, "2030-01-01")
        self.batch("soon_too", "lamp", 5, "2030-01-01")
        self.batch("here", "lamp", 5)
        for number, batch in enumerate(["here", "soon", "soon_too", "late"]):
            self.order(f"o{number}", "lamp", 5)
            self.assertEqual([{"sku": "lamp", "batchref": batch}], self.allocations(f"o{number}"))

    def test_s3_13_an_unknown_sku_is_refused_by_name_and_the_order_stays_unknown(self):
        self.assertEqual({"message": "Invalid sku lamp"}, self.order("o1", "lamp", 3, status=400).json)
        self.assertEqual(404, self.client.get("/allocations/o1").status)
        self.assertEqual([], self.types())

    def test_s3_34_a_malformed_body_is_refused_and_the_field_named(self):
        self.batch("b1", "lamp", 10)
        for path, body, field in [
            ("/allocate", {"orderid": "o1", "sku": "lamp"}, "qty"),
            ("/allocate", {"orderid": "o1", "sku": "lamp", "qty": "three"}, "qty"),
            ("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 0}, "qty"),
            ("/allocate", {"orderid": "o1", "sku": "lamp", "qty": -1}, "qty"),
            ("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 1.5}, "qty"),
            ("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 99999999999}, "qty"),
            ("/allocate", {"orderid": "", "sku": "lamp", "qty": 1}, "orderid"),
            ("/allocate", {"orderid": "o1", "sku": 7, "qty": 1}, "sku"),
            ("/add_batch", {"ref": "b2", "sku": "lamp", "qty": 1, "eta": "soon"}, "eta"),
            ("/add_batch", {"ref": "b2", "sku": "lamp", "qty": 1, "eta": "2030-02-30"}, "eta"),
            ("/add_batch", {"sku": "lamp", "qty": 1, "eta": None}, "ref"),
        ]:
            with self.subTest(body=body):
                answer = self.client.post(path, body)
                self.assertEqual(400, answer.status, answer.text)
                self.assertIn(field, answer.json["message"])
        self.assertEqual(400, self.client.post("/allocate", "{not json").status)
        self.assertEqual(["batch_created"], self.types())

    def test_s3_34_further_members_are_ignored(self):
        self.batch("b1", "lamp", 10)
        answer = self.client.post("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 3, "colour": "red"})
        self.assertEqual(202, answer.status, answer.text)

    def test_a_batch_reference_is_not_used_again_for_another_product(self):
        self.batch("b1", "lamp", 10)
        self.assertIn("b1", self.batch("b1", "rug", 10, status=409).json["message"])
        self.assertEqual(["batch_created"], self.types())

    def test_p3_09_an_unknown_batch_is_refused_by_name(self):
        answer = self.client.post("/commands/change_batch_quantity", {"batch": "b9", "quantity": 3})
        self.assertEqual(409, answer.status, answer.text)
        self.assertIn("unknown_batch", answer.text)
        self.assertIn("b9", answer.text)

    def test_s3_37_an_event_with_more_and_with_fewer_fields_than_today_is_understood(self):
        answer = self.client.post("/events", {"events": [{
            "stream": "product-lamp", "type": "shop.batch_created", "tags": ["batch-b1"],
            "data": {"batch": "b1", "product": "lamp", "quantity": 10, "supplier": "acme"}}]})
        self.assertEqual(201, answer.status, answer.text)
        self.order("o1", "lamp", 3)
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations("o1"))


class Stock(AllocationTest):
    def test_s3_07_s3_24_lost_stock_moves_its_newest_lines_to_another_batch(self):
        self.batch("b1", "lamp", 100)
        for number in range(3):
            self.order(f"o{number}", "lamp", 20)
        self.batch("b2", "lamp", 30, "2030-01-01")
        self.change("b1", 45)

        moved = [{"sku": "lamp", "batchref": "b2"}]
        self.assertEqual(moved, eventually(lambda: (a := self.allocations("o2")) == moved and a))
        for kept in ("o0", "o1"):
            self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations(kept))
        lost = [e["data"] for e in self.client.events() if e["type"] == "shop.deallocated"]
        self.assertEqual([("o2", "b1")], [(e["order"], e["batch"]) for e in lost])

    def test_s3_08_a_change_of_quantity_and_what_loses_its_place_are_one_append(self):
        self.batch("b1", "lamp", 10)
        self.order("o1", "lamp", 6)
        self.order("o2", "lamp", 4)
        made = self.change("b1", 5).json["events"]
        positions = [event["position"] for event in made]
        self.assertEqual(list(range(positions[0], positions[0] + 3)), positions)

    def test_s3_10_d12_an_order_without_stock_is_known_and_says_so(self):
        self.batch("b1", "lamp", 2)
        self.order("o1", "lamp", 3)
        self.assertEqual([], self.allocations("o1"))
        self.assertEqual([("out_of_stock", None)], self.state_of("o1", "lamp"))
        self.order("o1", "lamp", 3)
        self.assertEqual(["batch_created", "back_ordered"], self.types())

    def test_d13_an_unknown_order_is_not_found(self):
        self.assertEqual(404, self.client.get("/allocations/nobody").status)

    def test_p3_10_those_who_wait_get_new_stock_oldest_first(self):
        self.batch("b1", "lamp", 1)
        for number in range(3):
            self.order(f"o{number}", "lamp", 5)
        self.batch("b2", "lamp", 10)
        events = settled(self.client)
        self.assertEqual([], Fold(events).broken)
        self.assertEqual(["o0", "o1"], [e["data"]["order"] for e in events if e["type"] == "shop.allocated"])
        self.assertEqual([("out_of_stock", None)], self.state_of("o2", "lamp"))

        self.change("b1", 5)
        self.assertTrue(eventually(lambda: self.state_of("o2", "lamp") == [("allocated", "b1")]))

    def test_s1_28_what_one_process_is_refused_is_recorded_and_stops_no_other(self):
        for ref in ("b1", "b2"):
            self.batch(ref, "lamp", 20)
        self.order("o1", "lamp", 3)
        misfit = {"order": "o9", "product": "ghost", "batch": "b9", "quantity": "three"}
        said = self.client.post("/events", {"events": [
            {"stream": "product-ghost", "type": "shop.deallocated", "data": misfit}]})
        self.assertEqual((400, "event_misfit"), (said.status, said.json["code"]))
        # It fits, and what follows from it can not be done: there is no such product.
        said = self.client.post("/events", {"events": [
            {"stream": "product-ghost", "type": "shop.deallocated", "data": misfit | {"quantity": 3}}]})
        self.assertEqual(201, said.status, said.text)
        self.change("b1", 1)
        self.assertTrue(eventually(lambda: self.allocations("o1") == [{"sku": "lamp", "batchref": "b2"}]))
        refused = [one for one in self.client.events() if one["type"] == "$refused"]
        self.assertEqual([("reallocation-product-ghost", "unknown_product")],
                         [(one["stream"], one["data"]["outcome"]["reason"]) for one in refused])
        self.assertTrue(eventually(lambda: [(one["state"], one["lag"]) for one in self.client.get(
            "/health").json["processes"]] == [("running", 0)]))

    def test_p3_07_two_lines_of_one_product_in_an_order_live_on_their_own(self):
        self.batch("b1", "lamp", 5)
        self.order("o1", "lamp", 3)
        self.order("o1", "lamp", 2)
        self.change("b1", 3)
        settled(self.client)
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations("o1"))
        self.assertEqual([("allocated", "b1"), ("out_of_stock", None)], sorted(self.state_of("o1", "lamp")))

    def test_s3_35_reallocation_is_there_within_three_seconds(self):
        self.batch("b1", "lamp", 10)
        self.order("o1", "lamp", 10)
        self.batch("b2", "lamp", 10)
        self.change("b1", 0)
        moved = [{"sku": "lamp", "batchref": "b2"}]
        self.assertTrue(eventually(lambda: self.allocations("o1") == moved, 3.0))


class Reading(AllocationTest):
    def orders(self):
        self.batch("b1", "lamp", 100)
        self.batch("b2", "rug", 100)
        for order, sku in [("o1", "lamp"), ("o1", "rug"), ("o2", "lamp")]:
            self.order(order, sku, 1)

    def test_s3_01_a_query_changes_nothing(self):
        self.orders()
        before = (self.client.events(), shown(self.client))
        for path in ("/allocations/o1", "/allocations/o9", "/views/allocations", "/views/order_lines",
                     "/views/stock", "/streams/product-lamp", "/health", "/metrics", "/openapi.json"):
            self.assertLess(self.client.get(path).status, 500, path)
        self.assertEqual(before, (self.client.events(), shown(self.client)))

    def test_s3_14_a_view_of_an_order_shows_exactly_that_order(self):
        self.orders()
        self.assertCountEqual(
            [{"sku": "lamp", "batchref": "b1"}, {"sku": "rug", "batchref": "b2"}], self.allocations("o1"))
        self.assertEqual([{"sku": "lamp", "batchref": "b1"}], self.allocations("o2"))

    def test_s3_12_a_read_is_cacheable_and_a_write_is_not(self):
        self.orders()
        first = self.client.get("/views/allocations?order_id=eq.o1")
        again = self.client.get("/views/allocations?order_id=eq.o1", If_None_Match=first.headers["ETag"])
        self.assertEqual((304, ""), (again.status, again.text))
        self.order("o1", "lamp", 2)
        self.assertEqual(200, self.client.get(
            "/views/allocations?order_id=eq.o1", If_None_Match=first.headers["ETag"]).status)
        self.assertIsNone(self.order("o1", "lamp", 2).headers["ETag"])

    def test_s3_18_a_list_of_many_is_one_question(self):
        self.batch("b1", "lamp", 100)
        for number in range(20):
            self.order(f"o{number}", "lamp", 1)
        answer = self.client.get("/views/allocations?limit=100")
        self.assertEqual(20, len(answer.json))

    def test_s3_28_one_line_of_an_order_can_be_asked_for(self):
        self.orders()
        self.assertEqual([("allocated", "b2")], self.state_of("o1", "rug"))

    def test_s3_26_views_that_were_deleted_come_back_the_same(self):
        self.orders()
        self.change("b1", 1)
        settled(self.client)
        before = shown(self.client)
        self.assertEqual(0, self.service.stop(), self.service.said())
        views = list((self.data / "views").glob("*.db*"))
        self.assertTrue(views)
        for file in views:
            file.unlink()
        with allocation(self.data) as again:
            self.assertEqual(before, shown(again.client()))

    def test_s3_36_messages_are_counted_by_command_and_outcome(self):
        self.orders()
        self.order("o9", "vase", 1, status=400)
        metrics = self.client.get("/metrics").text
        counted = [line for line in metrics.splitlines() if "allocate" in line and not line.startswith("#")]
        self.assertTrue(any("accepted" in line for line in counted), metrics)
        self.assertTrue(any("refused" in line for line in counted), metrics)

    def test_everything_is_there_after_a_restart(self):
        self.orders()
        before = (self.client.events(), shown(self.client))
        self.assertEqual(0, self.service.stop(), self.service.said())
        with allocation(self.data) as again:
            client = again.client()
            self.assertEqual(before, (client.events(), shown(client)))
            client.post("/allocate", {"orderid": "o1", "sku": "lamp", "qty": 1})
            self.assertEqual(before[0], client.events())


class Counting(AllocationTest):
    def test_s3_36_messages_received_processed_failed_and_skipped_are_counted(self):
        self.batch("b1", "lamp", 10)
        self.batch("b1", "lamp", 10)  # a repeat: accepted, and nothing is done
        for order in ("o1", "o2", "o1", "o1"):
            self.order(order, "lamp", 3)
        self.order("o3", "lump", 3, status=400)
        for body in ({"order": "o4"}, {"order": "o4", "product": "lamp", "quantity": "3"}):
            self.assertEqual(400, self.client.post("/commands/allocate", body).status)
        text = self.client.get("/metrics").text

        def counted(name, command, **labels):
            labels = "".join(f',{key}="{value}"' for key, value in labels.items())
            found = [line.split()[-1] for line in text.splitlines()
                     if line.startswith(f'diptych_{name}{{command="shop.{command}"{labels}}}')]
            self.assertEqual(1, len(found), text)
            return float(found[0])

        for command, received, accepted, skipped, refused, invalid in [
            ("create_batch", 2, 2, 1, 0, 0), ("allocate", 7, 4, 2, 1, 2), ("change_batch_quantity", 0, 0, 0, 0, 0),
        ]:
            self.assertEqual(received, counted("commands_received_total", command), command)
            self.assertEqual(skipped, counted("commands_skipped_total", command), command)
            for outcome, count in [("accepted", accepted), ("refused", refused), ("invalid", invalid),
                                   ("conflict", 0), ("failed", 0)]:
                self.assertEqual(count, counted("commands_total", command, outcome=outcome), (command, outcome))


class Program(TestCase):
    """What the program says without serving."""

    def test_a_command_is_explained(self):
        told = run(ALLOCATION, "explain", "allocate")
        self.assertEqual(0, told.returncode, told.stderr)
        self.assertIn("shop.allocate(order, product, quantity)\n  asks for  stock: command field 'product'", told.stdout)
        self.assertIn("refuses   unknown_product, ", told.stdout)
        self.assertNotIn("create_batch", told.stdout)
        self.assertIn(told.stdout, run(ALLOCATION, "explain").stdout)
        self.assertEqual(told.stdout, run(ALLOCATION, "explain", "shop.allocate").stdout)
        unknown = run(ALLOCATION, "explain", "alocate")
        self.assertEqual(5, unknown.returncode)
        self.assertIn("create_batch, allocate", unknown.stderr)

    def test_help_is_given_wherever_it_is_asked_for(self):
        for words in (["--help"], ["import", "--help"], ["serve", "--help"], ["help"]):
            told = run(ALLOCATION, *words)
            self.assertEqual((0, ""), (told.returncode, told.stderr), words)
            self.assertIn("diptych-allocation import --batches", told.stdout)


class TheSmallExample(TestCase):
    def test_it_is_explained_as_the_tutorial_says(self):
        page = (pathlib.Path(__file__).resolve().parents[2] / "docs/tutorial/first-context.md").read_text()
        self.assertIn("```\n" + run(LENDING, "explain", "lend").stdout + "```\n", page)


if __name__ == "__main__":
    unittest.main()
