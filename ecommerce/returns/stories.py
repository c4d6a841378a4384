"""What returns tell on the timeline of their order."""

from __future__ import annotations

from core.statements import Shaped
from ecommerce.orders.stories import Story, declare, facts_about_things, from_log
from ecommerce.returns.models import Return

declare(
    Story(
        "returns",
        "returns.view",
        Shaped(lambda pk: facts_about_things(Return.objects.filter(order=pk))),
        from_log("return-detail", lambda entry: entry.payload["number"]),
    )
)
