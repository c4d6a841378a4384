"""The page on which a buyer chooses what mail a shop sends them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ecommerce.buyers.links import MAIL, BuyerRequest, buyer_of, buyer_view, language_for
from ecommerce.customers.actions import record_consent
from ecommerce.customers.models import Consent, Customer
from ecommerce.customers.queries import has_consent
from notifications.buyers.forms import WORDS, MailChoicesForm

SOURCE = "buyer's page"


@csrf_exempt
@buyer_view(MAIL)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request: BuyerRequest) -> HttpResponse:
    """Show the choices; the button saves them. A mail program's one-click request (RFC 8058) ends news of orders.

    The link's signature is the authority, so no CSRF token is asked for. GET changes nothing.
    """
    customer = Customer.objects.filter(pk=request.link.object_id).first()
    if customer is None:
        raise Http404
    now = {purpose.value: has_consent(customer, purpose) for purpose in WORDS}
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        _save(customer, {Consent.Purpose.ORDER.value: False})
        return HttpResponse(status=200)
    form = MailChoicesForm(request.POST if request.method == "POST" else None, now=now)
    saved = request.method == "POST" and form.is_valid()
    if saved:
        _save(customer, form.changed())
    with translation.override(language_for(customer, request)):
        context = {"form": form, "merchant": request.merchant, "saved": saved}
        return render(request, "notifications/buyers/choices.html", context)


def _save(customer: Customer, answers: dict[str, bool]) -> None:
    for purpose, granted in answers.items():
        record_consent(customer, purpose=purpose, granted=granted, source=SOURCE, actor=buyer_of(customer))
