"""What the list of products shows of a product, worked out once for a page so that its template puts it in place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypedDict

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.addresses import addresses
from core.tags import tags_of
from core.templatetags.sc import money, number, st, when
from ecommerce.catalog.models import Category, Product

COLUMNS = (
    "pk", "title", "brand", "first_sku", "variant_count", "category__name", "category__name_zh", "state", "price_low",
    "price_high", "is_counted", "stock", "created_at", "updated_at",
    "tag_names",
)  # fmt: skip
NOTHING = SafeString("")


class Row(TypedDict):
    """A product as the list shows it: texts, and the rest as HTML, in the language and time zone of the page."""

    pk: int
    title: str
    url: str
    brand: SafeString
    sku: str
    more: SafeString
    category: str
    state: SafeString
    price: str
    stock: SafeString
    updated: SafeString
    tags: SafeString


def rows_of(found: Iterable[Any], slug: str, currency: str) -> list[Row]:
    """The rows of a page; `found` has COLUMNS."""
    url = addresses("product-detail", slug)
    states = cache(lambda state: st(*Product.BADGES[state]))
    never, gone = _never_counted(), st("critical", _("Sold out"), "", "alert-triangle")
    left = format_html(' <span class="sc-only-phone sc-3">{}</span>', _("left to sell"))
    return [
        Row(
            pk=product.pk,
            title=product.title,
            url=url(product.pk),
            brand=format_html("<small>{}</small>", product.brand) if product.brand else NOTHING,
            sku=product.first_sku or "",
            more=_more(product.variant_count - 1) if product.variant_count > 1 else NOTHING,
            category=Category.label_of(product.category__name, product.category__name_zh) or "–",
            state=states(product.state),
            price=_price(product, currency),
            stock=never if not product.is_counted else gone if product.stock <= 0 else _left(product.stock, left),
            updated=when(product.updated_at),
            tags=_tags(product.tag_names) if product.tag_names else NOTHING,
        )
        for product in found
    ]


def _price(product: Any, currency: str) -> str:
    if not product.variant_count:
        return "–"
    low = money(product.price_low, currency)
    return low if product.price_low == product.price_high else f"{low}–{money(product.price_high, currency)}"


def _tags(joined: str) -> SafeString:
    return format_html_join(" ", "{}", ((st("neutral", name),) for name in tags_of(joined)))


def _more(more: int) -> SafeString:
    words = ngettext("and %(more)s more", "and %(more)s more", more) % {"more": more}
    return format_html(' <span class="sc-3">{}</span>', words)


def _left(stock: int, words: SafeString) -> SafeString:
    return format_html("{}{}", number(stock), words)


def _never_counted() -> SafeString:
    words = _("Never counted")
    return format_html('<span class="sc-3" title="{}">–<span class="sc-vh">{}</span></span>', words, words)
