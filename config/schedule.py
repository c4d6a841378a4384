"""Everything that happens by the clock, on one page."""

from __future__ import annotations

from datetime import time

from accounts.jobs.tasks import prune
from core.schedule import PeriodicJob

SCHEDULE = [
    PeriodicJob("prune", prune, at=time(3, 40)),
]
