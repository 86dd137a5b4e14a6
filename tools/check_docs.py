#!/usr/bin/env python3
"""Checks that code shown in Markdown is the code that compiles, that links lead somewhere, and that a link leads to each
page of docs/.

A block preceded by `<!-- from PATH#NAME -->` must equal the lines of PATH between `// [NAME]` and the
next `// [NAME]` (`-- [NAME]` in SQL, `# [NAME]` in scripts); without #NAME, the whole file. Every C++ block
must say where it is from, or be preceded by `<!-- not compiled: REASON -->`.
Usage: check_docs.py [ROOT]. `--write` puts the sources into the pages. Exits 1 if a page is stale.
"""
import pathlib
import re
import sys
import textwrap

from tree import line_of, report

BLOCK = re.compile(r"(<!-- from ([^\s#]+)(?:#(\S+))? -->\n```\w*\n)(.*?)(?=```)", re.S)
UNNAMED = re.compile(r"(?<! -->\n)^```(?:cpp|c\+\+)\n", re.M)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(?:#[^)\s]*)?\)")
FENCED = re.compile(r"^```.*?^```", re.S | re.M)


def pages(root):
    yield from sorted(root.glob("*.md"))
    for folder in ("docs", "examples", "bench"):
        yield from sorted((root / folder).rglob("*.md"))


def source(root, path, name):
    """The lines that a page should show; None if there is no such file or region."""
    if not (root / path).is_file():
        return None
    text = (root / path).read_text()
    if name is None:
        return text
    parts = re.split(rf"^ *(?://|--|#) \[{re.escape(name)}\]\n", text, flags=re.M)
    return textwrap.dedent(parts[1]) if len(parts) == 3 else None


def links(page):
    """Where and what the prose of a page links to, beside addresses."""
    prose = FENCED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), page.read_text())
    for match in LINK.finditer(prose):
        yield match.start(), match[1]


def orphans(root):
    """Pages of docs/ that one finds only by looking into folders."""
    linked = set()
    for page in pages(root):
        targets = {(page.parent / target).resolve() for _, target in links(page)} - {page}
        linked |= targets | {target / "README.md" for target in targets}
    for page in sorted((root / "docs").rglob("*.md")):
        if page not in linked:
            yield f"{page.relative_to(root).as_posix()}:1: no page links to it"


def problems(root, page):
    text, name = page.read_text(), page.relative_to(root).as_posix()
    for match in BLOCK.finditer(text):
        path, region, shown = match[2], match[3], match[4]
        current = source(root, path, region)
        where = f"{name}:{line_of(text, match.start())}: {path}{'#' + region if region else ''}"
        if current is None:
            yield f"{where} does not exist"
        elif current != shown:
            yield f"{where} has changed"
    for match in UNNAMED.finditer(text):
        yield f"{name}:{line_of(text, match.start())}: C++ that nobody compiles: say where it is from"
    for place, target in links(page):
        if not (page.parent / target).exists():
            yield f"{name}:{line_of(text, place)}: {target} leads nowhere"


def update(root, page):
    text = page.read_text()
    fresh = BLOCK.sub(lambda m: m[1] + (source(root, m[2], m[3]) or m[4]), text)
    if fresh != text:
        page.write_text(fresh)


def main(arguments):
    paths = [argument for argument in arguments if argument != "--write"]
    root = pathlib.Path(paths[0] if paths else ".").resolve()
    if "--write" in arguments:
        for page in pages(root):
            update(root, page)
    return report([*(found for page in pages(root) for found in problems(root, page)), *orphans(root)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
