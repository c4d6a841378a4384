"""The demo marketplace hangs together: stock, money, time and people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.management import call_command
from django.db.models import F, Model, Sum
from django.utils import timezone

from accounts.models import Activity, Job, Merchant, SavedView, User
from analytics.models import Market, Observation
from config.demo import simulate
from config.demo.build import build, exists
from config.demo.rhythm import black_friday, festivals, spring_festival
from config.demo.world import SHOPS
from core.tenancy import every_tenant, tenant
from ecommerce.models import (
    Complaint,
    Customer,
    Order,
    OrderLine,
    OrderTag,
    ParcelCase,
    Payment,
    ProductQuestion,
    PurchaseOrder,
    Return,
    ReturnPhoto,
    Review,
    StockCount,
    StockLevel,
    StockMove,
    Transfer,
)
from ecommerce.orders.actions import recount_customers
from notifications.models import Playbook
from notifications.playbooks.queries import version_of
from tests.notifications.playbooks_kit import replayed

DAY = date(2025, 11, 20)


def test_the_same_day_gives_the_same_market():
    def fingerprint():
        return [(len(shop.baskets), int(shop.cents.sum()), shop.baskets[:50]) for shop in simulate.market(DAY)]

    assert fingerprint() == fingerprint()


def test_festivals_fall_on_their_days():
    assert (spring_festival(2025), spring_festival(2026)) == (date(2025, 1, 29), date(2026, 2, 17))
    assert black_friday(2025) == date(2025, 11, 28)
    days = [date.fromordinal(n) for n in range(date(2025, 1, 1).toordinal(), date(2026, 1, 1).toordinal())]
    assert days[int(np.argmax(festivals(days)))] == date(2025, 11, 11)


def totals() -> list[tuple]:
    rows = Customer.objects.order_by("pk").values_list("order_count", "spend", "last_order_at")
    return [(count, f"{spend:.2f}", last) for count, spend, last in rows]


def states(model: type[Model]) -> set[str]:
    """The states in which the main shop has something to show."""
    return set(model.objects.filter(merchant__slug="luming").values_list("state", flat=True))


@pytest.mark.slow
def test_a_built_marketplace_is_consistent(db, monkeypatch):
    few = tuple(spec for spec in SHOPS if spec.slug in {"luming", "clearsound", "new-shelf", "snow-lotus"})
    monkeypatch.setattr(simulate, "SHOPS", few)

    built = build()

    assert exists()
    assert (built.shops, User.objects.filter(staff_role="moderator").count()) == (4, 1)
    with every_tenant("look at the whole demo"):
        now = timezone.now()
        assert Order.objects.filter(placed_at__gt=now).count() == 0
        places = ("warehouse", "variant")
        moved = StockMove.objects.values_list(*places).annotate(sum=Sum("quantity")).order_by(*places)
        levels = StockLevel.objects.values_list(*places, "on_hand").order_by(*places)
        assert [row for row in moved if row in set(levels)] == list(levels)
        held = dict(
            OrderLine.objects.filter(reserved_quantity__gt=0)
            .values_list("variant")
            .annotate(sum=Sum("reserved_quantity"))
            .order_by()
        )
        assert dict(StockLevel.objects.filter(reserved__gt=0).values_list("variant", "reserved")) == held
        paid = Payment.objects.filter(kind="charge", state="succeeded").aggregate(sum=Sum("amount"))["sum"]
        assert Order.objects.aggregate(sum=Sum("paid_total"))["sum"] == paid
        lines = OrderLine.objects.aggregate(sum=Sum(F("total") + F("discount")))["sum"]
        assert Order.objects.aggregate(sum=Sum("subtotal"))["sum"] == lines
        # Added up here: SQLite adds decimals as floats.
        sums = Order.objects.values_list("subtotal", "discount", "shipping_fee", "tax", "total")
        wrong = [row for row in sums if row[0] - row[1] + row[2] + row[3] != row[4]]
        assert wrong == []
        assert Review.objects.held().count() > 0
        assert Complaint.objects.open().count() > 0
        questions = ProductQuestion.objects.filter(merchant__slug="luming")
        assert (questions.late(now=now).count(), questions.answered().count()) == (2, 21)
        assert Activity.objects.filter(kind="orders.placed").count() > 100
        main = Order.objects.filter(merchant__slug="luming")
        assert main.late(now=now).count() > 0
        assert main.filter(state="on_hold").count() > 0
        assert main.filter(state="placed", payment_state="unpaid").count() > 0
        assert Complaint.objects.for_platform().count() > 0
        assert states(Return) == set(Return.State.values)
        assert states(PurchaseOrder) == set(PurchaseOrder.State.values)
        assert states(Transfer) == {"draft", "sent", "received"}
        assert states(StockCount) == {"open", "booked"}
        assert Return.objects.exclude(escalated_at=None).count() == 1
        assert ReturnPhoto.objects.count() == 1
        assert {"address_problem", "failed_attempt", "returned"} <= set(
            ParcelCase.objects.values_list("reason", flat=True)
        )
        assert OrderTag.objects.count() == 4
        assert SavedView.objects.count() == 3
        assert Activity.objects.filter(kind="returns.requested", at__lt=now - timedelta(days=6)).exists()
        assert Job.objects.filter(task__endswith="run_forecast", merchant__slug="luming").count() == 2
        assert all(market.players.count() >= 6 for market in Market.objects.all())
        assert Observation.objects.filter(known_at__gt=now).count() == 0
        newest = Merchant.objects.get(slug="new-shelf")
        assert 20 < Order.objects.filter(merchant=newest).count() < 90
        assert Order.objects.aggregate(sum=Sum("total"))["sum"] > Decimal(1_000_000)
        for shop in Merchant.objects.filter(slug__in=["luming", "new-shelf"]):
            with tenant(shop):
                told = totals()
                recount_customers(Customer.objects.values_list("pk", flat=True))
                assert totals() == told
    with tenant(Merchant.objects.get(slug="luming")):
        began = {}
        for playbook in list(Playbook.objects.kept()):
            expected, began[playbook.template] = replayed(version_of(playbook), now)
            assert began[playbook.template] == expected, playbook.name
        assert 10 < len(began["bad-review"]) < 90
    call_command("check_stock")
    call_command("check_tenants")
