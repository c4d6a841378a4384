"""What follows from facts about demand."""

from __future__ import annotations

from accounts.activity.models import Activity
from analytics.demand.actions import reckon_again
from analytics.demand.events import DemandTermsChanged
from analytics.demand.terms import known_outlooks
from core.events import handles


@handles(DemandTermsChanged)
def terms_changed(event: DemandTermsChanged, activity: Activity) -> None:
    """Every variant is held against the shop's new terms; one with terms of its own was already."""
    if not event.variant_id:
        reckon_again(known_outlooks())
