"""Changing what a shop writes to its buyers."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from notifications.buyers.events import LetterRulesChanged
from notifications.buyers.models import LetterRules
from notifications.texts.letters import LETTERS

HIGHEST = 50
FIELDS = ("off", "most_a_day", "invitations_a_month", "invites_unasked")


@transaction.atomic
def change_letter_rules(
    *,
    off: Collection[str],
    most_a_day: int | None,
    invitations_a_month: int | None,
    invites_unasked: bool,
    actor: Actor,
) -> LetterRules:
    """Say which letters are not sent and how many a buyer gets at most; None is no limit.

    Refuses a letter that does not exist and a limit out of range; says nothing when all is as it was.
    """
    names = list(LETTERS)
    if not set(off) <= set(names):
        raise Refused("letter_unknown", _("There is no such letter."))
    sentence = _("Give a number from 1 to %(most)s, or none.") % {"most": HIGHEST}
    if not _fits(most_a_day):
        raise Refused("limit_out_of_range", sentence, most_a_day=sentence)
    if not _fits(invitations_a_month):
        raise Refused("limit_out_of_range", sentence, invitations_a_month=sentence)
    rules, _is_new = LetterRules.objects.get_or_create(merchant_id=current_tenant_id())
    rules = LetterRules.objects.select_for_update(of=("self",)).get(pk=rules.pk)
    old = {name: getattr(rules, name) for name in FIELDS}
    rules.off = [name for name in names if name in off]
    rules.most_a_day, rules.invitations_a_month = most_a_day, invitations_a_month
    rules.invites_unasked = invites_unasked
    new = {name: getattr(rules, name) for name in FIELDS}
    if new != old:
        rules.save()
        changes = {name: (old[name], new[name]) for name in FIELDS if old[name] != new[name]}
        record(LetterRulesChanged(**new), actor=actor, changes=changes)
    return rules


def _fits(limit: int | None) -> bool:
    return limit is None or 1 <= limit <= HIGHEST
