"""Where the endpoints of /api/v1 are."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from analytics.accuracy.api import OverrideViewSet, TrackRecordViewSet
from analytics.calendar.api import OutsideSeriesViewSet, OwnEventViewSet
from analytics.demand.api import DemandRunViewSet, DemandViewSet, ServiceLevelViewSet
from analytics.forecasts.api import ForecastViewSet
from analytics.holdings.api import HoldingViewSet
from analytics.lifecycle.api import StageViewSet
from analytics.markets.api import MarketViewSet, ShareRunViewSet
from analytics.promotions.api import PromotionViewSet
from analytics.quality.api import QualityViewSet
from analytics.restock.api import ProposalViewSet
from analytics.scenarios.api import ScenarioViewSet
from core.access import open_view
from core.api.reference import Group, curl, groups
from core.api.views import NowhereApi
from ecommerce.buyers.api import TrackingPageViewSet
from ecommerce.catalog.api import CategoryViewSet, PriceChangeViewSet, ProductViewSet, VariantViewSet
from ecommerce.complaints.api import ComplaintViewSet
from ecommerce.coupons.api import CouponViewSet
from ecommerce.customers.api import CustomerViewSet
from ecommerce.fulfilment.api import (
    CarrierRegionViewSet,
    CarrierViewSet,
    ParcelCaseViewSet,
    ShipmentViewSet,
    ShipOrderViewSet,
)
from ecommerce.inventory.api import (
    ChannelStockViewSet,
    LotViewSet,
    StockViewSet,
    TransferViewSet,
    WarehouseViewSet,
)
from ecommerce.inventory.counts_api import CountViewSet
from ecommerce.inventory.moves_api import MoveViewSet
from ecommerce.loyalty.api import CustomerPointsViewSet
from ecommerce.orders.api import OrderViewSet
from ecommerce.purchasing.api import PurchaseViewSet, SupplierPriceViewSet, SupplierViewSet
from ecommerce.purchasing.scores_api import ScoreViewSet
from ecommerce.questions.api import QuestionViewSet
from ecommerce.returns.api import ReturnViewSet
from ecommerce.reviews.api import ReviewViewSet
from notifications.inbox.api import NotificationViewSet

router = SimpleRouter()
router.register("carriers", CarrierViewSet, "api-carrier")
router.register("carrier-regions", CarrierRegionViewSet, "api-carrier-region")
router.register("categories", CategoryViewSet, "api-category")
router.register("complaints", ComplaintViewSet, "api-complaint")
router.register("coupons", CouponViewSet, "api-coupon")
router.register("customers", CustomerViewSet, "api-customer")
router.register("customers", CustomerPointsViewSet, "api-customer-points")
router.register("forecast-overrides", OverrideViewSet, "api-override")
router.register("demand", DemandViewSet, "api-demand")
router.register("demand-runs", DemandRunViewSet, "api-demandrun")
router.register("events", OwnEventViewSet, "api-own-event")
router.register("forecasts", ForecastViewSet, "api-forecast-run")
router.register("life-cycle", StageViewSet, "api-life-cycle")
router.register("listing-quality", QualityViewSet, "api-listing-quality")
router.register("lots", LotViewSet, "api-lot")
router.register("markets", MarketViewSet, "api-market")
router.register("notifications", NotificationViewSet, "api-notification")
router.register("orders", OrderViewSet, "api-order")
router.register("orders", ShipOrderViewSet, "api-order-parcel")
router.register("orders", TrackingPageViewSet, "api-order-trackingpage")
router.register("outside-series", OutsideSeriesViewSet, "api-outside-series")
router.register("order-proposals", ProposalViewSet, "api-proposal")
router.register("parcel-cases", ParcelCaseViewSet, "api-parcel-case")
router.register("price-changes", PriceChangeViewSet, "api-price-change")
router.register("products", ProductViewSet, "api-product")
router.register("promotions", PromotionViewSet, "api-promotion")
router.register("purchase-orders", PurchaseViewSet, "api-purchase")
router.register("questions", QuestionViewSet, "api-question")
router.register("returns", ReturnViewSet, "api-return")
router.register("reviews", ReviewViewSet, "api-review")
router.register("scenarios", ScenarioViewSet, "api-scenario")
router.register("service-levels", ServiceLevelViewSet, "api-service-level")
router.register("shipments", ShipmentViewSet, "api-shipment")
router.register("share-runs", ShareRunViewSet, "api-share-run")
router.register("stock", StockViewSet, "api-stock")
router.register("stock-moves", MoveViewSet, "api-move")
router.register("stock-counts", CountViewSet, "api-count")
router.register("channel-stock", ChannelStockViewSet, "api-channel-stock")
router.register("stock-figures", HoldingViewSet, "api-holding")
router.register("transfers", TransferViewSet, "api-transfer")
router.register("supplier-prices", SupplierPriceViewSet, "api-supplier-price")
router.register("supplier-scorecards", ScoreViewSet, "api-supplier-scorecard")
router.register("suppliers", SupplierViewSet, "api-supplier")
router.register("track-records", TrackRecordViewSet, "api-track-record")
router.register("variants", VariantViewSet, "api-variant")
router.register("warehouses", WarehouseViewSet, "api-warehouse")


@cache
def _reference() -> list[Group]:
    """The description never changes while the process lives, and takes a second to make."""
    return groups(SchemaGenerator().get_schema(request=None, public=True), settings.BASE_URL)


@open_view("the description of the API holds no data of anybody")
def docs(request: HttpRequest) -> HttpResponse:
    """The API to read, with a call to copy for each operation."""
    first = curl(f"{settings.BASE_URL}/api/v1/orders/?page_size=10")
    refusal = json.dumps({"error": {"code": "…", "message": "…", "fields": {}}}, ensure_ascii=False)
    return render(request, "config/api_docs.html", {"groups": _reference(), "first": first, "refusal": refusal})


schema = open_view("the description of the API holds no data of anybody")(
    SpectacularJSONAPIView.as_view(throttle_classes=[])
)
nowhere = open_view("answers 404 whatever is asked")(NowhereApi.as_view())

urlpatterns = [
    *router.urls,
    path("docs/", docs, name="api-docs"),
    path("schema/", schema, name="api-schema"),
    re_path(r"^[\s\S]*$", nowhere, name="api-nowhere"),
]
