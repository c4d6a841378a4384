"""What a reader does with notifications: find, fold, put off, pass on, hear no more, over one shop and over all."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.jobs.runner import sweep
from accounts.models import Activity, Membership
from core.tenancy import every_tenant, tenant
from notifications.digests.tasks import mail_digests
from notifications.inbox.actions import choose, tell
from notifications.inbox.counting import unread_of
from notifications.inbox.folding import by_urgency
from notifications.inbox.kinds import KINDS, kind_of
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of, shown
from notifications.inbox.tasks import look_at_orders, look_soon, prune_inbox
from notifications.inbox.triage import HISTORY
from notifications.live.queries import states_of
from notifications.mail.models import Mail
from tests.ecommerce.orders_kit import placed, stocked
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.queue import run_tasks

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
INVITED = {"by": "Ben", "role": "manager"}
HTMX = {"HX-Request": "true"}
INBOX = "/m/luming/inbox/"


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


def late(key: str, number: str = "10001") -> None:
    tell("order-late", key=key, params={**LATE, "number": number})


def of(user) -> Notification:
    return inbox_of(user.pk).get(kind="order-late")


def test_many_of_a_kind_are_one_line_that_opens_them(scope, ann, as_user):
    for key in "abcd":
        late(key, f"1000{key}")
    tell("member-invited", key="b", params=INVITED)
    (act, folds), (_know, single) = by_urgency(shown(list(inbox_of(ann.pk)), "luming"))
    assert (act, [fold.count for fold in folds], folds[0].unread) == ("Act today", [4], 4)
    assert [fold.is_folded for fold in single] == [False]
    page = as_user(ann).get(INBOX).content.decode()
    assert "Show all 4 here" in page
    assert 'href="?group=order-late"' in page
    assert as_user(ann).get(f"{INBOX}?kind=order-late").content.decode().count("data-note=") == 4


def test_kinds_of_one_group_are_one_line_and_a_figure_makes_a_line_for_each(scope, ann, as_user):
    for key in "abc":
        sample = SAMPLES["complaint-opened" if key < "c" else "complaint-due"][0]
        tell("complaint-opened" if key < "c" else "complaint-due", key=key, params={**sample, "number": f"C-{key}"})
    for carrier, days in {3: 3, 4: 2}.items():
        for day in range(days):
            params = {"carrier_id": carrier, "carrier": f"Carrier {carrier}", "count": 2, "reason": "overdue"}
            tell("parcel-cases", key=f"{carrier}:{day}", params=params)
    ((_act, folds),) = by_urgency(shown(list(inbox_of(ann.pk)), "luming"))
    lines = [(fold.count, " / ".join(sorted(fold.words.split(", "))), fold.query) for fold in folds]
    assert sorted(lines) == [
        (1, "Parcels with a problem: Carrier 4", "group=parcels%3A4"),
        (1, "Parcels with a problem: Carrier 4", "group=parcels%3A4"),
        (3, "A complaint must be answered soon / A complaint was opened", "group=complaints"),
        (3, "Parcels with a problem: Carrier 3", "group=parcels%3A3"),
    ]
    page = as_user(ann).get(INBOX).content.decode()
    assert page.count("Show all 3 here") == 2
    for address, notes in (("?group=complaints", 3), ("?group=parcels%3A3", 3), ("?group=parcels%3A4", 2)):
        assert address in page or notes == 2
        assert as_user(ann).get(INBOX + address).content.decode().count("data-note=") == notes
    assert as_user(ann).get(INBOX + "?group=parcels:x").content.decode().count("data-note=") == 8


@pytest.mark.parametrize(("doing", "state", "asleep"), [("archive", "archived", 0), ("snooze-week", "unread", 4)])
def test_a_folded_line_is_done_or_put_off_at_once_and_taken_back(scope, ann, ben, as_user, doing, state, asleep):
    for key in "abcd":
        late(key)
    tell("member-invited", key="b", params=INVITED)
    client = as_user(ann)
    value = re.search(rf'name="do" value="({doing}:[\d+]+)"', client.get(INBOX).content.decode())[1]
    answer = client.post(f"{INBOX}mark/", {"do": value}, headers=HTMX)
    mine = inbox_of(ann.pk).filter(kind="order-late")
    assert set(mine.values_list("state", flat=True)) == {state}
    assert mine.filter(snoozed_until__isnull=False).count() == asleep
    assert inbox_of(ann.pk).get(kind="member-invited").state == "unread"
    assert set(inbox_of(ben.pk).values_list("state", flat=True)) == {"handled" if doing == "archive" else "unread"}

    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    client.post(undo, headers=HTMX)
    assert set(mine.values_list("state", "snoozed_until")) == {("unread", None)}
    assert set(inbox_of(ben.pk).values_list("state", flat=True)) == {"unread"}


def test_a_button_names_no_row_of_anybody_else(scope, ann, ben, as_user):
    late("a")
    mine, theirs = of(ann), of(ben)
    as_user(ann).post(f"{INBOX}mark/", {"do": f"read:{theirs.pk}+{mine.pk}"}, headers=HTMX)
    assert [inbox_of(one.pk).get().state for one in (ann, ben)] == ["read", "unread"]
    assert as_user(ann).post(f"{INBOX}mark/", {"do": "read:1+x"}, headers=HTMX).status_code == 400


def test_menu_stream_list_and_summary_count_the_same(scope, ann, as_user):
    """Folding hides no notification from any count."""
    choose(ann, [("order-late", True, "daily"), ("member-invited", True, "daily")], actor=ann.actor)
    for key in "abcd":
        late(key, f"1000{key}")
    tell("member-invited", key="b", params=INVITED)
    folded = sum(fold.count for _words, folds in by_urgency(shown(list(inbox_of(ann.pk)), "luming")) for fold in folds)
    unread = unread_of(ann.pk, timezone.now())
    streamed = states_of({ann.pk: None})[ann.pk]["shops"]["luming"]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        mail_digests()
    mail = Mail.objects.get()
    assert folded == unread.count == streamed["unread"] == 5
    assert (unread.topics, streamed["topics"]) == ({"orders": 4, "team-and-imports": 1},) * 2
    assert mail.subject.startswith("5 notifications for you")
    for part in (mail.text, mail.html):
        assert "Orders that are late · 4" in part
        assert "/m/luming/inbox/?group=order-late" in part
        assert part.count("is late") == 1


def test_what_is_like_another_folds_with_it_and_a_figure_is_one_of_the_kind():
    for kind in KINDS:
        assert kind.grouping_key == kind_of(kind.like or kind.name).grouping_key
        figure = kind.grouping_key.partition(":")[2]
        assert not figure or all(figure in params for params in SAMPLES[kind.name])


@pytest.mark.parametrize("words", ["10077", "orders that are LATE"])
def test_words_find_what_was_told_and_its_kind(scope, ann, as_user, words):
    late("a", "10077")
    tell("member-invited", key="b", params=INVITED)
    page = as_user(ann).get(INBOX, {"q": words}).content.decode()
    assert "Order 10077 is late" in page
    assert "Ben invited" not in page
    assert "Nothing matches" in as_user(ann).get(INBOX, {"q": "no such thing"}).content.decode()


def test_a_search_stays_within_the_shop_and_the_person(scope, ann, ben, rival, cleo, as_user):
    late("a", "10077")
    with tenant(rival):
        late("a", "10077")
    assert as_user(cleo).get("/m/qingyun/inbox/", {"q": "10077"}).content.decode().count("data-note=") == 1
    assert as_user(ann).get(INBOX, {"q": "10077"}).content.decode().count("data-note=") == 1


def test_it_sleeps_until_a_day_and_that_can_be_undone(scope, ann, as_user):
    late("a")
    day = timezone.localdate() + timedelta(days=9)
    do = f"{INBOX}{of(ann).pk}/do/"
    answer = as_user(ann).post(do, {"do": "snooze", "day": day.isoformat()}, headers=HTMX)
    assert answer.status_code == 204
    assert of(ann).snoozed_until.astimezone(scope.zone).date() == day
    assert "Nothing in this view" in as_user(ann).get(INBOX).content.decode()


@pytest.mark.parametrize("day", ["", "yesterday", "2020-01-01", "2099-01-01"])
def test_a_day_that_cannot_be_is_said(scope, ann, as_user, day):
    late("a")
    answer = as_user(ann).post(f"{INBOX}{of(ann).pk}/do/", {"do": "snooze", "day": day}, headers=HTMX)
    assert answer.status_code == 422
    assert of(ann).snoozed_until is None


def test_it_is_passed_on_and_taken_back(scope, ann, ben, as_user):
    tell("order-late", key="a", params=LATE, only=[ann.pk])
    mine, bens = of(ann), Membership.objects.get(user=ben)
    do = f"{INBOX}{mine.pk}/do/"
    assert as_user(ann).post(do, {"do": "assign", "to": bens.pk}, headers=HTMX).status_code == 204
    assert (of(ann).state, of(ben).state, of(ben).assigned_by) == ("archived", "unread", ann)
    assert "from Ann" in as_user(ben).get(INBOX).content.decode()
    assert Activity.objects.filter(kind="inbox.assigned").count() == 1
    as_user(ann).post(f"{do}?do=take-back", headers=HTMX)
    assert (of(ann).state, of(ben).state) == ("read", "archived")


def test_it_is_not_passed_to_who_may_not_deal_with_it(scope, ann, rival, cleo, as_user):
    late("a")
    with every_tenant("build the cast"):
        stranger = Membership.objects.get(user=cleo)
    answer = as_user(ann).post(f"{INBOX}{of(ann).pk}/do/", {"do": "assign", "to": stranger.pk}, headers=HTMX)
    assert answer.status_code == 422
    assert Notification.objects.count() == 1


def test_a_kind_is_muted_with_the_reason_beside_it_and_heard_again(scope, ann, as_user):
    late("a")
    address = f"{INBOX}{of(ann).pk}/"
    page = as_user(ann).get(address).content.decode()
    assert "Why do I get this?" in page
    assert "You work here as: Owner." in page
    as_user(ann).post(f"{address}do/", {"do": "mute"}, headers=HTMX)
    late("b")
    assert inbox_of(ann.pk).count() == 1
    as_user(ann).post(f"{address}do/", {"do": "unmute"}, headers=HTMX)
    late("c")
    assert inbox_of(ann.pk).count() == 2


def test_security_is_not_muted(scope, ann, as_user):
    tell("token-created", key="1", params={"name": "ERP", "by": "Ben"})
    row = inbox_of(ann.pk).get()
    as_user(ann).post(f"{INBOX}{row.pk}/do/", {"do": "mute"}, headers=HTMX)
    tell("token-created", key="2", params={"name": "BI", "by": "Ben"})
    assert inbox_of(ann.pk).count() == 2


@pytest.mark.parametrize("way", ["", "do/"])
def test_anothers_notification_is_not_there(scope, ann, ben, cleo, as_user, way):
    late("a")
    client, address = as_user(ben), f"{INBOX}{of(ann).pk}/{way}"
    answer = client.post(address, {"do": "mute"}) if way else client.get(address)
    assert answer.status_code == 404
    client = as_user(cleo)
    assert (client.post(address, {"do": "mute"}) if way else client.get(address)).status_code == 404


def test_one_inbox_over_all_shops(scope, rival, ann, cleo, as_user):
    with every_tenant("Ann works in two shops"):
        Membership.objects.create(merchant=rival, user=ann, role="owner")
    late("a", "10001")
    with tenant(rival):
        late("a", "20002")
    page = as_user(ann).get("/inbox/").content.decode()
    assert "Order 10001 is late" in page
    assert "Order 20002 is late" in page
    as_user(ann).post("/inbox/mark/", {"do": "archive", "all": "1"})
    with every_tenant("look at both"):
        states = set(Notification.objects.filter(user=ann).values_list("merchant", "state"))
        assert states == {(scope.pk, "archived"), (rival.pk, "archived")}
        assert Notification.objects.get(user=cleo).state == "handled"


def test_what_nobody_touched_for_a_year_is_forgotten(scope, ann):
    late("a")
    with time_machine.travel(timezone.now() + HISTORY - timedelta(days=1)):
        late("b")
        prune_inbox()
        assert Notification.objects.count() == 2
    with time_machine.travel(timezone.now() + HISTORY + timedelta(days=1)):
        prune_inbox()
        assert [row.key for row in Notification.objects.all()] == ["b"]


def test_the_first_fact_is_told_at_once_and_those_close_behind_together(scope, ann):
    placed((stocked(), 1))
    run_tasks()
    assert inbox_of(ann.pk).get(kind="order-new").params["count"] == 1
    for _ in range(3):
        placed((stocked(), 1))
    run_tasks()
    assert inbox_of(ann.pk).get(kind="order-new").params["count"] == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=25)):
        sweep()
        run_tasks()
        assert inbox_of(ann.pk).get(kind="order-new").params["count"] == 4


def test_looking_soon_twice_is_one_job(scope):
    look_soon(look_at_orders)
    look_soon(look_at_orders)
    assert run_tasks() == 1
