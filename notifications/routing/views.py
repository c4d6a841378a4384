"""Who looks after what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.htmx import back, done, page
from notifications.routing.actions import leave_off, look_after
from notifications.routing.forms import MOST, CareForm
from notifications.routing.listing import CARES
from notifications.routing.queries import care_list, ticked_and_found

ROUTE = "notifications.route"  # to decide for others too


@merchant_view("notifications.view")
@require_safe
def care_index(request: MerchantRequest) -> HttpResponse:
    """Who looks after which products, categories, warehouses and suppliers."""
    found = CARES.page(care_list(), request.GET)
    may_route = request.membership.may(ROUTE)
    for row in found.rows:
        row.removable = may_route or row.member_id == request.membership.pk
    context = {"page": found, "may_see_team": request.membership.may("members.view")}
    return page(request, "notifications/routing/cares.html", context, part="results")


@merchant_view("notifications.view")
@require_http_methods(["GET", "HEAD", "POST"])
def care_new(request: MerchantRequest) -> HttpResponse:
    """Search for things and let a member look after those that are ticked. What is posted may stand in the address."""
    own, may_route = request.membership, request.membership.may(ROUTE)
    here = reverse("care-list", args=[request.merchant.slug])
    if request.method != "POST":
        return _search(request, CareForm(own=own, may_route=may_route), request.GET)
    given = request.POST if "member" in request.POST else request.GET
    form = CareForm(given, own=own, may_route=may_route)
    if not form.is_valid():
        return _search(request, form, given)
    member = form.cleaned_data["member"]
    added = [look_after(member, what, row, actor=request.actor) for what, row in form.cleaned_data["target"]]
    new = [care for care, is_new in added if is_new]
    if len(new) == 1:
        say = _("%(name)s looks after “%(thing)s”.") % {"name": member.user, "thing": new[0].target}
        return done(request, here, say, undo=reverse("care-remove", args=[request.merchant.slug, new[0].pk]))
    say = ngettext("%(count)d thing more for %(name)s", "%(count)d things more for %(name)s", len(new))
    return done(request, here, say % {"count": len(new), "name": member.user})


def _search(request: MerchantRequest, form: CareForm, given: QueryDict) -> HttpResponse:
    words, ticked = given.get("q", "")[:100], given.getlist("target")[:MOST]
    context: dict[str, Any] = {
        "form": form,
        "words": words,
        "found": ticked_and_found(ticked, words),
        "ticked": ticked,
        "here": reverse("care-new", args=[request.merchant.slug]),
        "back_url": reverse("care-list", args=[request.merchant.slug]),
    }
    status = 422 if form.is_bound else 200
    return page(request, "notifications/routing/care_form.html", context, part="found", status=status)


@merchant_view("notifications.view")
@require_POST
def care_remove(request: MerchantRequest, pk: int) -> HttpResponse:
    rows = care_list()
    if not request.membership.may(ROUTE):
        rows = rows.filter(member=request.membership)
    care = get_object_or_404(rows, pk=pk)
    leave_off(care, actor=request.actor)
    again = urlencode({"member": care.member_id, "target": care.target_word})
    say = _("%(name)s no longer looks after “%(thing)s”.") % {"name": care.member.user, "thing": care.target}
    here = reverse("care-list", args=[request.merchant.slug])
    return done(request, back(request, here), say, undo=f"{reverse('care-new', args=[request.merchant.slug])}?{again}")
