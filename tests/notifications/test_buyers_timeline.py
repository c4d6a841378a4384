"""The timeline of an order tells which letters its buyer got, where each went, and what became of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.tenancy import tenant
from ecommerce.fulfilment.actions import ship_order
from ecommerce.orders.queries import order_detail, order_page, timeline
from notifications.buyers.letters import write_to_buyer
from notifications.mail.models import Delivery, Mail
from notifications.models import BuyerNotice
from notifications.texts import telling
from tests.ecommerce.orders_kit import ANN, placed, stocked

MAY = {"orders.view", "mail.view"}


@pytest.fixture
def order(scope):
    return placed((stocked(), 1), paid=True)


def written(order, name="n1", **how):
    parcel = order.shipments.first() or ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN)
    return write_to_buyer(order, "shipped", values=telling.of_parcel(parcel), dedupe=name, **how)


def told(order, may=MAY):
    found = timeline(order_detail().get(pk=order.pk), may=may.__contains__)
    return [(one.sentence, one.about, one.note) for one in found if one.kind == "letters.told"]


GIVEN = "y•••@example.com (address given with the order)"


def test_a_letter_is_told_with_its_masked_address_and_leads_to_the_mail(order, ann, as_user):
    mail = written(order)
    assert told(order) == [("Letter to the buyer, not sent yet:", "Parcel shipped", GIVEN)]
    sent = timezone.now()
    Mail.objects.filter(pk=mail.pk).update(state="sent", sent_at=sent)

    assert told(order) == [("Letter to the buyer, sent:", "Parcel shipped", GIVEN)]
    moment = next(one for one in timeline(order_detail().get(pk=order.pk), may=MAY.__contains__) if one.said)
    assert (moment.at, moment.url) == (sent, f"/m/luming/settings/mail/{mail.pk}/")
    page = as_user(ann).get(order.get_absolute_url()).text
    assert f'href="{moment.url}">Parcel shipped</a>' in page
    assert "y•••@example.com" in page


@pytest.mark.parametrize(
    ("state", "outcome", "sentence"),
    [
        ("failed", "bounced", "came back"),
        ("failed", "complained", "reported as spam"),
        ("failed", "no_mailbox", "the address takes no mail"),
        ("failed", "refused", "not delivered"),
        ("suppressed", None, "not sent because the address takes no mail"),
        ("needless", None, "no longer needed"),
        ("maybe_sent", "unclear", "perhaps sent"),
    ],
)
def test_what_became_of_it_is_told(order, state, outcome, sentence):
    mail = written(order)
    Mail.objects.filter(pk=mail.pk).update(state=state)
    if outcome:
        Delivery.objects.create(mail=mail, outcome="sent")
        Delivery.objects.create(mail=mail, outcome=outcome)
    ((said, _about, _note),) = told(order)
    assert sentence in said


def test_a_letter_that_was_withheld_says_why(order):
    BuyerNotice.objects.create(order=order, letter="shipped", outcome="unwanted", fact="x")
    assert told(order) == [("Letter to the buyer, not written:", "Parcel shipped", "The buyer does not want it")]


def test_a_letter_outlives_its_mail(order):
    written(order).delete()
    assert told(order) == [("Letter to the buyer, sent:", "Parcel shipped", "")]


def test_another_address_is_called_so(order):
    written(order, to="li@example.org")
    assert told(order)[0][2] == "l•••@example.org (another address)"


def test_who_may_not_see_mails_gets_no_link_and_who_may_not_see_orders_nothing(order):
    written(order)
    found = timeline(order_detail().get(pk=order.pk), may={"orders.view"}.__contains__)
    assert [one.url for one in found if one.said] == [""]
    assert told(order, may=set()) == []


def test_letters_of_other_orders_and_shops_are_not_told(order, rival):
    written(placed((stocked(), 1), paid=True), "n2")
    with tenant(rival):
        written(placed((stocked(), 1), paid=True), "n3")
    assert told(order) == []


def test_the_page_asks_twice_however_many_letters_there_are(order, shop):
    for number in range(5):
        written(order, f"n{number}")
    with CaptureQueriesContext(connection) as queries:
        found = order_page(shop, order.number, lambda word: True)
    assert len(queries) == 2
    assert len([one for one in found.moments if one.kind == "letters.told"]) == 5
