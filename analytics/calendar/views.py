"""The calendar page, own events, and the choice of festivals."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.calendar import showing
from analytics.calendar.actions import FIELDS, delete_event, import_events, save_event, switch_occasion
from analytics.calendar.forms import OwnEventForm, TableForm
from analytics.calendar.icalendar import icalendar
from analytics.calendar.models import OwnEvent
from analytics.calendar.queries import event_list
from analytics.calendar.words import occasion_name
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import done


@merchant_view("calendar.view")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    """A month, what lies ahead with what it did before, and the festivals there are to follow."""
    merchant = request.merchant
    today = merchant.today()
    first = showing.month_of(request.GET.get("month", ""), today)
    before, after = showing.months_beside(first)
    context: dict[str, Any] = {
        "month": first,
        "before": before,
        "after": after,
        "is_now": first == today.replace(day=1),
        "weeks": showing.weeks(merchant, first, today),
        "coming": showing.coming(merchant, today),
        "choices": showing.choices(merchant, today),
        "prime_unknown": showing.prime_day_is_unknown(merchant, today),
        "may_edit": request.membership.may("calendar.edit"),
    }
    return render(request, "analytics/calendar/index.html", context)


@merchant_view("calendar.edit")
@require_POST
def switch(request: MerchantRequest) -> HttpResponse:
    """Follow a festival or holiday, or no longer."""
    key, is_on = request.POST.get("key", ""), request.POST.get("on") == "1"
    switch_occasion(key, is_on, actor=request.actor)
    words = _("%(festival)s is followed from the next forecast on.")
    if not is_on:
        words = _("%(festival)s is no longer followed, from the next forecast on.")
    return done(request, showing.back_to(request.merchant), words % {"festival": occasion_name(key)})


@merchant_view("calendar.edit")
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """A form for a new own event."""
    return _form(request, OwnEvent(), {"first_day": request.GET.get("day", "")})


@merchant_view("calendar.edit")
@require_http_methods(["GET", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for an own event, with a way to delete it."""
    return _form(request, get_object_or_404(event_list(), pk=pk), {})


def _form(request: MerchantRequest, event: OwnEvent, initial: dict[str, Any]) -> HttpResponse:
    is_new = event.pk is None
    form = OwnEventForm(request.POST or None, instance=event, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = OwnEvent() if is_new else event_list().get(pk=event.pk)
            save_event(row, actor=request.actor, **{field: form.cleaned_data[field] for field in FIELDS})
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("%(event)s is saved. The next forecast knows of it.") % {"event": row.name}
            return done(request, showing.back_to(request.merchant), say)
    context = {
        "form": form,
        "is_new": is_new,
        "pk": event.pk,
        "back_url": showing.back_to(request.merchant),
        "back_label": _("Calendar"),
    }
    return render(request, "analytics/calendar/event.html", context, status=422 if form.errors else 200)


@merchant_view("calendar.edit")
@require_POST
def delete(request: MerchantRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(event_list(), pk=pk)
    delete_event(event, actor=request.actor)
    return done(request, showing.back_to(request.merchant), _("%(event)s is deleted.") % {"event": event.name})


@merchant_view("calendar.edit")
@require_http_methods(["GET", "POST"])
def from_file(request: MerchantRequest) -> HttpResponse:
    """Own events from a CSV; rows that were refused are shown with their reasons."""
    form = TableForm(request.POST or None, request.FILES or None)
    bad: list[list[Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            added, kept, bad = import_events(form.cleaned_data["file"].read(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("New events: %(added)s. Known already: %(kept)s. Refused rows: %(refused)s.")
            say %= {"added": added, "kept": kept, "refused": len(bad)}
            if not bad:
                return done(request, showing.back_to(request.merchant), say)
            form.add_error(None, say)
    context = {
        "form": form,
        "bad": bad,
        "back_url": showing.back_to(request.merchant),
        "back_label": _("Calendar"),
        "submit": _("Upload file"),
    }
    return render(request, "analytics/calendar/import.html", context, status=422 if form.errors else 200)


@merchant_view("calendar.view")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """Own events as a CSV that can be uploaded again."""
    rows = (
        [
            event.name, event.first_day.isoformat(), event.last_day.isoformat(), event.kind, event.lead_days,
            event.after_days, "yes" if event.yearly else "no", event.note,
        ]
        for event in event_list().iterator(chunk_size=500)
    )  # fmt: skip
    head = ["name", "first_day", "last_day", "kind", "lead_days", "after_days", "yearly", "note"]
    return csv_response("events", head, rows)


@merchant_view("calendar.view")
@require_GET
def ics(request: MerchantRequest) -> HttpResponse:
    """Own events and followed festivals for other calendars."""
    merchant = request.merchant
    text = icalendar(merchant.name, showing.entries(merchant, merchant.today()), timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{merchant.slug}.ics"'
    return response
