"""What happens to people's accounts by the clock."""

from __future__ import annotations

from accounts.people.actions import forget_old_attempts
from core.tasks import task


@task(per_merchant=False)
def prune_attempts() -> None:
    """Delete counts of failed attempts that no limit looks at any more."""
    forget_old_attempts()
