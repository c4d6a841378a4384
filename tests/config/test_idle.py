"""What comes round every few minutes is queued when it has something to do, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Job
from accounts.operations.periodic import tick
from analytics.models import DemandRun
from config.schedule import SCHEDULE
from core.schedule import PeriodicJob
from core.tenancy import tenant
from ecommerce.models import Reservation, StockLevel
from notifications.models import (
    Channel,
    Delivery,
    Dispatch,
    Escalation,
    Mail,
    Notification,
    StaffEscalation,
    StaffNotice,
    Waiting,
)
from tests import factories

ASKED = {job.name: job for job in SCHEDULE if job.when is not None}


def hold(user, at) -> None:
    level = StockLevel.objects.create(warehouse=factories.WarehouseFactory(), variant=factories.VariantFactory())
    Reservation.objects.create(holder="order:1", level=level, units=1, until=at)


def delivery(user, at) -> None:
    channel = Channel.objects.create(sender="webhook", name="ERP", sealed="x", shown="x", language="en")
    Dispatch.objects.create(channel=channel, fact="order-late:1", kind="order-late", message_id="1", next_try=at)


def mail(user, at, **values) -> Mail:
    whole = {"to": user.email, "sender": "a@x.example", "subject": "A", "message_id": "<1@x>", "next_try": at}
    return Mail.objects.create(**whole | values)


def staff_notice(user, at, **values) -> None:
    shop = factories.MerchantFactory()
    StaffNotice.objects.create(user=user, merchant=shop, kind="review-held", key="1", **values)


# the job, how many minutes others have to do it before, and what makes it due at a moment
WORK = [
    ("stock_holds", 0, hold),
    ("channels_sweep", 2, delivery),
    ("mail_sweep", 2, mail),
    ("mail_sweep", 2, lambda user, at: Delivery.objects.create(
        mail=mail(user, at, state="sent", next_try=None), at=at, outcome="started"
    )),
    ("mail_digests", 0, lambda user, at: Waiting.objects.create(user=user, kind="x", key="1", slot="x", due_at=at)),
    ("mail_digests", 0, lambda user, at: staff_notice(user, at, mail_due_at=at)),
    ("demand_tend", 0, lambda user, at: DemandRun.objects.create(data_to=at.date())),
    ("staffbox_tend", 0, lambda user, at: staff_notice(user, at, snoozed_until=at)),
    ("staffbox_tend", 0, lambda user, at: StaffEscalation.objects.create(
        merchant=factories.MerchantFactory(), kind="review-held", key="1", due_at=at
    )),
    ("escalate", 0, lambda user, at: Escalation.objects.create(kind="order-late", key="1", due_at=at)),
    ("escalate", 0, lambda user, at: Escalation.objects.create(kind="playbook-task", key="1", done_by=at)),
    ("wake_snoozed", 0, lambda user, at: Notification.objects.create(user=user, kind="x", key="1", snoozed_until=at)),
]  # fmt: skip


def test_whatever_is_asked_has_its_case_here():
    assert {name for name, _grace, _make in WORK} == set(ASKED)


def queued_by(job: PeriodicJob, at) -> bool:
    """Whether a tick at that moment queues the job, which had its first turn before."""
    Job.objects.all().delete()
    tick(at)
    return Job.objects.filter(key=f"periodic:{job.name}").exists()


@pytest.mark.parametrize(("name", "grace", "make"), WORK)
def test_it_is_queued_when_its_time_has_come_and_not_before(shop, ann, name, grace, make):
    job, due = ASKED[name], timezone.now() + timedelta(days=1)
    tick(due - timedelta(hours=2))
    with tenant(shop):
        make(ann, due)
    if name != "demand_tend":  # which is begun, and so is to be looked after from then on
        assert not queued_by(job, due - timedelta(hours=1))
    assert queued_by(job, due + timedelta(minutes=grace + 6))


def test_a_day_on_which_nothing_happens_queues_none_of_them(shop):
    start = timezone.now()
    tick(start)
    for hours in range(1, 25):
        Job.objects.all().delete()
        tick(start + timedelta(hours=hours))
        keys = set(Job.objects.values_list("key", flat=True))
        assert not keys & {f"periodic:{name}" for name in ASKED}
