"""The page on which a buyer complains about an order, and sees what became of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Refused
from core.forms import add_refusal
from ecommerce.buyers.forms import ComplaintForm, DoubtForm, WordsForm
from ecommerce.buyers.links import COMPLAINT, BuyerRequest, buyer_of, buyer_view, language_for
from ecommerce.buyers.queries import products_of
from ecommerce.complaints.actions import (
    accept_offer,
    add_message,
    close_complaint,
    escalate_complaint,
    open_complaint,
)
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.complaints.queries import conversation
from ecommerce.complaints.words import clock_in_words
from ecommerce.orders.models import Order

BUYER = ComplaintMessage.Author.BUYER


@buyer_view(COMPLAINT)
@require_http_methods(["GET", "HEAD", "POST"])
def complaint_page(request: BuyerRequest) -> HttpResponse:
    """The complaints about the order with what was said, and a form for one where none is open."""
    order = Order.objects.select_related("merchant", "customer").filter(pk=request.link.object_id).first()
    if order is None:
        raise Http404
    with translation.override(language_for(order.customer, request)):
        complaints = list(
            order.complaints.select_related("merchant", "order", "customer").order_by("-opened_at", "-pk")
        )
        current = next((one for one in complaints if one.state != Complaint.State.CLOSED), None)
        bound: dict[str, forms.Form] = {}
        if request.method == "POST":
            bound = _act(request, order, current)
            if not bound:
                return redirect(request.path)
        return _render(request, order, complaints, current, bound)


def _render(
    request: BuyerRequest, order: Order, complaints: list[Complaint], current: Complaint | None, bound: dict[str, Any]
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "order": order,
        "complaint": current,
        "past": [(one, conversation(one, side=BUYER)) for one in complaints if one is not current],
        "open_form": ComplaintForm(products=products_of(order), auto_id="open_%s"),
        "message_form": WordsForm(auto_id="message_%s"),
        "escalate_form": DoubtForm(auto_id="escalate_%s"),
    }
    if current is not None:
        shop_may_answer = current.state == Complaint.State.OPENED and now < current.due_at
        context |= {
            "messages_shown": conversation(current, side=BUYER),
            "clock": clock_in_words(current, now),
            "may_escalate": current.may_become(Complaint.State.INVESTIGATED) and not shop_may_answer,
            "may_close": current.state in (Complaint.State.OPENED, Complaint.State.ANSWERED),
        }
    return render(request, "ecommerce/buyers/complaint.html", context | bound, status=422 if bound else 200)


def _act(request: BuyerRequest, order: Order, current: Complaint | None) -> dict[str, forms.Form]:
    """Do what was posted; gives the form back where something is wrong with it, by its name in the template."""
    what, actor = request.POST.get("do", ""), buyer_of(order.customer)
    if what == "open":
        opening = ComplaintForm(request.POST, products=products_of(order), auto_id="open_%s")
        said = _("The shop has your complaint and 24 hours to answer.")
        return _fill(request, "open_form", opening, partial(open_complaint, order=order, actor=actor), said)
    if current is None:
        raise Http404
    if what == "message":
        words = WordsForm(request.POST, auto_id="message_%s")
        said = _("Your message is sent.")
        return _fill(request, "message_form", words, partial(add_message, current, side=BUYER, actor=actor), said)
    if what == "escalate":
        doubt = DoubtForm(request.POST, auto_id="escalate_%s")
        because = Complaint.Escalation.BUYER
        said = _("The platform looks at it now and decides within 72 hours.")
        act = partial(escalate_complaint, current, because=because, actor=actor)
        return _fill(request, "escalate_form", doubt, act, said)
    if what == "accept":
        accept_offer(current, actor=actor)
        messages.success(request, _("You accepted the offer. The money is on its way back to you."))
    elif what == "settled":
        close_complaint(current, because=Complaint.Closing.SETTLED, actor=actor)
        messages.success(request, _("The complaint is closed."))
    else:
        raise Http404
    return {}


def _fill(
    request: BuyerRequest, name: str, form: forms.Form, act: Callable[..., Any], said: str
) -> dict[str, forms.Form]:
    if form.is_valid():
        try:
            act(**form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, said)
            return {}
    return {name: form}
