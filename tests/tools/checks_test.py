#!/usr/bin/env python3
"""Shows that each check in tools/ bites: a tree that breaks the rule fails, and its neighbour passes."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


class CheckTest(unittest.TestCase):
    def check(self, tool, files, *arguments):
        """Runs a tool over a tree of these files and returns its exit status and what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            command = [sys.executable, TOOLS / f"{tool}.py", folder, *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual("", done.stderr)
            self.tree = {p.name: p.read_text() for p in pathlib.Path(folder).rglob("*.md")}
            return done.returncode, done.stdout

    def assert_passes(self, tool, files, *arguments):
        self.assertEqual((0, ""), self.check(tool, files, *arguments))

    def assert_bites(self, words, tool, files, *arguments):
        status, printed = self.check(tool, files, *arguments)
        self.assertEqual(1, status)
        self.assertIn(words, printed)


class Layers(CheckTest):
    def include(self, path, target):
        return {path: f"// a file\n#include {target}\n"}

    def test_an_include_may_point_down(self):
        for path, target in {
            "src/write/a.cpp": '"log/engine.hpp"',
            "src/log/segments/a.cpp": '"sqlite/database.hpp"',
            "src/inbox/a.cpp": '"log/sequenced_log.hpp"',
            "src/app/a.cpp": '"log/segments/open.hpp"',
            "src/cli/a.cpp": '"edge/server.hpp"',
            "src/edge/a.cpp": "<boost/asio/ip/tcp.hpp>",
            "examples/shop/main.cpp": "<diptych/context.hpp>",
            "examples/shop/routes.cpp": '"domain.hpp"',
            "tests/write/a_test.cpp": '"read/view.hpp"',
        }.items():
            with self.subTest(path):
                self.assert_passes("check_layers", self.include(path, target))

    def test_an_include_may_not_point_up_or_across(self):
        for path, target in {
            "src/write/a.cpp": '"read/view.hpp"',
            "src/read/a.cpp": '"write/executor.hpp"',
            "src/inbox/a.cpp": '"read/view_set.hpp"',
            "src/write/b.cpp": '"inbox/source.hpp"',
            "src/log/a.cpp": '"log/memory/engine.hpp"',
            "src/log/memory/a.cpp": '"log/segments/disk.hpp"',
            "src/log/segments/a.cpp": '"write/executor.hpp"',
            "src/json/a.cpp": '"log/frame.hpp"',
            "src/app/a.cpp": '"edge/server.hpp"',
            "src/edge/a.cpp": '"cli/main.hpp"',
            "include/diptych/a.hpp": '"log/frame.hpp"',
            "examples/shop/main.cpp": '"log/frame.hpp"',
            "examples/shop/other.cpp": '"../bank/domain.hpp"',
        }.items():
            with self.subTest(path):
                self.assert_bites(f"{path}:2", "check_layers", self.include(path, target))

    def test_a_third_party_header_stays_with_its_owner(self):
        for path, target in {
            "src/log/segments/a.cpp": "<sqlite3.h>",
            "src/write/a.cpp": "<simdjson.h>",
            "include/diptych/a.hpp": "<boost/json.hpp>",
            "examples/shop/main.cpp": "<CLI/App.hpp>",
            "src/app/a.cpp": "<prometheus/counter.h>",
            "src/cli/a.cpp": "<toml++/toml.h>",
        }.items():
            with self.subTest(path):
                self.assert_bites("belongs to", "check_layers", self.include(path, target))


class Coroutines(CheckTest):
    def test_a_coroutine_is_found(self):
        self.assert_bites("src/edge/a.cpp:2: co_await", "check_coroutines",
                          {"src/edge/a.cpp": "task f() {\n    co_await g();\n}\n"})

    def test_a_comment_or_string_is_not_a_coroutine(self):
        self.assert_passes("check_coroutines", {"src/edge/a.cpp": '// co_await\nauto s = "co_return";\n'})


class PassiveCore(CheckTest):
    def test_the_core_may_not_reach_for_clock_thread_sleep_or_chance(self):
        for text in ("std::chrono::system_clock::now()", "std::this_thread::sleep_for(1ms)",
                     "std::jthread worker", "std::random_device seed", 'getenv("HOME")'):
            with self.subTest(text):
                self.assert_bites("src/log/a.cpp:1", "check_passive_core", {"src/log/a.cpp": text + ";\n"})

    def test_the_shell_may(self):
        self.assert_passes("check_passive_core", {"src/app/a.cpp": "std::jthread worker;\n"})

    def test_the_core_may_hold_times_and_name_threads(self):
        self.assert_passes("check_passive_core", {
            "src/write/a.cpp": "std::chrono::system_clock::time_point at;  // not system_clock::now()\n"})


class Sizes(CheckTest):
    def test_a_file_of_400_lines_passes_and_one_more_does_not(self):
        self.assert_passes("check_sizes", {"src/log/a.cpp": "\n" * 400})
        self.assert_bites("src/log/a.cpp: 401 lines", "check_sizes", {"src/log/a.cpp": "\n" * 401})


class Documents(CheckTest):
    CODE = "struct a {\n    // [fields]\n    int one;\n    // [fields]\n};\n"

    def page(self, shown, name="a.hpp#fields"):
        return {"examples/a.hpp": self.CODE, "README.md": "[Look](docs/page.md)\n",
                "docs/page.md": f"Look:\n\n<!-- from examples/{name} -->\n```cpp\n{shown}```\n"}

    def test_code_that_is_the_source_passes(self):
        self.assert_passes("check_docs", self.page("int one;\n"))
        self.assert_passes("check_docs", self.page(self.CODE, "a.hpp"))

    def test_one_changed_word_is_found(self):
        self.assert_bites("docs/page.md:3", "check_docs", self.page("int two;\n"))

    def test_a_source_that_is_gone_is_found(self):
        self.assert_bites("does not exist", "check_docs", self.page("int one;\n", "b.hpp"))
        self.assert_bites("does not exist", "check_docs", self.page("int one;\n", "a.hpp#gone"))

    def test_code_from_nowhere_is_found(self):
        self.assert_bites("nobody compiles", "check_docs", {"README.md": "```cpp\nint one;\n```\n"})
        self.assert_passes("check_docs", {
            "README.md": "<!-- not compiled: a signature -->\n```cpp\nint one;\n```\n"})

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assert_bites("docs/gone.md leads nowhere", "check_docs", {"README.md": "[x](docs/gone.md)\n"})
        self.assert_passes("check_docs", {"README.md": "[x](docs/a.md#y) [z](https://example.org)\n",
                                          "docs/a.md": "a\n"})

    def test_a_page_that_nobody_links_to_is_found(self):
        self.assert_bites("docs/a.md:1: no page links to it", "check_docs", {"docs/a.md": "[me](a.md)\n"})
        self.assert_bites("docs/all/a.md:1", "check_docs", {"README.md": "[all](docs/all)\n", "docs/all/a.md": "a\n"})
        self.assert_passes("check_docs", {"README.md": "[all](docs/all)\n", "docs/all/README.md": "[a](a.md)\n",
                                          "docs/all/a.md": "a\n"})

    def test_write_puts_the_source_into_the_page(self):
        self.assert_passes("check_docs", self.page("int two;\n"), "--write")
        self.assertIn("int one;", self.tree["page.md"])


class Headers(CheckTest):
    COMPILER = os.environ.get("CXX", "c++")

    def headers(self, text):
        with tempfile.TemporaryDirectory() as work:
            return self.check("check_headers", {"include/diptych/a.hpp": text}, work, self.COMPILER)

    def test_a_header_that_stands_alone_passes(self):
        self.assertEqual((0, ""), self.headers("#pragma once\n#include <string>\nstruct a { std::string b; };\n"))

    def test_a_header_that_leans_on_others_does_not(self):
        status, printed = self.headers("#pragma once\nstruct a { std::string b; };\n")
        self.assertEqual(1, status)
        self.assertIn("diptych/a.hpp does not compile alone", printed)

    def test_a_header_without_guard_does_not(self):
        self.assertEqual(1, self.headers("struct a {};\n")[0])


@unittest.skipUnless(shutil.which("clang-format-19"), "clang-format-19 is not installed")
class Format(unittest.TestCase):
    def test_a_misplaced_brace_is_found(self):
        for text, status in {"int f() { return 1; }\n": 0, "int f()\n{return 1;}\n": 1}.items():
            with self.subTest(text), tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, "src").mkdir()
                pathlib.Path(folder, ".clang-format").write_text("BasedOnStyle: Google\n")
                pathlib.Path(folder, "src", "a.cpp").write_text(text)
                command = [sys.executable, TOOLS / "check_format.py", folder]
                done = subprocess.run(command, capture_output=True, check=False)
                self.assertEqual(status, done.returncode)


if __name__ == "__main__":
    unittest.main()
