"""Every e-mail that is written anywhere, one sample or more of each, by the function that writes it.

tests/architecture/test_mails.py holds WRITERS to the code: who writes a mail stands here, and so is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation

from accounts.members import letters as of_members
from accounts.members.models import Invitation
from accounts.merchants import letters as of_merchants
from accounts.models import Membership, Merchant, User
from accounts.people import letters as of_people
from core.mail import Letter, send_letter
from core.tenancy import every_tenant, tenant
from notifications.buyers.kinds import KINDS
from notifications.buyers.letters import as_written, write_to_buyer
from notifications.digests.letters import send_digest, send_staff_digest
from notifications.inbox.kinds import KINDS as NOTICES
from notifications.inbox.kinds import Kind
from notifications.inbox.letters import send_notice, send_personal_notice
from notifications.inbox.models import Notification
from notifications.inbox.queries import shown
from notifications.mail.models import Mail
from notifications.reports.letters import send_report
from notifications.staffbox.kinds import KINDS as STAFF_KINDS
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.letters import send_staff_notice
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import shown as staff_shown
from notifications.suppliers.letters import write_purchase_order
from notifications.texts.actions import send_test
from notifications.texts.catalogue import WRITABLE
from notifications.texts.contexts import context_of
from notifications.texts.letters import LETTERS
from notifications.texts.own import Written, written
from tests.ecommerce.complaints_kit import TEXT
from tests.notifications.mails_past import ANSWERS, WORDS, Past, past, variants
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.notifications.test_reports import look, trade
from tests.notifications.test_staffbox import SAMPLE as STAFF_SAMPLE

# What people typed, whatever the language of the mail around it.
LICENCE = "The licence you sent has run out.", "Send the new one to care@storecast.example."
TYPED = (*WORDS, *LICENCE, TEXT.partition(". ")[0], "Papers are missing.", "Risk: address")
Mails = Iterator[tuple[str, Mail | Written]]


@dataclass
class Reader:
    """Ann, who gets it all, and her shop; both speak `language`."""

    member: Membership
    language: str

    @cached_property
    def past(self) -> Past:
        with tenant(self.shop):
            return past()

    @property
    def shop(self) -> Merchant:
        return self.member.merchant

    @property
    def user(self) -> User:
        return self.member.user


def reader_of(shop: Merchant, ann: User, language: str, settings: Any) -> Reader:
    settings.EMAIL_BACKEND, settings.DEMO, settings.EMAIL_URL = "notifications.mail.backend.OutboxBackend", True, ""
    ann.language, ann.time_zone = language, "Asia/Shanghai"
    ann.save()
    shop.language = language
    shop.contact_email, shop.postal_address = "help@luming.example", "12 Kiln Road\n333000 Jingdezhen"
    shop.legal_name = "Luming Teaware Ltd"
    shop.save()
    cache.clear()
    with tenant(shop):
        return Reader(Membership.objects.select_related("merchant", "user").get(user=ann), language)


def notices(reader: Reader) -> Mails:
    """Every kind that is told to members, with each of its samples."""
    with tenant(reader.shop):
        for kind in NOTICES:
            for number, params in enumerate(() if _is_of_an_account(kind) else SAMPLES[kind.name]):
                yield f"{kind.name}-{number}", send_notice(reader.member, kind, f"{kind.name}-{number}", params)


def _is_of_an_account(kind: Kind) -> bool:
    """A notice of the platform is personal too, and is told to members."""
    return kind.personal and kind.locked


def personal(reader: Reader) -> Mails:
    for kind in NOTICES:
        for number, params in enumerate(SAMPLES[kind.name] if _is_of_an_account(kind) else ()):
            yield f"{kind.name}-{number}", send_personal_notice(reader.user, kind, f"{kind.name}-{number}", params)


def for_staff(reader: Reader) -> Mails:
    kind = staff_kind("forecast-drift")
    assert kind is not None
    with tenant(reader.shop):
        params = SAMPLES[kind.name][0]
        yield "staff-0", send_staff_notice(reader.user, reader.shop, kind, "x", params, "/staff/accuracy/")


def digests(reader: Reader) -> Mails:
    """One of everything, and the one that is alone."""
    with tenant(reader.shop), translation.override(reader.language), timezone.override(reader.shop.zone):
        rows = [
            Notification(
                pk=number, user=reader.user, kind=kind.name, key=str(number), urgency=kind.urgency,
                params=SAMPLES[kind.name][0], merchant=reader.shop,
            )
            for number, kind in enumerate(NOTICES, 1)
        ]  # fmt: skip
        yield "digest-0", send_digest(reader.member, "daily:2026-06-06", shown(rows, reader.shop.slug))
        yield "digest-1", send_digest(reader.member, "daily:2026-06-07", shown(rows[:1], reader.shop.slug))


def staff_digests(reader: Reader) -> Mails:
    """One of everything that staff are told."""
    rows = [
        StaffNotice(
            pk=number, user=reader.user, kind=kind.name, key=str(number), urgency=kind.urgency, params=STAFF_SAMPLE,
            merchant=reader.shop,
        )
        for number, kind in enumerate(STAFF_KINDS, 1)
    ]  # fmt: skip
    with translation.override(reader.language), timezone.override(reader.user.zone):
        shops = {reader.shop.pk: reader.shop}
        yield "staff-digest-0", send_staff_digest(reader.user, staff_shown(rows), shops)
        yield "staff-digest-1", send_staff_digest(reader.user, staff_shown(rows[:1]), shops)


def reports(reader: Reader) -> Mails:
    trade(reader.shop)
    with every_tenant("look at the mails"):
        known = set(Mail.objects.values_list("pk", flat=True))
    for number, mail in enumerate(one for one in look() if one.pk not in known):
        yield f"report-{number}", mail


def purchases(reader: Reader) -> Mails:
    with tenant(reader.shop):
        for number, order in enumerate(reader.past.purchases):
            mail = write_purchase_order(order, dedupe=f"supplier-{number}")
            assert mail is not None
            yield f"supplier-{number}", mail


def to_buyers(reader: Reader) -> Mails:
    """The letters of a shop about its orders, and those that differ from the newest example."""
    with tenant(reader.shop):
        then = reader.past
        for kind in LETTERS.values():
            found = kind.example("")
            assert found is not None, kind.name
            about, values = found
            yield f"buyer-{kind.name}-0", as_written(about, kind, values=values, language=reader.language)
        for name, several in variants(then).items():
            for number, values in enumerate(several, 1):
                mail = as_written(then.order, KINDS[name], values=values, language=reader.language)
                yield f"buyer-{name}-{number}", mail


def _answer(write: Callable[..., Letter]) -> Callable[[Reader], Mails]:
    name, several = ANSWERS[write]

    def mails(reader: Reader) -> Mails:
        with tenant(reader.shop):
            order = reader.past.order
            for number, say in enumerate(several):
                values = {"letter": partial(say, reader.past)}
                mail = as_written(order, KINDS[name], values=values, language=reader.language)
                yield f"buyer-{name}-{number}", mail

    return mails


def own_words(reader: Reader) -> Mails:
    """Each letter as a shop would begin to change it, mailed to the member who tries it."""
    with tenant(reader.shop), translation.override(reader.language), timezone.override(reader.shop.zone):
        assert reader.past
        for letter in WRITABLE.values():
            found = letter.example("")
            assert found is not None, letter.name
            made = written(
                letter, letter.own_subject, str(letter.body), context_of(found[0], letter, found[1], is_preview=True)
            )
            yield (
                f"own-{letter.name}-0",
                send_test(
                    to=reader.user, subject=made.subject, text=made.text, html=made.html, sender="", language="en"
                ),
            )


def sent(reader: Reader, name: str, write: Callable[[], Letter]) -> tuple[str, Mail]:
    """The letter as core.mail sends it, about a person's own account."""
    send_letter(write, to=reader.user.email, language=reader.language)
    with every_tenant("look at the mail"):
        return name, Mail.objects.latest("pk")


