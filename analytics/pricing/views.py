"""Price and sales of a product, as a panel of its page."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.pricing.queries import held_prices, price_by_day
from core.access import MerchantRequest, merchant_view
from core.charts import series_data
from core.htmx import page
from ecommerce.catalog.models import Variant
from ecommerce.catalog.queries import product_details

TABLE_DAYS = 60
HELD_SHOWN = 10


@merchant_view("facts.view")
@require_GET
def product_prices(request: MerchantRequest, pk: int) -> HttpResponse:
    """Each price with the units sold at it, and both over time for one variant."""
    product = get_object_or_404(product_details(), pk=pk)
    held = held_prices(request.merchant, product, most=HELD_SHOWN)
    variants = list(product.variants.all())
    wanted = request.GET.get("variant", "")
    shown = next((one for one in variants if str(one.pk) == wanted), None) or (held[0].variant if held else None)
    context: dict[str, Any] = {
        "product": product,
        "held": held,
        "variants": variants,
        "shown": shown,
        **(_charts(request, shown) if shown else {}),
    }
    return page(request, "analytics/pricing/product.html", context, part="product-prices")


def _charts(request: MerchantRequest, variant: Variant) -> dict[str, Any]:
    days, prices, units = price_by_day(request.merchant, variant)
    head = [_("Day"), _("Price"), _("Units sold")]
    table = [
        [formats.date_format(day, "SHORT_DATE_FORMAT"), "–" if price is None else f"{price:.2f}", f"{count:.0f}"]
        for day, price, count in zip(days, prices, units, strict=True)
        if count or price is not None
    ][-TABLE_DAYS:]
    money: dict[str, Any] = {"unit": "money", "currency": request.merchant.currency, "digits": 2}
    return {
        "price_chart": json.dumps(series_data(days, [(_("Price"), prices, "own")], **money)),
        "units_chart": json.dumps(series_data(days, [(_("Units sold"), units, "compare")])),
        "price_says": _("The price of %(sku)s over 180 days") % {"sku": variant.sku},
        "units_says": _("Units of %(sku)s sold a day over the same days") % {"sku": variant.sku},
        "head": head,
        "table": table,
    }
