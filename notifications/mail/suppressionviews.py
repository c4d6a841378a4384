"""Addresses that take no mail: which, since when and why, and opening one again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import MerchantRequest, StaffRequest, merchant_view, staff_view
from core.htmx import done, page
from notifications.mail.actions import lift
from notifications.mail.forms import LiftForm
from notifications.mail.listing import SUPPRESSIONS
from notifications.mail.models import Mail, Suppression
from notifications.mail.queries import suppressed_for_all, suppressed_for_shop

INDEX = "notifications/mail/suppressions.html"


@merchant_view("mail.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """Those the shop wrote to; that others are suppressed, too, is not told."""
    context = {
        "page": SUPPRESSIONS.page(suppressed_for_shop(), request.GET),
        "slug": request.merchant.slug,
        "may_lift": request.membership.may("mail.edit"),
        "mails_url": reverse("mail-list", args=[request.merchant.slug]),
        "search_hint": _("Address, answer"),
    }
    return page(request, INDEX, context, part="results")


@merchant_view("mail.edit")
@require_http_methods(["GET", "POST"])
def lift_for_shop(request: MerchantRequest, pk: int) -> HttpResponse:
    """Open the address of a mail of the shop again. The mail stands for the address, which no link and no log shows."""
    mail = get_object_or_404(Mail, pk=pk)
    row = get_object_or_404(Suppression, address=mail.to.lower())
    form = LiftForm(request.POST if request.method == "POST" else None)
    to = reverse("suppression-list", args=[request.merchant.slug])
    if form.is_valid():
        lift(mail.to, mail=mail, reason=form.cleaned_data["reason"], actor=request.actor)
        return done(request, to, _("%(address)s takes mail again.") % {"address": row.address})
    context = {"form": form, "address": row.address, "row": row, "back_url": to}
    return render(request, "notifications/mail/lift.html", context, status=422 if form.is_bound else 200)


@staff_view("mail.read")
@require_safe
def staff_index(request: StaffRequest) -> HttpResponse:
    context = {
        "page": SUPPRESSIONS.page(suppressed_for_all(), request.GET),
        "frame": "staff.html",
        "may_lift": request.user.may_as_staff("operations.retry"),  # type: ignore[union-attr]
        "mails_url": reverse("staff-mail-list"),
        "search_hint": _("Address, answer"),
    }
    return page(request, INDEX, context, part="results")


@staff_view("operations.retry")
@require_http_methods(["GET", "POST"])
def staff_lift(request: StaffRequest, pk: str) -> HttpResponse:
    row = get_object_or_404(Suppression, pk=pk)
    form = LiftForm(request.POST if request.method == "POST" else None)
    to = reverse("staff-suppression-list")
    if form.is_valid():
        newest = Mail.objects.to_address(row.address).order_by("-pk").first()
        lift(row.address, mail=newest, reason=form.cleaned_data["reason"], actor=request.actor)
        return done(request, to, _("%(address)s takes mail again.") % {"address": row.address})
    context = {"form": form, "address": row.address, "row": row, "frame": "staff.html", "back_url": to}
    return render(request, "notifications/mail/lift.html", context, status=422 if form.is_bound else 200)
