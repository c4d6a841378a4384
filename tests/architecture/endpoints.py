"""Every address of the product, read from the URLconf, and how to call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Job
from core.access import POLICY
from ecommerce.models import Customer, Invoice, Product, Variant
from tests.architecture.world import World

# The word at the start of a URL name (after these prefixes) names the model of the object in the address.
PREFIXES = ("staff-", "api-", "buyer-", "my-", "platform-")
MODELS: dict[str, str] = {
    "account": "accounts.User",
    "activity": "accounts.Activity",
    "burst": "analytics.ProductEpisode",
    "grid": "ecommerce.GridEdit",
    "image": "ecommerce.ProductImage",
    "import": "ecommerce.ImportRun",
    "job": "accounts.Job",
    "life-cycle": "analytics.ProductStage",
    "lifecycle": "analytics.ProductStage",
    "market": "analytics.Market",
    "mailbox": "notifications.Mail",
    "move": "ecommerce.StockMove",
    "member": "accounts.Membership",
    "notice-channel": "notifications.Channel",
    "note": "ecommerce.OrderNote",
    "notification": "notifications.Notification",
    "operations": "accounts.Job",
    "purchase": "ecommerce.PurchaseOrder",
    "question": "ecommerce.ProductQuestion",
    "quality": "analytics.ListingQuality",
    "restock": "ecommerce.Variant",
    "share": "analytics.ShareRun",
    "shop": "accounts.Merchant",
    "forecast": "analytics.ForecastRun",
    "override": "analytics.ForecastOverride",
    "demand": "analytics.DemandOutlook",
    "buffer": "ecommerce.ChannelBuffer",
    "channel": "ecommerce.Variant",
    "count": "ecommerce.StockCount",
    "stock": "ecommerce.Variant",
    "token": "accounts.ApiToken",
    "user": "accounts.User",
    "view": "accounts.SavedView",
}

# A value for an argument of an address, where its name alone does not say it: "url-name.argument" or "argument".
VALUES: dict[str, Callable[[World], Any]] = {
    "merchant": lambda world: world.merchant.slug,
    "format": lambda world: "json",
    "job": lambda world: world.row(Job).pk,
    "customer-tag.pk": lambda world: world.row(Customer).pk,
    **dict.fromkeys(
        ("product-tag.pk", "api-product-tag.pk", "product-question-ask.pk"), lambda world: world.row(Product).pk
    ),
    "return-photo.pk": lambda world: world.row(apps.get_model("ecommerce.ReturnPhoto")).pk,
    "buyer-return-rating.pk": lambda world: world.row(apps.get_model("ecommerce.Return")).pk,
    "stock-move-export.pk": lambda world: world.row(Variant).pk,
    "order-invoice-file.invoice": lambda world: world.row(Invoice).pk,
    **dict.fromkeys(
        ("demand-detail.pk", "demand-detail-export.pk", "demand-variant-terms.pk", "api-demand-detail.pk"),
        lambda world: world.row(Variant).pk,
    ),
    "key": lambda world: "unknown-key",
    "uidb36": lambda world: "1",
    "token": lambda world: "unknown-token",
    "invitation-accept.secret": lambda world: "unknown-secret",
    "notice-channel-new.sender": lambda world: "feishu",
    **dict.fromkeys(("letter", "letter-text.letter"), lambda world: "shipped"),
    **dict.fromkeys(("language", "letter-text.language"), lambda world: "en"),
    "mail-webhook.provider": lambda world: "postmark",
    "buyer-letter-preview.kind": lambda world: "order_confirmed",
    "buyer-letter-html.kind": lambda world: "order_confirmed",
    "buyer-mail-stop.purpose": lambda world: "order",
    "session-end.pk": lambda world: 1,
    **dict.fromkeys(
        ("staff-notice.pk", "staff-notice-do.pk"),
        lambda world: world.row(apps.get_model("notifications.StaffNotice")).pk,
    ),
    **dict.fromkeys(
        ("staff-absence-edit.pk", "staff-absence-remove.pk"),
        lambda world: world.row(apps.get_model("notifications.StaffAbsence")).pk,
    ),
    "staff-merchant-decide.decision": lambda world: "approve",
    "app_label": lambda world: "accounts",
    "object_id": lambda world: 1,
    "content_type_id": lambda world: 1,
    **dict.fromkeys(
        ("return-photo.number", "api-return-photo.number"),
        lambda world: world.row(apps.get_model("ecommerce.Return")).number,
    ),
    "api-return-photo.photo": lambda world: world.row(apps.get_model("ecommerce.ReturnPhoto")).pk,
    **dict.fromkeys(
        (
            "order-note.number",
            "api-order-note.number",
            "order-tag.number",
            "order-untag.number",
            "api-order-tag.number",
            "api-order-untag.number",
        ),
        lambda world: world.row(apps.get_model("ecommerce.Order")).number,
    ),
    "batch-file.pk": lambda world: world.row(apps.get_model("accounts.Batch")).pk,
    "section": lambda world: "orders",
}

# Views that other people wrote and that cannot carry a decorator of ours: start of the module -> why that is safe.
FOREIGN: dict[str, str] = {
    "accounts.people.backoffice": "the Django admin's site asks has_permission() itself, as below",
    "django.contrib.admin": "asks has_permission() itself; only superusers get in, which the matrix tries",
    "django.contrib.contenttypes": "belongs to the admin and is wrapped by it",
    "django.contrib.staticfiles": "serves the files that are public anyway",
}


@dataclass(frozen=True)
class Endpoint:
    """One pattern of the URLconf. `arguments` are the names in its address; `policy` is "" where none is stated."""

    name: str
    route: str
    callback: Any
    arguments: tuple[str, ...]
    policy: str
    methods: tuple[str, ...] = field(default=("GET", "POST"))

    @property
    def module(self) -> str:
        return getattr(self.callback, "__module__", "")

    @property
    def view_class(self) -> Any:
        return getattr(self.callback, "cls", None)

    @property
    def is_api(self) -> bool:
        return self.view_class is not None

    @property
    def foreign(self) -> str:
        """Why a view of other people's may go without a policy; "" for ours."""
        module = self.module
        if (site := getattr(self.callback, "admin_site", None)) is not None:
            module = type(site).__module__
        return next((why for start, why in FOREIGN.items() if module.startswith(start)), "")

    @property
    def is_tenants(self) -> bool:
        return "merchant" in self.arguments

    def url(self, world: World, merchant: str | None = None) -> str:
        """The address for that shop's objects; with `merchant`, of its objects below another shop's address."""
        kwargs = {name: value_of(self.name, name, world) for name in self.arguments}
        if merchant is not None:
            kwargs["merchant"] = merchant
        try:
            return reverse(self.name, kwargs=kwargs)
        except NoReverseMatch as error:
            raise AssertionError(
                f"{self.name}: {kwargs} does not fit {self.route!r}; put a fitting value into VALUES in {__name__}"
            ) from error


