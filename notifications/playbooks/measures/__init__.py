"""What is looked at after a fact, to tell what went together with a playbook's runs (effects.py).

A measure reads many facts at once and gives a case for each: how large it was, to find others like it, and what came
after. A new one is one more entry of MEASURES, which has one for every fact a playbook may run on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from analytics.calendar.events import FestivalAhead
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.forecasts.events import DropExpected, SurgeExpected
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing
from analytics.markets.events import ShareFallExpected
from analytics.promotions.events import PromotionReported
from analytics.restock.events import StockOutExpected, StockOutsExpected
from analytics.scenarios.events import PromiseJudged
from ecommerce.complaints.events import ComplaintDueSoon, ComplaintEscalated, ComplaintOpened
from ecommerce.fulfilment.events import CarrierRanLate, ParcelCasesFound
from ecommerce.orders.events import OrderPlaced, OrderRanShort, PaymentFailed
from ecommerce.purchasing.events import GoodsReceived, SupplierPriceSet
from ecommerce.returns.events import ReturnOverdue, ReturnRated, ReturnRequested
from ecommerce.reviews.events import ReviewSubmitted
from notifications.playbooks.measures import buying, goods, orders, parcels, plans, returns, service
from notifications.playbooks.measures.cases import HORIZON, Case, Fact, Measure

__all__ = ["HORIZON", "MEASURES", "Case", "Fact", "Measure"]

YEARS = timedelta(days=3 * 366)  # of what happens a few times a year

LOST = _("Given back or cancelled in the 30 days after, in percent of what the order comes to")
CAME_AGAIN = _("Buyers who ordered again within 30 days, in percent")
SOLD = Measure(_("Units sold in the 30 days after, in percent of the 30 days before"), "product_id", goods.sold_after)
LIKE_ORDERS = ("paid", "short_units")
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
        Measure(
            _("Reviews with a reply within 24 hours, in percent"), "review_id", service.replied_in_time, ("rating",)
        ),
        Measure(
            _("Reviews made better by their author within 30 days, in percent"),
            "review_id",
            service.bettered,
            ("rating",),
        ),
        Measure(
            _("Stars of the same buyer’s next review within 30 days"), "review_id", service.next_stars, ("rating",)
        ),
    ),
    DropExpected.kind: (
        Measure(
            _("Sales of the days it was about, in percent of what was expected for them"),
            "",
            plans.sales_against_forecast,
        ),
    ),
    PromiseJudged.kind: (
        Measure(
            _("Market share of the four weeks after the plan, in points above the one it came to"),
            "promise_id",
            plans.share_after_plan,
            ("inside",),
            since=YEARS,
        ),
    ),
    PromotionReported.kind: (
        Measure(
            _("Units sold of it in the 30 days after the report, in percent of the 30 days before"),
            "promotion_id",
            plans.sold_after_promotion,
            since=YEARS,
        ),
    ),
    ComplaintOpened.kind: (
        Measure(
            _("Hours until the complaint was answered, at most 720"),
            "complaint_id",
            service.hours_until_answered,
            ("topic",),
        ),
        Measure(
            _("Complaints passed to the platform within 30 days, in percent"),
            "complaint_id",
            service.taken_to_platform,
            ("topic",),
        ),
    ),
    ComplaintEscalated.kind: (
        Measure(
            _("Complaints that the platform decided for the shop, of those decided within 30 days, in percent"),
            "complaint_id",
            service.decided_for_shop,
            ("because",),
        ),
        Measure(LOST, "complaint_id", orders.lost, ("because",)),
    ),
    ParcelCasesFound.kind: (
        Measure(_("Parcels delivered within seven days, in percent"), "", parcels.arrived, ("reason",)),
        Measure(
            _("Their orders with a complaint or a refund in the 30 days after, in percent"),
            "",
            parcels.trouble,
            ("reason",),
        ),
    ),
    OrderPlaced.kind: (
        Measure(
            _("Days until all of the order had left, at most 30"), "order_id", orders.days_until_shipped, LIKE_ORDERS
        ),
        Measure(LOST, "order_id", orders.lost, LIKE_ORDERS),
    ),
    OrderRanShort.kind: (
        Measure(_("Orders that left whole within 30 days, in percent"), "order_id", orders.sent_off, ("outcome",)),
        Measure(CAME_AGAIN, "order_id", orders.came_again, ("outcome",)),
    ),
    PaymentFailed.kind: (Measure(_("Orders paid within seven days, in percent"), "order_id", orders.paid_soon),),
    ReturnRequested.kind: (
        Measure(
            _("Hours until the return was approved or refused, at most 720"),
            "return_id",
            returns.hours_until_answered,
            ("requested_by",),
        ),
        Measure(
            _("Stars of the buyer for how the return was handled, given within 30 days"),
            "return_id",
            returns.stars_of_handling,
            ("requested_by",),
        ),
    ),
    ReturnOverdue.kind: (
        Measure(_("Days until the late step was done, at most 30"), "return_id", returns.days_until_done, ("state",)),
    ),
    ReturnRated.kind: (Measure(CAME_AGAIN, "return_id", orders.came_again, ("rating",)),),
    GoodsReceived.kind: (
        Measure(
            _("Units missing after the delivery that were still missing 30 days later, in percent"),
            "order_id",
            buying.still_missing,
        ),
        Measure(
            _("Damaged units among those the supplier delivered in the 30 days after, in percent"),
            "order_id",
            buying.damaged_later,
        ),
    ),
    SupplierPriceSet.kind: (
        Measure(
            _("Margin at the new price in the 30 days after, in points above that of the 30 days before"),
            "variant_id",
            buying.margin_after,
            ("is_offered",),
        ),
        Measure(_("Days sold out in the 30 days after"), "variant_id", goods.days_sold_out, ("is_offered",)),
    ),
}
