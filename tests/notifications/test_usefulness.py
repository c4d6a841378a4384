"""Was it useful? What is told, opened, acted on in time, muted; and what nobody does anything about is proposed for
muting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import choose
from notifications.inbox.doing import finish, open_rows
from notifications.inbox.kinds import KINDS, kind_of
from notifications.inbox.models import Notification
from notifications.inbox.queries import choices_for, inbox_of
from notifications.staffbox.kinds import KINDS as STAFF_KINDS
from notifications.staffbox.models import StaffNotice
from notifications.usefulness.actions import measure
from notifications.usefulness.models import KindUse
from notifications.usefulness.queries import platform_use, shop_use
from notifications.usefulness.rules import ENOUGH, SPANS, median_of, span_of
from tests import factories

MONDAY = datetime(2026, 6, 8, 2, tzinfo=UTC)  # 10:00 in Shanghai


def told(user, kind_name: str, count: int, *, at: datetime, begin: int = 0) -> list[int]:
    kind = kind_of(kind_name)
    rows = [
        Notification(user=user, kind=kind_name, key=f"{n}", urgency=kind.urgency, at=at)
        for n in range(begin, begin + count)
    ]
    return [row.pk for row in Notification.objects.bulk_create(rows)]


def use_of(name: str):
    return next(use for use in shop_use() if use.kind.name == name)


def test_what_became_of_a_kind(scope, ann, ben, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    told(ann, "order-late", 4, at=MONDAY)
    told(ben, "order-late", 4, at=MONDAY)
    told(ann, "order-late", 3, at=MONDAY - timedelta(days=100), begin=50)
    mine = inbox_of(ann.pk).filter(at=MONDAY)
    time_machine.move_to(MONDAY + timedelta(minutes=10), tick=False)
    finish(mine.filter(key="0"), by=ann)
    time_machine.move_to(MONDAY + timedelta(days=2), tick=False)
    finish(mine.filter(key="1"), by=ann)
    open_rows(mine.filter(key="2"))
    choose(ben, [("order-late", False, "off")], actor=ben.actor)

    measure(timezone.now())

    use = use_of("order-late")
    assert (use.told, use.opened, use.acted, use.in_time, use.muted) == (8, 3, 4, 1, 1)
    assert use.spans[span_of(600)] == use.spans[span_of(2 * 86_400)] == 1
    assert use.in_time_percent == "50%"


def test_a_night_more_replaces_the_figures(scope, ann):
    told(ann, "order-late", 2, at=timezone.now())
    measure(timezone.now())
    measure(timezone.now())
    assert KindUse.objects.count() == 1
    assert use_of("order-late").told == 2


def test_every_kind_is_listed_and_the_platform_sums_its_shops(shop, rival, ann, cleo):
    for merchant, user, count in ((shop, ann, 2), (rival, cleo, 3)):
        with tenant(merchant):
            told(user, "order-late", count, at=timezone.now())
            measure(timezone.now())
    with every_tenant("as staff see it"):
        uses = platform_use()
    assert [use.kind for use in uses] == list(KINDS)
    assert {use.kind.name: use.told for use in uses}["order-late"] == 5
    with tenant(shop):
        assert use_of("order-late").told == 2


@pytest.mark.parametrize(
    ("kind", "count", "opened", "acted", "idle"),
    [
        ("order-late", ENOUGH, 0, 0, True),
        ("order-late", ENOUGH - 1, 0, 0, False),
        ("order-late", ENOUGH, 5, 0, True),
        ("order-late", ENOUGH, 5, 2, False),
        ("order-new", ENOUGH, 5, 0, False),
        ("order-new", ENOUGH, 0, 0, True),
        ("sign-in", ENOUGH, 0, 0, False),
    ],
)
def test_what_nobody_does_anything_about_is_proposed_for_muting(scope, ann, kind, count, opened, acted, idle):
    """Kinds that ask for nothing are judged by whether anybody looks; security never."""
    pks = told(ann, kind, count, at=timezone.now())
    open_rows(inbox_of(ann.pk).filter(pk__in=pks[:opened]))
    finish(inbox_of(ann.pk).filter(pk__in=pks[:acted]), by=ann)
    measure(timezone.now())
    assert use_of(kind).is_idle is idle


def test_the_median_is_even_within_its_span():
    counts = [0] * (len(SPANS) + 1)
    assert median_of(counts) is None
    counts[2] = 4
    assert median_of(counts) == (900 + 3600) / 2
    assert median_of([*[0] * len(SPANS), 3]) == SPANS[-1]
    assert [span_of(seconds) for seconds in (0, 300, 301, 7 * 86_400 + 1)] == [0, 0, 1, len(SPANS)]


def test_a_member_mutes_what_is_of_no_use_and_takes_it_back(scope, ann, as_user):
    told(ann, "order-late", ENOUGH, at=timezone.now())
    browser = as_user(ann)
    offered = browser.get(reverse("notification-idle", args=[scope.slug])).text
    assert "Orders that are late" in offered
    assert f"{ENOUGH} times" in offered

    address = reverse("notification-mute", args=[scope.slug])
    page = browser.post(address, {"kind": "order-late"}, follow=True).text

    assert "No more of this in your inbox" in page
    assert not choices_for(kind_of("order-late"), [ann.pk])[ann.pk].inbox
    assert "Orders that are late" not in browser.get(reverse("notification-idle", args=[scope.slug])).text
    browser.post(f"{address}?kind=order-late&muted=no")
    assert choices_for(kind_of("order-late"), [ann.pk])[ann.pk].inbox


@pytest.mark.parametrize("kind", ["sign-in", "no-such-kind"])
def test_security_cannot_be_muted(scope, ann, as_user, kind):
    assert as_user(ann).post(reverse("notification-mute", args=[scope.slug]), {"kind": kind}).status_code == 404


def test_pages_of_the_shop_and_of_staff(scope, ann, ben, mo, as_user, django_assert_max_num_queries):
    told(ann, "order-late", ENOUGH, at=timezone.now())
    measure(timezone.now())
    address = reverse("notification-use", args=[scope.slug])
    browser = as_user(ann)
    browser.get(address)
    with django_assert_max_num_queries(6):
        page = browser.get(f"{address}?topic=orders&sort=told").text
    assert "1 kind is told often" in page
    assert "Proposed for muting" in page
    assert "A complaint was opened" not in page
    assert as_user(ben).get(address).status_code == 403
    assert as_user(mo).get(reverse("staff-notification-kinds")).status_code == 403


def test_staff_see_who_may_be_told_where_and_what_for(scope, mo, as_user):
    ada = factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin")
    for number, state in enumerate(("unread", "handled", "done")):
        StaffNotice.objects.create(
            user=mo, merchant=scope, kind="review-held", key=str(number), state=state,
            opened_at=timezone.now() if number else None, acted_at=timezone.now() if state == "done" else None,
        )  # fmt: skip
    StaffNotice.objects.create(user=mo, merchant=scope, kind="review-held", key="old", at=MONDAY - timedelta(days=400))
    page = as_user(ada).get(reverse("staff-notification-kinds"))
    found = {use.kind.name: (use.told, use.opened, use.acted) for use in page.context["staff_uses"]}
    assert found == {kind.name: (3, 2, 1) if kind.name == "review-held" else (0, 0, 0) for kind in STAFF_KINDS}
    for words in ("Ship orders", "Inbox and e-mail", "Whoever it concerns", "What staff are told", "Moderate it"):
        assert words in page.text
