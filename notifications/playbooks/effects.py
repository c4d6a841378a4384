"""What came after a playbook's runs, held against facts of the same kind on which no playbook ran.

As with outcomes of the life cycle (analytics/lifecycle): a comparison with what is alike in the same shop, not an
experiment. Conditions and whoever switches a playbook on choose where it runs, so what is found went together with the
runs and need not come from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from notifications.playbooks.measures import HORIZON, MEASURES, Case, Fact, Measure
from notifications.playbooks.models import Firing, Playbook, StepOutcome

MOST: Final = 150  # cases of each side, the newest
FEWEST: Final = 8
NEAR: Final = 2.0  # times larger or smaller that is still alike
DRAWS: Final = 1000
RANGE: Final = (10, 90)  # percentiles: an 80 % range, as everywhere


@dataclass(frozen=True)
class Effect:
    """Means of a figure where the playbook `ran` and of the `others` near in size, with how many cases each has.

    `low` to `high` is the 80 % range of the difference; the means and it are None where there are too few cases.
    """

    label: Any
    ran: int
    others: int
    mean_ran: float | None = None
    mean_others: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_known(self) -> bool:
        return self.mean_ran is not None

    @property
    def difference(self) -> float:
        return (self.mean_ran or 0.0) - (self.mean_others or 0.0)


def held_against(ran: Sequence[Case], others: Sequence[Case], label: Any = "") -> Effect:
    """The mean difference of each case that ran to the mean of the others of its group within NEAR times its size.

    Cases without any near are left out. The range is the bootstrap's (Efron, The Annals of Statistics 7, 1979) over
    both sides, drawn the same each time; of few cases it is rather too narrow, so below FEWEST there is none.
    """
    sizes, wanted = (np.log1p([one.size for one in side]) for side in (others, ran))
    groups = {group: place for place, group in enumerate(dict.fromkeys(one.group for one in (*ran, *others)))}
    theirs_of, mine_of = (np.array([groups[one.group] for one in side], dtype=int) for side in (others, ran))
    near = np.abs(wanted[:, None] - sizes[None, :]) <= np.log(NEAR)
    near &= mine_of[:, None] == theirs_of[None, :]
    kept, used = near.any(axis=1), near.any(axis=0)
    mine, theirs = int(kept.sum()), int(used.sum())
    if mine < FEWEST or theirs < FEWEST:
        return Effect(label, mine, theirs)
    weights = near[kept][:, used].astype(float)
    after = np.array([one.outcome for one in ran], dtype=float)[kept]
    beside = np.array([one.outcome for one in others], dtype=float)[used]
    matched = weights @ beside / weights.sum(axis=1)
    draw = np.random.default_rng(1)
    times = draw.multinomial(mine, np.full(mine, 1 / mine), DRAWS)
    others_times = draw.multinomial(theirs, np.full(theirs, 1 / theirs), DRAWS).T
    counts = weights @ others_times
    means = np.divide(weights @ (beside[:, None] * others_times), counts, where=counts > 0, out=np.zeros(counts.shape))
    taken = times.T * (counts > 0)
    drawn = ((after[:, None] - means) * taken).sum(axis=0) / np.maximum(taken.sum(axis=0), 1)
    low, high = np.percentile(drawn, RANGE)
    return Effect(label, mine, theirs, float(after.mean()), float(matched.mean()), float(low), float(high))


def effects_of(playbook: Playbook, kind: str) -> list[Effect]:
    """What went together with the runs of a playbook on facts of this kind, measure by measure; none for some kinds.

    Runs that were done and not taken back, against facts on which no playbook ran at all; both older than HORIZON days
    and not older than the measure looks back. Four queries, up to four more a measure where there are cases enough.
    """
    measures = MEASURES.get(kind, ())
    if not measures:
        return []
    merchant = Merchant.objects.in_scope()
    now = timezone.now()
    until = now - timedelta(days=HORIZON + 1)
    alike = Activity.objects.filter(kind=kind, at__gte=now - measures[0].since, at__lt=until).order_by("-pk")
    undone = StepOutcome.objects.filter(state=StepOutcome.State.UNDONE).values("firing")
    runs = Firing.objects.filter(playbook=playbook, state=Firing.State.DONE, activity__kind=kind).exclude(pk__in=undone)
    fired = Firing.objects.filter(activity__kind=kind)
    thing = measures[0].thing
    ran = _facts(alike.filter(pk__in=runs.values("activity")), thing, merchant)
    for name in measures[0].same:
        values = {fact.payload[name] for fact in ran if fact.payload.get(name) is not None}
        alike = alike.filter(**{f"payload__{name}__in": sorted(values)})
    others = _facts(alike.exclude(pk__in=fired.values("activity")), thing, merchant)
    return [_effect(measure, ran, others, merchant) for measure in measures]


def _effect(measure: Measure, ran: list[Fact], others: list[Fact], merchant: Merchant) -> Effect:
    if len(ran) < FEWEST or len(others) < FEWEST:
        return Effect(measure.label, len(ran), len(others))
    facts = [*ran, *others]
    found = [
        replace(case, group=tuple(fact.payload.get(name) for name in measure.same)) if case else None
        for fact, case in zip(facts, measure.read(facts, merchant), strict=True)
    ]
    mine = [one for one in found[: len(ran)] if one is not None]
    theirs = [one for one in found[len(ran) :] if one is not None]
    if not mine or not theirs:
        return Effect(measure.label, len(mine), len(theirs))
    return held_against(mine, theirs, measure.label)


def _facts(rows: Any, thing: str, merchant: Merchant) -> list[Fact]:
    found = rows.values_list("payload", "at")[:MOST]
    return [
        Fact(payload[thing] if thing else 0, merchant.day_of(at), at, payload)
        for payload, at in found
        if not thing or payload.get(thing)
    ]
