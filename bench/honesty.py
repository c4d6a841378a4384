"""The demo's two years forecast again week by week: do bands hold what their names say, and is a break noticed?

Every week knows what was known then: the sales before it, and how the forecasts of earlier weeks turned out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from analytics.engine.adaptive import BANDS, Scales, inside
from analytics.engine.cleaning import Refusal
from analytics.engine.forecast import HORIZON, Forecast, forecast_many
from analytics.engine.monitor import OK, REVIEW, Points, Watch, normal_scores, watch
from analytics.engine.protocol import WEEK, Array
from bench.figures import Figure
from bench.place import marketplace

FIRST, COUNTED = 112, 182  # days known at the first forecast, and at the first that counts
LOOKED_BACK, LATELY = 182, 8
SIZE = 0.5  # a rival's price war takes half of the sales
WITHIN = 2.0  # points

Key = tuple[str, str]


@dataclass
class Past:
    """What was published for one series and has come due since."""

    scales: Scales = field(default_factory=Scales)
    made: dict[int, tuple[Forecast, float]] = field(default_factory=dict)
    earlier: dict[int, Scales] = field(default_factory=dict)

    def learn(self, values: Array, origin: int) -> None:
        """Move the scales by what came due in the week before `origin`."""
        hits: dict[str, list[Array]] = {"days": [], "weeks": [], "spans": []}
        for known, (one, _) in self.made.items():
            for step in range(max(origin - WEEK - known, 0), min(origin - known, HORIZON)):
                hits["days"].append(inside(one.quantiles[step], values[known + step]))
            for window, row in zip(one.windows, one.totals, strict=True):
                if origin - WEEK < known + window.last <= origin:
                    kind = "weeks" if window.days <= WEEK else "spans"
                    hits[kind].append(inside(row, values[known : known + HORIZON][window.steps].sum()))
        learnt = {
            kind: getattr(self.scales, kind).learn(np.mean(held, axis=0).tolist(), WEEK)
            for kind, held in hits.items()
            if held
        }
        self.scales = replace(self.scales, **learnt)

    def watch(self, values: Array, origin: int) -> Watch:
        """How forecasts stand at `origin`: each day by the earliest that was said of it up to three weeks ahead."""
        rows: dict[int, tuple[Array, float, float]] = {}
        for at in sorted(self.made):
            if origin - LOOKED_BACK <= at < origin:
                one, widening = self.made[at]
                for step in range(min(3 * WEEK, origin - at)):
                    guess = values[at - WEEK + step % WEEK]
                    rows.setdefault(at + step, (one.quantiles[step], float(guess), widening))
        if not rows:
            return Watch()
        days = sorted(rows)
        said, came = np.array([rows[day][0] for day in days]), values[days]
        guess, width = np.array([rows[day][1:] for day in days]).T
        missed = 1.0 - inside(said, came)[:, 1]
        return watch(Points(normal_scores(said, came), missed, width, np.abs(said[:, 3] - came), np.abs(guess - came)))


def _series() -> dict[Key, tuple[Array, date]]:
    from accounts.models import Merchant
    from analytics import frames
    from analytics.facts.queries import trading_days
    from core.tenancy import tenant

    found = {}
    for shop in Merchant.objects.order_by("pk"):
        with tenant(shop):
            traded = trading_days()
            if traded is None or (traded[1] - traded[0]).days < 2 * 364 - WEEK:
                continue
            last = traded[0] + timedelta(days=2 * 364 - 1)
            for figure in ("value", "orders"):
                found[shop.slug, figure] = (frames.daily_series(figure, traded[0], last), traded[0])
    return found


def _publish(pasts: Mapping[Key, Past], series: Mapping[Key, tuple[Array, date]], origin: int) -> dict[Key, Watch]:
    """Forecast every series from its first `origin` days, as a night would."""
    seen = {}
    for key, past in pasts.items():
        past.learn(series[key][0], origin)
        seen[key] = past.watch(series[key][0], origin)
    for lately in (None, LATELY):
        keys = [key for key in pasts if (seen[key].state == REVIEW) == (lately is not None)]
        made = forecast_many([(series[key][0][:origin], series[key][1]) for key in keys], lately=lately)
        for key, one in zip(keys, made, strict=True):
            if not isinstance(one, Refusal):
                past, widening = pasts[key], seen[key].widening
                past.earlier[origin] = past.scales
                past.made[origin] = (one.adjusted(past.scales, widening), widening)
    return seen


def _coverage(pasts: Mapping[Key, Past], series: Mapping[Key, tuple[Array, date]]) -> dict[str, Array]:
    """The share of outcomes inside each band, by what was forecast."""
    hits: dict[str, list[Array]] = defaultdict(list)
    for key, past in pasts.items():
        values = series[key][0]
        for origin, (one, _) in past.made.items():
            if origin < COUNTED:
                continue
            came = values[origin : origin + HORIZON]
            hits["days"].extend(inside(one.quantiles[: len(came)], came))
            for window, row in zip(one.windows, one.totals, strict=True):
                span = window.days
                if window.last <= len(came) and span in (WEEK, HORIZON):
                    hits[f"{span}-day sums"].append(inside(row, came[window.steps].sum()))
    return {name: np.mean(rows, axis=0) for name, rows in hits.items()}


def _noticed(pasts: Mapping[Key, Past], series: Mapping[Key, tuple[Array, date]], origins: list[int]) -> list[bool]:
    """Whether each break planted at one of `origins` is noticed at one of the three nights a week apart after it."""
    found = []
    for at in origins:
        broken = {}
        copies = {}
        for key, (values, start) in series.items():
            lowered = values.copy()
            lowered[at:] *= SIZE
            broken[key] = (lowered, start)
            kept = {origin: made for origin, made in pasts[key].made.items() if origin <= at}
            copies[key] = Past(pasts[key].earlier[at], made=kept)
        calm = [key for key in copies if copies[key].watch(broken[key][0], at).state == OK]
        copies = {key: copies[key] for key in calm}
        noticed = dict.fromkeys(calm, False)
        for week in (1, 2, 3):
            for key, seen in _publish(copies, broken, at + week * WEEK).items():
                noticed[key] = noticed[key] or seen.state != OK
        found += noticed.values()
    return found


def run() -> Iterator[Figure]:
    marketplace()
    series = _series()
    days = min(len(values) for values, _ in series.values())
    pasts: dict[Key, Past] = {key: Past() for key in series}
    calm = []
    for origin in range(FIRST, days, WEEK):
        seen = _publish(pasts, series, origin)
        if origin >= COUNTED:
            calm += [one.state != REVIEW for one in seen.values()]
    for name, held in _coverage(pasts, series).items():
        for band, part in zip(BANDS, held, strict=True):
            off = abs(float(part) - band) * 100
            said = f"holds {float(part):.1%}"
            yield Figure(f"{band:.0%} band of {name}", off, "points off", band * 100, said, WITHIN, "lower", "figure")
    noticed = _noticed(pasts, series, list(range(COUNTED + 98, days - 4 * WEEK, 98)))
    yield Figure(
        "breaks noticed in three weeks",
        100 * float(np.mean(noticed)),
        "%",
        len(noticed),
        "breaks",
        95,
        "higher",
        "figure",
    )
    yield Figure("weeks not under review", 100 * float(np.mean(calm)), "%", 100, "all", 90, "higher", "figure")
