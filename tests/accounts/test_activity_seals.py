"""The chain of seals: whole while nobody tampers, broken by whatever is changed, added or taken out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.activity.sealing import broken_seals, seal
from accounts.merchants.actions import change_settings
from accounts.models import ActivitySeal
from core.actors import SYSTEM
from core.append_only import lifted
from core.tenancy import tenant

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def sealed(shop, rival) -> list[int]:
    """Six entries of two shops, sealed in two links."""
    with time_machine.travel(NOON, tick=False) as clock:
        for _link in range(2):
            for hours in (5, 6, 7):
                merchant = rival if hours == 6 else shop
                with tenant(merchant):
                    merchant.refresh_from_db()
                    change_settings(merchant, actor=SYSTEM, ship_within_hours=hours + 10 * _link)
            assert seal() == 0
            clock.shift(timedelta(hours=2))
            assert seal() == 3
        assert seal() == 0
    return [found.count for found in ActivitySeal.objects.all()]


def tamper(sql: str, *params: object) -> None:
    """As the owner of the database could."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_the_chain_holds(sealed):
    assert sealed == [3, 3]
    assert broken_seals() == []
    said = StringIO()
    call_command("check_activity", stdout=said)
    assert f"the head is {ActivitySeal.objects.last().digest}" in said.getvalue()


def test_what_is_fresh_is_not_sealed_yet(sealed, shop):
    with tenant(shop):
        change_settings(shop, actor=SYSTEM, low_stock_days=3)

    assert seal() == 0


@pytest.mark.parametrize("link", [0, 1])
def test_a_changed_entry_breaks_its_seal(sealed, link):
    known = ActivitySeal.objects.order_by("pk")[link]
    tamper("UPDATE accounts_activity SET actor_label = 'Somebody else' WHERE id = %s", known.first_id)

    assert broken_seals() == [known]
    with pytest.raises(CommandError):
        call_command("check_activity", stdout=StringIO())


def test_a_missing_entry_breaks_its_seal(sealed):
    known = ActivitySeal.objects.last()
    tamper("DELETE FROM accounts_activity WHERE id = %s", known.last_id)

    assert broken_seals() == [known]


def test_a_seal_rewritten_with_its_entries_breaks_the_next(sealed):
    first, second = ActivitySeal.objects.order_by("pk")
    tamper("UPDATE accounts_activityseal SET digest = %s WHERE id = %s", "0" * 64, first.pk)

    assert broken_seals() == [ActivitySeal.objects.get(pk=first.pk), second]
