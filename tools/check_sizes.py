#!/usr/bin/env python3
"""Checks that no C++ file grows past 400 lines: by then it holds more than one concept.

Usage: check_sizes.py [ROOT]. Exits 1 if one does.
"""
import pathlib
import sys

from tree import report, sources

LINES_MAX = 400


def problems(path, text):
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{path}: {lines} lines, more than {LINES_MAX}: split it by concept"


def main(root):
    return report(found for path, text in sources(root) for found in problems(path, text))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
