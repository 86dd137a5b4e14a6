#!/usr/bin/env python3
"""Checks that every C++ file is laid out as clang-format 19 does it.

Usage: check_format.py [ROOT]. Exits 1 if one is not, 77 (skipped) where clang-format-19 is not installed.
"""
import pathlib
import shutil
import subprocess
import sys

from tree import sources

FORMATTER = "clang-format-19"


def main(root):
    if not shutil.which(FORMATTER):
        print(f"skipped: {FORMATTER} is not installed")
        return 77
    files = [str(root / path) for path, _ in sources(root)]
    if not files:
        return 0
    return 1 if subprocess.run([FORMATTER, "--dry-run", "-Werror", *files], check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
