"""Papers of an order to print: the packing slip, the invoice and its credit notes."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.htmx import done
from ecommerce.orders import actions, papers
from ecommerce.orders.models import Invoice
from ecommerce.orders.views.steps import find


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, with a name to save it under."""
    safe = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_."))
    headers = {"Content-Disposition": f'inline; filename="{safe or "paper"}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _language(request: MerchantRequest) -> str:
    return request.GET.get("language") or get_language() or ""


@merchant_view("orders.ship")
@require_safe
def slip(request: MerchantRequest, number: str) -> HttpResponse:
    """The packing slip; `?language=` names another one than the reader's."""
    order = find(number)
    return pdf(papers.packing_slips([order], _language(request)), f"packing-slip-{order.number}")


@merchant_view("orders.edit")
@require_POST
def invoice(request: MerchantRequest, number: str) -> HttpResponse:
    """Give the order its invoice. From then on its number and what it says stay."""
    order = find(number)
    issued = actions.issue_invoice(order, actor=request.actor)
    return done(request, f"{order.get_absolute_url()}#papers", _("Invoice %(number)s.") % {"number": issued.number})


@merchant_view("orders.view")
@require_safe
def invoice_file(request: MerchantRequest, number: str, invoice: int) -> HttpResponse:
    """An invoice or credit note that was issued."""
    rows = Invoice.objects.select_related("corrects", "order__merchant").filter(order__number=number)
    found = get_object_or_404(rows, pk=invoice)
    return pdf(papers.print_invoices([found], _language(request)), found.number)