def model_of(url_name: str) -> type[models.Model] | None:
    """The model that the start of a URL name speaks of: order-line-edit -> OrderLine, order-ship -> Order."""
    plain = url_name.rpartition(":")[2]
    for prefix in PREFIXES:
        plain = plain.removeprefix(prefix)
    known = {model._meta.model_name: model for model in apps.get_models() if model._meta.app_label != "django_q"}
    words = plain.split("-")
    for length in range(len(words), 0, -1):
        start = "-".join(words[:length])
        if start in MODELS:
            return apps.get_model(MODELS[start])
        if start.replace("-", "") in known:
            return known[start.replace("-", "")]
    return None


def value_of(url_name: str, argument: str, world: World) -> Any:
    """What to put into an address for one of its arguments. Raises AssertionError that says how to teach it."""
    if (maker := VALUES.get(f"{url_name}.{argument}")) is not None:
        return maker(world)
    model = model_of(url_name)
    if model is not None and argument != "merchant":
        row = world.row(model)
        # order_number names the field of the order, order_id or order_pk its key
        for name in (argument, argument.rpartition("_")[2]):
            if hasattr(row, "pk" if name == "id" else name):
                return getattr(row, "pk" if name == "id" else name)
    if (maker := VALUES.get(argument)) is not None:
        return maker(world)
    raise AssertionError(
        f"{url_name}: nobody knows what goes into <{argument}>. Name the model of {url_name!r} in MODELS or the value "
        f"of '{url_name}.{argument}' in VALUES, both in {__name__}."
    )


def _walk(patterns: list[Any], route: str, namespace: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            callback = pattern.callback
            actions = getattr(callback, "actions", None)
            view_class = getattr(callback, "cls", None)
            if actions:
                methods = tuple(method.upper() for method in actions)
            elif view_class is not None:
                methods = tuple(
                    name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view_class, name)
                )
            else:
                methods = ("GET", "POST")
            yield Endpoint(
                name=f"{namespace}{pattern.name}" if pattern.name else "",
                route=here,
                callback=callback,
                arguments=tuple(_arguments(here)),
                policy=getattr(callback, POLICY, ""),
                methods=methods,
            )


def _arguments(route: str) -> list[str]:
    """The names in a route, in path() or in regular expression form."""
    names = []
    for part in route.split("<")[1:]:
        name = part.split(">")[0].rpartition(":")[2]
        if name.isidentifier():
            names.append(name)
    return names


@cache
def endpoints() -> tuple[Endpoint, ...]:
    return tuple(_walk(get_resolver().url_patterns, "", ""))
