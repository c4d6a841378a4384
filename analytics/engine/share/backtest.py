"""Rolling-origin forecasts of a market: at every origin only what was known then is used.

Origins are numbers of periods known. The origins before the first one asked for are forecast as well, unseen, so that
weights and bands have errors to learn from; a forecast counts only once its target lies before the origin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share import combine
from analytics.engine.share.candidates import KINDS, Fitted, SlopeBelief, fit_all
from analytics.engine.share.challenger import BASE, NAME, Challenger
from analytics.engine.share.draws import BANDS, AdaptiveScale, Distribution, Space, distribution, space_of
from analytics.engine.share.extrapolate import SIMPLE, plain_smoothing, vector_autoregression
from analytics.engine.share.information import Information, expected
from analytics.engine.share.logratio import close
from analytics.engine.share.panel import Indices, SharePanel

WARM_UP = 24
SHORTEST = 2
UNBIAS = 0.5
TRUSTED = 8
"""Targets that a band must have been learnt from before its coverage says anything about the scale."""
NEVER_SOLD = 1e-5
"""What counts as nothing for a player that has not sold yet: its log-ratio is finite, its share is zero."""
EXTRAPOLATIONS = {
    **SIMPLE,
    "plain_smoothing": plain_smoothing,
    "vector_autoregression": vector_autoregression,
}
CANDIDATES = (*EXTRAPOLATIONS, *(f"{name}.{how}" for name, kind in KINDS.items() for how in kind.residuals), NAME)


@dataclass(frozen=True)
class ShareForecast:
    """What was said at one origin. Arrays are horizon x players; `quantiles` has the levels of `draws.LEVELS` last."""

    origin: int
    information: Information
    point: Array
    distribution: Distribution
    quantiles: Array
    weights: dict[str, float]
    simple: dict[str, Array]
    fitted: Mapping[str, Fitted]
    selling: Indices


@dataclass
class Record:
    """One forecaster's past points and log-ratio errors, and the bands it gave; all by origin."""

    is_joint: bool
    unbias: float = 0.0
    horizon: int = 1
    origins: list[int] = field(default_factory=list)
    errors: dict[Space, list[Array]] = field(default_factory=lambda: {space: [] for space in Space})
    pending: list[tuple[int, int, Array]] = field(default_factory=list)
    scale: AdaptiveScale = field(default_factory=AdaptiveScale)

    def due(self, origin: int, counted: Array, space: Space) -> tuple[Array, Array, int]:
        """Errors whose targets lie before `origin`: errors x players, their steps, and the number of targets."""
        chosen, steps, targets = [], [], set()
        for made, error in zip(self.origins, self.errors[space], strict=True):
            for step in range(min(len(error), origin - made)):
                if counted[made + step]:
                    chosen.append(error[step])
                    steps.append(step)
                    targets.add(made + step)
        width = self.errors[space][0].shape[1] if self.origins else 0
        return np.array(chosen).reshape(len(chosen), width), np.array(steps, dtype=int), len(targets)

    def settle(self, panel: SharePanel, origin: int) -> None:
        """Move the scales by the bands that have come due since."""
        waiting = []
        for made, step, quantiles in self.pending:
            if made + step >= origin:
                waiting.append((made, step, quantiles))
            elif panel.counted[made + step]:
                actual = panel.shares[made + step]
                for band, (low, high) in BANDS.items():
                    self.scale.learn(band, quantiles[:, low], quantiles[:, high], actual, self.horizon)
        self.pending = waiting

    def distribution(
        self, panel: SharePanel, origin: int, point: Array, nothing: Array, space: Space, chance: np.random.Generator
    ) -> tuple[Distribution, Array]:
        """The distribution of a point made now and its quantiles, which will be held against what happens."""
        self.settle(panel, origin)
        errors, steps, targets = self.due(origin, panel.counted, space)
        made = distribution(
            point,
            errors,
            steps,
            targets=targets,
            history=origin,
            space=space,
            scales=self.scale.scales,
            nothing=nothing,
            is_joint=self.is_joint,
            unbias=self.unbias,
            chance=chance,
        )
        quantiles = made.quantiles()
        if targets >= TRUSTED:
            self.pending += [(origin, step, quantiles[step]) for step in range(len(point))]
        return made, quantiles

    def keep(self, panel: SharePanel, origin: int, point: Array, least: Array) -> None:
        """Remember the errors of `point`; they are looked at once they are due."""
        actual = panel.shares[origin : origin + len(point)]
        actual = np.where(np.isfinite(actual), actual, 1.0)
        self.origins.append(origin)
        self.horizon = max(self.horizon, len(point))
        for space in Space:
            floor = least if space is Space.RATIO else 0.0
            came, said = (space.values(np.maximum(part, floor), is_joint=self.is_joint) for part in (actual, point))
            self.errors[space].append(came - said)


def origins_for(panel: SharePanel, horizon: int, count: int) -> list[int]:
    """The last `count` origins whose whole horizon lies in the panel, and the end of history if a plan follows it."""
    last = panel.known - horizon
    origins = [origin for origin in range(last - count + 1, last + 1) if origin >= SHORTEST]
    if len(panel.periods) >= panel.known + horizon:
        origins = [*origins[1:], panel.known] if len(origins) >= count else [*origins, panel.known]
    return origins


