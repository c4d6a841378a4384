"""What the buyer thinks of how a return was handled."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.returns import rules
from ecommerce.returns.actions.writing import facts, locked, words_of, write
from ecommerce.returns.events import ReturnRated
from ecommerce.returns.models import Return


@transaction.atomic
def rate_return(case: Return, *, rating: int, words: str = "", actor: Actor) -> Return:
    """1 to 5 and words, once for each return, after it was settled or refused. Refuses a second time."""
    case = locked(case)
    if not rules.may_be_rated(case.state):
        sentence = _("Return %(number)s can be rated once it is settled.") % {"number": case.number}
        raise Refused("not_to_rate", sentence)
    if case.rating is not None:
        sentence = _("Return %(number)s was rated already.") % {"number": case.number}
        raise Refused("already_rated", sentence, status=409)
    if rating not in rules.STARS:
        sentence = _("Choose one to five stars.")
        raise Refused("rating_out_of_range", sentence, rating=sentence)
    write(case, rating=rating, rating_words=words_of(words, name="words"), rated_at=timezone.now())
    record(ReturnRated(**facts(case), rating=rating), actor=actor, subject=case)
    return case
