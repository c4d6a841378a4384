"""Buyers ask behind their links, and the shop is told what waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ecommerce.buyers import links
from ecommerce.models import Return
from ecommerce.returns.actions import approve_return, receive_return, refuse_return, run_clocks, settle_return
from ecommerce.returns.rules import Inspection
from notifications.models import Mail, Notification
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
    Return.objects.filter(pk=done.pk).update(due_at=timezone.now() + timedelta(hours=2), warn_at=timezone.now())
    run_clocks()
    assert waiting() == {("return-settle-due", "Ann")}


def test_a_return_that_stays_late_goes_to_the_owner(ann, ben):
    case = requested(actor=BUYER)
    run_clocks(case.due_at + timedelta(hours=25))
    assert ("return-escalated", "Ann") in waiting()
    assert ("return-escalated", "Ben") not in waiting()
    approve_return(Return.objects.get(), actor=ANN)
    assert waiting() == set()


@pytest.fixture
def outbox(settings):
    """Mail goes into the outbox and stays there."""
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


def news() -> list[str]:
    run_tasks()
    return list(Mail.objects.filter(dedupe__startswith="return-news:").order_by("pk").values_list("subject", flat=True))


def test_the_buyer_is_written_at_every_step(outbox):
    order = arrived()
    case = requested(order, actor=BUYER)
    assert news() == []
    case = approve_return(case, actor=ANN)
    for _ in range(2):
        assert news() == [f"Your return {case.number} is approved · {case.merchant.name}"]
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    assert news()[1:] == [f"Return {case.number} has arrived at {case.merchant.name}"]
    settle_return(case, outcome="refund", actor=ANN)
    assert news()[2:] == [f"Return {case.number} is settled"]
    (mail,) = Mail.objects.filter(subject__endswith="is settled")
    assert mail.to == "yuhan@example.com"
    assert "is refunded to you" in mail.text
    assert "/return/" in mail.text


def test_a_refusal_is_written_with_its_reason_and_a_step_passed_over_is_not(outbox):
    refuse_return(requested(arrived()), reason="Worn for 100 % of weeks", actor=ANN)
    assert len(news()) == 1
    assert "Worn for 100 % of weeks" in Mail.objects.get(dedupe__startswith="return-news:").text

    received()
    assert len(news()) == 2, "it has come before the yes was written"
    requested(arrived())
