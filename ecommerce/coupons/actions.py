"""Giving coupons, taking them in, giving them back. Each coupon is used once, whoever is quicker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.templatetags.sc import money
from ecommerce.coupons import rules
from ecommerce.coupons.events import CouponGivenBack, CouponIssued, CouponsIssued, CouponWithdrawn
from ecommerce.coupons.models import Coupon, CouponPart
from ecommerce.customers.models import Customer

ZERO = Decimal("0.00")
MOST = 1000


@dataclass(frozen=True)
class Terms:
    """What a coupon takes off and when; exactly one of `amount` and `percent` counts, by `kind`.

    Without `valid_from` it is valid at once, without `valid_until` for good.
    """

    kind: str = rules.AMOUNT
    amount: Decimal = ZERO
    percent: int = 0
    least: Decimal = ZERO
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Claim:
    """A coupon asked for with an order: its code, the customer, what the goods cost after all other discounts, the
    order's number."""

    code: str
    customer_id: int | None
    goods: Decimal
    number: str


@transaction.atomic
def issue_coupon(
    terms: Terms,
    *,
    customer: Customer | None,
    code: str = "",
    origin: str = Coupon.Origin.HAND,
    note: str = "",
    actor: Actor,
) -> Coupon:
    """A new coupon for one customer, or with None for whoever has its code. Without a `code` it gets one by chance.

    Refuses terms that cannot be and a code that another coupon of the shop has.
    """
    coupon = _coupon(terms, merchant=Merchant.objects.in_scope(), customer=customer, origin=origin, note=note)
    coupon.code = rules.clean_code(code) or rules.new_code(secrets.choice)
    if not rules.is_code(coupon.code):
        sentence = _("A code has 4 to 32 letters A to Z, digits and hyphens.")
        raise Refused("coupon_code", sentence, code=sentence)
    try:
        with transaction.atomic():
            coupon.save(force_insert=True)
    except IntegrityError:
        sentence = _("Another coupon has the code %(code)s. Choose a different one.") % {"code": coupon.code}
        raise Refused("coupon_code_taken", sentence, code=sentence) from None
    fact = CouponIssued(coupon_id=coupon.pk, code=coupon.code, customer_id=coupon.customer_id, origin=coupon.origin)
    record(fact, actor=actor, subject=coupon)
    return coupon


@transaction.atomic
def issue_coupons(
    terms: Terms,
    *,
    customers: Sequence[Customer],
    origin: str = Coupon.Origin.HAND,
    note: str = "",
    batch: str = "",
    actor: Actor,
) -> list[Coupon]:
    """One coupon each for up to 1,000 customers, with one fact. Refuses terms that cannot be.

    Under the same `batch` a customer gets one only.
    """
    assert len(customers) <= MOST
    merchant = Merchant.objects.in_scope()
    made = [_coupon(terms, merchant=merchant, customer=one, origin=origin, note=note) for one in customers]
    if batch:
        had = set(Coupon.objects.filter(batch=batch, customer__in=customers).values_list("customer_id", flat=True))
        made = [coupon for coupon in made if coupon.customer_id not in had]
    codes: set[str] = set()
    for coupon in made:
        while not coupon.code or coupon.code in codes:
            coupon.code = rules.new_code(secrets.choice)
        codes.add(coupon.code)
        coupon.batch = batch
    if made:
        Coupon.objects.bulk_create(made)
        record(CouponsIssued(coupon_ids=[coupon.pk for coupon in made], count=len(made)), actor=actor)
    return made


def give_stretch(
    terms: Terms, *, customer_ids: Sequence[int], key: str, origin: str, note: str, actor: Actor
) -> list[Coupon]:
    """Give these customers their coupons of that `key`; who is gone meanwhile, or has theirs, is left out."""
    customers = list(Customer.objects.filter(pk__in=customer_ids).order_by("pk"))
    return issue_coupons(terms, customers=customers, origin=origin, note=note, batch=key, actor=actor)


def check(terms: Terms, *, note: str) -> None:
    """Refuse terms that cannot be before anything is queued."""
    _coupon(terms, merchant=Merchant.objects.in_scope(), customer=None, origin=Coupon.Origin.HAND, note=note)


def _coupon(terms: Terms, *, merchant: Merchant, customer: Customer | None, origin: str, note: str) -> Coupon:
    today = merchant.today()
    valid_from = terms.valid_from or today
    rules.check_terms(terms.kind, terms.amount, terms.percent, terms.least)
    rules.check_days(valid_from, terms.valid_until, today)
    note = " ".join(note.split())
    if len(note) > rules.NOTE_LENGTH:
        sentence = _("At most %(count)d characters.") % {"count": rules.NOTE_LENGTH}
        raise Refused("coupon_note", sentence, note=sentence)
    by_amount = terms.kind == rules.AMOUNT
    return Coupon(
        merchant=merchant,
        customer=customer,
        kind=terms.kind,
        amount=terms.amount if by_amount else ZERO,
        percent=0 if by_amount else terms.percent,
        least=terms.least,
        valid_from=valid_from,
        valid_until=terms.valid_until,
        origin=origin,
        note=note,
    )


