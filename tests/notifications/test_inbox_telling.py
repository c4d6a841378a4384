"""Who is told what: by right, minus who did it, once, where they want it, in their language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accounts.activity.log import record
from accounts.jobs.runner import sweep
from accounts.models import Activity, Membership
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.events import ComplaintAnswered, ComplaintDueSoon, ComplaintOpened
from ecommerce.complaints.models import Complaint
from ecommerce.imports.events import ImportFinished
from ecommerce.imports.models import ImportRun
from ecommerce.orders.events import OrderPaid, OrderPlaced, PaymentFailed
from ecommerce.orders.models import Order
from ecommerce.reviews.events import ReviewHidden, ReviewSubmitted
from ecommerce.reviews.models import Review
from notifications.inbox.actions import choose, settle, tell
from notifications.inbox.handlers.buyers import complaint_waits
from notifications.inbox.models import Notification
from notifications.mail.models import Mail
from tests import factories
from tests.queue import run_tasks

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


def member(shop, role: str, name: str):
    user = factories.UserFactory(name=name, email=f"{name.lower()}@example.com")
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=shop, user=user, role=role)
    return user


def told() -> list[tuple[str, str]]:
    return sorted(Notification.objects.values_list("kind", "user__name"))


def mailed() -> list[str]:
    return sorted(Mail.objects.values_list("to", flat=True))


def test_those_who_may_deal_with_it_are_told_and_nobody_else(scope, ann, ben, cleo):
    member(scope, "analyst", "Dora")
    assert tell("order-late", key="2026-06-05", params=LATE) == 2
    assert told() == [("order-late", "Ann"), ("order-late", "Ben")]
    assert mailed() == ["ann@example.com", "ben@example.com"]


def test_somebody_who_was_blocked_is_not_told(scope, ann, ben):
    ben.is_active = False
    ben.save()
    assert tell("order-late", key="2026-06-05", params=LATE) == 1
    assert mailed() == ["ann@example.com"]


def test_telling_again_tells_nobody_twice(scope, ann):
    tell("order-late", key="2026-06-05", params=LATE)
    assert tell("order-late", key="2026-06-05", params=LATE) == 0
    assert (len(told()), len(mailed())) == (1, 1)


def test_a_figure_that_grows_is_unread_again_without_another_mail(scope, ann):
    tell("order-late", key="d", params=LATE, grows="count")
    Notification.objects.update(state="read")
    tell("order-late", key="d", params=LATE, grows="count")
    assert Notification.objects.get().state == "read"
    tell("order-late", key="d", params={**LATE, "count": 2}, grows="count")
    row = Notification.objects.get()
    assert (row.state, row.params["count"]) == ("unread", 2)
    Notification.objects.update(state="read")
    tell("order-late", key="d", params=LATE, grows="count")
    row.refresh_from_db()
    assert (row.state, row.params["count"], len(mailed())) == ("read", 1, 1)


def test_everybody_chooses_where_to_be_told(scope, ann, ben):
    choose(ann, [("order-late", False, "now")], actor=ann.actor)
    choose(ben, [("order-late", True, "off")], actor=ben.actor)
    tell("order-late", key="d", params=LATE)
    assert told() == [("order-late", "Ben")]
    assert mailed() == ["ann@example.com"]


def test_security_cannot_be_turned_off(scope, ann):
    choose(ann, [("token-created", False, "off")], actor=ann.actor)
    tell("token-created", key="1", params={"name": "ERP", "by": "Ann"})
    assert (told(), mailed()) == ([("token-created", "Ann")], ["ann@example.com"])


def test_the_mail_is_in_the_language_of_the_reader_and_can_be_stopped(scope, ann, ben):
    ben.language = "zh-hans"
    ben.save()
    tell("order-late", key="d", params=LATE)
    english, chinese = Mail.objects.order_by("to")
    assert english.subject == "Order 10001 is late · Luming Teaware"
    assert "It should have left by 5 Jun, 18:00." in english.text
    assert chinese.language == "zh-hans"
    assert "10001" in chinese.subject
    assert "Order" not in chinese.subject
    for mail in (english, chinese):
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = mail.headers["List-Unsubscribe"].strip("<>")
        assert address in mail.text
        assert address in mail.html
        assert "/m/luming/orders/10001/" in mail.text or "/m/luming/inbox/" in mail.text


def test_what_is_settled_leaves_every_inbox_and_only_that(scope, rival, ann, ben):
    tell("order-late", key="a", params=LATE)
    tell("order-late", key="b", params=LATE)
    with tenant(rival):
        member(rival, "owner", "Rita")
        tell("order-late", key="a", params=LATE)
    Notification.objects.filter(key="a", user=ben).update(state="archived")
    assert settle("order-late", key="a") == 1
    assert sorted(Notification.objects.values_list("key", "user__name", "state")) == [
        ("a", "Ann", "handled"), ("a", "Ben", "archived"), ("b", "Ann", "unread"), ("b", "Ben", "unread"),
    ]  # fmt: skip
    with tenant(rival):
        assert Notification.objects.get(user__name="Rita").state == "unread"


def placed(**fields) -> Order:
    return factories.OrderFactory(**fields)


def announce(event_class, order: Order, **fields) -> None:
    record(event_class(order_id=order.pk, number=order.number, **fields), actor=SYSTEM, subject=order)


def test_many_new_orders_are_one_quiet_line(scope, ann):
    for total in ("100.00", "50.00"):
        order = placed(total=Decimal(total))
        announce(OrderPlaced, order, channel="tmall", customer_id=None, units=1, total=total, currency="CNY")
    run_tasks()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        _sweep_and_run()
    row = Notification.objects.get(kind="order-new", user=ann)
    assert (row.params["count"], row.params["total"]) == (2, "150.00")
    assert Mail.objects.count() == 0


def _sweep_and_run() -> None:
    sweep()
    run_tasks()


def test_a_failed_payment_is_told_until_it_is_paid(scope, ann, ben):
    order = placed(state="placed", payment_state="unpaid")
    fields = {"payment_id": 1, "customer_id": None, "amount": "168.00", "currency": "CNY", "method": "card"}
    announce(PaymentFailed, order, **fields, reason="card expired")
    run_tasks()
    assert ("payment-failed", "Ann") in told()
    announce(OrderPaid, order, **fields)
    run_tasks()
    assert set(Notification.objects.filter(kind="payment-failed").values_list("state", flat=True)) == {"handled"}


def review(**fields) -> Review:
    product = factories.ProductFactory(title="Gaiwan")
    return Review.objects.create(**({"product": product, "rating": 2, "state": "published"} | fields))


@pytest.mark.parametrize(
    ("fields", "count"), [({}, 1), ({"rating": 3}, 0), ({"state": "held"}, 0), ({"replied_at": timezone.now()}, 0)]
)
def test_a_bad_review_that_appears_is_told(scope, ann, fields, count):
    row = review(**fields)
    record(ReviewSubmitted(review_id=row.pk, rating=row.rating, state=row.state), actor=SYSTEM, subject=row)
    run_tasks()
    assert len(told()) == count


def test_a_review_that_was_hidden_needs_no_reply(scope, ann):
    row = review()
    record(ReviewSubmitted(review_id=row.pk, rating=2, state="published"), actor=SYSTEM, subject=row)
    record(ReviewHidden(review_id=row.pk, rating=2, state="hidden", reason="fake"), actor=SYSTEM, subject=row)
    run_tasks()
    assert Notification.objects.get().state == "handled"


def complaint(**fields) -> Complaint:
    due = timezone.now() + timedelta(days=2)
    return Complaint.objects.create(
        **({"number": "C-7", "subject": "Broken", "topic": "damaged", "due_at": due} | fields)
    )


def fact(event_class, row: Complaint, **fields):
    common = {"complaint_id": row.pk, "number": row.number, "topic": row.topic, "state": row.state}
    return event_class(**common, due_at=row.due_at.isoformat(), **fields)


def test_a_complaint_is_told_until_it_is_answered(scope, ann, ben):
    row = complaint(refund_asked=Decimal("88.00"))
    record(fact(ComplaintOpened, row), actor=SYSTEM, subject=row)
    run_tasks()
    record(fact(ComplaintDueSoon, row), actor=SYSTEM, subject=row)
    run_tasks()
    assert told() == [("complaint-due", "Ann"), ("complaint-opened", "Ann")]  # Ben does fulfilment
    record(fact(ComplaintAnswered, row), actor=ann.actor, subject=row)
    run_tasks()
    assert set(Notification.objects.values_list("state", flat=True)) == {"handled"}


def test_a_complaint_that_was_answered_meanwhile_is_not_told(scope, ann):
    row = complaint(state="answered")
    record(fact(ComplaintOpened, row), actor=SYSTEM, subject=row)
    run_tasks()
    assert told() == []


def test_whoever_did_it_is_not_told(scope, ann):
    dora = member(scope, "owner", "Dora")
    row = complaint()
    record(fact(ComplaintOpened, row), actor=ann.actor, subject=row)
    run_tasks()
    assert told() == [("complaint-opened", dora.name)]


def test_an_import_is_told_to_whoever_started_it(scope, ann, ben):
    run = ImportRun.objects.create(file_name="六月.csv", digest="x", stored_as="y", created_by=ann)
    counts = {"created": 5, "updated": 0, "unchanged": 0, "bad_rows": 1}
    record(ImportFinished(run_id=run.pk, file_name=run.file_name, **counts), actor=ann.actor, subject=run)
    run_tasks()
    assert told() == [("import-finished", "Ann")]


def test_a_handler_that_runs_twice_tells_once(scope, ann):
    row = complaint()
    event = fact(ComplaintOpened, row)
    entry = record(event, actor=SYSTEM, subject=row)
    run_tasks()
    complaint_waits(event, Activity.objects.get(pk=entry.pk))
    assert (len(told()), len(mailed())) == (1, 1)
