"""Who is away, and who stands in."""

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

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import back, done, page
from notifications.routing.actions import remove_absence, set_absence
from notifications.routing.forms import AbsenceForm
from notifications.routing.listing import ABSENCES
from notifications.routing.models import Absence
from notifications.routing.queries import absence_list, left_alone_by
from notifications.routing.views import ROUTE


@merchant_view("notifications.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """Who is away now, will be and was."""
    found = ABSENCES.page(absence_list(), request.GET)
    today = timezone.localdate()
    for row in found.rows:
        row.editable = _may_set(request, row)
        row.is_now = row.first_day <= today <= row.last_day
    context = {"page": found, "may_see_team": request.membership.may("members.view")}
    return page(request, "notifications/routing/absences.html", context, part="results")


def _may_set(request: MerchantRequest, absence: Absence) -> bool:
    return bool(absence.member_id == request.membership.pk or request.membership.may(ROUTE))


def _mine_or_any(request: MerchantRequest, pk: int) -> Absence:
    """The absence, where the person may decide about it; else it is not there for them."""
    rows = absence_list()
    if not request.membership.may(ROUTE):
        rows = rows.filter(member=request.membership)
    return get_object_or_404(rows, pk=pk)


@merchant_view("notifications.view")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """Enter an absence. What is posted may stand in the address."""
    return _form(request, None)


@merchant_view("notifications.view")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    return _form(request, _mine_or_any(request, pk))


def _form(request: MerchantRequest, absence: Absence | None) -> HttpResponse:
    given: Any = None
    if request.method == "POST":
        given = request.POST if "first_day" in request.POST else request.GET
    own, may_route = request.membership, request.membership.may(ROUTE)
    form = AbsenceForm(given, own=own, may_route=may_route, absence=absence)
    here = reverse("absence-list", args=[request.merchant.slug])
    if form.is_bound and form.is_valid():
        try:
            saved = set_absence(**form.cleaned_data, absence=absence, actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            return done(request, here, _said(saved))
    context = {
        "form": form,
        "absence": absence,
        "back_url": here,
        "back_label": pgettext("absence", "Who is away"),
    }
    return render(request, "notifications/routing/absence_form.html", context, status=422 if form.is_bound else 200)


def _said(absence: Absence) -> str:
    names = [str(other.member.user) for other in left_alone_by(absence)]
    deputy = str(absence.deputy.user) if absence.deputy else ""
    return said(str(absence.member.user), deputy, names)


def said(name: str, deputy: str, alone: list[str]) -> str:
    """What holds now ("" for no deputy); and who is left `alone`, without a stand-in, by that."""
    if alone:
        say = _("Saved. %(name)s was to stand in for %(others)s on some of these days: choose somebody else for that.")
        return say % {"name": name, "others": _(", ").join(alone)}
    if not deputy:
        return _("Saved. Nobody stands in for %(name)s.") % {"name": name}
    return _("Saved. %(deputy)s stands in for %(name)s.") % {"deputy": deputy, "name": name}


@merchant_view("notifications.view")
@require_POST
def remove(request: MerchantRequest, pk: int) -> HttpResponse:
    absence = _mine_or_any(request, pk)
    remove_absence(absence, actor=request.actor)
    values = {"member": absence.member_id, "deputy": absence.deputy_id or ""}
    values |= {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    say = _("The absence of %(name)s is removed.") % {"name": absence.member.user}
    undo = f"{reverse('absence-new', args=[request.merchant.slug])}?{urlencode(values)}"
    return done(request, back(request, reverse("absence-list", args=[request.merchant.slug])), say, undo=undo)
