#!/usr/bin/env python3
"""Checks that every #include points down the layers, and that third-party headers stay with their owners.

Usage: check_layers.py [ROOT]. Prints one line for each include that breaks a rule; exits 1 if any does.
"""
import pathlib
import re
import sys

from tree import line_of, report, sources

# Each folder of src/, and those below it that it may include. `write` and `read` never meet: all they
# share is the log. Inbox and outbox stand beside them; the message log stands on
# `write`, whose commands it records. An engine knows none of these, nor another engine. `outbox` and
# `intake` never meet either: what channels of both directions have in common is in `endpoint`. A transport knows these
# three, and no other transport.
FOUNDATION = {"base", "json", "model", "storage", "sqlite"}
MAY_INCLUDE = {
    "base": set(),
    "json": {"base"},
    "model": {"base", "json"},
    "storage": {"base"},
    "sqlite": {"base", "storage"},
    "log": FOUNDATION,
    "log/memory": FOUNDATION | {"log"},
    "log/segments": FOUNDATION | {"log"},
    "declared": {"base"},
    "inbox": FOUNDATION | {"log", "declared"},
    "endpoint": FOUNDATION | {"declared"},
    "outbox": FOUNDATION | {"log", "declared", "endpoint"},
    "intake": FOUNDATION | {"log", "declared", "endpoint"},
    "channels/file": FOUNDATION | {"endpoint", "outbox"},
    "channels/curl": FOUNDATION | {"endpoint", "outbox"},
    "channels/kafka": FOUNDATION | {"endpoint", "intake", "outbox"},
    "channels/nats": FOUNDATION | {"endpoint", "intake", "outbox"},
    "channels/redis": FOUNDATION | {"endpoint", "intake", "outbox"},
    "channels/smtp": FOUNDATION | {"endpoint", "outbox", "channels/curl"},
    "channels/webhook": FOUNDATION | {"endpoint", "outbox", "channels/curl"},
    "diagram": {"base"},
    "write": FOUNDATION | {"log"},
    "messages": FOUNDATION | {"log", "write", "diagram"},
    "read": FOUNDATION | {"log"},
}
MAY_INCLUDE["app"] = set(MAY_INCLUDE)
MAY_INCLUDE["edge"] = set(MAY_INCLUDE)
MAY_INCLUDE["sim"] = set(MAY_INCLUDE) - {"edge"}
MAY_INCLUDE["cli"] = set(MAY_INCLUDE)

# A third-party header, and the only folders that may name it.
OWNED_BY = {
    r"sqlite3\.h$": ["src/sqlite/", "src/read/", "bench/", "tests/"],
    r"boost/": ["src/edge/", "bench/", "tests/edge/"],
    r"simdjson": ["tests/json/", "bench/"],
    r"CLI/": ["src/cli/"],
    r"prometheus/": ["src/edge/"],
    r"openssl/": ["src/log/", "src/edge/", "src/channels/smtp/", "src/channels/webhook/", "bench/"],
    r"curl/": ["src/channels/curl/"],
    r"hiredis/": ["src/channels/redis/"],
    r"librdkafka/": ["src/channels/kafka/", "tests/intake/", "tests/outbox/"],
    r"nats/": ["src/channels/nats/", "bench/"],
    r"fmt/": ["src/", "bench/", "tests/"],
    r"doctest/": ["tests/"],
    r"rapidcheck": ["tests/"],
    r"toml\+\+/": ["src/declared/"],
    r"httplib": ["src/cli/", "tests/", "bench/"],
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def layer_of(path):
    """The folder of src/ that a file or an include belongs to, engines apart; None if there is none."""
    for depth in (2, 1):
        folder = "/".join(path.split("/")[:-1][:depth])
        if folder in MAY_INCLUDE:
            return folder
    return None


def problems(path, text):
    for match in INCLUDE.finditer(text):
        private, target = match[1] == '"', match[2]
        where = f"{path}:{line_of(text, match.start())}"
        for header, owners in OWNED_BY.items():
            if re.match(header, target) and not path.startswith(tuple(owners)):
                yield f"{where}: <{target}> belongs to {', '.join(owners)}"
        there = layer_of(target) if private else None
        if path.startswith("include/") and private:
            yield f"{where}: a public header includes only <diptych/...> and the standard library"
        elif path.startswith("examples/") and there:
            yield f"{where}: an example uses only <diptych/...>"
        elif path.startswith("examples/") and private and ".." in target:
            yield f"{where}: an example includes only its own folder"
        elif path.startswith("src/") and there:
            here = layer_of(path.removeprefix("src/"))
            if here and here != there and there not in MAY_INCLUDE[here]:
                yield f"{where}: {here} may not include {there}"


def main(root):
    return report(found for path, text in sources(root) for found in problems(path, text))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
