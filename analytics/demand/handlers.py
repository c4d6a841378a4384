"""What follows from facts about demand."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.demand.actions import reckon_again
from analytics.demand.classes import classify
from analytics.demand.events import DemandMade, DemandTermsChanged
from analytics.demand.kept import record_weeks
from analytics.demand.models import ServiceWeek
from analytics.demand.terms import known_outlooks
from core.events import handles


@handles(DemandTermsChanged)
def terms_changed(event: DemandTermsChanged, activity: Activity) -> None:
    """Every variant is held against the shop's new terms; one with terms of its own was already."""
    if not event.variant_id:
        reckon_again(known_outlooks())


@handles(DemandMade)
def first_forecast(event: DemandMade, activity: Activity) -> None:
    """With the first forecast of a shop its variants get their classes, and the weeks before are looked at; from then
    on the night does both."""
    if not event.live or ServiceWeek.objects.exists():
        return
    today = Merchant.objects.in_scope().today()
    classify(today)
    record_weeks(today)
