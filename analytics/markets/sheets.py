"""What one shop may see of a market's forecast: one reading for the page, the export and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.merchants.models import Merchant
from analytics.engine.protocol import Array
from analytics.markets.models import ShareForecast, ShareRun
from analytics.markets.queries import PastShare, forecast_of, newest_share_run, past_shares, share_record, view
from analytics.markets.rules import Record, View

GROUPS = ("own", "rival", "others")


@dataclass(frozen=True)
class ShareSheet:
    """A run as its shop sees it. `ahead` has the middle share of each group of the view, a value per step.

    `others` has the range of all others per step, seven quantiles; None where the run kept none for this view.
    `planned` is the forecast that knew the shop's own plan, where there is one of the same week. `rank` is the shop's
    place by last week's share among `sellers`, those of the last weeks.
    """

    run: ShareRun
    view: View
    own: ShareForecast
    past: Sequence[PastShare]
    ahead: dict[str, list[float]]
    others: list[list[float]] | None
    rival: ShareForecast | None
    rank: int
    sellers: int
    record: Record
    planned: ShareForecast | None

    @property
    def weeks(self) -> list[date]:
        return [self.run.week(step) for step in range(1, self.run.horizon + 1)]

    @property
    def stays(self) -> float:
        """The chance to be at the same rank or a better one at the last step."""
        return float(sum(self.own.ranks[: self.rank]))

    def change(self, weeks: int) -> float | None:
        """By how much the share differs from that of `weeks` weeks before."""
        then = next((one for one in self.past if (self.run.last_week - one.week).days == 7 * weeks), None)
        return None if then is None else self.own.last - then.shares["own"]

    def size(self, steps: int) -> Array:
        """Quantiles of what the market sells in the next `steps` weeks together."""
        return np.asarray(self.run.size[:steps], dtype=float).sum(axis=0)


def share_sheet(run: ShareRun, merchant: Merchant) -> ShareSheet | str:
    """The run as the merchant may see it, or why it may not: a code of View.withheld, or "too_small" for a player that
    the run counts among the many small ones.

    What may be seen is decided by the weeks that the run knew, not by those that came after.
    """
    seen, player = view(run.market, run.measure, merchant, run.last_week)
    if seen.withheld or player is None:
        return seen.withheld
    forecasts = {one.player_id: one for one in run.forecasts.all()}
    own = forecasts.get(player.pk)
    if own is None:
        return "too_small"
    rival = next((forecasts.get(player_id) for player_id in seen.groups.get("rival", ())), None)
    ahead = {"own": list(own.mean)} | ({"rival": list(rival.mean)} if rival else {})
    if rival is None:
        seen = View({"own": (player.pk,), "others": seen.groups.get("rival", ()) + seen.groups["others"]})
    taken = [one.mean for one in (own, rival) if one is not None]
    rest = np.maximum(0.0, 1.0 - np.sum(taken, axis=0))
    own_run = newest_share_run(run.market, run.measure, made=True, player=player)
    return ShareSheet(
        run=run,
        view=seen,
        own=own,
        past=past_shares(run.market, run.measure, seen, run.last_week),
        ahead={**ahead, "others": [float(value) for value in rest]},
        others=_others(own, rival),
        rival=rival,
        rank=1 + sum(one.last > own.last for one in forecasts.values()),
        sellers=1 + seen.peers,
        record=share_record(player, run.measure, until=run.last_week),
        planned=forecast_of(own_run, player) if own_run and own_run.last_week == run.last_week else None,
    )


def _others(own: ShareForecast, rival: ShareForecast | None) -> list[list[float]] | None:
    """What neither the shop nor the rival shown apart holds. It is a sum that passes the floor of `rules.view_of`.

    Without a rival it is what the own share leaves, the same range read from the other end.
    """
    if rival is None:
        return [[1.0 - value for value in reversed(row)] for row in own.quantiles]
    if own.others is None or own.others["rival"] != rival.player_id:
        return None
    kept: list[list[float]] = own.others["quantiles"]
    return kept
