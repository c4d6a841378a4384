"""The web server and the worker start together and stop together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings

from tests.migrated import start_from_it

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(tmp_path):
    """An installation of its own: an empty, migrated SQLite database in a folder of the test's."""
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'served.sqlite3'}",
        "SECRET_KEY": "only for this test, " + "x" * 40,
        "STATIC_MANIFEST": "false",
    }
    start_from_it(tmp_path / "served.sqlite3")
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True, cwd=tmp_path)
    return manage, environment


def start(home, port: int) -> subprocess.Popen[str]:
    manage, environment = home
    process = subprocess.Popen(
        [*manage, "serve", "--port", str(port), "--processes", "1"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops it" in line:
            return process
    raise AssertionError(f"it ended with {process.wait()}: {''.join(said)}")


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def all_gone(processes: list[psutil.Process], within: float) -> bool:
    _, left = psutil.wait_procs(processes, timeout=within)
    return not left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(home, number):
    port = free_port()
    process = start(home, port)
    children = family(process)
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz") as response:
            assert response.status == 200
        process.send_signal(number)
        assert process.wait(40) == 0
        assert all_gone(children, 5)
    finally:
        for child in family(process) if process.poll() is None else children:
            if child.is_running():
                child.kill()
        process.kill()


def test_nothing_is_left_when_it_is_killed(home):
    process = start(home, free_port())
    children = family(process)
    assert len(children) >= 3
    process.kill()
    process.wait()

    assert all_gone(children, 40), [child.cmdline() for child in children if child.is_running()]


def test_it_says_which_part_ended(home):
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        manage, environment = home
        begun = time.monotonic()
        ended = subprocess.run(
            [*manage, "serve", "--port", str(port)], env=environment, capture_output=True, text=True, timeout=90
        )

    assert ended.returncode == 1
    assert "The web server stopped with code" in ended.stderr
    assert time.monotonic() - begun < 60
