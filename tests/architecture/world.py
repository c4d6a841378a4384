"""A shop with one row of everything, made by looking at the models, so that a new model is in it from its first day.

Every free text of the shop carries its canary (CANARY-A-…). Where it turns up in an answer to somebody else, it leaked.
"""

from __future__ import annotations

import io
import itertools
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from PIL import Image

from accounts.models import Job, Membership, Merchant, User
from analytics.demand.rules import HORIZON
from analytics.engine.demand import LEVELS
from analytics.forecasts.views import TASK
from core import roles
from core.photos import Photo, store_photo
from core.sealing import seal
from core.tenancy import every_tenant, tenant
from tests import factories
from tests.architecture.house import APPS

# Texts that people and programs put into addresses: no canary, for an error page may show the address.
KEYS = {"number", "slug", "code", "sku", "key", "path", "prefix", "token", "name_key", "group_key"}

# A demand forecast of nothing, with the sum of its days.
EMPTY_PATH = zlib.compress(bytes(2 * (HORIZON + (HORIZON + 1) * len(LEVELS))))

INVOICED = {
    "seller": dict.fromkeys(("name", "address", "tax_id", "email", "website"), ""),
    "buyer": {"name": "Buyer", "address": "", "city": "", "region": "", "postcode": "", "country": ""},
    "lines": [],
    "sums": dict.fromkeys(("subtotal", "discount", "shipping_fee", "tax", "total", "paid_total"), "0.00"),
    "order": "1",
    "placed_at": "2026-06-01T10:00:00+00:00",
}


