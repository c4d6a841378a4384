"""The page that turns what should be ordered into drafts of purchase orders."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from analytics.restock.drafting import draft_what_is_needed
from analytics.restock.proposals import Left, proposal
from core.access import MerchantRequest, merchant_view
from core.htmx import done, page


@merchant_view("purchasing.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def restock_order(request: MerchantRequest) -> HttpResponse:
    """What would be ordered from whom, and what from nobody and why; posted, the drafts are made."""
    shop = request.merchant
    if request.method == "POST":
        drafts = draft_what_is_needed(actor=request.actor)
        numbers = ", ".join(draft.number for draft in drafts[:5])
        say = ngettext("%(count)d order drafted: %(numbers)s.", "%(count)d orders drafted: %(numbers)s.", len(drafts))
        return done(
            request, reverse("restock-order", args=[shop.slug]), say % {"count": len(drafts), "numbers": numbers}
        )
    found = proposal(shop.today(), shop.currency)
    left = [(one, _why(one)) for one in found.left]
    context = {"groups": found.groups, "left": left, "may_see_suppliers": request.membership.may("suppliers.view")}
    return page(request, "analytics/restock/order.html", context)


def _why(one: Left) -> str:
    return {
        "drafted": _("It stands in the draft %(number)s already.") % {"number": one.number},
        "no_offer": _("No supplier has it in a price list."),
        "currencies": _("Suppliers ask in different currencies, so which one is cheaper cannot be told."),
        "too_many": _("It is more than one line of an order can hold."),
    }[one.why]
