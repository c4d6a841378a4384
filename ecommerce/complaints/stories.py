"""What complaints tell on the timeline of their order."""

from __future__ import annotations

from core.statements import Shaped
from ecommerce.complaints.models import Complaint
from ecommerce.orders.stories import Story, declare, facts_about_things, from_log

declare(
    Story(
        "complaints",
        "complaints.view",
        Shaped(lambda pk: facts_about_things(Complaint.objects.filter(order=pk))),
        from_log("complaint-detail", lambda entry: entry.payload["number"]),
    )
)