def _picture() -> str:
    """A small picture on disk, under a name of ours."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(out, "JPEG")
    return store_photo("world", Photo(out.getvalue(), 4, 4))


# What a model needs beyond what its fields say: label -> values, or a function of the world that gives them.
RECIPES: dict[str, dict[str, Any] | Callable[[World], dict[str, Any]]] = {
    "accounts.ApiToken": {"scopes": []},
    "accounts.Invitation": {"accepted_at": None, "revoked_at": None},
    "accounts.Activity": {"kind": "canary.sung", "actor_kind": "user", "caused_by": None, "depth": 0},
    "accounts.Job": {"key": None, "task": TASK},
    "accounts.Batch": {"kind": "orders.confirm", "undo_of": None, "retry_of": None, "total": 1000},
    "accounts.SavedView": {"list_key": "orders", "is_shared": True, "deleted_at": None},
    "analytics.ForecastRun": lambda world: {
        "data_from": world.merchant.today() - timedelta(days=90),
        "data_to": world.merchant.today() - timedelta(days=1),
    },
    "analytics.DemandForecast": {"path": EMPTY_PATH},
    "analytics.DemandRun": lambda world: {
        "data_from": world.merchant.today() - timedelta(days=90),
        "data_to": world.merchant.today() - timedelta(days=1),
        "windows": [HORIZON],
    },
    "analytics.Holding": {"on_hand": 7, "available": 7},
    "analytics.Market": lambda world: {"category": world.make(apps.get_model("ecommerce.Category"))},
    "analytics.Player": {"name": ""},
    "analytics.ProductEpisode": {"kind": "complaints"},
    "analytics.Promise": {"weeks": [], "share": [0.1] * 7},
    "analytics.PromiseOutcome": {"weeks": []},
    "analytics.PromotionDraft": {"promotion": None},
    "analytics.Scenario": {"state": "adopted"},
    "analytics.Observation": {"source": "CANARY"},
    "analytics.ServiceWeek": {"abc": "A"},
    "ecommerce.BundlePart": lambda world: {"part": world.make(apps.get_model("ecommerce.Variant"))},
    "ecommerce.ProductImage": lambda world: {"url": "", "stored_as": _picture()},
    "ecommerce.ProductQuestion": {"answer": "", "answered_at": None},
    "ecommerce.ReturnPhoto": lambda world: {"stored_as": _picture()},
    "ecommerce.ImportRun": lambda world: {"job_id": world.row(Job).pk},
    "ecommerce.Invoice": lambda world: {
        "kind": "invoice",
        "corrects": None,
        "sequence": next(world.numbers),
        "figures": INVOICED,
    },
    "ecommerce.Coupon": {"amount": Decimal("10.00"), "used_on": "", "batch": ""},
    "ecommerce.PointsEntry": lambda world: {"sequence": next(world.numbers)},
    "ecommerce.StockMove": {"quantity": 1},
    "ecommerce.LotLevel": {"units": 1},
    "ecommerce.Category": {"parent": None},
    "ecommerce.Transfer": lambda world: {"target": world.make(apps.get_model("ecommerce.Warehouse"))},
    "notifications.Absence": {"deputy": None},
    "notifications.Care": {"category": None, "warehouse": None, "supplier": None},
    "notifications.Channel": {
        "sender": "webhook",
        "sealed": seal('["https://erp.example.com/hook", "whsec_c2VjcmV0"]', "notifications.channels"),
        "kinds": ["stock-low"],
    },
    "notifications.Dispatch": {"kind": "test", "next_try": None, "state": "failed"},
    "notifications.Firing": {"at": datetime(2026, 6, 1, 10, tzinfo=UTC)},
    "notifications.Mail": {"purpose": "notice"},
    # of an address that the shop wrote to
    "notifications.Suppression": lambda world: {"address": world.make(apps.get_model("notifications.Mail")).to},
    "notifications.Notification": lambda world: {"user": world.people["owner"]},
    "notifications.Playbook": {"removed_at": None},
    "notifications.StaffAbsence": {"deputy": None},
    "notifications.PlaybookTemplate": {
        "trigger": "reviews.submitted",
        "conditions": [],
        "steps": [{"step": "tell", "settings": {"who": "all", "title": "Look", "title_zh": "看一下", "text": ""}}],
    },
    "notifications.PlaybookVersion": {
        "number": 1,
        "trigger": "reviews.submitted",
        "steps": [{"step": "tell", "settings": {"who": "all", "title": "CANARY", "text": ""}}],
    },
    "notifications.StepOutcome": {"step": "tell", "index": 0, "state": "failed"},
}


@dataclass
class World:
    """A merchant, its people by role, and one row of each of our models by label ("ecommerce.Order")."""

    letter: str
    merchant: Merchant
    people: dict[str, User] = field(default_factory=dict)
    rows: dict[str, models.Model] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def canary(self) -> str:
        return f"CANARY-{self.letter}"

    def row(self, model: type[models.Model]) -> models.Model:
        """The shop's row of a model, made when first asked for."""
        label = model._meta.label
        if label == "accounts.Merchant":
            return self.merchant
        if label not in self.rows:
            self.rows[label] = self.make(model, **self._key_of_its_own(model))
        return self.rows[label]

    def _key_of_its_own(self, model: type[models.Model]) -> dict[str, int]:
        """A key that no other model's row has, so that the wrong object in an address leads nowhere."""
        if not isinstance(model._meta.pk, models.AutoField):
            return {}
        return {"id": 10_000 * (ord(self.letter) - 63) + 20 * our_models().index(model)}

    def make(self, model: type[models.Model], *, fresh: bool = False, depth: int = 0, **given: Any) -> models.Model:
        """A new row. `fresh` gives it rows of its own to point at, instead of the shop's one row of each."""
        recipe = RECIPES.get(model._meta.label, {})
        values = {**(recipe(self) if callable(recipe) else recipe), **given}
        if model is User:
            number = next(self.numbers)
            return factories.UserFactory(name=f"{self.canary} person {number}", **values)
        for column in model._meta.concrete_fields:
            if column.name in values or (column.primary_key and isinstance(column, models.AutoField)):
                continue
            if isinstance(column, models.ForeignKey):
                target: Any = column.related_model
                if target is Merchant:
                    values[column.name] = self.merchant
                elif target is not model:
                    own = fresh and depth < 4 and target._meta.app_label in APPS and column.name != "merchant"
                    values[column.name] = self.make(target, fresh=True, depth=depth + 1) if own else self.row(target)
            elif (value := self._value(model, column)) is not None:
                values[column.name] = value
        row = model(**values)
        try:
            row.save(force_insert=True)
        except Exception as error:
            raise AssertionError(
                f"cannot make a {model._meta.label} with {values}: {error}. Add what it needs to RECIPES in {__name__}."
            ) from error
        return row

    def _value(self, model: type[models.Model], column: Any) -> Any:
        """A value for a column, or None to leave its default."""
        number = next(self.numbers)
        if column.choices:
            return None if column.has_default() or column.blank else column.flatchoices[0][0]
        if isinstance(column, (models.CharField, models.TextField)):
            return self._text(model, column, number)
        if isinstance(column, models.UUIDField) or column.has_default() or column.null:
            return None
        if getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False):
            return None
        if isinstance(column, models.DateTimeField):
            return timezone.now() + timedelta(seconds=number)
        if isinstance(column, models.DateField):
            return datetime.now(UTC).date() + timedelta(days=number)
        if isinstance(column, models.TimeField):
            return datetime.now(UTC).time()
        if isinstance(column, models.DurationField):
            return timedelta(hours=1)
        if isinstance(column, models.BooleanField):
            return True
        if isinstance(column, models.DecimalField):
            return Decimal("1.00")
        if isinstance(column, (models.IntegerField, models.FloatField)):
            return number if column.unique else 1
        if isinstance(column, models.JSONField):
            return {}
        if isinstance(column, models.GenericIPAddressField):
            return "127.0.0.1"
        if isinstance(column, models.BinaryField):
            return b"x"
        return None

    def _text(self, model: type[models.Model], column: Any, number: int) -> str | None:
        if column.has_default() or column.null:
            return None
        if isinstance(column, models.EmailField):
            return f"{self.canary}-{number}@example.com".lower()
        if isinstance(column, models.URLField):
            return f"https://{self.canary}-{number}.example".lower()
        limit = column.max_length or 200
        if not any(other.name == "merchant" for other in model._meta.concrete_fields):
            return f"{self.letter.lower()}{number}-{column.name}"[:limit]  # the platform's own rows are no secret
        if column.name in KEYS or isinstance(column, models.SlugField):
            return f"{self.letter}{number}-{model._meta.model_name}"[:limit].lower()
        if limit < 20:
            return None if column.blank else f"{self.letter}{number}"[:limit]
        return f"{self.canary}-{number}-{column.name}"[:limit]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def of_a_merchant() -> list[type[models.Model]]:
    """Models whose rows name their merchant."""
    return [model for model in our_models() if any(column.name == "merchant" for column in model._meta.concrete_fields)]


