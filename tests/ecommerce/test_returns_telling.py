"""Buyers ask behind their links, and the shop is told what waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ecommerce.buyers import links
from ecommerce.models import Return
from ecommerce.returns.actions import approve_return, refuse_return, run_clocks
from notifications.models import Notification
from tests.ecommerce.orders_kit import order_in
from tests.ecommerce.returns_kit import ANN, BUYER, arrived, received, requested
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _fresh(scope):
    cache.clear()


def url_of(order) -> str:
    return links.path_for("buyer-return", links.RETURN, order)


def waiting() -> set[tuple[str, str]]:
    run_tasks()
    rows = Notification.objects.filter(kind__startswith="return-", state="unread")
    return set(rows.values_list("kind", "user__name"))


def test_a_buyer_asks_and_follows(client):
    order = arrived(2)
    line, url = order.lines.get(), url_of(order)
    track = client.get(links.path_for("buyer-track", links.TRACK, order)).content.decode()
    assert "/return/" in track

    bad = client.post(url, {f"units_{line.pk}": "3", f"reason_{line.pk}": "size"})
    assert bad.status_code == 422
    assert not Return.objects.exists()
    assert client.post(url, {f"units_{line.pk}": "1", f"reason_{line.pk}": "size"}).url == url
    case = Return.objects.get()
    assert (case.requested_by, case.lines.get().reason) == ("buyer", "size")

    page = client.get(url).content.decode()
    assert "The shop answers by" in page
    assert f"units_{line.pk}" not in page
    again = client.post(url, {f"units_{line.pk}": "1", f"reason_{line.pk}": "size"})
    assert again.status_code == 422
    assert "waits for the shop" in again.content.decode()

    refuse_return(case, reason="Worn for weeks", actor=ANN)
    page = client.get(url).content.decode()
    assert "Worn for weeks" in page
    assert f"units_{line.pk}" in page
    client.cookies["language"] = "zh-hans"
    assert "店铺不同意退货" in client.get(url).content.decode()


def test_a_link_lets_in_to_its_own_purpose_and_to_what_arrived(client):
    order = arrived()
    other = links.make_token(links.TRACK, order)
    assert client.get(f"/b/{other}/return/").status_code == 404
    assert client.get(url_of(order_in("shipped"))).status_code == 404


def test_those_who_may_act_are_told(ann, ben):
    """Ben receives goods; to settle is Ann's."""
    case = requested(actor=BUYER)
    assert waiting() == {("return-requested", "Ann"), ("return-requested", "Ben")}
    run_clocks(case.due_at - timedelta(hours=1))
    run_clocks(case.due_at + timedelta(hours=1))
    assert ("return-late", "Ben") in waiting()
    approve_return(Return.objects.get(), actor=ANN)
    assert waiting() == set()

    done = received()
    assert waiting() == set()
    Return.objects.filter(pk=done.pk).update(due_at=timezone.now() + timedelta(hours=2))
    run_clocks()
    assert waiting() == {("return-settle-due", "Ann")}
