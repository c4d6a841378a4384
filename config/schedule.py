"""Everything that happens by the clock, on one page."""

from __future__ import annotations

from datetime import time, timedelta

from accounts.jobs.tasks import prune
from core.schedule import PeriodicJob
from ecommerce.complaints.tasks import complaint_clocks

SCHEDULE = [
    PeriodicJob("complaint_clocks", complaint_clocks, every=timedelta(minutes=5)),
    PeriodicJob("prune", prune, at=time(3, 40)),
]
