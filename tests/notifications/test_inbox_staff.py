"""Staff are told of forecasts that were off, by mail and by a number on their menu, if they look after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.activity.log import record
from analytics.forecasts.events import DriftNoticed
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from notifications.inbox.handlers.ahead import forecasts_drift
from notifications.models import Mail
from tests import factories
from tests.analytics.accuracy_kit import made_run
from tests.analytics.sales_kit import TODAY

REVIEW = {"state": "review", "reason": "level", "since": "2026-06-01", "inside": 0.4, "points": 28}


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC), tick=False)


def test_staff_get_one_mail_about_a_shop_whose_forecasts_were_off(shop, ann):
    factories.UserFactory(email="ada@example.com", staff_role="admin")
    factories.UserFactory(email="moe@example.com", staff_role="moderator")
    event = DriftNoticed(
        run_id=1, subject_name="orders", since="2026-06-01", reason="level", inside=0.4, points=28, widening=1.6
    )
    with tenant(shop):
        activity = record(event, actor=SYSTEM)
        forecasts_drift(event, activity)
        forecasts_drift(event, activity)

    with every_tenant("look at all mails"):
        mails = list(Mail.objects.filter(to__in=["ada@example.com", "moe@example.com"]))
        for one in mails:
            assert "cannot be turned off" not in one.text + one.html
    (mail,) = mails
    assert (mail.to, mail.merchant_id) == ("ada@example.com", None)
    assert mail.subject == "Orders went another way than we predicted lately · Luming Teaware"
    assert "/staff/accuracy/" in mail.text


def test_the_menu_of_staff_counts_the_shops_under_review(shop, rival, client, settings):
    settings.STAFF_MFA_REQUIRED = False
    with tenant(shop):
        made_run(TODAY - timedelta(days=2), watch=REVIEW)
        made_run(TODAY - timedelta(days=1))  # it holds again
    client.force_login(factories.UserFactory(email="ada@example.com", staff_role="admin"))
    assert client.get("/staff/accuracy/count/").content == b""

    with tenant(rival):
        made_run(TODAY - timedelta(days=1), watch=REVIEW)
        made_run(TODAY - timedelta(days=1), measure="sales_value", watch=REVIEW)
    told = client.get("/staff/accuracy/count/").content.decode()
    assert told.startswith("1<")
    assert "shop under review" in told
    assert 'hx-get="/staff/accuracy/count/"' in client.get("/staff/accuracy/").content.decode()
