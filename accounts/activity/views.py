"""Who did what when: for a shop's own people, and across shops for staff."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.activity.listing import ACTIVITY, STAFF_ACTIVITY
from accounts.activity.queries import activity_list, export_head, export_rows
from core.access import MerchantRequest, StaffRequest, merchant_view, staff_view
from core.exports import table_response
from core.htmx import page


def _context(listed: Any, **more: Any) -> dict[str, Any]:
    return {"page": listed, "search_hint": _("Person, object, or what happened"), **more}


@merchant_view("activity.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    listed = ACTIVITY.page(activity_list(), request.GET)
    may_export = request.membership.may("activity.export")
    export = reverse("activity-export", args=[request.merchant.slug]) if may_export else ""
    return page(request, "accounts/activity/index.html", _context(listed, export_url=export), part="results")


@merchant_view("activity.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    rows = ACTIVITY.matching(activity_list(), request.GET)
    head = export_head(with_merchant=False)
    return table_response(request, f"{request.merchant.slug}-activity", head, export_rows(rows, with_merchant=False))


@staff_view("staff.activity")
@require_safe
def staff_index(request: StaffRequest) -> HttpResponse:
    listed = STAFF_ACTIVITY.page(activity_list(), request.GET)
    context = _context(listed, frame="staff.html", export_url=reverse("staff-activity-export"), all_shops=True)
    return page(request, "accounts/activity/index.html", context, part="results")


@staff_view("staff.activity")
@require_safe
def staff_export(request: StaffRequest) -> HttpResponseBase:
    rows = STAFF_ACTIVITY.matching(activity_list(), request.GET)
    return table_response(request, "activity", export_head(with_merchant=True), export_rows(rows, with_merchant=True))
