"""Background work on forecasts, on the `long` cluster."""

from __future__ import annotations

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from accounts.jobs.runner import current_job_id
from accounts.merchants.models import Merchant
from analytics.calendar.marking import mark_festivals
from analytics.forecasts.actions import make_forecast, score_due_forecasts
from analytics.forecasts.models import ForecastRun, Measure
from analytics.forecasts.queries import edges, open_job
from core.actors import SYSTEM, Actor
from core.tasks import task


@task(cluster="long")
def run_forecast(measure: str, actor_kind: str, actor_id: int | None, actor_label: str) -> None:
    """Make one forecast for the person who asked."""
    actor = Actor(actor_kind, actor_id, actor_label)  # type: ignore[arg-type]
    make_forecast(measure, actor=actor, job_id=current_job_id())


def request_forecast(measure: str, *, actor: Actor) -> Job:
    """Queue a forecast; while one of the measure waits or runs, that one is returned."""
    merchant = Merchant.objects.in_scope()
    waiting = open_job(merchant, measure)
    if waiting is not None:
        return waiting
    key = f"forecast:{merchant.pk}:{measure}"
    return enqueue(run_forecast, measure, actor.kind, actor.id, actor.label, key=key)


@task(cluster="long")
def nightly_forecasts() -> None:
    """Score what is over, mark festivals that are, then look ahead anew, if there is a day more to look from."""
    score_due_forecasts()
    merchant = Merchant.objects.in_scope()
    span = edges(merchant, merchant.today())
    if span is None:
        return
    mark_festivals(*span)
    for measure in Measure.values:
        newest = ForecastRun.objects.of(measure).live().values_list("data_to", flat=True).first()
        if newest is None or newest < span[1]:
            make_forecast(measure, actor=SYSTEM, job_id=current_job_id())
