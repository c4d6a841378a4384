"""The page on which a delivery is looked through."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.purchasing.actions import receive_goods
from ecommerce.purchasing.actions.orders import check
from ecommerce.purchasing.forms import ReceiveForm
from ecommerce.purchasing.views.purchases import ASKS, find


@merchant_view("purchasing.receive")
@ASKS
def purchase_receive(request: MerchantRequest, pk: int) -> HttpResponse:
    """Write down what came and what of it is good. The same form sent twice receives once."""
    order = find(pk)
    if request.method != "POST":  # what is posted may be a delivery that is known already
        check(order, "receive")
    form = ReceiveForm(request.POST or None, lines=order.lines.all(), today=request.merchant.today(), key=uuid4().hex)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("key", "received_on", "note", "over_reason")}
        try:
            receipt = receive_goods(order, form.came(), **given, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            words = {"accepted": receipt.accepted, "damaged": receipt.damaged}
            return done(request, order, _("Received: %(accepted)d accepted, %(damaged)d damaged.") % words)
    context = {
        "form": form,
        "order": order,
        "submit": _("Receive goods"),
        "back_url": order.get_absolute_url(),
        "back_label": order.number,
    }
    return page(request, "ecommerce/purchasing/receive.html", context, status=422 if form.is_bound else 200)
