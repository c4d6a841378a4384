"""The inbox in the background: what comes with time, and what is put off a little so that many facts make one look."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from core.tasks import task
from core.tenancy import current_tenant_id, every_tenant, tenant
from notifications.inbox import calendar, escalation, watch
from notifications.inbox.actions import put_away_stale, wake
from notifications.inbox.triage import HISTORY, prune

SOON = timedelta(seconds=20)
log = logging.getLogger(__name__)


@task()
def look_at_orders() -> None:
    """Bring what was told about new, due and late orders up to date."""
    merchant = Merchant.objects.in_scope()
    watch.new_orders(merchant)
    watch.orders_to_ship(merchant, begin=False)
    watch.late_orders(merchant)


@task()
def look_at_stock() -> None:
    """Settle what was told of stock that is back, and of lots that are gone."""
    watch.stock_is_back(Merchant.objects.in_scope())
    watch.lots_are_gone()


@task()
def look_at_purchases() -> None:
    """Bring what was told of late purchase orders up to date."""
    calendar.late_purchases(Merchant.objects.in_scope(), begin=False)


@task()
def morning() -> None:
    """What the day asks for, told when it begins."""
    merchant = Merchant.objects.in_scope()
    watch.orders_to_ship(merchant, begin=True)
    watch.stock_is_back(merchant)
    watch.lots_are_gone()
    calendar.late_purchases(merchant, begin=True)
    calendar.tokens_that_end()


@task(per_merchant=False)
def look_at_late_orders() -> None:
    """Find the merchants with orders that became late, or are no longer, and look at each."""
    with every_tenant("find late orders of all merchants"):
        found = watch.overdue_since(timezone.now())
    for merchant in Merchant.objects.trading().filter(pk__in=found):
        with tenant(merchant), timezone.override(merchant.zone):
            watch.late_orders(merchant)


@task(per_merchant=False)
def wake_snoozed() -> None:
    """Bring back what was snoozed until now."""
    with every_tenant("inboxes of all merchants"):
        wake(timezone.now())


@task(per_merchant=False)
def put_away_what_is_stale() -> None:
    """Put away what is of no more use."""
    with every_tenant("inboxes of all merchants"):
        put_away_stale(timezone.now())


@task(per_merchant=False)
def escalate_unopened() -> None:
    """Let go further what had to be done by now, and what is to be acted on and nobody opened in its time."""
    now = timezone.now()
    with every_tenant("what lies undone or unopened at all merchants"):
        overdue = [(escalation.tell_overdue, *row) for row in escalation.overdue_tasks(now)]
        unopened = [(escalation.escalate, *row) for row in escalation.due_escalations(now)]
    for go_further, pk, merchant_id in [*overdue, *unopened]:
        with tenant(merchant_id):
            try:
                go_further(pk, now=now)
            except Exception:
                # one fact that cannot be told must not hold up those of other shops
                log.exception("escalation %s failed", pk)
                escalation.put_off(pk, now)


@task(per_merchant=False)
def prune_inbox() -> None:
    """Delete what nobody touched for longer than the history goes back."""
    with every_tenant("inboxes of all merchants"):
        while prune(timezone.now()):
            pass
        escalation.prune_escalations(timezone.now() - HISTORY)


def look_soon(look: Callable[[], None]) -> None:
    """Queue a look at the merchant in scope: at once, unless there was one less than SOON ago; then for when that is
    over. So the first fact is told without delay, and those that follow it close behind make one look together.
    """
    key, now = f"{look.__name__}:{current_tenant_id()}", timezone.now()
    last = Job.objects.filter(key=key).values_list("due_at", flat=True).first()
    enqueue(look, key=key, at=max(now, last + SOON) if last else now)
