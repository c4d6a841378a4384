"""The inbox as its reader uses it, and the ways to be told less."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.tenancy import tenant
from notifications.inbox.actions import tell
from notifications.inbox.letters import stop_token
from notifications.inbox.models import Notification, Preference
from notifications.inbox.queries import choices_of, inbox_of, unread_count
from notifications.mail.models import Mail

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
INVITED = {"by": "Ben", "role": "manager"}
HTMX = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


@pytest.fixture
def three(shop, ann, ben):
    """Ann has three, Ben one of them."""
    with tenant(shop):
        tell("order-late", key="a", params=LATE)
        tell("member-invited", key="b", params=INVITED)
        tell("member-invited", key="c", params=INVITED)
        yield sorted(inbox_of(ann.pk), key=lambda row: row.key)


def states(user) -> dict[str, str]:
    return dict(inbox_of(user.pk).values_list("key", "state"))


def test_the_inbox_shows_the_readers_own_by_urgency(three, shop, ann, ben, as_user):
    page = as_user(ann).get("/m/luming/inbox/").content.decode()
    assert page.index("Act today") < page.index("Order 10001 is late") < page.index("Good to know")
    assert page.count("Ben invited somebody to the team") >= 2
    page = as_user(ben).get("/m/luming/inbox/").content.decode()
    assert "Order 10001 is late" in page
    assert "Ben invited" not in page


def test_only_those_who_may_order_are_led_from_low_stock_to_what_to_order(shop, ann, ben, as_user):
    one = {"variant_id": 1, "product": "Gaiwan", "sku": "G", "units": 3, "pace": 2, "day": "2026-06-08"}
    with tenant(shop):
        tell("stock-low", key="1", params=one)
        tell("stock-low-many", key="d", params={"count": 4, "product": "Gaiwan", "day": "2026-06-08"})
        tell("transfer-coming", key="t", params={"transfer_id": 1, "number": "T1", "units": 2})
    order = "/m/luming/restock/order/"
    for user, times in ((ann, 1), (ben, 0)):
        client = as_user(user)
        with tenant(shop):
            rows = {row.kind: row.pk for row in inbox_of(user.pk)}
        assert set(rows) == {"stock-low", "stock-low-many", "transfer-coming"}
        for kind in ("stock-low", "stock-low-many"):
            assert client.get(f"/m/luming/inbox/{rows[kind]}/").text.count(order) == times
        assert order not in client.get(f"/m/luming/inbox/{rows['transfer-coming']}/").text
        for page in ("/m/luming/inbox/", "/inbox/"):
            assert client.get(page).text.count(order) == 2 * times


def test_strangers_find_no_inbox(three, cleo, as_user, client):
    client = as_user(cleo)
    assert client.get("/m/luming/inbox/").status_code == 404
    assert client.post("/m/luming/inbox/mark/", {"do": "archive", "all": "1"}).status_code == 404
    assert set(Notification.objects.values_list("state", flat=True)) == {"unread"}


@pytest.mark.parametrize(
    ("query", "keys"),
    [("", ["a", "b", "c"]), ("tab=act", ["a"]), ("kind=member-invited", ["b", "c"]), ("period=1", ["a", "b", "c"]),
     ("tab=archive", []), ("kind=nonsense", ["a", "b", "c"])],
)  # fmt: skip
def test_views_and_filters_are_in_the_address(three, ann, as_user, query, keys):
    rows = as_user(ann).get(f"/m/luming/inbox/?{query}").context["page"].rows
    assert sorted(row.key for row in rows) == keys


def test_one_row_is_marked_by_its_button(three, ann, as_user):
    response = as_user(ann).post("/m/luming/inbox/mark/", {"do": f"read:{three[0].pk}"})
    assert response.status_code == 302
    assert states(ann) == {"a": "read", "b": "unread", "c": "unread"}


def test_the_ticked_rows_are_archived_and_that_can_be_undone(three, ann, ben, as_user):
    client = as_user(ann)
    ticked = [row.pk for row in three[:2]]
    response = client.post("/m/luming/inbox/mark/", {"do": "archive", "row": ticked}, headers=HTMX)
    assert response.status_code == 200
    assert states(ann) == {"a": "archived", "b": "archived", "c": "unread"}
    assert states(ben) == {"a": "handled"}
    events = response.headers["HX-Trigger"]
    assert "inbox-changed" in events
    undo = json.loads(events)["toast"]["undo"]
    assert client.post(undo).status_code == 302
    assert states(ann) == {"a": "unread", "b": "unread", "c": "unread"}
    assert states(ben) == {"a": "unread"}


def test_all_of_a_view_are_marked_at_once(three, ann, as_user):
    query = "?kind=member-invited"
    as_user(ann).post(f"/m/luming/inbox/mark/{query}", {"do": "read", "all": "1"})
    assert states(ann) == {"a": "unread", "b": "read", "c": "read"}


@time_machine.travel("2026-06-05T02:00:00Z", tick=False)  # a Friday, 10:00 in Shanghai
@pytest.mark.parametrize(
    ("doing", "until"),
    [
        ("snooze-hours", "2026-06-05T05:00"),
        ("snooze-tomorrow", "2026-06-06T00:00"),
        ("snooze-week", "2026-06-08T00:00"),
    ],
)
def test_snoozing_puts_it_aside_until_then(three, ann, as_user, doing, until):
    client = as_user(ann)
    client.post("/m/luming/inbox/mark/", {"do": f"{doing}:{three[0].pk}"})
    row = Notification.objects.get(pk=three[0].pk)
    assert f"{row.snoozed_until:%Y-%m-%dT%H:%M}" == until
    assert unread_count(ann.pk, timezone.now()) == 2
    assert [row.key for row in client.get("/m/luming/inbox/?tab=snoozed").context["page"].rows] == ["a"]


@pytest.mark.parametrize("do", ["", "delete", "read:x", "read:99999999999999999999", "archive:-1"])
def test_nonsense_changes_nothing(three, ann, as_user, do):
    assert as_user(ann).post("/m/luming/inbox/mark/", {"do": do}).status_code == 400
    assert set(states(ann).values()) == {"unread"}


def test_somebody_elses_row_is_out_of_reach(three, ann, ben, as_user):
    others = Notification.objects.get(user=ben)
    as_user(ann).post("/m/luming/inbox/mark/", {"do": f"archive:{others.pk}"})
    as_user(ann).post(f"/m/luming/inbox/mark/?undo=1&archived={others.pk}")
    assert states(ben) == {"a": "unread"}


def test_the_count_answers_304_until_something_changes(three, ann, as_user):
    client = as_user(ann)
    first = client.get("/m/luming/inbox/count/")
    assert first.content.decode().startswith("3<")
    assert client.get("/m/luming/inbox/count/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    with time_machine.travel(timezone.now().timestamp() + 5):
        client.post("/m/luming/inbox/mark/", {"do": f"read:{three[0].pk}"})
        changed = client.get("/m/luming/inbox/count/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.content.decode().startswith("2<")
    assert json.loads(changed["HX-Trigger"])["inbox-count"]["unread"] == 2


def test_the_inbox_costs_the_same_with_one_row_and_with_thirty(shop, ann, as_user):
    client = as_user(ann)
    counts = []
    with tenant(shop):
        for number in range(30):
            tell("member-invited", key=str(number), params=INVITED)
            if number in (0, 29):
                with CaptureQueriesContext(
                    connection,
                ) as captured:
                    assert client.get("/m/luming/inbox/?size=50").status_code == 200
                counts.append(len(captured))
    assert counts[0] == counts[1]


def test_choices_are_of_ones_own_role_and_are_kept(shop, ann, ben, as_user):
    client = as_user(ben)
    page = client.get("/m/luming/settings/notifications/").content.decode()
    assert "Orders that are late" in page
    assert "Somebody joined the team" not in page
    with tenant(shop):
        may = [choice.kind.name for choice in choices_of(ben.pk) if f'name="mail:{choice.kind.name}"' in page]
    sent = {f"mail:{name}": "off" for name in may} | {"inbox:order-late": "on", "mail:order-late": "daily"}
    client.post("/m/luming/settings/notifications/", sent | {"digest_hour": "9"})
    with tenant(shop):
        kept = {row.kind: (row.inbox, row.mail) for row in Preference.objects.filter(user=ben)}
    assert kept["order-late"] == (True, "daily")
    assert kept["order-to-ship"] == (False, "off")
    assert "sign-in" not in kept
    page = client.get("/m/luming/settings/notifications/").content.decode()
    assert 'name="inbox:order-late" checked' in page


def test_a_link_out_of_a_mail_asks_first_and_stops_on_the_button(shop, ann, client):
    link = reverse("notification-stop", args=[stop_token(shop.pk, ann.pk, "order-late")])
    page = client.get(link)
    assert "Stop these e-mails?" in page.content.decode()
    with tenant(shop):
        assert Preference.objects.count() == 0
        assert client.post(link).status_code == 200
        tell("order-late", key="a", params=LATE)
        assert (inbox_of(ann.pk).count(), Mail.objects.count()) == (1, 0)


def test_a_mail_program_stops_it_with_one_request(shop, ann):
    link = reverse("notification-stop", args=[stop_token(shop.pk, ann.pk, "order-late")])
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with tenant(shop):
        assert Preference.objects.get(user=ann).mail == "off"


@pytest.mark.parametrize("kind", ["sign-in", "no-such-kind"])
def test_what_cannot_be_stopped_has_no_such_link(shop, ann, client, kind):
    assert client.get(reverse("notification-stop", args=[stop_token(shop.pk, ann.pk, kind)])).status_code == 404


def test_a_made_up_link_stops_nothing(shop, ann, client):
    token = stop_token(shop.pk, ann.pk, "order-late")
    assert client.post(reverse("notification-stop", args=[token[:-1] + "x"])).status_code == 404
    with tenant(shop):
        assert Preference.objects.count() == 0
