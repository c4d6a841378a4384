"""Pages at a million orders: against bare views of the same rows, against themselves at 10,000, and their memory.

Three servers run at once, gunicorn with two workers each as `manage.py serve` starts them: ours on the large and on the
small marketplace, and the bare views on the large one. Requests take turns between them, one at a time, so that a busy
machine slows all alike; figures are medians of wall time. The databases are made on the first run and kept.
VOLUME_ORDERS names another size than 1000000, VOLUME_ON only "postgresql" or "sqlite".
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.parse import urlencode

import psutil

from bench.figures import Figure
from bench.volume.place import ROOT, Place, address_of, environment, place

ORDERS = int(os.environ.get("VOLUME_ORDERS", "1000000"))
SMALL = 10_000
TIMES = int(os.environ.get("VOLUME_TIMES", "60"))
VENDORS = (os.environ["VOLUME_ON"],) if "VOLUME_ON" in os.environ else ("postgresql", "sqlite")
PORT = int(os.environ.get("VOLUME_PORT", "8171"))
HOME = "/m/volume-1/"
LISTS = f"{HOME}orders/"
FLAT = {"orders", "orders by state", "orders, page 500", "number", "phone end", "Chinese name", "English name"}


def _pages(asked: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Our address and the bare view's, by the name of the page."""

    def search(words: str, **bare: str) -> tuple[str, str]:
        return f"{LISTS}?{urlencode({'q': words})}", f"/orders?{urlencode(bare)}"

    return {
        "orders": (LISTS, "/orders"),
        "orders by state": (f"{LISTS}?state=completed", "/orders?state=completed"),
        "orders, page 500": (
            f"{LISTS}?{urlencode({'after': asked['after'], 'from': '12476'})}",
            f"/orders?{urlencode({'at': asked['at'], 'pk': asked['pk']})}",
        ),
        "number": search(asked["number"], number=asked["number"]),
        "phone end": search(asked["phone"], phone=asked["phone"]),
        "Chinese name": search(asked["chinese"], name=asked["chinese"]),
        "English name": search(asked["english"], name=asked["english"]),
        "order": (f"{LISTS}{asked['number']}/", f"/orders/{asked['number']}"),
        "products": (f"{HOME}products/", "/products"),
        "home": (HOME, "/home"),
    }


class Server:
    """A gunicorn with two workers, and the time its answers take."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, session: str) -> None:
        self.process, self.port, self.session = process, port, session

    def ask(self, address: str) -> float:
        """Seconds until the whole answer is there."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", address, headers={"Cookie": f"sid={self.session}", "Host": "127.0.0.1"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        return time.perf_counter() - began

    def cpu(self) -> float:
        """Seconds of processor time of all its processes so far; the database's are not among them."""
        times = [one.cpu_times() for one in self._all()]
        return sum(one.user + one.system for one in times)

    def memory(self) -> float:
        """MiB that its processes hold, what they share counted once."""
        return sum(one.memory_full_info().pss for one in self._all()) / 2**20

    def _all(self) -> list[psutil.Process]:
        master = psutil.Process(self.process.pid)
        return [master, *master.children(recursive=True)]


@contextmanager
def _server(where: Place, port: int, settings: str = "config.settings") -> Iterator[Server]:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{port}", "--preload", "--workers=2",
        "--threads=4", "--timeout=60", "--log-level=warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment(where.address) | {"DJANGO_SETTINGS_MODULE": settings})
    try:
        _wait(port, process)
        yield Server(process, port, where.session)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"no server on port {port}")


def run() -> Iterator[Figure]:
    for vendor in VENDORS:
        addresses = [address_of(vendor, orders) for orders in (ORDERS, SMALL)]
        if all(addresses):
            large, small = (place(one, orders) for one, orders in zip(addresses, (ORDERS, SMALL), strict=True))
            yield from _figures(vendor, large, small)


def _figures(vendor: str, large: Place, small: Place) -> Iterator[Figure]:
    with ExitStack() as stack:
        ours = stack.enter_context(_server(large, PORT))
        before = stack.enter_context(_server(small, PORT + 1))
        bare = stack.enter_context(_server(large, PORT + 2, "bench.volume.bare_settings"))
        pages, at_small = _pages(large.asked), _pages(small.asked)
        for name, (address, floor) in pages.items():
            turns = [(ours, address), (before, at_small[name][0]), (bare, floor)]
            for _ in range(8):  # both workers draw what they keep
                for server, one in turns:
                    server.ask(one)
            spent: dict[Server, list[float]] = {server: [] for server, _ in turns}
            began = {server: server.cpu() for server, _ in turns}
            for _ in range(TIMES):
                for server, one in turns:
                    spent[server].append(server.ask(one))
            wall = {server: median(times) * 1000 for server, times in spent.items()}
            cpu = {server: (server.cpu() - began[server]) / TIMES * 1000 for server, _ in turns}
            title = f"{vendor}: {name}"
            yield Figure(title, wall[ours], "ms", wall[bare], "bare view", 3, "lower")
            yield Figure(f"{title}, processor", cpu[ours], "ms", cpu[bare], "bare view", 3, "lower")
            if name in FLAT:
                yield Figure(f"{title}, {large.orders:,}", wall[ours], "ms", wall[before], f"{SMALL:,}", 1.3, "lower")
        yield Figure(f"{vendor}: two workers at rest", ours.memory(), "MiB", 220, "allowed", 220, "lower", "figure")
