"""What a full inbox costs, how many live streams one process holds, and how soon a fact is seen."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from bench.figures import Figure

PARTS = ("inbox", "streams", "bell")


def run() -> Iterator[Figure]:
    for part in PARTS:
        if find_spec(f"bench.messages.{part}"):
            yield from import_module(f"bench.messages.{part}").run()
