"""Background work on scenarios."""

from __future__ import annotations

from analytics.scenarios.actions import judge_promises
from core.actors import SYSTEM
from core.tasks import task


@task(cluster="short")
def nightly_promises() -> None:
    """Hold every plan whose weeks are over against what came."""
    judge_promises(actor=SYSTEM)
