"""Complaints about the delivery count for who carried the parcels, and the list shows the same ones."""

from __future__ import annotations

import pytest
from django.utils import timezone

from ecommerce.fulfilment.scorecard import overview, scorecard
from tests.ecommerce.carriers_kit import carrier, parcel
from tests.ecommerce.complaints_kit import opened


def test_complaints_about_the_delivery_count_for_the_carrier(scope, ann, as_user):
    sf, other = carrier(), carrier("Other")
    sent = [parcel(sf, sent=20, took=3) for _ in range(25)]
    late, damaged, goods = (
        opened(one.order, topic=topic)
        for one, topic in zip(sent, ("late", "damaged", "not_as_described"), strict=False)
    )
    parcel(sf, sent=10, took=3, order=sent[0].order)
    elsewhere = opened(parcel(other, sent=20, took=2).order, topic="late")
    row = overview(timezone.now())[sf.pk]
    assert row.complaints == pytest.approx(100 * 2 / 26), "an order in two parcels is one complaint"
    assert overview(timezone.now())[other.pk].complaints is None, "too few parcels to tell"
    card = scorecard(sf, timezone.now())
    assert (card.all.complaints, [group.complaints for group in card.regions]) == (2, [2])
    client = as_user(ann)
    page = client.get(f"/m/luming/carriers/{sf.pk}/").content.decode()
    link = f"/m/luming/complaints/?tab=all&amp;carrier={sf.pk}"
    assert link in page
    assert "7.7" in page
    for narrowed in (link, f"{link}&amp;region=Zhejiang"):
        rows = client.get(narrowed.replace("&amp;", "&")).content.decode()
        assert late.number in rows
        assert damaged.number in rows
        assert goods.number not in rows
        assert elsewhere.number not in rows
    assert late.number not in client.get(f"/m/luming/complaints/?tab=all&carrier={sf.pk}&region=Tibet").content.decode()
