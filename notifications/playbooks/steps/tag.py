"""Put a tag on the customer, the order or the product that a fact is about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.forms import checked
from core.tags import clean_tag
from ecommerce.catalog.actions import tag_product, untag_product
from ecommerce.catalog.models import Product
from ecommerce.customers.actions import add_tag, remove_tag
from ecommerce.customers.models import Customer
from ecommerce.orders.actions import tag_order, untag_order
from ecommerce.orders.models import Order
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.things import product_of


class TagForm(StepForm):
    translated = ("tag",)
    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=40)

    def clean_tag(self) -> str:
        return checked(clean_tag, self.cleaned_data["tag"])

    def clean_tag_zh(self) -> str:
        """The tag in Chinese, where it is asked for too."""
        return checked(clean_tag, self.cleaned_data["tag_zh"])


class _Tag:
    icon = "tag"
    undoable = True
    form: type[StepForm] = TagForm

    def undo(self, context: Context, detail: Detail) -> None:
        if not detail["is_new"]:
            raise Refused("tagged_before", _("The tag was there before, so it stays."))
        self._take_off(context, detail)

    def _take_off(self, context: Context, detail: Detail) -> None:
        raise NotImplementedError


class TagCustomer(_Tag):
    name = "tag_customer"
    label: Any = gettext_lazy("Tag the customer")
    help: Any = gettext_lazy("Customers can be found by their tags, in lists and in segments.")
    permission = "customers.edit"
    needs: tuple[str, ...] = ("customer_id",)

    def describe(self, settings: Settings) -> str:
        return _("Tag the customer “%(tag)s”") % {"tag": settings["tag"]}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        customer = Customer.objects.filter(pk=context.thing("customer_id")).first()
        if customer is None:
            raise Refused("no_customer", _("The customer is gone."))
        is_new = not customer.tags.filter(name=settings["tag"]).exists()
        add_tag(customer, settings["tag"], actor=context.actor)
        return {"pk": customer.pk, "tag": settings["tag"], "is_new": is_new}

    def said(self, detail: Detail) -> str:
        return _("The customer has the tag “%(tag)s”.") % {"tag": detail["tag"]}

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("customer-detail", (detail["pk"],))

    def _take_off(self, context: Context, detail: Detail) -> None:
        remove_tag(Customer.objects.get(pk=detail["pk"]), detail["tag"], actor=context.actor)


class TagOrder(_Tag):
    name = "tag_order"
    label: Any = gettext_lazy("Tag the order")
    help: Any = gettext_lazy("Orders can be found by their tags.")
    permission = "orders.edit"
    needs: tuple[str, ...] = ("order_id",)

    def describe(self, settings: Settings) -> str:
        return _("Tag the order “%(tag)s”") % {"tag": settings["tag"]}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        order = Order.objects.filter(pk=context.thing("order_id")).first()
        if order is None:
            raise Refused("no_order", _("The order is gone."))
        is_new = not order.tags.filter(name=settings["tag"]).exists()
        tag_order(order, settings["tag"], actor=context.actor)
        return {"pk": order.pk, "number": order.number, "tag": settings["tag"], "is_new": is_new}

    def said(self, detail: Detail) -> str:
        values = {"number": detail["number"], "tag": detail["tag"]}
        return _("Order %(number)s has the tag “%(tag)s”.") % values

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("order-detail", (detail["number"],))

    def _take_off(self, context: Context, detail: Detail) -> None:
        untag_order(Order.objects.get(pk=detail["pk"]), detail["tag"], actor=context.actor)


class TagProduct(_Tag):
    name = "tag_product"
    label: Any = gettext_lazy("Tag the product")
    help: Any = gettext_lazy("Products can be found by their tags.")
    permission = "products.edit"
    needs: tuple[str, ...] = ("product_id", "variant_id")

    def describe(self, settings: Settings) -> str:
        return _("Tag the product “%(tag)s”") % {"tag": settings["tag"]}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        product = product_of(context)
        is_new = tag_product(product, settings["tag"], actor=context.actor)
        return {"pk": product.pk, "title": product.title, "tag": settings["tag"], "is_new": is_new}

    def said(self, detail: Detail) -> str:
        return _("“%(product)s” has the tag “%(tag)s”.") % {"product": detail["title"], "tag": detail["tag"]}

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("product-detail", (detail["pk"],))

    def _take_off(self, context: Context, detail: Detail) -> None:
        untag_product(Product.objects.get(pk=detail["pk"]), detail["tag"], actor=context.actor)