def build_people(world: World) -> None:
    """One member of the shop for each built-in role."""
    with tenant(world.merchant):
        for role in roles.merchant_roles():
            person = factories.UserFactory(
                name=f"{world.canary} {role}", email=f"{role}-{world.letter}@example.com".lower()
            )
            Membership.objects.create(merchant=world.merchant, user=person, role=role)
            world.people[role] = person


def build_world(letter: str, *, everything: bool = True) -> World:
    """A shop with its people and, with `everything`, one row of every model."""
    merchant = factories.MerchantFactory(name=f"CANARY-{letter} shop", slug=f"shop-{letter.lower()}")
    world = World(letter, merchant, numbers=itertools.count(1000 * ord(letter)))
    build_people(world)
    if everything:
        with tenant(merchant):
            for model in our_models():
                if model is not Merchant:
                    world.row(model)
    return world


def build_staff() -> dict[str, User]:
    """One person of the platform for each staff role."""
    return {
        role: factories.UserFactory(name=f"Staff {role}", email=f"{role}@platform.example", staff_role=role)
        for role in roles.staff_roles()
    }


def fingerprint(merchant: Merchant) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a merchant with all its values, by model: equal before and after what must change nothing."""
    found = {"accounts.Merchant": list(Merchant.objects.filter(pk=merchant.pk).values_list())}
    with every_tenant("look at all rows of one merchant"):
        for model in of_a_merchant():
            rows = model._default_manager.filter(merchant=merchant).order_by("pk")
            found[model._meta.label] = list(rows.values_list())
    return found
