#!/usr/bin/env python3
"""Checks that nobody uses coroutines: g++ 12 destroys temporaries in a co_await operand twice.

See docs/decisions/0002-blocking-public-api.md. Usage: check_coroutines.py [ROOT]. Exits 1 if there are any.
"""
import pathlib
import re
import sys

from tree import code_only, line_of, report, sources

ALLOWED = ()  # Paths that may use coroutines, and why. So far nobody needs to.
KEYWORD = re.compile(r"\bco_(?:await|yield|return)\b")


def problems(path, text):
    if path.startswith(ALLOWED):
        return
    for match in KEYWORD.finditer(code_only(text)):
        yield f"{path}:{line_of(text, match.start())}: {match[0]} (g++ 12 miscompiles coroutines)"


def main(root):
    return report(found for path, text in sources(root) for found in problems(path, text))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
