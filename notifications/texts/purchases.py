"""The letter with which a shop sends a purchase order to its supplier; the order itself is attached to it as a file."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money, number
from notifications.texts import examples
from notifications.texts.placeholders import Context, Placeholder
from notifications.texts.shapes import Letter

SUPPLIER_FRAME = "notifications/suppliers/own"


def _items(context: Context) -> str:
    return "\n".join(f"{line.quantity} × {line.sku} {line.title}" for line in context["order"].lines.all())


def _expected(context: Context) -> str:
    day = context["order"].expected_on
    return date_format(day, "DATE_FORMAT") if day else ""


PURCHASE = Letter(
    "purchase_order",
    _("Purchase order"),
    purpose="",
    is_needed=True,
    for_suppliers=True,
    frame=SUPPLIER_FRAME,
    when=_("When you send an order to a supplier who has an e-mail address."),
    subject=_("Purchase order %(number)s · %(shop)s"),
    body=_(
        "To {supplier_name}: we order what stands in the attached file.\n\nUnits: {units}\nIn all: {order_total}\n"
        "We expect it on: {expected_day}\n\nPlease confirm by answering this mail.\n\n{shop_name}"
    ),
    example=examples.purchase,
    common=(
        Placeholder("order_number", _("Number of the purchase order"), lambda c: str(c["order"].number)),
        Placeholder("supplier_name", _("Name of the supplier"), lambda c: str(c["order"].supplier.name)),
        Placeholder("contact_name", _("Contact person, if there is one"), lambda c: str(c["order"].supplier.contact)),
        Placeholder("units", _("Units in all"), lambda c: number(c["order"].units)),
        Placeholder("order_total", _("Total of the order"), lambda c: money(c["order"].total, c["order"].currency)),
        Placeholder("order_items", _("What is ordered, one line each"), _items),
        Placeholder("expected_day", _("Day you expect it, if there is one"), _expected),
        Placeholder("shop_name", _("Name of the shop"), lambda c: str(c["merchant"].name)),
    ),
    needed=("order_number",),
)
