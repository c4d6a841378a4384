"""Applying for a shop, its settings, and what platform staff decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.members.queries import shops_of
from accounts.merchants import actions, queries
from accounts.merchants.forms import (
    AgainForm,
    ApplicationForm,
    HolidayForm,
    HoursForm,
    ReasonForm,
    SettingsForm,
    ShopFields,
)
from accounts.merchants.listing import MERCHANTS
from accounts.merchants.models import Merchant
from accounts.merchants.rules import write_closings
from accounts.people.models import User
from core.access import MerchantRequest, StaffRequest, account_view, merchant_view, open_view, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page


@open_view("anybody may apply; a person decides, and attempts are counted")
@require_http_methods(["GET", "POST"])
def apply(request: Any) -> HttpResponse:
    """The application form: account and shop for a visitor, the shop alone for somebody signed in."""
    user = request.user if request.user.is_authenticated else None
    form = (ShopFields if user else ApplicationForm)(request.POST or None)
    if request.method == "POST":
        if tired := ratelimit.consume_or_429(request, action="apply", config={"apply": "20/h/ip"}):
            return tired
        if form.is_valid():
            try:
                return _applied(request, form, user)
            except Refused as no:
                add_refusal(form, no)
    context = {"form": form, "frame": "account.html" if user else "plain.html"}
    return render(request, "accounts/merchants/apply.html", context, status=422 if form.is_bound else 200)


def _applied(request: Any, form: Any, user: User | None) -> HttpResponse:
    language = get_language() or "en"
    shop = form.shop(language=language)
    if user is not None:
        merchant = actions.apply(shop, applicant=user)
        return done(request, "shops", _("Your application for %(shop)s is in.") % {"shop": merchant.name})
    email = form.cleaned_data["email"].strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        # The same page as for a new address: the form must not tell who has an account. The mail tells its owner.
        get_adapter(request).send_account_already_exists_mail(email)
    else:
        actions.apply_anew(
            shop,
            email=email,
            name=form.cleaned_data["person"],
            password=form.cleaned_data["password"],
            language=language,
        )
        send_verification_email_to_address(request, EmailAddress.objects.get(email=email), signup=True)
    return redirect("merchant-applied")


@open_view("says the same to everybody")
@require_safe
def applied(request: Any) -> HttpResponse:
    return render(request, "accounts/merchants/applied.html", {})


@account_view
@require_safe
def shops(request: Any) -> HttpResponse:
    """Where the person works, and what became of their applications."""
    context = {"memberships": shops_of(request.user.pk), "applications": queries.applications_of(request.user)}
    return render(request, "accounts/merchants/shops.html", context)


@account_view
@require_http_methods(["GET", "POST"])
def apply_again(request: Any, pk: int) -> HttpResponse:
    rows = queries.applications_of(request.user).filter(state=Merchant.State.REFUSED)
    merchant = get_object_or_404(rows, pk=pk)
    form = AgainForm(request.POST or None, initial={"pitch": merchant.pitch, "website": merchant.website})
    if request.method == "POST" and form.is_valid():
        actions.apply_again(merchant, **form.cleaned_data, actor=request.actor)
        return done(request, "shops", _("Your application for %(shop)s is in.") % {"shop": merchant.name})
    context = {"form": form, "merchant": merchant, "frame": "account.html", "back_url": reverse("shops")}
    return render(request, "accounts/merchants/apply_again.html", context, status=422 if form.is_bound else 200)


@merchant_view("shop.edit")
@require_http_methods(["GET", "POST"])
def settings(request: MerchantRequest) -> HttpResponse:
    merchant: Merchant = request.merchant
    form = SettingsForm(request.POST or None, initial={name: getattr(merchant, name) for name in actions.SETTINGS})
    if request.method == "POST" and form.is_valid():
        actions.change_settings(merchant, actor=request.actor, **form.cleaned_data)
        return done(request, reverse("shop-settings", args=[merchant.slug]), _("The settings are saved."))
    context = {"form": form, "holiday": HolidayForm(), "merchant": merchant}
    return render(request, "accounts/merchants/settings.html", context, status=422 if form.is_bound else 200)


@merchant_view("shop.edit")
@require_http_methods(["GET", "POST"])
def hours(request: MerchantRequest) -> HttpResponse:
    """Working days, opening hours, cut-off and days off."""
    merchant: Merchant = request.merchant
    first = {name: getattr(merchant, name) for name in actions.HOURS}
    first |= {
        "working_days": list(merchant.working_days),
        "closed_days": write_closings(merchant.closed_days, pgettext("span of days", "to")),
    }
    form = HoursForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        actions.change_settings(merchant, actor=request.actor, **form.cleaned_data)
        return done(request, reverse("shop-hours", args=[merchant.slug]), _("The working hours are saved."))
    context = {"form": form, "merchant": merchant, "back_url": reverse("shop-settings", args=[merchant.slug])}
    return render(request, "accounts/merchants/hours.html", context, status=422 if form.is_bound else 200)


@merchant_view("shop.edit")
@require_POST
def holiday(request: MerchantRequest) -> HttpResponse:
    """Close for a while, or open again: which of the two, the form says."""
    to = reverse("shop-settings", args=[request.merchant.slug])
    if request.POST.get("do") == "end":
        actions.end_holiday(request.merchant, actor=request.actor)
        return done(request, to, _("The shop is open again."))
    form = HolidayForm(request.POST)
    if not form.is_valid():
        raise Refused("note_too_long", _("The note may have 200 characters."))
    actions.start_holiday(request.merchant, note=form.cleaned_data["note"], actor=request.actor)
    return done(request, to, _("The shop is on holiday."))


@staff_view("merchants.view")
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    listed = MERCHANTS.page(queries.merchant_list(), request.GET)
    context = {"page": listed, "frame": "staff.html", "search_hint": _("Shop, address, applicant")}
    return page(request, "accounts/merchants/index.html", context, part="results")


# What staff may do in each state, with the words of the button; those in ASKS need a reason.
DECISIONS: dict[str, tuple[Any, Callable[..., Merchant], set[str]]] = {
    "approve": (later("Approve"), actions.approve, {Merchant.State.APPLIED}),
    "refuse": (later("Refuse"), actions.refuse, {Merchant.State.APPLIED}),
    "restrict": (
        later("Restrict"),
        actions.restrict,
        {Merchant.State.ACTIVE, Merchant.State.HOLIDAY, Merchant.State.SUSPENDED},
    ),
    "suspend": (
        later("Suspend"),
        actions.suspend,
        {Merchant.State.ACTIVE, Merchant.State.HOLIDAY, Merchant.State.RESTRICTED},
    ),
    "reactivate": (
        later("Lift the limits"),
        actions.reactivate,
        {Merchant.State.RESTRICTED, Merchant.State.SUSPENDED},
    ),
}
ASKS = {"refuse", "restrict", "suspend"}


@staff_view("merchants.view")
@require_safe
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    return _detail(request, get_object_or_404(queries.merchant_list(), pk=pk))


def _detail(request: StaffRequest, merchant: Merchant, form: ReasonForm | None = None, asked: str = "") -> HttpResponse:
    user: Any = request.user
    open_to = [
        {"key": key, "label": label, "asks": key in ASKS, "form": form if key == asked and form else ReasonForm()}
        for key, (label, _action, states) in DECISIONS.items()
        if merchant.state in states
    ]
    context = {
        "merchant": merchant,
        "decisions": open_to if user.may_as_staff("merchants.decide") else [],
        "confirmed": queries.has_confirmed(merchant.applicant),
        "members": queries.members_of(merchant),
        "history": queries.history_of(merchant)[:50],
        "alike": queries.alike(merchant),
        "asked": asked,
    }
    return render(request, "accounts/merchants/detail.html", context, status=422 if form else 200)


@staff_view("merchants.decide")
@require_POST
def decide(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    merchant = get_object_or_404(queries.merchant_list(), pk=pk)
    if decision not in DECISIONS:
        raise Http404
    action = DECISIONS[decision][1]
    values = {}
    if decision in ASKS:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _detail(request, merchant, form, decision)
        values["reason"] = form.cleaned_data["reason"]
    merchant = action(merchant, **values, actor=request.actor)
    say = _("%(shop)s: %(state)s.") % {"shop": merchant.name, "state": merchant.get_state_display()}
    return done(request, reverse("staff-merchant", args=[merchant.pk]), say)
