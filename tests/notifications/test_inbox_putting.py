"""One fact for many people: few statements, each told once, however many tell at the same moment."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from core.tenancy import NoTenant, WrongTenant, every_tenant, tenant
from notifications.inbox import putting
from notifications.inbox.actions import tell, tell_person
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification, Preference, Waiting
from notifications.inbox.putting import put_many
from tests import factories
from tests.race import alone, shared_database, together

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
KIND = kind_of("order-late")


def crew(shop, number: int) -> list[int]:
    users = factories.UserFactory.create_batch(number)
    with every_tenant("build the cast"):
        Membership.objects.bulk_create(Membership(merchant=shop, user=user, role="owner") for user in users)
    return [user.pk for user in users]


def statements(work) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    return len(queries)


def test_many_cost_as_many_statements_as_few(scope):
    users = crew(scope, 40)
    Preference.objects.bulk_create(Preference(user_id=pk, kind="order-late", inbox=True, mail="daily") for pk in users)
    few = statements(lambda: tell("order-late", key="few", params=LATE, only=users[:2]))
    many = statements(lambda: tell("order-late", key="many", params=LATE, only=users))
    assert many == few
    assert Notification.objects.filter(key="many").count() == Waiting.objects.filter(key="many").count() == 40
    waiting = Waiting.objects.select_related("notification").filter(key="many")
    assert all(row.notification.user_id == row.user_id and row.notification.key == "many" for row in waiting)


def test_more_than_one_piece_is_written_whole(scope, monkeypatch):
    monkeypatch.setattr(putting, "AT_ONCE", 3)
    users = crew(scope, 8)
    assert tell("order-late", key="d", params=LATE, only=users) == 8
    assert set(Notification.objects.values_list("user_id", flat=True)) == set(users)


def test_who_has_it_keeps_it_and_only_the_others_are_new(scope):
    users = crew(scope, 3)
    inboxes = [(scope.pk, pk) for pk in users]
    first = put_many(KIND, "d", LATE, inboxes[:2])
    Notification.objects.update(state="read")
    second = put_many(KIND, "d", {**LATE, "count": 9}, [*inboxes, *inboxes])
    assert (first.new, second.new) == (set(inboxes[:2]), {inboxes[2]})
    assert {user: pk for (_shop, user), pk in second.rows.items()} == dict(
        Notification.objects.values_list("user_id", "pk")
    )
    assert {second.rows[one] for one in inboxes[:2]} == set(first.rows.values())
    assert sorted(Notification.objects.values_list("state", "params__count")) == [
        ("read", 1),
        ("read", 1),
        ("unread", 9),
    ]


def test_nobody_costs_nothing(scope):
    with CaptureQueriesContext(connection) as queries:
        assert put_many(KIND, "d", LATE, []).rows == {}
    assert not [query for query in queries if "notification" in query["sql"].lower()]


def test_another_shops_inbox_is_out_of_reach(scope, rival, ann):
    with pytest.raises(WrongTenant):
        put_many(KIND, "d", LATE, [(rival.pk, ann.pk)])


def test_without_a_shop_nothing_is_written(shop, ann):
    with pytest.raises(NoTenant):
        put_many(KIND, "d", LATE, [(shop.pk, ann.pk)])


def test_a_person_of_two_shops_has_their_own_account_s_fact_in_both(shop, rival, ann):
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=ann, role="viewer")
    params = {"device": "Firefox", "at": "2026-06-05T10:00:00+00:00"}
    for _ in range(2):
        tell_person(ann, "sign-in", key="7", params=params, by_mail=False)
    for one in (shop, rival):
        with tenant(one):
            assert Notification.objects.get().user == ann


@pytest.mark.django_db(transaction=True)
def test_four_who_tell_at_once_tell_each_once(shop, tmp_path):
    users = crew(shop, 30)

    def write():
        with tenant(shop):
            return put_many(KIND, "d", LATE, [(shop.pk, pk) for pk in users])

    def count():
        with tenant(shop):
            return sorted(Notification.objects.values_list("user_id", "pk"))

    with shared_database(tmp_path):
        results = together(write, write, write, write)
        there = alone(count)
    assert [user for user, _ in there] == sorted(users)
    assert sum(len(one.new) for one in results) == 30
    assert all({user: pk for (_, user), pk in one.rows.items()} == dict(there) for one in results)
