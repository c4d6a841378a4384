"""One django-q cluster as a child process: in its own session, dying with its parent, killed as a group."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module

from django.conf import settings
from django_q.cluster import Cluster

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """Let processes whose parent died come to this one, so that it sees them end (Linux)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run_cluster(name: str) -> None:
    """Be the cluster `name`, in this process. Every process it forks is killed when the one above it dies.

    So `kill -9` of the supervisor leaves nothing behind that would work beside its successor.
    """
    _die_with_parent()
    if os.environ.get("WORKER_PARENT", str(os.getppid())) != str(os.getppid()):
        return  # the parent died before the kernel knew that we go with it
    os.register_at_fork(after_in_child=_die_with_parent)
    for module in settings.WORKER_PRELOAD.get(name, []):
        import_module(module)
    Cluster().start()


class ClusterProcess:
    """A cluster as its supervisor sees it. It is started with start() and again after kill()."""

    def __init__(self, name: str, worker_id: str) -> None:
        self.name = name
        self.worker_id = worker_id
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.not_before = 0.0
        self.restarts = 0

    def start(self) -> None:
        environment = {
            "OMP_NUM_THREADS": "1",  # the workers are the parallelism; threads on top of them fight for the cores
            "OPENBLAS_NUM_THREADS": "1",
            **os.environ,
            "Q_CLUSTER_NAME": self.name,
            "WORKER_ID": self.worker_id,
            "WORKER_PARENT": str(os.getpid()),
        }
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--cluster", self.name]
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
        self.started = time.monotonic()
        log.info("queue %s started as process %s", self.name, self.process.pid)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started

    def ask_to_stop(self) -> None:
        """Finish the work in hand, take none on. The group must not get the signal: workers that do hang."""
        if self.process is not None and self.is_running:
            self.process.terminate()

    def kill(self) -> None:
        """End it with all its processes, at once."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def pause_before_restart(self) -> None:
        """A cluster that dies young is started again ever more slowly, up to every half minute."""
        self.restarts = self.restarts + 1 if self.age < 30 else 1
        self.not_before = time.monotonic() + min(30.0, 0.5 * 2**self.restarts)


def reap(own: set[int]) -> None:
    """Collect ended processes that were adopted; the clusters themselves are left to their handles."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in own:
            return
        os.waitpid(ended.si_pid, 0)
