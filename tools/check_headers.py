#!/usr/bin/env python3
"""Checks that every public header compiles alone, and twice.

Usage: check_headers.py ROOT WORK_DIR COMPILER... Objects go to WORK_DIR. Exits 1 if a header does not compile.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

from tree import report

FLAGS = ["-std=c++23", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-O0"]


def compile_alone(root, work, compiler, header):
    name = header.relative_to(root / "include").as_posix()
    unit = work / (name.replace("/", "_") + ".cpp")
    unit.write_text(f"#include <{name}>\n#include <{name}>\n")
    command = [*compiler, *FLAGS, f"-I{root / 'include'}", "-c", str(unit), "-o", f"{unit}.o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{name} does not compile alone:\n{done.stderr[:4000]}" if done.returncode else None


def main(root, work, compiler):
    work.mkdir(parents=True, exist_ok=True)
    headers = sorted((root / "include").rglob("*.hpp"))
    if not headers:
        return report([f"{root}/include holds no header"])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda header: compile_alone(root, work, compiler, header), headers)
        return report(outcome for outcome in outcomes if outcome)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3:]))
