"""Who of the platform's staff is away, and who stands in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.models import User
from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import back, done, page
from notifications.routing.absenceviews import said
from notifications.routing.actions import remove_staff_absence, set_staff_absence
from notifications.routing.forms import StaffAbsenceForm
from notifications.routing.listing import STAFF_ABSENCES
from notifications.routing.models import StaffAbsence
from notifications.routing.queries import staff_absences, staff_away, staff_left_alone_by

WORD, ROUTE = "staff.inbox", "staff.route"  # one's own days, and those of others


def _reader(request: StaffRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@staff_view(WORD)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """Who of the staff is away now, will be and was."""
    found = STAFF_ABSENCES.page(staff_absences(), request.GET)
    now = {absence.pk for absence in staff_away(timezone.now()).values()}
    reader = _reader(request)
    for row in found.rows:
        row.editable = row.member_id == reader.pk or reader.may_as_staff(ROUTE)
        row.is_now = row.pk in now
    context = {"page": found, "frame": "staff.html"}
    return page(request, "notifications/routing/staff_absences.html", context, part="results")


def _mine_or_any(request: StaffRequest, pk: int) -> StaffAbsence:
    """The absence, where the person may decide about it; else it is not there for them."""
    rows = staff_absences()
    if not _reader(request).may_as_staff(ROUTE):
        rows = rows.filter(member=_reader(request))
    return get_object_or_404(rows, pk=pk)


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Enter an absence. What is posted may stand in the address."""
    return _form(request, None)


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _form(request, _mine_or_any(request, pk))


def _form(request: StaffRequest, absence: StaffAbsence | None) -> HttpResponse:
    given: Any = None
    if request.method == "POST":
        given = request.POST if "first_day" in request.POST else request.GET
    own = _reader(request)
    form = StaffAbsenceForm(given, own=own, may_route=own.may_as_staff(ROUTE), absence=absence)
    here = reverse("staff-absences")
    if form.is_bound and form.is_valid():
        try:
            saved = set_staff_absence(**form.cleaned_data, absence=absence, actor=own.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            others = [str(other.member) for other in staff_left_alone_by(saved)]
            return done(request, here, said(str(saved.member), str(saved.deputy or ""), others))
    context = {
        "form": form,
        "absence": absence,
        "frame": "staff.html",
        "back_url": here,
        "back_label": pgettext("absence", "Who is away"),
    }
    return render(
        request, "notifications/routing/staff_absence_form.html", context, status=422 if form.is_bound else 200
    )


@staff_view(WORD)
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    absence = _mine_or_any(request, pk)
    remove_staff_absence(absence, actor=_reader(request).actor)
    values = {"member": absence.member_id, "deputy": absence.deputy_id or ""}
    values |= {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    say = _("The absence of %(name)s is removed.") % {"name": absence.member}
    undo = f"{reverse('staff-absence-new')}?{urlencode(values)}"
    return done(request, back(request, reverse("staff-absences")), say, undo=undo)
