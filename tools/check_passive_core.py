#!/usr/bin/env python3
"""Checks that the core asks the machine for nothing: no clock, no sleep, no thread, no randomness.

The log, the inbox and both leaves are handed all of these, so that a simulator can run them.
Usage: check_passive_core.py [ROOT]. Exits 1 if the core reaches out.
"""
import pathlib
import re
import sys

from tree import code_only, line_of, report, sources

CORE = ("src/inbox", "src/log", "src/write", "src/read")
ACTIVE = re.compile(
    r"\b(?:(?:system|steady|high_resolution|utc|file)_clock::now|sleep_for|sleep_until|usleep|nanosleep"
    r"|std::j?thread\b(?!::id)|std::async|random_device|mt19937(?:_64)?|s?rand|getrandom|gettimeofday"
    r"|clock_gettime|pthread_create|getenv)\b"
)


def problems(path, text):
    for match in ACTIVE.finditer(code_only(text)):
        yield f"{path}:{line_of(text, match.start())}: {match[0]} (hand it in: the core is passive)"


def main(root):
    return report(found for path, text in sources(root, CORE) for found in problems(path, text))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
