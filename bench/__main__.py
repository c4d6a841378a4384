"""Run the benchmarks and print one row a figure; ends with 1 when a target is missed."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, table
from bench.place import prepare

HELPERS = {"__init__", "__main__", "figures", "place"}


def main(only: list[str]) -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HELPERS)
    unknown = set(only) - set(names)
    if unknown:
        print(f"No benchmark is called {', '.join(sorted(unknown))}. There are: {', '.join(names)}.", file=sys.stderr)
        return 2
    prepare()
    figures: list[Figure] = []
    for name in only or names:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += import_module(f"bench.{name}").run()
    print(table(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