@transaction.atomic
def withdraw_coupon(coupon: Coupon, *, actor: Actor) -> Coupon:
    """See that nobody uses it any more. Refuses one that was used; withdrawn twice is withdrawn once."""
    now = timezone.now()
    if Coupon.objects.unused().filter(pk=coupon.pk).update(withdrawn_at=now, updated_at=now):
        fact = CouponWithdrawn(coupon_id=coupon.pk, code=coupon.code, customer_id=coupon.customer_id)
        record(fact, actor=actor, subject=coupon)
    coupon.refresh_from_db()
    if coupon.withdrawn_at is None:
        sentence = _("Coupon %(code)s was used on order %(number)s already.")
        raise Refused("coupon_used", sentence % {"code": coupon.code, "number": coupon.used_on})
    return coupon


def use_coupons(claims: Sequence[Claim], *, merchant: Merchant) -> list[Coupon | Refused]:
    """Take in the coupons that come with new orders: each as it is now, with what it takes off, or why it is not taken.

    Two orders at once, or twice the same code among the claims: one gets it. The facts are for the caller to record,
    who has the orders.
    """
    today, now = merchant.today(), timezone.now()
    codes = {rules.clean_code(claim.code) for claim in claims}
    known = {coupon.code: coupon for coupon in Coupon.objects.filter(code__in=codes)}
    became: list[Coupon | Refused] = []
    for claim in claims:
        coupon = known.get(rules.clean_code(claim.code))
        if coupon is None:
            became.append(_no("coupon_unknown", _("There is no coupon %(code)s.") % {"code": claim.code.strip()[:40]}))
            continue
        if refusal := why_not_used(coupon, claim, merchant=merchant, today=today):
            became.append(refusal)
            continue
        off = rules.worth(coupon.kind, coupon.amount, coupon.percent, claim.goods)
        values = {"used_at": now, "used_on": claim.number, "taken_off": off, "updated_at": now}
        if not Coupon.objects.unused().filter(pk=coupon.pk).update(**values):
            became.append(_no("coupon_used", _("Coupon %(code)s is used already.") % {"code": coupon.code}))
            continue
        for name, value in values.items():
            setattr(coupon, name, value)
        became.append(coupon)
    return became


def why_not_used(coupon: Coupon, claim: Claim, *, merchant: Merchant, today: date) -> Refused | None:
    """Why the coupon is not taken with that order, or None."""
    said = {"code": coupon.code}
    state = coupon.state_on(today)
    if coupon.customer_id is not None and coupon.customer_id != claim.customer_id:
        return _no("coupon_foreign", _("Coupon %(code)s belongs to another customer.") % said)
    if state == Coupon.State.USED:
        return _no("coupon_used", _("Coupon %(code)s is used already.") % said)
    if state == Coupon.State.WITHDRAWN:
        return _no("coupon_withdrawn", _("Coupon %(code)s was withdrawn.") % said)
    if state == Coupon.State.EXPIRED:
        said["day"] = str(coupon.valid_until)
        return _no("coupon_expired", _("Coupon %(code)s was valid until %(day)s.") % said)
    if state == Coupon.State.COMING:
        said["day"] = str(coupon.valid_from)
        return _no("coupon_early", _("Coupon %(code)s is valid from %(day)s.") % said)
    if claim.goods < coupon.least:
        said["least"] = money(coupon.least, merchant.currency)
        return _no("coupon_order_small", _("Coupon %(code)s is for goods of %(least)s and more.") % said)
    if not claim.goods:
        return _no("coupon_nothing_off", _("The goods cost nothing; keep coupon %(code)s for another order.") % said)
    return None


def _no(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, coupon_code=sentence)


def share_coupons(number: str, second: str) -> None:
    """The order of that number was split: what its coupons took off is now in the order `second` too."""
    for coupon in Coupon.objects.on_order(number):
        CouponPart.objects.get_or_create(coupon=coupon, number=second)


def give_back_coupons(number: str, *, stands: Callable[[Sequence[str]], bool], actor: Actor) -> list[Coupon]:
    """The order of that number was called off: its coupons may be used again, within their days.

    A coupon stays used while another part of its order stands: `stands` says whether any order of these numbers does.
    """
    given = []
    # Held, so that of two parts called off at once the second sees that the first is.
    for coupon in Coupon.objects.on_order(number).select_for_update().prefetch_related("parts"):
        used_on = coupon.used_on
        others = {used_on, *(part.number for part in coupon.parts.all())} - {number}
        if others and stands(sorted(others)):
            continue
        fresh = {"used_at": None, "used_on": "", "taken_off": ZERO, "updated_at": timezone.now()}
        if Coupon.objects.filter(pk=coupon.pk, used_on=used_on).update(**fresh):
            coupon.parts.all().delete()
            fact = CouponGivenBack(coupon_id=coupon.pk, code=coupon.code, customer_id=coupon.customer_id, number=number)
            record(fact, actor=actor, subject=coupon)
            given.append(coupon)
    return given
