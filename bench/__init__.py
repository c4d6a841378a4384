"""Benchmarks: `make bench`, or `make bench ONLY=name`.

Each module here but `figures` and `place` is one benchmark with a function `run()` that yields Figures. Every figure
stands beside a baseline measured in the same run, since the machine's own speed varies; the target says how it is read.
"""
