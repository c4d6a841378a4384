"""What is looked at after a fact, to tell what went together with a playbook's runs (effects.py).

A measure reads many facts at once and gives a case for each: how large it was, to find others like it, and what came
after. A new one is one more entry of MEASURES.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from analytics.calendar.events import FestivalAhead
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.forecasts.events import SurgeExpected
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing
from analytics.markets.events import ShareFallExpected
from analytics.restock.events import StockOutExpected, StockOutsExpected
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.fulfilment.events import CarrierRanLate
from ecommerce.reviews.events import ReviewSubmitted
from notifications.playbooks.measures import goods, service
from notifications.playbooks.measures.cases import HORIZON, Case, Fact, Measure

__all__ = ["HORIZON", "MEASURES", "Case", "Fact", "Measure"]

YEARS = timedelta(days=3 * 366)  # of what happens a few times a year

SOLD = Measure(_("Units sold in the 30 days after, in percent of the 30 days before"), "product_id", goods.sold_after)
MEASURES: Mapping[str, tuple[Measure, ...]] = {
    StockOutExpected.kind: (Measure(_("Days sold out in the 30 days after"), "variant_id", goods.days_sold_out),),
    StockOutsExpected.kind: (
        Measure(
            _("Days sold out in the 30 days after, in percent, of the SKUs warned of"), "", goods.sold_out_of_warned
        ),
    ),
    ShareFallExpected.kind: (
        Measure(_("Market share four weeks after, in points above the forecast"), "", goods.share_against_forecast),
    ),
    ComplaintDueSoon.kind: (
        Measure(
            _("Complaints answered before their time ran out, in percent"), "complaint_id", service.answered_in_time
        ),
    ),
    ProductFellBehind.kind: (SOLD,),
    ProductStartedGrowing.kind: (SOLD,),
    ProductPraised.kind: (
        SOLD,
        Measure(
            _("Units sold in the 28 days after, in percent of the forecast then"), "product_id", goods.against_forecast
        ),
    ),
    ComplaintsBurst.kind: (
        Measure(_("Complaints about the goods in the 30 days after"), "product_id", goods.complaints_after),
        Measure(
            _("Complaints about the goods for 100 units sold in the 30 days after"),
            "product_id",
            goods.complaints_per_hundred,
        ),
    ),
    SurgeExpected.kind: (
        Measure(_("Days sold out in the two weeks after, in percent, of what sells"), "", goods.sold_out_in_surge),
    ),
    FestivalAhead.kind: (
        Measure(
            _("Days sold out in the week up to the festival, in percent, of what sells"),
            "",
            goods.sold_out_before_festival,
            since=YEARS,
        ),
        Measure(
            _("Units sold in the week up to the festival, in percent of a usual week"),
            "",
            goods.sold_before_festival,
            since=YEARS,
        ),
    ),
    CarrierRanLate.kind: (
        Measure(
            _("Late orders with a complaint or a refund in the 30 days after, in percent"),
            "carrier_id",
            service.trouble_of_late,
        ),
    ),
    ReviewSubmitted.kind: (
        Measure(_("Reviews with a reply within 24 hours, in percent"), "review_id", service.replied_in_time, "rating"),
        Measure(
            _("Reviews made better by their author within 30 days, in percent"), "review_id", service.bettered, "rating"
        ),
        Measure(_("Stars of the same buyer’s next review within 30 days"), "review_id", service.next_stars, "rating"),
    ),
}
