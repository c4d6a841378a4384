"""Markets in the database: shops that sell a category week by week, and competitors seen from outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from accounts.models import Merchant
from analytics.facts.models import CategoryFact, VariantFact
from analytics.markets.models import WEEK, Market, Observation, Player
from analytics.markets.rules import last_whole_week
from core.tenancy import tenant
from tests import factories

TODAY = date(2026, 11, 20)
LAST = last_whole_week(TODAY)


def sells(merchant: Merchant, category, units, *, price=100, last: date = LAST) -> None:
    """The merchant sells `units[k]` pieces in the k-th of the weeks that end with `last`, at `price` or `price[k]`."""
    with tenant(merchant):
        variant = factories.VariantFactory(product=factories.ProductFactory(category=category))
        first = last - (len(units) - 1) * WEEK
        for number, count in enumerate(units):
            if not count:
                continue
            each = price[number] if isinstance(price, list) else price
            day = first + number * WEEK + timedelta(days=2)
            worth = Decimal(count) * Decimal(str(each))
            VariantFact.objects.create(variant=variant, day=day, units=count, value=worth, orders=1)
            CategoryFact.objects.update_or_create(
                category=category, day=day, defaults={"units": count, "value": worth, "orders": 1}
            )


def seen(market: Market, name: str, units, *, price=100, last: date = LAST, known_at: datetime | None = None) -> Player:
    """An outside competitor with the same weeks; None in `units` is a week that nobody looked."""
    player, _ = Player.objects.get_or_create(market=market, merchant=None, name=name)
    first = last - (len(units) - 1) * WEEK
    for number, count in enumerate(units):
        if count is None:
            continue
        week = first + number * WEEK
        each = price[number] if isinstance(price, list) else price
        Observation.objects.create(
            player=player,
            week=week,
            units=count,
            price=Decimal(str(each)),
            known_at=known_at or datetime.combine(week + WEEK, time(1), tzinfo=UTC),
        )
    return player


def wavy(level: int, weeks: int, seed: int = 0) -> list[int]:
    """Sales that move a little, the same every time."""
    return [max(1, level + ((seed * 7 + number * 5) % 11 - 5) * level // 40) for number in range(weeks)]
