"""What the newest forecast changed: the variants whose demand moved most, and why as far as that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from analytics import frames
from analytics.demand.models import DemandForecast, DemandOutlook, DemandRun
from analytics.demand.queries import VISIBLE, outlook_list, run_before
from analytics.demand.sheets import HIGH, LOW
from analytics.demand.words import between, occasions
from analytics.forecasts.words import day_name
from core.templatetags.sc import number

MOST = 10


@dataclass(frozen=True)
class Moved:
    outlook: DemandOutlook
    why: str


@dataclass(frozen=True)
class Change:
    """A run against the one before: units expected over the horizon of each, festivals that came into sight, and the
    variants that moved most."""

    before: DemandRun
    expected: float
    expected_before: float
    came_into_sight: list[str]
    moved: list[Moved]


def change_of(run: DemandRun) -> Change | None:
    """What a live run changed; None where there was none before. The variants are named for the newest run only."""
    before = run_before(run)
    if before is None or not run.live:
        return None
    seen = {(one["key"], one["day"]) for one in before.occasions}
    names = [one["name"] for one, raw in zip(occasions(run), run.occasions, strict=True) if _key(raw) not in seen]
    rows = outlook_list().filter(run=run, before__isnull=False, moved__gte=VISIBLE).order_by("-moved", "-pk")[:MOST]
    return Change(before, _sum(run), _sum(before), names, _explained(list(rows), run, before))


def _key(occasion: dict[str, Any]) -> tuple[str, str]:
    return occasion["key"], occasion["day"]


def _sum(run: DemandRun) -> float:
    return float(sum(run.result.sums.get("mean", ())))


def _explained(outlooks: Sequence[DemandOutlook], run: DemandRun, before: DemandRun) -> list[Moved]:
    """The outlooks with what is known of their newest day: two queries."""
    assert run.data_to is not None
    assert before.data_to is not None
    ids = [one.variant_id for one in outlooks]
    days = (run.data_to - before.data_to).days
    first = before.data_to + timedelta(days=1)
    sold = frames.variant_units(ids, first, run.data_to)
    gone = frames.sold_out_days(ids, first, run.data_to, run.merchant)
    said: Any = DemandForecast.objects.filter(run=before, variant__in=ids)
    packed = {pk: bytes(path) for pk, path in said.values_list("variant_id", "path")}
    found = []
    for row, outlook in enumerate(outlooks):
        band = None
        if outlook.variant_id in packed and days <= before.horizon:
            band = _band(before, packed[outlook.variant_id], days)
        found.append(Moved(outlook, _why(float(sold[row].sum()), bool(gone[row].any()), band, run, days)))
    return found


def _band(before: DemandRun, path: bytes, days: int) -> tuple[float, float] | None:
    """The 80 % range that was said of the days that are over now, where it was kept."""
    paths = before.unpack([path])
    if days == 1:
        row = paths.quantiles[0, 0]
    elif days in before.windows:
        row = paths.totals[0, before.windows.index(days)]
    else:
        return None
    return float(np.floor(row[LOW])), float(np.ceil(row[HIGH]))


def _why(sold: float, gone: bool, band: tuple[float, float] | None, run: DemandRun, days: int) -> str:
    if gone:
        return _("It was sold out, so its newest days do not count.")
    if band is None or run.data_to is None:
        return _("The newest days moved its average.")
    words = {"sold": number(sold), "range": between(*band), "day": day_name(run.data_to), "days": days}
    if band[0] <= sold <= band[1]:
        return _("The newest days moved its average.")
    if days > 1:
        return _("%(sold)s sold in %(days)s days, where %(range)s was most likely.") % words
    return _("%(sold)s sold on %(day)s, where %(range)s was most likely.") % words
