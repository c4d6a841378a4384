"""Background work of returns."""

from __future__ import annotations

from core.tasks import task
from ecommerce.returns.actions import run_clocks


@task(per_merchant=False)
def return_clocks() -> None:
    """Tell of returns whose clock runs out or has run out, in all shops."""
    run_clocks()
