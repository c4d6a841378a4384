"""Background work on demand forecasts, on the `long` cluster."""

from __future__ import annotations

from django.db import transaction

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from accounts.jobs.runner import current_job_id
from accounts.merchants.models import Merchant
from analytics.demand.actions import begin_run, close_run, give_up_chunk, reckon_again, work_on_chunk
from analytics.demand.classes import classify
from analytics.demand.kept import record_weeks
from analytics.demand.models import DemandChunk, DemandRun
from analytics.demand.queries import newest_run, open_job, open_run, unfinished_work
from analytics.demand.scoring import let_rows_go, score_due_runs
from analytics.demand.terms import known_outlooks
from analytics.forecasts.queries import edges
from core.actors import SYSTEM, Actor
from core.tasks import task
from core.tenancy import current_tenant_id, every_tenant, tenant


def request_demand(*, actor: Actor) -> Job:
    """Queue a forecast of all variants; while one waits or is being made, the job of that one is returned."""
    merchant = Merchant.objects.in_scope()
    running = open_run()
    if running is not None and running.job_id is not None:
        begun = Job.objects.filter(pk=running.job_id).first()
        if begun is not None:
            return begun
    waiting = open_job(merchant)
    if waiting is not None:
        return waiting
    return enqueue(start_demand, actor.kind, actor.id, actor.label, key=f"demand:{merchant.pk}")


@task(cluster="long")
def start_demand(actor_kind: str, actor_id: int | None, actor_label: str) -> None:
    """Begin a run and hand out its chunks."""
    actor = Actor(actor_kind, actor_id, actor_label)  # type: ignore[arg-type]
    with transaction.atomic():
        run = begin_run(actor=actor, job_id=current_job_id())
        queue_chunks(run)


def queue_chunks(run: DemandRun) -> int:
    """Queue a job for each chunk that waits and has none. Returns how many."""
    waiting = DemandChunk.objects.filter(run=run, state=DemandChunk.State.WAITING, job_id=None).order_by("number")
    count = 0
    for chunk in waiting:
        job = enqueue(forecast_chunk, chunk.pk, key=f"demand-chunk:{chunk.pk}")
        count += DemandChunk.objects.filter(pk=chunk.pk, job_id=None).update(job_id=job.pk)
    return count


@task(cluster="long", backoff=(5, 30, 120, 600))
def forecast_chunk(chunk_id: int) -> None:
    """Work on one chunk; the halves of one that had to be cut are handed out too."""
    job = Job.objects.filter(pk=current_job_id()).first()
    chunk = work_on_chunk(chunk_id, deaths=job.deaths if job is not None else 0)
    if chunk.state == DemandChunk.State.SPLIT:
        with transaction.atomic():
            queue_chunks(chunk.run)


@task(cluster="long")
def nightly_demand() -> None:
    """Sort variants by value, write down how the service level was kept, look ahead anew if there is a day more to look
    from than last time, and queue the scoring of what is over."""
    enqueue(score_demand, key=f"demand-score:{current_tenant_id()}")
    merchant = Merchant.objects.in_scope()
    classify(merchant.today())
    has_moved = record_weeks(merchant.today()) > 0
    span = edges(merchant, merchant.today())
    newest = newest_run()
    if span is None or open_run() is not None:
        return
    if newest is not None and newest.data_to is not None and newest.data_to >= span[1]:
        if has_moved:
            reckon_again(known_outlooks())
        return
    start_demand(SYSTEM.kind, SYSTEM.id, SYSTEM.label)


@task(cluster="long")
def score_demand() -> None:
    """Hold earlier forecasts against what came, then let go of rows that nothing is asked of any more."""
    score_due_runs()
    let_rows_go()


@task(per_merchant=False)
def tend_demand() -> None:
    """Bring runs to an end whose jobs were lost or gave up: nothing else would."""
    with every_tenant("runs of all merchants that are not closed"):
        work = list(unfinished_work())
    for merchant_id, run_id in work:
        with tenant(merchant_id):
            _tend(DemandRun.objects.get(pk=run_id))


def _tend(run: DemandRun) -> None:
    for chunk in DemandChunk.objects.unfinished().filter(run=run, job_id__isnull=False):
        job = Job.objects.filter(pk=chunk.job_id).first()
        if job is not None and job.state == Job.State.FAILED:
            give_up_chunk(chunk, "gave_up")
        elif job is None or job.state == Job.State.DONE:
            DemandChunk.objects.unfinished().filter(pk=chunk.pk).update(job_id=None, state=DemandChunk.State.WAITING)
    with transaction.atomic():
        queue_chunks(run)
    close_run(run)
