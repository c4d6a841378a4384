"""From application to shop, and what platform staff and owners do with its state."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.members.actions import add_member
from accounts.members.models import BuiltInRole
from accounts.merchants import letters
from accounts.merchants.events import (
    MerchantApplied,
    MerchantApproved,
    MerchantRefused,
    MerchantStateChanged,
    ShopSettingsChanged,
)
from accounts.merchants.models import Merchant
from accounts.merchants.queries import has_confirmed, owners_of
from accounts.merchants.rules import slug_from
from accounts.people.actions import create_person
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from core.mail import Letter, send_letter
from core.tenancy import tenant

State = Merchant.State
MOST_APPLICATIONS = 5

SETTINGS = (
    "name", "contact_email", "website", "country", "city", "time_zone", "language", "short_stock", "ship_within_hours",
    "low_stock_days", "legal_name", "postal_address", "tax_id",
)  # fmt: skip
HOURS = ("working_days", "opens_at", "closes_at", "cut_off", "closed_days", "keeps_holidays")


@dataclass(frozen=True, kw_only=True)
class ShopData:
    """What an applicant tells about the shop; `slug` "" takes one from the name."""

    name: str
    pitch: str
    slug: str = ""
    website: str = ""
    country: str = "CN"
    city: str = ""
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    language: str = "en"


@transaction.atomic
def apply(shop: ShopData, *, applicant: User) -> Merchant:
    """Apply for a shop. Refuses an address that is taken, and a sixth application while five wait."""
    waiting = Merchant.objects.filter(applicant=applicant, state=State.APPLIED).count()
    if waiting >= MOST_APPLICATIONS:
        raise Refused("too_many_applications", _("Five of your applications wait for a decision already."))
    values = {**vars(shop), "slug": _free_slug(shop)}
    try:
        with transaction.atomic():
            merchant = Merchant.objects.create(**values, applicant=applicant, contact_email=applicant.email)
    except IntegrityError:
        sentence = _("Another shop has this address. Choose another one.")
        raise Refused("slug_taken", sentence, slug=sentence) from None
    with tenant(merchant):
        record(MerchantApplied(merchant_id=merchant.pk), actor=applicant.actor, subject=merchant)
    return merchant


def _free_slug(shop: ShopData) -> str:
    """The address asked for, or one made from the name that nobody has."""
    if shop.slug:
        return shop.slug
    base = slug_from(shop.name) or "shop"
    slug = base if base != "shop" else f"shop-{secrets.token_hex(3)}"
    while Merchant.objects.filter(slug=slug).exists():
        slug = f"{base[:50]}-{secrets.token_hex(3)}"
    return slug


@transaction.atomic
def apply_anew(shop: ShopData, *, email: str, name: str, password: str, language: str) -> Merchant:
    """Make an account and apply with it. The address still has to be confirmed before the first sign-in."""
    applicant = create_person(
        email=email, name=name, password=password, verified=False, language=language, time_zone=shop.time_zone
    )
    return apply(shop, applicant=applicant)


@transaction.atomic
def apply_again(merchant: Merchant, *, pitch: str, website: str, actor: Actor) -> Merchant:
    """A refused application, changed, comes before the staff once more."""
    merchant, _old = _move(merchant, State.APPLIED, "")
    merchant.pitch, merchant.website, merchant.applied_at = pitch, website, timezone.now()
    merchant.save(update_fields=["pitch", "website", "applied_at"])
    with tenant(merchant):
        record(MerchantApplied(merchant_id=merchant.pk, again=True), actor=actor, subject=merchant)
    return merchant


def _move(merchant: Merchant, to: str, reason: str, *, only_from: str | None = None) -> tuple[Merchant, str]:
    """Change the state, if the transition is one and nobody was quicker. Returns the merchant and its old state."""
    allowed = [old for old, new in Merchant.TRANSITIONS.items() if to in new and only_from in (None, old)]
    old = Merchant.objects.select_for_update().values_list("state", flat=True).get(pk=merchant.pk)
    moved = Merchant.objects.filter(pk=merchant.pk, state=old, state__in=allowed).update(
        state=to, state_reason=reason, state_changed_at=timezone.now()
    )
    if not moved:
        words = {"shop": merchant.name, "state": State(old).label}
        raise Refused("wrong_state", _("%(shop)s is in the state “%(state)s”; this cannot be done now.") % words)
    merchant.refresh_from_db()
    return merchant, old


def _told(merchant: Merchant, users: list[User], write: Callable[[Merchant, User], Letter]) -> None:
    for user in users:
        send_letter(lambda user=user: write(merchant, user), to=user.email, language=user.language)  # type: ignore[misc]


def _changes(merchant: Merchant, old: str) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {"state": (old, merchant.state)}
    if merchant.state_reason:
        changes["state_reason"] = ("", merchant.state_reason)
    return changes


@transaction.atomic
def approve(merchant: Merchant, *, actor: Actor) -> Merchant:
    """Open the shop: the applicant becomes its owner. Refuses while their address is not confirmed."""
    if merchant.applicant_id is not None and (actor.kind, actor.id) == ("user", merchant.applicant_id):
        raise Refused("own_application", _("Somebody else decides about your own application."))
    if not has_confirmed(merchant.applicant):
        raise Refused("not_confirmed", _("The applicant has not confirmed the e-mail address yet."))
    merchant, old = _move(merchant, State.ACTIVE, "", only_from=State.APPLIED)
    assert merchant.applicant is not None
    with tenant(merchant):
        add_member(merchant.applicant, role=BuiltInRole.OWNER, actor=actor)
        record(
            MerchantApproved(merchant_id=merchant.pk), actor=actor, subject=merchant, changes=_changes(merchant, old)
        )
    _told(merchant, [merchant.applicant], letters.approved)
    return merchant


def _with_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        sentence = _("Give the reason; the shop reads it.")
        raise Refused("no_reason", sentence, reason=sentence)
    return reason


@transaction.atomic
def refuse(merchant: Merchant, *, reason: str, actor: Actor) -> Merchant:
    """Refuse an application. The applicant reads the reason and may apply again."""
    merchant, old = _move(merchant, State.REFUSED, _with_reason(reason), only_from=State.APPLIED)
    with tenant(merchant):
        record(MerchantRefused(merchant_id=merchant.pk), actor=actor, subject=merchant, changes=_changes(merchant, old))
    if merchant.applicant is not None:
        _told(merchant, [merchant.applicant], letters.refused)
    return merchant


def _note_state(merchant: Merchant, old: str, actor: Actor) -> None:
    with tenant(merchant):
        fact = MerchantStateChanged(merchant_id=merchant.pk, old=old, new=merchant.state)
        record(fact, actor=actor, subject=merchant, changes=_changes(merchant, old))


def _told_owners(merchant: Merchant, write: Callable[[Merchant, User], Letter]) -> None:
    with tenant(merchant):
        owners = owners_of(merchant)
    _told(merchant, owners, write)


@transaction.atomic
def restrict(merchant: Merchant, *, reason: str, actor: Actor) -> Merchant:
    """The shop goes on serving its buyers but brings nothing new to market (config/roles.py names the rights)."""
    merchant, old = _move(merchant, State.RESTRICTED, _with_reason(reason))
    _note_state(merchant, old, actor)
    _told_owners(merchant, letters.restricted)
    return merchant


@transaction.atomic
def suspend(merchant: Merchant, *, reason: str, actor: Actor) -> Merchant:
    """The shop may be looked at by its team and changed by nobody; its tokens and background work stop."""
    merchant, old = _move(merchant, State.SUSPENDED, _with_reason(reason))
    _note_state(merchant, old, actor)
    _told_owners(merchant, letters.suspended)
    return merchant


@transaction.atomic
def reactivate(merchant: Merchant, *, actor: Actor) -> Merchant:
    """Lift a restriction or a suspension."""
    if merchant.state == State.HOLIDAY:
        raise Refused("on_holiday", _("The shop is on holiday; its owner ends that."))
    if merchant.state == State.APPLIED:
        raise Refused("not_approved", _("Approve the application instead."))
    merchant, old = _move(merchant, State.ACTIVE, "")
    _note_state(merchant, old, actor)
    _told_owners(merchant, letters.reactivated)
    return merchant


@transaction.atomic
def start_holiday(merchant: Merchant, *, note: str, actor: Actor) -> Merchant:
    """The owner closes for a while; `note` is for the team and the buyers."""
    merchant, old = _move(merchant, State.HOLIDAY, note.strip(), only_from=State.ACTIVE)
    _note_state(merchant, old, actor)
    return merchant


@transaction.atomic
def end_holiday(merchant: Merchant, *, actor: Actor) -> Merchant:
    merchant, old = _move(merchant, State.ACTIVE, "", only_from=State.HOLIDAY)
    _note_state(merchant, old, actor)
    return merchant


@transaction.atomic
def change_settings(merchant: Merchant, *, actor: Actor, **values: Any) -> Merchant:
    """Change what an owner may change of the shop (SETTINGS, HOURS). The currency stays: amounts are kept in it.

    Deadlines that were promised already stay, whatever the new hours say.
    """
    assert set(values) <= {*SETTINGS, *HOURS}
    merchant = Merchant.objects.select_for_update().get(pk=merchant.pk)
    changes = {
        field: (getattr(merchant, field), value) for field, value in values.items() if getattr(merchant, field) != value
    }
    if not changes:
        return merchant
    for field, (_old, new) in changes.items():
        setattr(merchant, field, new)
    merchant.save(update_fields=list(changes))
    record(ShopSettingsChanged(merchant_id=merchant.pk), actor=actor, subject=merchant, changes=changes)
    return merchant
