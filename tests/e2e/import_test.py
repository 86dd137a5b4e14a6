#!/usr/bin/env python3
"""The allocation service over tables: batches and orders in, allocations out."""
import pty
import os
import subprocess
import unittest

from service import ALLOCATION, TestCase, allocation, run


class ImportTest(TestCase):
    def setUp(self):
        super().setUp()
        self.write("batches.csv", "ref,sku,qty,eta\nb1,lamp,10,\nb2,lamp,100,2030-01-02\n")
        self.write("orders.csv", "orderid,sku,qty\no1,lamp,8\no2,lamp,5\n")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def command(self, *more):
        return [ALLOCATION, "import", "--batches", self.folder / "batches.csv", "--orders",
                self.folder / "orders.csv", "--out", self.folder / "allocations.csv", *more]

    def import_tables(self, *more, status=0):
        done = run(*self.command(*more), cwd=self.folder)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done

    def out(self):
        return (self.folder / "allocations.csv").read_text()

    def test_order_lines_get_their_batches(self):
        done = self.import_tables()
        self.assertEqual("orderid,sku,qty,batchref\no1,lamp,8,b1\no2,lamp,5,b2\n", self.out())
        self.assertIn("2 lines allocated", done.stdout)

    def test_s3_33_doing_it_again_changes_nothing(self):
        for more in ([], ["--data", self.data]):
            with self.subTest(more=more):
                self.import_tables(*more)
                first = self.out()
                self.import_tables(*more)
                self.assertEqual(first, self.out())

    def test_lines_of_out_are_kept_and_their_stock_is_taken(self):
        kept = "orderid,sku,qty,batchref\no0,lamp,4,b1\n"
        self.write("allocations.csv", kept)
        self.import_tables()
        self.assertEqual(kept + "o1,lamp,8,b2\no2,lamp,5,b1\n", self.out())

    def test_a_bad_line_is_reported_with_its_number_and_skipped(self):
        self.write("batches.csv", "ref,sku,qty,eta\nb1,lamp,many,\nb2,lamp,10,someday\nb3,lamp\nb4,lamp,10,\n")
        self.write("orders.csv", 'orderid,sku,qty\no1,lamp,-1\no2,rug,1\n\n"o3,lamp,1\no4,lamp,2\n')
        done = self.import_tables()
        self.assertEqual("orderid,sku,qty,batchref\no4,lamp,2,b4\n", self.out())
        for complaint in ("batches.csv:2: qty", "batches.csv:3: eta", "batches.csv:4: expected 4 fields",
                          "orders.csv:2: qty", "orders.csv:3: Invalid sku rug", "orders.csv:5: a quote"):
            self.assertIn(complaint, done.stderr)
        self.assertIn("6 lines skipped", done.stdout)

    def test_a_line_without_stock_is_counted_and_not_written(self):
        self.write("orders.csv", "orderid,sku,qty\no1,lamp,1000\n")
        self.assertIn("1 out of stock", self.import_tables().stdout)
        self.assertEqual("orderid,sku,qty,batchref\n", self.out())

    def test_a_missing_file_or_column_is_an_error_that_names_it(self):
        self.write("batches.csv", "ref,sku,eta\n")
        self.assertIn("qty", self.import_tables(status=1).stderr)
        (self.folder / "batches.csv").unlink()
        self.assertIn("batches.csv", self.import_tables(status=1).stderr)
        self.assertFalse((self.folder / "allocations.csv").exists())

    def test_what_was_imported_can_be_served(self):
        self.import_tables("--data", self.data)
        with allocation(self.data) as service:
            answer = service.client().get("/allocations/o2")
            self.assertEqual([{"sku": "lamp", "batchref": "b2"}], answer.json)

    def test_a_terminal_sees_a_progress_bar_and_a_pipe_does_not(self):
        self.assertNotIn("%", self.import_tables().stderr)
        ours, theirs = pty.openpty()
        subprocess.run([str(word) for word in self.command()], stderr=theirs, stdout=subprocess.DEVNULL,
                       check=True, timeout=60)
        os.close(theirs)
        self.assertIn(b"100 %", os.read(ours, 100_000))
        os.close(ours)

    def test_a_wrong_command_line_says_how_it_goes(self):
        for words in ([], ["sing"], ["import"], ["serve", "--port"], ["serve", "--port", "x"],
                      ["serve", "--colour", "red"]):
            with self.subTest(words=words):
                done = run(ALLOCATION, *words)
                self.assertEqual(2, done.returncode)
                self.assertIn("diptych-allocation", done.stderr)


if __name__ == "__main__":
    unittest.main()
