"""The moderators' workbench for complaints: queue by due time, both sides' words and record, the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.activity.reads import note_read
from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from core.lists import Listing, ListPage, Sort, Tab
from core.tenancy import tenant
from ecommerce.complaints.actions import add_internal_note, add_message, decide_complaint, escalate_complaint
from ecommerce.complaints.filters import QueueFilters
from ecommerce.complaints.forms import DecisionForm, MessageForm, NoteForm
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.complaints.queries import (
    complaint_list,
    conversation,
    lines_about,
    of_buyer,
    record_of,
    record_of_shop,
    search_complaints,
    similar_complaints,
)
from ecommerce.complaints.words import clock_in_words, steps_of

STAFF = ComplaintMessage.Author.STAFF
SHOWN = 50  # of the queue


def _queue(person_id: int | None) -> Listing:
    """The queue's views; "decided by me" depends on who looks."""
    waiting = [Complaint.State.OPENED, Complaint.State.ANSWERED]
    return Listing(
        tabs=[
            Tab("to_decide", gettext_lazy("To decide"), lambda rows: rows.for_platform()),
            Tab("waiting", gettext_lazy("With the parties"), lambda rows: rows.filter(state__in=waiting)),
            Tab("mine", gettext_lazy("Decided by me"), lambda rows: rows.filter(decided_by=person_id)),
        ],
        sorts=[Sort("due", gettext_lazy("Due"), "due_at")],
        filters=QueueFilters,
        search=search_complaints,
    )


def _found(request: StaffRequest) -> ListPage:
    return _queue(request.user.pk).page(complaint_list(), request.GET)


def _in_order(found: ListPage) -> QuerySet[Complaint]:
    """The most urgent first; decided ones the newest first."""
    assert found.tab is not None
    rows: QuerySet[Complaint] = found.tab.rows(found.found)
    return rows.order_by("-decided_at", "-pk") if found.tab.key == "mine" else rows.order_by("due_at", "pk")


@staff_view("complaints.decide")
def index(request: StaffRequest) -> HttpResponse:
    """The queue with its first complaint; on phones the queue alone."""
    found = _found(request)
    return _page(request, found, _in_order(found).first(), is_choosing=True)


@staff_view("complaints.decide")
def item(request: StaffRequest, pk: int) -> HttpResponse:
    """One complaint in the workbench."""
    return _page(request, _found(request), get_object_or_404(complaint_list(), pk=pk))


@staff_view("complaints.decide")
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide and open the next complaint."""
    form = DecisionForm(request.POST, auto_id="decision_%s")
    complaint = get_object_or_404(complaint_list(), pk=pk)
    found = _found(request)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if values.pop("state") != complaint.state:
                sentence = _("Complaint %(number)s has moved on: %(state)s. Look at it again.")
                words = {"number": complaint.number, "state": complaint.badge.label}
                raise Refused("moved_on", sentence % words, status=409)
            with tenant(complaint.merchant):
                decide_complaint(complaint, **values, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("%(number)s is decided. Both parties are told.") % {"number": complaint.number}
            return done(request, _next_address(request, found, complaint), say)
    return _page(request, found, complaint, status=422, decision_form=form)


def _next_address(request: StaffRequest, found: ListPage, complaint: Complaint) -> str:
    """The first of the queue that is due after this one, else its first; the queue itself when it is empty."""
    rest = _in_order(found).exclude(pk=complaint.pk)
    following = rest.filter(due_at__gte=complaint.due_at).first() or rest.first()
    address = reverse("staff-complaint", args=[following.pk]) if following else reverse("staff-complaints")
    query = request.GET.urlencode()
    return f"{address}?{query}" if query else address


@staff_view("complaints.decide")
@require_POST
def take_up(request: StaffRequest, pk: int) -> HttpResponse:
    """The platform takes a complaint up before the parties are through with it."""
    complaint = get_object_or_404(complaint_list(), pk=pk)
    with tenant(complaint.merchant):
        escalate_complaint(complaint, because=Complaint.Escalation.PLATFORM, actor=request.actor)
    say = _("%(number)s is with the platform now.") % {"number": complaint.number}
    return done(request, reverse("staff-complaint", args=[pk]), say)


@staff_view("complaints.decide")
@require_POST
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """Write to both parties."""
    form = MessageForm(request.POST, auto_id="message_%s")
    return _write(request, pk, form, "message_form", add_message, _("Both parties have your message."))


@staff_view("complaints.decide")
@require_POST
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a note that only staff see."""
    form = NoteForm(request.POST, auto_id="note_%s")
    return _write(request, pk, form, "note_form", add_internal_note, _("The note is kept."))


def _write(
    request: StaffRequest, pk: int, form: forms.Form, name: str, act: Callable[..., Any], say: str
) -> HttpResponse:
    complaint = get_object_or_404(complaint_list(), pk=pk)
    if form.is_valid():
        try:
            with tenant(complaint.merchant):
                act(complaint, **form.cleaned_data, side=STAFF, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            query = request.GET.urlencode()
            address = reverse("staff-complaint", args=[pk])
            return done(request, f"{address}?{query}" if query else address, say)
    return _page(request, _found(request), complaint, status=422, **{name: form})


def _page(
    request: StaffRequest,
    found: ListPage,
    complaint: Complaint | None,
    *,
    is_choosing: bool = False,
    status: int = 200,
    **bound: Any,
) -> HttpResponse:
    now = timezone.now()
    queue = list(_in_order(found)[: SHOWN + 1])
    context: dict[str, Any] = {
        "page": found,
        "queue": [(other, clock_in_words(other, now)) for other in queue[:SHOWN]],
        "has_more": len(queue) > SHOWN,
        "complaint": complaint,
        "is_choosing": is_choosing,
    }
    if complaint is not None:
        note_read(complaint, page="staff-complaint", actor=request.actor)
        places = [other.pk for other in queue]
        at = places.index(complaint.pk) if complaint.pk in places else None
        context |= {
            "place": at + 1 if at is not None else None,
            "previous": queue[at - 1] if at else None,
            "next": queue[at + 1] if at is not None and at + 1 < len(queue) else None,
            "may_decide": complaint.may_become(Complaint.State.DECIDED),
            "may_take_up": complaint.may_become(Complaint.State.INVESTIGATED),
            "messages_shown": conversation(complaint, side=STAFF),
            "clock": clock_in_words(complaint, now),
            "steps": steps_of(complaint),
            "lines": lines_about(complaint),
            "similar": similar_complaints(complaint, now=now),
            "buyer_record": record_of(of_buyer(complaint), now=now),
            "shop_record": record_of_shop(complaint, now=now),
            "decision_form": DecisionForm(initial={"state": complaint.state}, auto_id="decision_%s"),
            "message_form": MessageForm(auto_id="message_%s"),
            "note_form": NoteForm(auto_id="note_%s"),
        }
    return page(request, "ecommerce/complaints/workbench.html", context | bound, status=status)
