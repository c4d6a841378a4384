"""A fact that needs nobody any more: what was to be sent of it is not sent, and the logs say why."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone, translation

from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.tenancy import tenant
from notifications.inbox.escalation import MAILS, stop_watching
from notifications.inbox.kinds import kind_of
from notifications.inbox.letters import language_of
from notifications.inbox.models import Waiting
from notifications.inbox.rules import DAILY
from notifications.mail.actions import drop, note_dropped
from notifications.mail.models import Mail

LOGGED = 200  # mails that were not written yet; what more people were to get fills no log


@dataclass(frozen=True)
class Settled:
    """Which facts are over: those of these kinds with one of the `keys`, or a key that begins so, or any key `but` one.

    At the merchant in scope, or at `merchant_id` in the scope of every tenant.
    """

    kinds: tuple[str, ...]
    keys: Collection[str] = ()
    beginning: str | None = None
    but: str | None = None
    merchant_id: int | None = None

    @property
    def about(self) -> Q:
        """The same as conditions on kind and key."""
        shop = Q() if self.merchant_id is None else Q(merchant_id=self.merchant_id)
        return shop & Q(kind__in=self.kinds) & self.of_key("key", "")

    def of_key(self, field: str, before: str) -> Q:
        """The conditions on the key in a column where it stands after some words."""
        if self.beginning is not None:
            return Q(**{f"{field}__startswith": before + self.beginning})
        if self.but is not None:
            return Q(**{f"{field}__startswith": before}) & ~Q(**{field: before + self.but})
        return Q(**{f"{field}__in": [before + key for key in self.keys]})

    def includes(self, kind: str, key: str) -> bool:
        if kind not in self.kinds:
            return False
        if self.beginning is not None:
            return key.startswith(self.beginning)
        return key != self.but if self.but is not None else key in self.keys


Listener = Callable[[Settled, bool], None]
_listeners: list[Listener] = []


def when_settled(listener: Listener) -> Listener:
    """Register a function that is called with what is over, in the transaction of that; False when it is taken back."""
    _listeners.append(listener)
    return listener


def end_sending(settled: Settled) -> None:
    """Nothing more is mailed, sent to channels or passed on of what is settled."""
    stop_watching(settled.about)
    _end_waiting(settled)
    _drop_mails(settled)
    for listener in _listeners:
        listener(settled, True)


def begin_again(settled: Settled) -> None:
    """Somebody took back that it is over: what was not sent for that reason may be."""
    for listener in _listeners:
        listener(settled, False)


def _end_waiting(settled: Settled) -> None:
    """What was to go out by itself is noted as a mail that was not needed; a summary just has one item less."""
    waiting = Waiting.objects.filter(settled.about, due_at__isnull=False)
    rows = list(waiting.select_related("user").order_by("pk")[:LOGGED]) if settled.but is None else []
    waiting.update(due_at=None)
    shops = (
        {shop.pk: shop for shop in Merchant.objects.filter(pk__in={row.merchant_id for row in rows})} if rows else {}
    )
    for row in rows:
        if not row.slot.startswith(f"{DAILY}:"):
            _note(row, row.user, shops[row.merchant_id])


def _note(row: Waiting, user: User, shop: Merchant) -> None:
    kind = kind_of(row.kind)
    if kind is None or kind.personal:
        return
    with tenant(shop), translation.override(language_of(user)), timezone.override(shop.zone):
        try:
            title, _body = kind.words(row.params)
        except (KeyError, ValueError, TypeError, ArithmeticError):
            return
        note_dropped(to=user.email, subject=f"{title} · {shop.name}", at=row.at, purpose=Mail.Purpose.NOTICE)


def _drop_mails(settled: Settled) -> None:
    """Mails that are written and not under way, while the mail server is not reached or asks for patience."""
    named = Q()
    for kind in settled.kinds:
        named |= Q(dedupe__contains=f":{kind}:")
    found: list[int] = []
    waiting = Mail.objects.filter(named, state=Mail.State.QUEUED, next_try__isnull=False, purpose=Mail.Purpose.NOTICE)
    for pk, name in waiting.order_by().values_list("pk", "dedupe"):
        what, shop, _user, kind, key = [*name.split(":", 4), "", "", "", ""][:5]
        if what != "notice" or (settled.merchant_id is not None and shop != str(settled.merchant_id)):
            continue
        if any(settled.includes(kind, key.removesuffix(again)) for again in MAILS):
            found.append(pk)
    if found:
        drop(found)
