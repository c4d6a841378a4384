"""What happens to a merchant as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class MerchantApplied(Event):
    kind = "merchants.applied"
    label = _("Applied for a shop")
    merchant_id: int
    again: bool = False


@event
@dataclass(frozen=True, kw_only=True)
class MerchantApproved(Event):
    kind = "merchants.approved"
    label = _("Shop approved")
    merchant_id: int


@event
@dataclass(frozen=True, kw_only=True)
class MerchantRefused(Event):
    kind = "merchants.refused"
    label = _("Application refused")
    merchant_id: int


@event
@dataclass(frozen=True, kw_only=True)
class MerchantStateChanged(Event):
    """Restricted, suspended, active again, on holiday or back; `old` and `new` are states."""

    kind = "merchants.state_changed"
    label = _("State of the shop changed")
    merchant_id: int
    old: str
    new: str


@event
@dataclass(frozen=True, kw_only=True)
class ShopSettingsChanged(Event):
    kind = "merchants.settings_changed"
    label = _("Shop settings changed")
    merchant_id: int
