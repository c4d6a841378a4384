"""From a market's rows to the engine and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np

from analytics.engine.demand import LEVELS as DEMAND_LEVELS
from analytics.engine.demand import forecast_demand
from analytics.engine.protocol import Array
from analytics.engine.rhythm import WEEKLY
from analytics.engine.share.backtest import Backtest, ShareForecast
from analytics.engine.share.candidates import SlopeBelief
from analytics.engine.share.combine import REMEMBERED
from analytics.engine.share.draws import BANDS, LEVELS, gains, ranks
from analytics.engine.share.information import Information
from analytics.engine.share.panel import PRICE, NoForecast, Note
from analytics.engine.share.pooled import estimate, pool
from analytics.engine.share.state import market_state
from analytics.engine.share.stored import to_bytes
from analytics.engine.share.tally import score
from analytics.forecasts.monitoring import Standing
from analytics.markets.causes import causes
from analytics.markets.festive import daily_totals, festive
from analytics.markets.models import WEEK, Market
from analytics.markets.panels import HORIZON, PROMOTION, MarketPanel, Planned, Plans, share_panel
from analytics.markets.pulls import FURTHER, as_recorded
from analytics.markets.rules import LEAST_WEEKS, RECENT, view_of

TESTED = 20
"""So many past weeks are forecast beside the one asked for, to say how good forecasts of this market are."""
POINT = 0.01
YOUNG, TEACHERS = 26, 20
"""A market with fewer weeks learns slopes from up to so many others."""
SPAN = 4
FORGETFUL = 8
"""While forecasts are under review the weights of candidates rest on the errors of so many origins only."""
CALM = Standing()
MODEL = "logit"


@dataclass(frozen=True)
class Looked:
    """What is written down of one look ahead: columns of a ShareRun, and of its ShareForecasts."""

    fields: dict[str, Any]
    forecasts: list[dict[str, Any]]
    data_digest: str


def look_ahead(
    market: Market,
    measure: str,
    weeks: Sequence[date],
    *,
    known_by: datetime | None = None,
    watch: Standing = CALM,
) -> list[Looked]:
    """Forecast a market as of the end of each of `weeks` (ascending), each from the weeks up to it only.

    `watch` is how earlier forecasts stand as of the last of them, which alone is widened by it.
    """
    try:
        found = share_panel(market, measure, known_by=known_by)
    except NoForecast as error:
        return [_refused(error.note, []) for _ in weeks]
    origins = {week: found.weeks.index(week) + 1 for week in weeks if week in found.weeks}
    usable = [origin for origin in origins.values() if origin >= LEAST_WEEKS and len(found.players) > 1]
    made: dict[int, ShareForecast] = {}
    if usable:
        first = max(LEAST_WEEKS, usable[-1] - TESTED)
        asked = sorted({*range(first, usable[-1] + 1), *usable})
        belief = _belief(market, measure, found) if found.panel.known < YOUNG else None
        remembered = FORGETFUL if watch.is_review else REMEMBERED
        walk = Backtest(found.panel, HORIZON, Information.NONE, belief=belief, remembered=remembered)
        made = {one.origin: one for one in walk.forecasts(asked)}
    results = []
    sold = daily_totals(market, measure)
    for week in weeks:
        origin = origins.get(week, 0)
        if origin in made:
            past = [one for at, one in made.items() if at < origin]
            results.append(_looked(found, made[origin], past, watch if week == weeks[-1] else CALM, sold))
        else:
            note = Note("one_player") if len(found.players) == 1 else Note("too_short", count=max(origin, 0))
            results.append(_refused(note, found.panel.notes))
    return results


def look_ahead_with_plans(market: Market, measure: str, plans: Plans) -> dict[int, Looked]:
    """Forecast each player of `plans` from the newest week, knowing its own plan and nobody else's; by player id.

    {} where prices and promotions say nothing of this market. One walk serves all: a player's own forecast is made from
    its own plan and from the others' past.
    """
    try:
        found = share_panel(market, measure, plans=plans)
    except NoForecast:
        return {}
    known = found.panel.known
    if known < LEAST_WEEKS or len(found.players) < 2:
        return {}
    belief = _belief(market, measure, found) if known < YOUNG else None
    (made,) = Backtest(found.panel, HORIZON, Information.OWN, belief=belief).forecasts([known])
    if not made.fitted:
        return {}
    places = {player_id: found.place(player_id) for player_id in plans}
    size = _rounded(_size(found, known, daily_totals(market, measure)))
    return {
        player_id: _looked_with_plan(found, made, at, plans[player_id], size)
        for player_id, at in places.items()
        if at is not None and at in made.selling
    }


def _looked_with_plan(
    found: MarketPanel, made: ShareForecast, at: int, plan: Mapping[date, Planned], size: Any
) -> Looked:
    panel, origin = found.panel, made.origin
    weeks = [found.weeks[-1] + step * WEEK for step in range(1, HORIZON + 1)]
    ahead = dict(zip(panel.names, panel.drivers[origin : origin + HORIZON, at].T, strict=True))
    assumed = {
        "weeks": [week.isoformat() for week in weeks if week in plan],
        "price": _rounded(np.exp(ahead[PRICE])) if PRICE in ahead else [],
        "promotion": _rounded(ahead[PROMOTION]) if PROMOTION in ahead else [],
        **{name: _rounded(as_recorded(name, ahead[name])) for name in FURTHER if name in ahead},
    }
    player_id = found.players[at].pk
    (one,) = _forecasts(found, made, [at])
    fields = {
        "first_week": found.weeks[0],
        "horizon": HORIZON,
        "players": [player_id],
        "weights": _weights(made),
        "assumed": assumed,
        "size": size,
    }
    told = sorted((week, tuple(planned)) for week, planned in plan.items())
    digest = hashlib.sha256(f"{found.digest}:{player_id}:{told}".encode()).hexdigest()
    return Looked(fields, [{**one, "ranks": []}], digest)


def _refused(note: Note, notes: Sequence[Note]) -> Looked:
    fields = {"refusal": note.code, "notes": [_note(one) for one in [*notes, note]]}
    return Looked(fields, [], f"refused:{note.code}:{note.count}")


def _note(note: Note) -> dict[str, Any]:
    return {"code": note.code, "field": note.field, "count": note.count}


def _rounded(values: Any) -> Any:
    """Six decimals, as nested lists: a run reads back as it was written on every database."""
    return np.round(np.asarray(values, dtype=float), 6).tolist()


def _belief(market: Market, measure: str, found: MarketPanel) -> SlopeBelief | None:
    """What other markets say of prices and promotions."""
    others = Market.objects.exclude(pk=market.pk).exclude(first_week=None).order_by("first_week")[:TEACHERS]
    learnt = []
    for other in others:
        try:
            panel = share_panel(other, measure).panel
        except NoForecast:
            continue
        if (one := estimate(panel, panel.known)) is not None:
            learnt.append(one)
    return pool(learnt, found.panel.names)


def _looked(
    found: MarketPanel, made: ShareForecast, past: Sequence[ShareForecast], watch: Standing, sold: dict[date, float]
) -> Looked:
    panel, origin = found.panel, made.origin
    why = _reasons(found, made)
    due = [one for one in past if one.origin < origin]
    fields = {
        "first_week": found.weeks[0],
        "horizon": HORIZON,
        "players": [player.pk for player in found.players],
        "weights": _weights(made),
        "backtest": _scores(found, due, origin),
        "assumed": {},
        "size": _rounded(_size(found, origin, sold)),
        "notes": [_note(note) for note in (*panel.notes, *panel.silent(origin))],
        "widening": watch.widening,
        "watch": watch.to_json(),
    }
    forecasts = _forecasts(found, made, range(len(found.players)), watch.widening)
    for at, forecast in enumerate(forecasts):
        forecast["reasons"] = {cause: round(float(parts[at]), 6) for cause, parts in why.items()}
    return Looked(fields, forecasts, found.digest)


def _weights(made: ShareForecast) -> dict[str, float]:
    return {name: round(weight, 6) for name, weight in made.weights.items() if weight >= 1e-4}


def _forecasts(
    found: MarketPanel, made: ShareForecast, places: Iterable[int], widening: float = 1.0
) -> list[dict[str, Any]]:
    """The columns of a ShareForecast for each of the players at `places`, with bands wider by a factor."""
    last = found.panel.shares[made.origin - 1]
    spread = made.distribution.widened(widening)
    quantiles = made.quantiles if widening == 1.0 else spread.quantiles()
    draws = spread.draws()
    gain, lose = gains(draws, last, POINT)
    final = ranks(draws[..., : len(found.players)])[-1]
    apart = _apart(found, made.origin) if spread.is_joint else {}
    together = {band: spread.draws(band) for band in BANDS} if apart else {}
    return [
        {
            "player_id": found.players[at].pk,
            "last": round(float(last[at]), 6),
            "mean": _rounded(made.point[:, at]),
            "quantiles": _rounded(quantiles[:, at]),
            "gain": _rounded(gain[:, at]),
            "lose": _rounded(lose[:, at]),
            "ranks": _rounded(final[at]),
            "others": _others(together, at, apart[at], found) if at in apart else None,
        }
        for at in places
    ]


def _apart(found: MarketPanel, origin: int) -> dict[int, int]:
    """For each player that may see one rival apart (rules.view_of), the place of that rival."""
    sold = found.amounts[max(0, origin - RECENT) : origin].sum(axis=0)
    recent = {player.pk: float(amount) for player, amount in zip(found.players, sold, strict=False)}
    rivals = {at: view_of(player.pk, recent).groups.get("rival", ()) for at, player in enumerate(found.players)}
    return {at: place for at, one in rivals.items() if one and (place := found.place(one[0])) is not None}


def _others(together: Mapping[float, Array], at: int, rival: int, found: MarketPanel) -> dict[str, Any]:
    """What all hold beside the player and the rival shown apart, from the draws of all together by band."""
    rest = {band: 1.0 - draws[..., at] - draws[..., rival] for band, draws in together.items()}
    rows = [np.quantile(rest[0.95 if level in (LEVELS[0], LEVELS[-1]) else 0.80], level, axis=1) for level in LEVELS]
    quantiles = np.clip(np.sort(np.stack(rows, axis=-1), axis=-1), 0.0, 1.0)
    return {"rival": found.players[rival].pk, "quantiles": _rounded(quantiles)}


def _scores(found: MarketPanel, past: Sequence[ShareForecast], origin: int) -> dict[str, Any]:
    """How good forecasts of the market as a whole were by `origin`; {} where none has come due."""
    known = found.panel if origin == found.panel.known else _known_until(found, origin)
    if not past or not any(known.counted[one.origin : one.origin + HORIZON].any() for one in past):
        return {}
    total = score(known, past)
    numbers = {
        "error": total.error,
        "naive": total.naive,
        "best_simple": total.best_simple,
        "cover_80": total.cover_80,
        "cover_95": total.cover_95,
        "crps_ratio": total.crps_ratio,
    }
    return {name: round(value, 6) for name, value in numbers.items() if np.isfinite(value)} | {"forecasts": len(past)}


def _known_until(found: MarketPanel, origin: int) -> Any:
    """The panel with nothing after `origin` counted, so that a replayed run is not scored with what came later."""
    counted = found.panel.counted.copy()
    counted[origin:] = False
    return replace(found.panel, counted=counted)


def _size(found: MarketPanel, origin: int, sold: dict[date, float]) -> Array:
    """Quantiles (LEVELS) of the market's size in each coming week, festivals counted in.

    `sold`: the platform's days, of which those up to the origin are learnt from.
    """
    around = festive(sold, found.weeks[0], found.weeks[origin - 1], HORIZON)
    made = forecast_demand(found.totals[None, :origin], HORIZON, factors=around.factors[None], rhythm=WEEKLY)
    places = [DEMAND_LEVELS.index(level) for level in LEVELS]
    return np.asarray(made.quantiles[0][:, places], dtype=float)


def _reasons(found: MarketPanel, made: ShareForecast) -> dict[str, Array]:
    """What moved shares over the last SPAN weeks against the SPAN before; {} where there is no model to say it."""
    panel, origin, selling = found.panel, made.origin, made.selling
    model = made.fitted.get(MODEL)
    if model is None or origin < 2 * SPAN:
        return {}
    now, before = slice(origin - SPAN, origin), slice(origin - 2 * SPAN, origin - SPAN)
    shares = [panel.shares[part][:, selling].mean(axis=0) for part in (before, now)]
    drivers = [panel.drivers[part][:, selling].mean(axis=0) for part in (before, now)]
    parts = causes(model, panel.names, drivers[0], drivers[1], shares[0], shares[1])
    full = {}
    for cause, values in parts.items():
        full[cause] = np.zeros(len(panel.players))
        full[cause][selling] = values
    return full


def scenario_state(market: Market, measure: str) -> bytes | None:
    """The newest model of a market that knows what drives it; None where there is none to ask."""
    try:
        found = share_panel(market, measure)
        known = found.panel.known
        belief = _belief(market, measure, found) if known < YOUNG else None
        made = Backtest(found.panel, HORIZON, Information.ALL, belief=belief).forecasts([known])[0]
        return to_bytes(market_state(found.panel, made))
    except (NoForecast, ValueError):
        return None


def festivals_ahead(market: Market, measure: str, first: date, last: date) -> list[dict[str, Any]]:
    """The festivals of the weeks after `last`, for scenarios to move or leave out."""
    around = festive(daily_totals(market, measure), first, last, HORIZON)
    return [asdict(one) for one in around.coming]


def with_the_plan_that_came(
    found: MarketPanel, weeks: Sequence[date], information: Information = Information.ALL
) -> dict[date, Array]:
    """What would have been forecast as of `weeks` had the prices and promotions that came been known: steps x players.

    All of them, or with Information.OWN each player's own.
    """
    origins = {found.weeks.index(week) + 1: week for week in weeks if week in found.weeks}
    usable = sorted(origin for origin in origins if origin >= LEAST_WEEKS)
    if not usable or PRICE not in found.panel.names or len(found.players) < 2:
        return {}
    made = Backtest(found.panel, HORIZON, information).forecasts(list(range(usable[0], usable[-1] + 1)))
    return {origins[one.origin]: one.point for one in made if one.origin in origins}