def _invitation(reader: Reader) -> Letter:
    with tenant(reader.shop):
        asked = Invitation(
            merchant=reader.shop, email=reader.user.email, role="manager", invited_by=reader.user,
            expires_at=timezone.now(),
        )  # fmt: skip
    return of_members.invitation(asked, "s3cret-s3cret-s3cret")


def _about_shop(write: Callable[[Merchant, User], Letter]) -> Callable[[Reader], Letter]:
    def letter(reader: Reader) -> Letter:
        reader.shop.state_reason = "\n".join(LICENCE)
        return write(reader.shop, reader.user)

    return letter


def _about_account(write: Callable[[dict[str, Any]], Letter]) -> Callable[[Reader], Letter]:
    key = f"{settings.BASE_URL}/account/confirm/MQ:1wWNQK:kbGsrp3A0Yz4hq4VE5qr-s2DOQ1GhbPtFaIKqgz3iMM/"
    said = {"activate_url": key, "password_reset_url": key.replace("confirm", "password/new")}
    where = {
        "timestamp": timezone.now(),
        "ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140",
    }
    return lambda reader: write({"user": reader.user, **said, **where})


# By what they say: the letters that core.mail sends to people about themselves and their shop.
ACCOUNT: Mapping[Callable[..., Letter], Callable[[Reader], Letter]] = {
    of_members.invitation: _invitation,
    of_members.removed: lambda reader: of_members.removed(reader.shop.name),
    **{
        write: _about_shop(write)
        for write in (
            of_merchants.approved,
            of_merchants.refused,
            of_merchants.restricted,
            of_merchants.suspended,
            of_merchants.reactivated,
        )
    },
    **{write: _about_account(write) for write in dict.fromkeys(of_people.LETTERS.values())},
}


def _account(write: Callable[..., Letter]) -> Callable[[Reader], Mails]:
    def mails(reader: Reader) -> Mails:
        yield sent(reader, f"account-{write.__name__}-0", lambda: ACCOUNT[write](reader))

    return mails


# What writes mails, and the mails it is shown by.
TO_TEAM: dict[Callable[..., Any], Callable[[Reader], Mails]] = {
    send_notice: notices,
    send_personal_notice: personal,
    send_staff_notice: for_staff,
    send_digest: digests,
    send_staff_digest: staff_digests,
    send_report: reports,
}
TO_OTHERS: dict[Callable[..., Any], Callable[[Reader], Mails]] = {
    write_to_buyer: to_buyers,
    send_test: own_words,
    write_purchase_order: purchases,
    **{write: _answer(write) for write in ANSWERS},
    **{write: _account(write) for write in ACCOUNT},
}
WRITERS = {**TO_TEAM, **TO_OTHERS}
