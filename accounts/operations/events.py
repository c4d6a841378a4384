"""What staff do to the machinery."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class JobsRetried(Event):
    """Failed background work was queued once more; `job_ids` names the first hundred."""

    kind = "operations.jobs_retried"
    label = _("Background work tried again")
    count: int
    job_ids: list[int] = field(default_factory=list)
