"""What a shop writes to its buyers about orders, points and coupons, in their language and with the way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from core.mail import Letter, absolute
from ecommerce.buyers.links import language_for
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order
from notifications.buyers.kinds import KINDS
from notifications.buyers.models import BuyerNotice
from notifications.buyers.queries import address_of, is_month_full, letter_rules, wants, why_withheld
from notifications.mail.actions import post
from notifications.mail.compose import compose, one_click
from notifications.mail.models import Mail
from notifications.texts.catalogue import WRITABLE
from notifications.texts.contexts import context_of, customer_of, stop_url
from notifications.texts.letterhead import reply_to_of, sender_of
from notifications.texts.letters import INVITATION
from notifications.texts.own import Written, own_letter
from notifications.texts.shapes import Kind

Outcome = BuyerNotice.Outcome


@transaction.atomic
def write_to_buyer(
    about: Order | Customer, what: str, *, values: Mapping[str, Any], dedupe: str, to: str = ""
) -> Mail | None:
    """Write a buyer about their order, or about what is theirs without one, once per `dedupe`.

    None for one without an address or where it is withheld. `what` is the name of one of KINDS, which has to fit what
    the letter is about, `to` an address other than the buyer's. Withheld is what the buyer does not
    want and what is over the shop's limits, each with a row that says so, and what the shop does not send at all.
    """
    kind, merchant, now = KINDS[what], about.merchant, timezone.now()
    to = to or address_of(about)
    if not to:
        return None
    known = _known(about, dedupe)
    if known is not None:
        return known.mail
    rules = letter_rules()
    if what in rules.off:
        return None
    if outcome := why_withheld(about, kind, rules, now):
        _note(about, kind, fact=dedupe, outcome=outcome)
        return None
    language = language_for(customer_of(about))
    letter = as_written(about, kind, values=values, language=language)
    mail = post(
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        purpose=Mail.Purpose.BUYER,
        sender="" if kind.by_platform else sender_of(merchant),
        headers=_headers(about, kind),
        dedupe=dedupe,
        language=language,
    )
    _note(about, kind, fact=dedupe, mail=mail)
    return mail


@transaction.atomic
def may_invite(order: Order, *, fact: str) -> bool:
    """Whether a letter that is about to be written may carry the invitation to review; a limit in the way is noted."""
    kind, rules = KINDS[INVITATION], letter_rules()
    known = _known(order, fact)
    if known is not None:
        return known.outcome == Outcome.WRITTEN
    if not address_of(order) or kind.name in rules.off or not wants(order.customer, kind.purpose, rules):
        return False
    if is_month_full(order, rules, timezone.now()):
        _note(order, kind, fact=fact, outcome=Outcome.MONTH_FULL)
        return False
    return True


def count_invitation(order: Order, mail: Mail, *, fact: str) -> None:
    """The letter carries an invitation to review."""
    if _known(order, fact) is None:
        _note(order, KINDS[INVITATION], fact=fact, mail=mail)


def _known(about: Order | Customer, fact: str) -> BuyerNotice | None:
    """What became of the fact before. The buyer's row is held, so that two letters at once are counted one by one."""
    if (customer := customer_of(about)) is not None:
        Customer.objects.select_for_update(of=("self",)).filter(pk=customer.pk).first()
    found: BuyerNotice | None = BuyerNotice.objects.select_related("mail").filter(fact=fact).first()
    return found


def _note(
    about: Order | Customer, kind: Kind, *, fact: str, mail: Mail | None = None, outcome: str = Outcome.WRITTEN
) -> None:
    BuyerNotice.objects.create(
        customer=customer_of(about),
        order=about if isinstance(about, Order) else None,
        letter=kind.name,
        purpose=kind.purpose,
        outcome=outcome,
        mail=mail,
        fact=fact,
    )


def _headers(about: Order | Customer, kind: Kind) -> dict[str, str]:
    headers = {}
    if stop := stop_url(customer_of(about), kind.purpose):
        headers = one_click(stop)
    if not kind.by_platform and (reply_to := reply_to_of(about.merchant)):
        headers["Reply-To"] = reply_to
    return headers


def as_written(
    about: Order | Customer, kind: Kind, *, values: Mapping[str, Any], language: str, is_preview: bool = False
) -> Written:
    """The letter in that language and in the time zone of the shop; nothing is sent.

    The shop's own words come first, where it wrote any. Else values with a `letter`, which is called in the language,
    are said as it says, and others fill the kind's template.
    A preview has the links by which a buyer chooses lead nowhere: they are the buyer's own.
    """
    with translation.override(language), timezone.override(about.merchant.zone):
        context = context_of(about, kind, values, is_preview=is_preview)
        if kind.name in WRITABLE and (own := own_letter(kind.name, context)) is not None:
            return own
        if (write := values.get("letter")) is not None:
            return _plain(write(), context)
        text, html = compose(f"notifications/buyers/{kind.name}", context)
    return Written(f"{context['title']} · {about.merchant.name}", text, html)


def _plain(letter: Letter, context: dict[str, Any]) -> Written:
    """A letter of paragraphs in our frame."""
    title = " ".join(letter.subject.split())
    filled = {"title": title, "paragraphs": letter.lines, "verb": letter.button, "action_url": absolute(letter.url)}
    text, html = compose("notifications/buyers/plain", {**context, **filled})
    return Written(title, text, html)
