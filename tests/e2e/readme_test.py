#!/usr/bin/env python3
"""Runs the README's example without a compiler, word by word but for its port, and looks at what it prints."""
import os
import pathlib
import re
import time
import unittest

from service import DIPTYCH, TestCase, free_port, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKED = re.compile(r"<!-- run by tests/e2e/readme_test.py -->\n```sh\n(.*?)```", re.S)
PRINTED = re.compile(r"<!-- printed by it -->\n```json\n(.*?)```", re.S)


class ReadmeTest(TestCase):
    def test_the_example_without_a_compiler_does_what_the_readme_says(self):
        readme = (ROOT / "README.md").read_text()
        script, printed = MARKED.search(readme)[1], PRINTED.search(readme)[1]
        port = str(free_port())
        script = script.replace("8080", port).replace("serve &", f"serve --http 127.0.0.1:{port} &")
        script = "trap 'kill $!; wait' EXIT\n" + script

        begun = time.monotonic()
        done = run("bash", "-euc", script, cwd=self.folder,
                   env=os.environ | {"PATH": f"{DIPTYCH.resolve().parent}:{os.environ['PATH']}"})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn("".join(printed.split()), "".join(done.stdout.split()))
        self.assertLess(time.monotonic() - begun, 60)


if __name__ == "__main__":
    unittest.main()
