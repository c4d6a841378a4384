"""The pages of a shop's complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.complaints.actions import (
    add_internal_note,
    add_message,
    answer_complaint,
    appeal_complaint,
    escalate_complaint,
)
from ecommerce.complaints.forms import AnswerForm, AppealForm, MessageForm, NoteForm
from ecommerce.complaints.listing import COMPLAINTS
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.complaints.queries import complaint_list, conversation, lines_about, of_buyer, similar_complaints
from ecommerce.complaints.words import clock_in_words, steps_of
from ecommerce.customers.models import Customer

MERCHANT = ComplaintMessage.Author.MERCHANT


@merchant_view("complaints.view")
def index(request: MerchantRequest) -> HttpResponse:
    """The list of complaints."""
    now = timezone.now()
    found = COMPLAINTS.page(complaint_list(), request.GET)
    context: dict[str, Any] = {
        "page": found,
        "rows": [(complaint, clock_in_words(complaint, now)) for complaint in found.rows],
        "search_hint": _("Number, buyer, order"),
    }
    if request.membership.may("complaints.export"):
        context["export_url"] = reverse("complaint-export", args=[request.merchant.slug])
    return page(request, "ecommerce/complaints/list.html", context, part="results")


@merchant_view("complaints.view")
def of_customer(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a customer: their newest complaints."""
    customer = get_object_or_404(Customer.objects.all(), pk=pk)
    words = urlencode({"tab": "all", "q": customer.email or customer.name})
    more = f"{reverse('complaint-list', args=[request.merchant.slug])}?{words}"
    if not request.headers.get("HX-Request"):
        return redirect(more)
    newest = complaint_list().filter(customer=customer).order_by("-opened_at", "-pk")[:5]
    return page(request, "ecommerce/complaints/of_customer.html", {"newest": newest, "more_url": more})


@merchant_view("complaints.export")
def export(request: MerchantRequest) -> HttpResponseBase:
    """The complaints in the view as CSV."""
    complaints = COMPLAINTS.matching(complaint_list(), request.GET)
    head = [
        _("Complaint"), _("Opened"), _("State"), _("Topic"), _("Subject"), _("Buyer"), _("Order"), _("Product"),
        _("Due"), _("Answered"), _("Decided"), _("Decision"), _("Refund asked"), _("Refund offered"),
        _("Refund decided"), _("Currency"), _("Closed"), _("Closed because"),
    ]  # fmt: skip
    moment = clock(request.merchant.zone)

    def rows() -> Iterator[list[Any]]:
        for one in complaints.iterator(chunk_size=500):
            yield [
                one.number, moment(one.opened_at), str(one.badge.label), one.get_topic_display(), one.subject,
                one.buyer_name, one.order or "", one.product or "", moment(one.due_at) if one.is_open else "",
                moment(one.answered_at), moment(one.decided_at), one.get_decision_display(), one.refund_asked,
                one.refund_offered, one.refund_decided, request.merchant.currency, moment(one.closed_at),
                one.get_closed_because_display(),
            ]  # fmt: skip

    return table_response(request, _("complaints"), head, rows())


@merchant_view("complaints.view")
def detail(request: MerchantRequest, number: str) -> HttpResponse:
    """One complaint: conversation, clock, what it is about, and what the shop can do."""
    return _detail(request, _complaint(number))


@merchant_view("complaints.answer")
@require_POST
def answer(request: MerchantRequest, number: str) -> HttpResponse:
    form = AnswerForm(request.POST, auto_id="answer_%s")
    return _act(request, number, form, "answer_form", answer_complaint, _("The buyer has your answer."))


@merchant_view("complaints.answer")
@require_POST
def message(request: MerchantRequest, number: str) -> HttpResponse:
    form = MessageForm(request.POST, auto_id="message_%s")
    return _act(request, number, form, "message_form", add_message, _("Your message is sent."), side=MERCHANT)


@merchant_view("complaints.answer")
@require_POST
def note(request: MerchantRequest, number: str) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="note_%s")
    return _act(request, number, form, "note_form", add_internal_note, _("The note is kept."), side=MERCHANT)


@merchant_view("complaints.answer")
@require_POST
def escalate(request: MerchantRequest, number: str) -> HttpResponse:
    """The shop asks the platform to decide."""
    complaint = _complaint(number)
    escalate_complaint(complaint, because=Complaint.Escalation.MERCHANT, actor=request.actor)
    return done(request, complaint, _("The platform decides now."))


@merchant_view("complaints.answer")
@require_POST
def appeal(request: MerchantRequest, number: str) -> HttpResponse:
    form = AppealForm(request.POST, auto_id="appeal_%s")
    return _act(request, number, form, "appeal_form", appeal_complaint, _("The platform looks at it again."))


def _complaint(number: str) -> Complaint:
    return get_object_or_404(complaint_list(), number=number)


def _act(
    request: MerchantRequest, number: str, form: forms.Form, name: str, act: Callable[..., Any], say: str, **more: Any
) -> HttpResponse:
    """Do what a form asks for, or show the page again with the form and what is wrong with it."""
    complaint = _complaint(number)
    if form.is_valid():
        try:
            act(complaint, **form.cleaned_data, **more, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, complaint, say)
    return _detail(request, complaint, status=422, **{name: form})


def _detail(request: MerchantRequest, complaint: Complaint, status: int = 200, **bound: forms.Form) -> HttpResponse:
    now, may = timezone.now(), request.membership.may
    context: dict[str, Any] = {
        "complaint": complaint,
        "messages_shown": conversation(complaint, side=MERCHANT),
        "clock": clock_in_words(complaint, now),
        "steps": steps_of(complaint),
        "lines": lines_about(complaint),
        "similar": similar_complaints(complaint, now=now),
        "others_of_buyer": of_buyer(complaint).count(),
        "may_act": may("complaints.answer"),
        "may_appeal": complaint.why_no_appeal(now) is None,
        "may_escalate": complaint.may_become(Complaint.State.INVESTIGATED),
        "may_see_order": may("orders.view"),
        "may_see_product": may("products.view"),
        "may_see_customer": may("customers.view"),
        "answer_form": AnswerForm(auto_id="answer_%s"),
        "message_form": MessageForm(auto_id="message_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "appeal_form": AppealForm(auto_id="appeal_%s"),
    }
    return page(request, "ecommerce/complaints/detail.html", context | bound, status=status)
