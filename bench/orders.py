"""What the working day costs at a million orders: pages, and what else bench/volume measures."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from bench.figures import Figure

PARTS = ("pages", "transfer", "oversell", "bulk", "reorder")


def run() -> Iterator[Figure]:
    for part in PARTS:
        if find_spec(f"bench.volume.{part}"):
            yield from import_module(f"bench.volume.{part}").run()
