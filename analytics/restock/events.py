"""What is announced about stock to come."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class StockOutExpected(Event):
    """A variant is likely to sell out soon: around `out_middle`, in 8 of 10 cases from `out_low` to `out_high`.

    Dates are ISO days of the merchant; `out_high` is "" where sales are too few to name it. Told once per episode.
    """

    kind = "restock.stock_out_expected"
    label = _("Stock will run out soon")
    sentence = _("%(sku)s will run out soon")
    warning_id: int
    variant_id: int
    sku: str
    title: str
    available: int
    per_day: float
    out_low: str
    out_middle: str
    out_high: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class ProposalDismissed(Event):
    """Somebody does not want to order a variant before `until`, an ISO day."""

    kind = "restock.proposal_dismissed"
    label = _("Proposal to order dismissed")
    sentence = _("The proposal to order %(sku)s was dismissed until %(until)s")
    variant_id: int
    sku: str
    until: str
    reason: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class StockOutsExpected(Event):
    """Several variants are likely to sell out soon, found at once: the warnings from `first_…` to `last_…`.

    `sku` is the one that goes first, around `out_middle`, an ISO day of the merchant.
    """

    kind = "restock.stock_outs_expected"
    label = _("Stock of several products will run out soon")
    sentence = _("%(count)s products will run out soon, %(sku)s first")
    first_warning_id: int
    last_warning_id: int
    count: int
    sku: str
    out_middle: str
