"""Playbooks and the facts they run on, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from accounts.models import Activity
from analytics.restock.events import StockOutExpected
from core import roles
from core.events import dump
from ecommerce.reviews.events import ReviewSubmitted
from notifications.models import Firing, Playbook, PlaybookVersion, StepOutcome
from notifications.playbooks.actions import Draft, create_playbook, switch_playbook
from notifications.playbooks.live import look
from notifications.playbooks.queries import LOOK_BACK, dry_run
from notifications.playbooks.triggers import kinds_for

OWNER = roles.merchant_roles()["owner"]
TELL = {"step": "tell", "settings": {"who": "all", "title": "A review of {rating} stars", "text": ""}}
TASK = {"step": "task", "settings": {"who": "role:owner", "title": "Reply", "text": "", "hours": 24}}
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def review(rating: int = 1, product: int | None = None, **more: Any) -> ReviewSubmitted:
    return ReviewSubmitted(review_id=1, product_id=product, rating=rating, state="published", **more)


def runs_out(variant: int, sku: str, **more: Any) -> StockOutExpected:
    day = "2026-12-05"
    values: dict[str, Any] = {"available": 4, "per_day": 1.5, "out_low": day, "out_middle": day, "title": "Gaiwan"}
    return StockOutExpected(warning_id=1, variant_id=variant, sku=sku, **values, **more)


def draft(trigger: str = "reviews.submitted", **given: Any) -> Draft:
    values = {"name": "Bad reviews", "conditions": [{"figure": "rating", "op": "lte", "value": "2"}], "steps": [TELL]}
    return Draft(trigger=trigger, **{**values, **given})


def playbook(author: Any, *, on: bool = True, held: Any = OWNER, **given: Any) -> Playbook:
    made = create_playbook(draft(**given), author=author, held=held, actor=author.actor)
    if on:
        switch_playbook(made, on=True, actor=author.actor)
        made.refresh_from_db()
    return made


def reviews_of_90_days(seed: int, count: int = 120) -> list[Activity]:
    """Facts as they may lie there: several a day, of three products, their clocks a little apart from their order."""
    pick = Random(seed)
    found = []
    for step in range(count):
        at = (
            NOW
            - timedelta(days=89)
            + step * timedelta(hours=89 * 24 / count)
            + timedelta(minutes=pick.randint(-90, 90))
        )
        event = review(pick.randint(1, 5), pick.choice([None, 1, 2, 3]))
        fact = Activity(kind=event.kind, payload=dump(event), at=at, actor_kind="system", actor_label="Storecast")
        fact.save()
        found.append(fact)
    return found


def outcomes(firing: Firing | None = None) -> list[tuple[str, str]]:
    rows = StepOutcome.objects.filter(firing=firing) if firing else StepOutcome.objects.all()
    return list(rows.order_by("firing", "index").values_list("step", "state"))


def why() -> str:
    return str(StepOutcome.objects.order_by("pk").last().detail["why"])


def replayed(version: PlaybookVersion, now: datetime) -> tuple[list[int], list[int]]:
    """The runs that a dry run tells of, and those that begin when the facts of its 90 days come once more: each as the
    place of its fact among them.
    """
    kinds = kinds_for(version.trigger)
    facts = list(Activity.objects.filter(kind__in=kinds, at__gte=now - LOOK_BACK).order_by("pk"))
    places = {fact.pk: place for place, fact in enumerate(facts)}
    expected = [places[pk] for pk in dry_run(version, now=now).fired]
    made = Playbook.objects.create(
        name=f"Once more: {version.trigger}", is_on=True, read_to=Activity.objects.order_by("-pk").values("pk")[0]["pk"]
    )
    said = {
        name: getattr(version, name)
        for name in ("author", "trigger", "conditions", "steps", "cool_down", "per", "limit")
    }
    PlaybookVersion.objects.create(playbook=made, number=1, after=0, **said)
    for fact in facts:
        fact.pk = None
    again = {fact.pk: place for place, fact in enumerate(Activity.objects.bulk_create(facts))}
    look(made.pk)
    began = Firing.objects.filter(playbook=made).order_by("activity_id").values_list("activity_id", flat=True)
    return expected, [again[pk] for pk in began]
