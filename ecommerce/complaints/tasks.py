"""Background work of complaints."""

from __future__ import annotations

from core.tasks import task
from ecommerce.complaints.actions import run_clocks


@task(per_merchant=False)
def complaint_clocks() -> None:
    """Remind, escalate and close what the clocks of complaints have run out on, in all shops."""
    run_clocks()