class Backtest:
    """The forecasts of one market under one information set; walk it with `forecasts`.

    `belief` is what other markets say of the slopes, `remembered` the number of origins by whose errors candidates are
    weighed. Where all plans are known boosted trees may take part (challenger.py) if `is_challenged`; they weigh
    nothing until they have earned it. The same panel gives the same forecasts, alone or among many.
    """

    def __init__(
        self,
        panel: SharePanel,
        horizon: int,
        information: Information,
        *,
        belief: SlopeBelief | None = None,
        seed: int = 0,
        remembered: int = combine.REMEMBERED,
        is_challenged: bool = True,
    ) -> None:
        self.remembered = remembered
        self.panel, self.horizon, self.information, self.belief, self.seed = panel, horizon, information, belief, seed
        self.challenger = Challenger(horizon) if is_challenged and information is Information.ALL else None
        self.missed: dict[str, list[Array]] = {name: [] for name in CANDIDATES}
        self.made: list[int] = []
        self.record = Record(
            is_joint=information is not Information.OWN,
            unbias=0.0 if information is Information.NONE else UNBIAS,
        )
        self.fitted: dict[str, Fitted] = {}
        self.selling: Indices = np.array([], dtype=np.intp)

    def forecasts(self, origins: Sequence[int], warm_up: int = WARM_UP) -> list[ShareForecast]:
        """A forecast at each of `origins` (ascending), after unseen ones at up to `warm_up` origins before."""
        if not origins:
            return []
        before = range(max(SHORTEST, origins[0] - warm_up), origins[0])
        for origin in before:
            self.forecast(origin)
        return [self.forecast(origin) for origin in origins]

    def forecast(self, origin: int) -> ShareForecast:
        panel = self.panel
        shares = panel.shares[:origin]
        selling = panel.selling(origin)
        points = self._points(origin, shares, selling)
        unit = float(np.abs(shares - shares.mean(axis=0)).mean())
        due = self._due(origin)
        errors = {name: due[name] for name in points}
        weight = combine.weights(errors, unit, self.information, self.horizon, self.remembered)
        is_joint = self.record.is_joint
        space = space_of(shares[:, selling])
        if space is Space.ANGLE:
            combined = combine.mean(points, weight)
        else:
            combined = combine.log_mean(points, weight, is_closed=is_joint)
        point = self._silenced(combined, selling)
        positive = np.where(shares > 0, shares, np.inf).min(axis=0)
        least = np.where(np.isfinite(positive), positive / 2, NEVER_SOLD)
        nothing = np.where((shares == 0).any(axis=0), np.sqrt(2.0) * least, 0.0)
        chance = np.random.default_rng([self.seed, origin])
        spread, quantiles = self.record.distribution(panel, origin, point, nothing, space, chance)
        self.record.keep(panel, origin, point, least)
        self._keep(origin, points)
        simple = {name: points[name] for name in SIMPLE}
        return ShareForecast(origin, self.information, point, spread, quantiles, weight, simple, self.fitted, selling)

    def _points(self, origin: int, shares: Array, selling: Indices) -> dict[str, Array]:
        """The candidates' forecasts for all players; those not selling stand at about nothing."""
        panel, horizon = self.panel, min(self.horizon, len(self.panel.periods) - origin)
        points = {}
        market = close(shares[:, selling]) if len(selling) < shares.shape[1] else shares
        for name, extrapolate in EXTRAPOLATIONS.items():
            points[name] = self._placed(extrapolate(market, horizon), selling)
        same = len(selling) == len(self.selling) and bool((selling == self.selling).all())
        start = self.fitted if same else None
        self.fitted = fit_all(market, panel.drivers[:origin][:, selling], panel.names, self.belief, start)
        self.selling = selling
        plan = panel.drivers[origin : origin + horizon][:, selling]
        for name, model in self.fitted.items():
            for how in KINDS[name].residuals:
                shares_ahead = expected(model, model.carried(how, horizon), plan, self.information)
                points[f"{name}.{how}"] = self._placed(shares_ahead, selling)
        if self.challenger is not None and BASE in self.fitted:
            drivers = panel.drivers[:origin][:, selling]
            challenge = self.challenger.forecast(self.fitted[BASE], market, drivers, plan)
            if challenge is not None:
                points[NAME] = self._placed(challenge, selling)
        return points

    def _placed(self, shares: Array, selling: Indices) -> Array:
        full = np.zeros((len(shares), len(self.panel.players)))
        full[:, selling] = shares
        return full

    def _silenced(self, point: Array, selling: Indices) -> Array:
        """Exactly nothing for players that do not sell."""
        shares = point[:, selling]
        if self.record.is_joint:
            shares = shares / shares.sum(axis=1, keepdims=True)
        return self._placed(shares, selling)

    def _due(self, origin: int) -> dict[str, Array]:
        """The absolute errors of each candidate that have come due by `origin`, oldest first; NaN where it had none."""
        if not self.made:
            return dict.fromkeys(CANDIDATES, np.zeros(0))
        due = [
            np.array([made + step < origin and bool(self.panel.counted[made + step]) for step in range(len(missed))])
            for made, missed in zip(self.made, self.missed["naive"], strict=True)
        ]
        return {
            name: np.concatenate([missed[ripe] for missed, ripe in zip(self.missed[name], due, strict=True)])
            for name in CANDIDATES
        }

    def _keep(self, origin: int, points: Mapping[str, Array]) -> None:
        actual = self.panel.shares[origin : origin + self.horizon]
        self.made.append(origin)
        for name in CANDIDATES:
            missed = np.abs(points[name] - actual).mean(axis=1) if name in points else np.full(len(actual), np.nan)
            self.missed[name].append(missed)
