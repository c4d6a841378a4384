"""What happens to the activity log by the clock."""

from __future__ import annotations

from accounts.activity.sealing import seal
from core.tasks import task


@task(per_merchant=False)
def seal_activity() -> None:
    """Chain what was written since the last time."""
    seal()
