"""What scenarios announce. Shares are fractions, weeks ISO dates."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioSaved(Event):
    kind = "scenarios.saved"
    label = _("Scenario saved")
    scenario_id: int
    market_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioRenamed(Event):
    kind = "scenarios.renamed"
    label = _("Scenario renamed")
    scenario_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioAskedAgain(Event):
    """The question of a draft was answered anew, from the forecast `run_id`."""

    kind = "scenarios.asked_again"
    label = _("Scenario asked again")
    scenario_id: int
    run_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioDeleted(Event):
    kind = "scenarios.deleted"
    label = _("Scenario deleted")
    scenario_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioShared(Event):
    kind = "scenarios.shared"
    label = _("Scenario shared by link")
    scenario_id: int
    link_id: int
    days: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioLinkRevoked(Event):
    kind = "scenarios.link_revoked"
    label = _("Link to a scenario revoked")
    scenario_id: int
    link_id: int


@event
@dataclass(frozen=True, kw_only=True)
class ScenarioAdopted(Event):
    """From now on its promise stands: `low` to `high` is the 80 % range of the mean share over its weeks."""

    kind = "scenarios.adopted"
    label = _("Scenario adopted as a plan")
    scenario_id: int
    promise_id: int
    first: str
    last: str
    low: float
    middle: float
    high: float


@event
@dataclass(frozen=True, kw_only=True)
class PromiseJudged(Event):
    """The weeks of an adopted plan are over. `inside`: the share came within its 80 % range."""

    kind = "scenarios.promise_judged"
    label = _("Plan held against what happened")
    promise_id: int
    scenario_id: int
    name: str
    category: str
    low: float
    high: float
    share: float
    inside: bool
    as_planned: bool


@event
@dataclass(frozen=True, kw_only=True)
class PriceTestPlanned(Event):
    kind = "scenarios.price_test_planned"
    label = _("Price test planned")
    test_id: int
    weeks: int
    regions: int
