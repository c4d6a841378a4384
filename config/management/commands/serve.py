"""The web server, the worker and the live streams on one machine, started and stopped together."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

START_LIMIT = 60.0  # seconds until the first page must be there
STOP_LIMIT = 30.0  # seconds that running jobs get to finish
PR_SET_PDEATHSIG = 1
LIVE = "live stream"  # pages do without it for a while, so its end is not theirs
PAUSE = 3.0  # seconds between two starts of it
NEAR = 20  # ports after the pages' own that may hold the live streams


def _stop_with_parent() -> None:
    """Runs in the child before it starts: get SIGTERM when the parent is gone, however it went (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def live_url(base_url: str, port: int, host: str) -> str:
    """Where browsers find the live streams: on the first free port after this one, "" where BASE_URL is not this port.

    Behind a reverse proxy only its keeper knows the address, so there LIVE_URL says it or pages ask now and then.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.port != port:
        return ""
    free = next((one for one in range(port + 1, port + 1 + NEAR) if _is_free(host, one)), None)
    return f"http://{parts.hostname}:{free}/live" if free else ""


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
        return True


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a group of its own: Ctrl-C then reaches only this process, which stops its children in order."""
    return subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, preexec_fn=_stop_with_parent
    )


class Command(BaseCommand):
    help = "Serve the pages with gunicorn, hold the live streams and work off the queues, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--processes", type=int, default=2, help="web processes, of four threads each")

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        address = f"http://{host}:{port}"
        environment = {**os.environ}
        environment.setdefault("BASE_URL", address)
        live_port = port + 1
        if "LIVE_URL" not in environment:
            environment["LIVE_URL"] = live_url(environment["BASE_URL"], port, host)
            live_port = urlsplit(environment["LIVE_URL"]).port or live_port
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind={host}:{port}", f"--workers={processes}"]
        commands = {
            "web server": [
                *web,
                "--preload",
                "--threads=4",
                "--timeout=60",
                "--graceful-timeout=10",
                "--log-level=warning",
            ],
            "worker": [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"],
        }
        if environment["LIVE_URL"]:
            live = [sys.executable, str(settings.BASE_DIR / "manage.py"), "live", f"--host={host}"]
            commands[LIVE] = [*live, f"--port={live_port}"]
        children = {name: _start(command, environment) for name, command in commands.items()}
        self.stopping, again_at = False, 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            self._wait_until_up(f"{address}/readyz", children)
            if not self.stopping:
                self._introduce(address)
            while not self.stopping:
                self._check(children)
                if LIVE in children and children[LIVE].poll() is not None and time.monotonic() > again_at:
                    self.stderr.write(f"The {LIVE} stopped with code {children[LIVE].returncode} and is started again.")
                    children[LIVE] = _start(commands[LIVE], environment)
                    again_at = time.monotonic() + PAUSE
                time.sleep(0.5)
        finally:
            self._end(children)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _check(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        for name, child in children.items():
            if name != LIVE and child.poll() is not None and not self.stopping:
                raise CommandError(f"The {name} stopped with code {child.returncode}; its last lines are above.")

    def _wait_until_up(self, url: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
        deadline = time.monotonic() + START_LIMIT
        while not self.stopping:
            self._check(children)
            try:
                with urlopen(url, timeout=5):  # noqa: S310
                    return
            except (URLError, OSError):
                if time.monotonic() > deadline:
                    raise CommandError(f"{url} did not answer within {START_LIMIT:.0f} seconds.") from None
                time.sleep(0.2)

    def _introduce(self, address: str) -> None:
        """Print the address and, in the demo, who may sign in; keep var/demo.json in step with the address."""
        lines = ["", f"Storecast is at {address}"]
        notes: Path = settings.VAR_DIR / "demo.json"
        if settings.DEMO and notes.exists():
            demo = json.loads(notes.read_text(encoding="utf-8"))
            if demo.get("base_url") != address:
                demo["base_url"] = address
                part = notes.with_suffix(".part")
                part.write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
                part.replace(notes)
            for role, account in demo.get("accounts", {}).items():
                lines.append(f"  {role:<12} {account['email']:<34} {account['password']}")
            if "token" in demo:
                lines.append(f"  {'API token':<12} {demo['token']}")
        lines.append("Ctrl-C stops it.")
        self.stdout.write("\n".join(lines), ending="\n\n")
        self.stdout.flush()

    def _end(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        """Ask each to stop, give running work time to finish, then insist."""
        for child in children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_LIMIT
        for name, child in children.items():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.stderr.write(f"The {name} did not stop in {STOP_LIMIT:.0f} seconds; its jobs run again later.")
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
