"""A draft of a promotion: what it would do, adopting it, deleting it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analytics.promotions import showing
from analytics.promotions.drafting import adopt_draft, clearance_of, delete_draft
from analytics.promotions.models import PromotionDraft
from analytics.promotions.queries import names_of
from analytics.promotions.words import cleared
from core.access import MerchantRequest, merchant_view
from core.htmx import done

EDIT = "promotions.edit"


@merchant_view("promotions.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """What the draft would do, and the ways on: adopt it, change it first, delete it."""
    draft = get_object_or_404(PromotionDraft.objects.select_related("merchant", "promotion__merchant"), pk=pk)
    currency = request.merchant.currency
    context = {
        "draft": draft,
        "plan": showing.planned(draft, currency),
        "finding": cleared(clearance_of(draft), currency) if draft.promise else "",
        "change_url": _changed_first(draft),
        "may_edit": request.membership.may(EDIT) and draft.is_open,
    }
    return render(request, "analytics/promotions/draft.html", context)


def _changed_first(draft: PromotionDraft) -> str:
    """The form of a plan, filled in with the draft."""
    skus = [variant.sku for variant in names_of(draft.variants).values()]
    plan = {
        "title": draft.title,
        "skus": "\n".join(skus),
        "depth": round(draft.depth),
        "first_day": draft.first_day.isoformat(),
        "last_day": draft.last_day.isoformat(),
    }
    return f"{reverse('promotion-plan', args=[draft.merchant.slug])}?{urlencode(plan)}"


@merchant_view(EDIT)
@require_POST
def adopt(request: MerchantRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(PromotionDraft, pk=pk)
    plan = adopt_draft(draft, actor=request.actor)
    return done(request, plan.get_absolute_url(), _("The plan is written down with its forecast."))


@merchant_view(EDIT)
@require_POST
def delete(request: MerchantRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(PromotionDraft, pk=pk)
    delete_draft(draft, actor=request.actor)
    home = reverse("promotion-list", args=[request.merchant.slug])
    return done(request, home, _("“%(title)s” is deleted.") % {"title": draft.title})
