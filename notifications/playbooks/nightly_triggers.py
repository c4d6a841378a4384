"""Facts that a look in the night or at the parcels finds: about products, carriers and festivals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.calendar.events import FestivalAhead
from analytics.calendar.words import FESTIVAL_NAMES, occasion_name
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing
from analytics.lifecycle.models import Stage
from analytics.lifecycle.words import NAMES
from ecommerce.fulfilment.events import CarrierRanLate
from notifications.inbox.kinds import Target
from notifications.inbox.kinds.base import to
from notifications.playbooks.figures import Figure, Payload, Trigger, Type

ABOUT_PRODUCT: dict[str, Any] = {"key": "product_id", "key_label": _("each product"), "things": ("product_id",)}
PRODUCT = Figure("title", _("product"), Type.TEXT)
STOCK = (Figure("available", _("units available")), Figure("cover", _("days the stock lasts")))
WHY = tuple((key, NAMES[key]) for key in ("against_shop", "idle"))
CHANGED = (
    PRODUCT,
    Figure("before", _("stage before"), Type.CHOICE, choices=Stage.choices),
    Figure("stage", _("stage now"), Type.CHOICE, choices=Stage.choices),
    Figure("why", _("figure that decided"), Type.CHOICE, choices=WHY),
    Figure("units", _("units of 90 days")),
    Figure("units_before", _("units of the 90 days before")),
    Figure("change_percent", _("change of units"), Type.PERCENT),
    Figure("against_shop_percent", _("change against the rest of the shop"), Type.PERCENT),
    Figure("forecast_percent", _("forecast of 28 days against the last 28"), Type.PERCENT),
    Figure("idle", _("days since the last sale")),
    *STOCK,
)  # fmt: skip


@dataclass(frozen=True)
class Occasion(Figure):
    """A festival, or a public holiday of any country: more than can be listed as choices."""

    def label_of(self, value: str) -> str:
        return occasion_name(str(value))


def _to_overdue(payload: Payload) -> Target:
    return Target("parcel-case-list", query=f"tab=overdue&carrier={payload['carrier_id']}")


def _to_month(payload: Payload) -> Target:
    return Target("calendar", query=f"month={payload['day'][:7]}")


NIGHTLY: tuple[Trigger, ...] = (
    Trigger(ProductFellBehind, CHANGED, to("lifecycle-detail", "stage_id"), **ABOUT_PRODUCT),
    Trigger(ProductStartedGrowing, CHANGED, to("lifecycle-detail", "stage_id"), **ABOUT_PRODUCT),
    Trigger(
        ProductPraised,
        (
            PRODUCT,
            Figure("rating", _("stars of the last 30 days")),
            Figure("reviews", _("reviews of the last 30 days")),
            Figure("rating_before", _("stars of the 90 days before")),
            Figure("reviews_before", _("reviews that 30 days brought before")),
            Figure("forecast_percent", _("forecast of 28 days against the last 28"), Type.PERCENT),
            Figure("units", _("units of the last 28 days")),
            *STOCK,
        ),
        to("product-detail", "product_id"),
        **ABOUT_PRODUCT,
    ),
    Trigger(
        ComplaintsBurst,
        (
            PRODUCT,
            Figure("sku", _("SKU"), Type.TEXT),
            Figure("cases", _("cases in seven days")),
            Figure("complaints", _("complaints in seven days")),
            Figure("returns", _("returns for defects in seven days")),
            Figure("expected", _("cases that were to be expected")),
            Figure("times", _("times the usual")),
        ),
        to("burst-detail", "episode_id"),
        **ABOUT_PRODUCT,
    ),
    Trigger(
        CarrierRanLate,
        (
            Figure("carrier", _("carrier"), Type.TEXT),
            Figure("parcels", _("parcels that wait, overdue")),
            Figure("late", _("parcels late within 24 hours")),
            Figure("due", _("parcels due within 24 hours")),
            Figure("share_percent", _("late share"), Type.PERCENT),
            Figure("usual_percent", _("usual late share"), Type.PERCENT),
        ),
        _to_overdue,
        key="carrier_id",
        key_label=_("each carrier"),
    ),
    Trigger(
        FestivalAhead,
        (
            Occasion("key", _("festival or holiday"), Type.CHOICE, choices=tuple(FESTIVAL_NAMES.items())),
            Figure("day", _("day"), Type.TEXT),
            Figure("days", _("days until then")),
            Figure("effect_percent", _("expected effect on sales"), Type.PERCENT),
            Figure("past", _("times it was seen before")),
        ),
        _to_month,
        key="key",
        key_label=_("each festival"),
    ),
)
