"""Playbooks on what a look in the night finds: a product, a carrier, a festival."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.activity.log import record
from analytics.calendar.events import FestivalAhead
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.lifecycle.events import ProductFellBehind
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.fulfilment.events import CarrierRanLate
from notifications.models import Notification, Playbook
from notifications.playbooks.triggers import trigger_of
from tests import factories
from tests.notifications.playbooks_kit import outcomes
from tests.notifications.test_playbooks_shipped import take
from tests.queue import run_tasks

BEHIND = {
    "stage_id": 1, "title": "Gaiwan", "before": "mature", "stage": "declining", "why": "against_shop", "units": 210,
    "units_before": 300, "idle": 0, "cover": 140,
}  # fmt: skip
LATE = {
    "carrier_id": 1, "carrier": "SF Express", "day": "2026-06-15", "parcels": 2000, "late": 1900, "due": 2000,
    "share_percent": 95, "usual_percent": 3, "chance": 0.0,
}  # fmt: skip


def switched_on(browser, shop, name: str) -> None:
    take(browser, name)
    with tenant(shop):
        made = Playbook.objects.get(template=name)
    browser.post(reverse("playbook-switch", args=["luming", made.pk]), {"on": "1"})


def test_a_product_that_falls_behind_is_cleared_while_there_is_stock(as_user, ann, shop):
    switched_on(as_user(ann), shop, "falling-behind")
    with tenant(shop):
        product = factories.ProductFactory()
        record(ProductFellBehind(product_id=product.pk, available=0, **BEHIND), actor=SYSTEM)
        run_tasks()
        assert outcomes() == []
        record(ProductFellBehind(product_id=product.pk, available=40, **BEHIND), actor=SYSTEM)
        run_tasks()
        assert outcomes() == [("clear", "failed"), ("task", "done")]  # nothing was ever sold, so nothing is forecast


def test_a_burst_of_complaints_holds_the_product(as_user, ann, ben, shop):
    switched_on(as_user(ann), shop, "complaints-burst")
    with tenant(shop):
        product = factories.ProductFactory(state="live")
        fact = ComplaintsBurst(
            episode_id=1, product_id=product.pk, title=product.title, variant_id=None, sku="", cases=7, complaints=5,
            returns=2, expected=0.8, times=8.8, chance=1e-6,
        )  # fmt: skip
        record(fact, actor=SYSTEM)
        run_tasks()
        assert outcomes() == [("hold", "done"), ("task", "done")]
        product.refresh_from_db()
        assert product.state == "draft"


def test_praise_orders_more_and_tells_marketing(as_user, ann, shop):
    switched_on(as_user(ann), shop, "praised-rising")
    with tenant(shop):
        variant = factories.VariantFactory()
        fact = ProductPraised(
            episode_id=1, product_id=variant.product_id, title="Gaiwan", rating=4.8, reviews=12, rating_before=None,
            reviews_before=1.0, forecast_percent=32, units=100,
        )  # fmt: skip
        record(fact, actor=SYSTEM)
        run_tasks()
        assert [step for step, _state in outcomes()] == ["purchase", "tell"]


def test_late_parcels_are_one_run_a_day_for_each_carrier(as_user, ann, shop):
    switched_on(as_user(ann), shop, "parcels-late")
    with tenant(shop):
        for _ in range(2):
            record(CarrierRanLate(**LATE), actor=SYSTEM)
        record(CarrierRanLate(**{**LATE, "carrier_id": 2}), actor=SYSTEM)
        run_tasks()
        assert [step for step, _state in outcomes()] == ["tell", "task"] * 2


def test_a_festival_gives_out_the_preparations(as_user, ann, ben, shop):
    switched_on(as_user(ann), shop, "festival-ahead")
    with tenant(shop):
        record(FestivalAhead(key="double_11", day="2026-11-11", days=30, past=2, effect_percent=61), actor=SYSTEM)
        run_tasks()
        assert [step for step, _state in outcomes()] == ["task"] * 3
        texts = " ".join(str(row.params) for row in Notification.objects.filter(user=ben))
        assert "Double 11" in texts


@pytest.mark.parametrize(("language", "said"), [("en", "National Day"), ("zh-hans", "国庆节")])
def test_a_holiday_is_named_in_the_language_of_the_reader(language, said):
    figure = trigger_of("calendar.festival_ahead").figure("key")
    with translation.override(language):
        assert figure.shown("holiday:CN:National Day") == said
