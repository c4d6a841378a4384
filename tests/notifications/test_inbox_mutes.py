"""One playbook muted alone: others of its kind go on, and it can be heard again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.tenancy import tenant
from notifications.inbox.actions import choose, plan_again, tell
from notifications.inbox.doing import finish, open_rows
from notifications.inbox.escalation import escalate
from notifications.inbox.models import Mute, Notification, Waiting
from notifications.inbox.queries import inbox_of
from notifications.models import Mail
from notifications.routing.models import Escalation
from notifications.usefulness.actions import measure
from notifications.usefulness.queries import parts_use, shop_use
from tests.notifications.test_routing_care import join

HTMX = {"HX-Request": "true"}
CHOICES = "notification-preferences"


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


def says(key: str, playbook: int = 1, kind: str = "playbook-told", name: str = "Bad reviews", **more) -> None:
    params = {
        "title": "A review of 1 star", "text": "", "playbook": name, "playbook_id": playbook, "page": "review-list",
        "args": [], "query": "", **more,
    }  # fmt: skip
    tell(kind, key=key, params=params)


def do(client, user, what: str, key: str = "a"):
    row = inbox_of(user.pk).get(key=key)
    return client.post(reverse("notification-do", args=["luming", row.pk]), {"do": what}, headers=HTMX)


def keys(user) -> list[str]:
    return sorted(inbox_of(user.pk).values_list("key", flat=True))


def test_one_playbook_is_muted_and_the_others_go_on(scope, ann, ben, as_user):
    says("a")
    row = inbox_of(ann.pk).get()
    page = as_user(ann).get(reverse("notification-detail", args=[scope.slug, row.pk])).content.decode()
    assert "No more of this from “Bad reviews”" in page
    assert "No more of this kind" in page
    assert do(as_user(ann), ann, "mute-part").status_code == 204
    mails = Mail.objects.filter(to=ann.email).count()
    says("b")
    says("c", playbook=2, name="Late parcels")
    due = (timezone.now() + timedelta(hours=4)).isoformat()
    says("d", kind="playbook-task", due=due)
    assert keys(ann) == ["a", "c", "d"]
    assert keys(ben) == ["a", "b", "c", "d"]
    assert Mail.objects.filter(to=ann.email).count() == mails + 2


def test_it_is_listed_among_the_choices_and_heard_again_from_there(scope, ann, as_user):
    says("a")
    client = as_user(ann)
    do(client, ann, "mute-part")
    here = reverse(CHOICES, args=[scope.slug])
    page = client.get(here).content.decode()
    assert "Muted by itself" in page
    address = f"{reverse('notification-mute', args=[scope.slug])}?kind=playbook-told&part=1&muted=no"
    assert address.replace("&", "&amp;") in page
    assert client.post(address).status_code == 302
    assert "Muted by itself" not in client.get(here).content.decode()
    says("b")
    assert keys(ann) == ["a", "b"]
    assert client.post(address).status_code == 404


def test_it_is_taken_back_at_the_item(scope, ann, as_user):
    says("a")
    client = as_user(ann)
    answer = do(client, ann, "mute-part")
    assert "do=unmute-part" in answer.headers["HX-Trigger"]
    row = inbox_of(ann.pk).get()
    detail = reverse("notification-detail", args=[scope.slug, row.pk])
    assert "You muted this from “Bad reviews”" in client.get(detail).content.decode()
    do(client, ann, "mute-part")
    assert Mute.objects.count() == 1
    do(client, ann, "unmute-part")
    assert Mute.objects.count() == 0


def test_what_names_no_playbook_can_only_be_muted_as_a_kind(scope, ann, as_user):
    """What was told before playbooks were named in the figures, and kinds without parts."""
    tell("playbook-told", key="a", params={
        "title": "x", "text": "", "playbook": "Bad reviews", "page": "review-list", "args": [], "query": "",
    })  # fmt: skip
    row = inbox_of(ann.pk).get()
    client = as_user(ann)
    page = client.get(reverse("notification-detail", args=[scope.slug, row.pk])).content.decode()
    assert "mute-part" not in page
    do(client, ann, "mute-part")
    assert Mute.objects.count() == 0


def test_what_waits_for_a_summary_is_left_out_of_it_and_stays_out(scope, ann, as_user):
    choose(ann, [("playbook-told", True, "daily")], actor=ann.actor)
    says("a")
    says("b", playbook=2)
    do(as_user(ann), ann, "mute-part")
    assert list(Waiting.objects.filter(due_at__isnull=False).values_list("key", flat=True)) == ["b"]
    plan_again(ann)
    assert list(Waiting.objects.filter(due_at__isnull=False).values_list("key", flat=True)) == ["b"]


def test_a_task_that_goes_further_passes_over_who_muted_its_playbook(scope, ann, ben):
    dora = join(scope, "fulfilment", "Dora")
    Mute.objects.create(user=dora, kind="playbook-task", part="1", name="Bad reviews")
    due = (timezone.now() + timedelta(hours=4)).isoformat()
    params = {
        "title": "Reply", "text": "", "playbook": "Bad reviews", "playbook_id": 1, "page": "review-list", "args": [],
        "query": "", "due": due,
    }  # fmt: skip
    tell("playbook-task", key="a", params=params, only=[ben.pk])
    row = Escalation.objects.get()
    assert escalate(row.pk, now=row.due_at) == [ann.pk]


def test_the_mute_of_one_shop_is_none_at_another(scope, rival, ann, cleo):
    Mute.objects.create(user=cleo, kind="playbook-told", part="1")
    with tenant(rival):
        says("a")
        assert keys(cleo) == ["a"]
    says("a")
    assert keys(ann) == ["a"]


def test_kinds_without_parts_pay_nothing_for_it(scope, ann):
    with CaptureQueriesContext(connection) as queries:
        tell("order-late", key="a", params={"count": 1, "number": "10001", "due": timezone.now().isoformat()})
    assert not any("notifications_mute" in query["sql"] for query in queries)


def test_was_it_useful_playbook_by_playbook(scope, ann, ben, as_user):
    for key in ("a", "b"):
        says(key)
    says("c", name="Bad reviews, renamed")
    says("d", playbook=2, name="Late parcels")
    open_rows(inbox_of(ann.pk).filter(key="a"))
    finish(inbox_of(ann.pk).filter(key="b"), by=ann)
    Mute.objects.create(user=ben, kind="playbook-told", part="1", name="Bad reviews")
    measure(timezone.now())
    measure(timezone.now())
    uses = {use.name: use for use in parts_use()}
    assert sorted(uses) == ["Bad reviews, renamed", "Late parcels"]
    first, second = uses["Bad reviews, renamed"], uses["Late parcels"]
    assert (first.told, first.opened, first.acted, first.in_time, first.muted) == (6, 2, 2, 1, 1)
    assert (second.told, second.opened, second.acted, second.muted) == (2, 0, 0, 0)
    whole = next(use for use in shop_use() if use.kind.name == "playbook-told")
    assert (whole.told, whole.muted) == (8, 0)
    page = as_user(ann).get(reverse("notification-use", args=[scope.slug])).content.decode()
    assert "Playbook by playbook" in page
    assert "Bad reviews, renamed" in page


def test_figures_of_playbooks_are_the_shops_own(scope, rival, ann, cleo):
    says("a")
    measure(timezone.now())
    with tenant(rival):
        measure(timezone.now())
        assert parts_use() == []
    assert Notification.objects.count() == 1
