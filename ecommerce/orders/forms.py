"""The forms of orders: shape only, the actions decide."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import LARGEST
from ecommerce.customers.forms import TagForm
from ecommerce.orders.models import Channel, OrderLine, Payment, RiskFlag
from ecommerce.orders.queries import LineWorth
from ecommerce.orders.rules import MOST_UNITS, ZERO, BuyerIn, LineIn, OrderIn

OTHER = "other"
METHODS = [("", "—"), *Payment.METHODS.items()]


def amount_field(label: Any, **options: Any) -> forms.DecimalField:
    """A field for an amount of money, not below zero."""
    options.setdefault("min_value", Decimal(0))
    return forms.DecimalField(
        label=label,
        max_digits=11,
        decimal_places=2,
        max_value=LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
        **options,
    )


class ReasonForm(forms.Form):
    """Asks why: one of the usual reasons, or words of one's own."""

    CHOICES: list[tuple[str, Any]] = []

    reason = forms.ChoiceField(label=_("Reason"))
    other = forms.CharField(label=_("Other reason, or details"), max_length=150, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [*self.CHOICES, (OTHER, pgettext_lazy("reason", "Other"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == OTHER and not data.get("other"):
            self.add_error("other", _("Write the reason."))
        return data

    @property
    def why(self) -> str:
        """The reason in words."""
        data = self.cleaned_data
        label = "" if data["reason"] == OTHER else str(dict(self.CHOICES)[data["reason"]])
        return ". ".join(words for words in (label, data["other"].strip()) if words)


class UnitsMixin(forms.Form):
    """Asks for units of lines: `add_unit` for each line; then `units` maps line id -> units."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_lines: list[tuple[OrderLine, int, str]] = []

    def add_unit(self, line: OrderLine, most: int, first: int) -> None:
        """A field for a line: the most that can be asked for, and what is shown first."""
        name = f"units_{line.pk}"
        self.fields[name] = forms.IntegerField(
            label=line.title,
            min_value=0,
            max_value=most,
            initial=first,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": 3, "class": "sc-qty"}),
        )
        self.unit_lines.append((line, most, name))

    @property
    def units(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data.get(name) or 0 for line, _most, name in self.unit_lines}

    def rows(self) -> list[dict[str, Any]]:
        """For templates: each line with its field and the most that can be asked for."""
        return [{"line": line, "most": most, "field": self[name]} for line, most, name in self.unit_lines]


class CancelForm(UnitsMixin, ReasonForm):
    """What of the order is called off, and whether the money goes back at once."""

    CHOICES = [
        ("customer", _("Customer changed their mind")),
        ("stock", _("Out of stock")),
        ("payment", _("Not paid in time")),
        ("address", _("Cannot deliver to the address")),
        ("fraud", _("Suspected fraud")),
    ]

    refund = forms.BooleanField(label=_("Refund the payment now"), required=False)

    def __init__(self, *args: Any, lines: Iterable[OrderLine], partly: bool, refundable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            if line.to_ship and partly:
                self.add_unit(line, line.to_ship, line.to_ship)
        if not refundable:
            del self.fields["refund"]

    @property
    def chosen(self) -> dict[int, int] | None:
        """None for all that is left."""
        if all(self.units.get(line.pk) == most for line, most, _name in self.unit_lines):
            return None
        return self.units


class BulkCancelForm(ReasonForm):
    CHOICES = CancelForm.CHOICES


class HoldForm(ReasonForm):
    CHOICES = [
        ("address", _("Address is unclear")),
        ("payment", _("Payment is being checked")),
        ("stock", _("Waiting for stock")),
        ("customer", _("Customer asked to wait")),
        ("fraud", _("Suspected fraud")),
    ]


class RefundForm(UnitsMixin, ReasonForm):
    """How much goes back: units of lines and shipping, or an amount of one's own."""

    CHOICES = [
        ("customer", _("Customer changed their mind")),
        ("stock", _("Out of stock")),
        ("damaged", _("Damaged")),
        ("wrong", _("Wrong item")),
        ("late", _("Arrived late")),
        ("goodwill", _("Goodwill")),
    ]

    shipping_fee = amount_field(_("Shipping"), required=False)
    amount = amount_field(_("Other amount"), required=False, help_text=_("In place of the sum of the items."))
    restock = forms.BooleanField(label=_("Take the items back into stock"), required=False)

    def __init__(
        self, *args: Any, lines: Iterable[OrderLine], worths: dict[int, LineWorth], refundable: Decimal, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        lines = list(lines)
        untouched = not any(line.refunded_quantity for line in lines)
        for line in lines:
            most = line.quantity - line.refunded_quantity
            self.add_unit(line, most, most if untouched and not self.initial.get("amount") else 0)
        self.worths, self.refundable = worths, refundable

    def rows(self) -> list[dict[str, Any]]:
        shown = super().rows()
        for row in shown:
            row["worth"] = self.worths[row["line"].pk].of(self._number(row["field"].value(), row["most"]))
        return shown

    @staticmethod
    def _number(value: Any, most: int) -> int:
        text = str(value or 0)
        return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 8 else 0

    @property
    def items_sum(self) -> Decimal:
        """What the chosen items are worth, also while the form is being filled in."""
        return sum((row["worth"] for row in self.rows()), ZERO)

    @property
    def sum(self) -> Decimal:
        """What would go back, as far as the form can be read."""
        amount, shipping = self._amount("amount"), self._amount("shipping_fee")
        return amount if amount is not None else min(self.items_sum + (shipping or ZERO), self.refundable)

    def _amount(self, name: str) -> Decimal | None:
        try:
            return self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None


class PaymentForm(forms.Form):
    method = forms.ChoiceField(label=_("Paid by"), choices=METHODS[1:])
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        required=False,
        help_text=_("The provider’s. Never a card number."),
    )


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note for your team"), max_length=2000)


class BuyerForm(forms.Form):
    """Who gets an order, and where."""

    buyer_name = forms.CharField(label=_("Name"), max_length=150)
    buyer_email = forms.EmailField(label=_("E-mail"), required=False)
    buyer_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    ship_to = forms.CharField(label=_("Address"), max_length=300, required=False)
    ship_city = forms.CharField(label=_("City"), max_length=80, required=False)
    ship_region = forms.CharField(label=_("Region"), max_length=80, required=False)
    ship_postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    ship_country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        help_text=_("Two letters, such as CN."),
        error_messages={"invalid": _("Enter the two letters of the country, such as CN.")},
    )


class OrderForm(BuyerForm):
    """An order written by hand."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    discount = amount_field(_("Discount"), required=False)
    shipping_fee = amount_field(_("Shipping"), required=False)
    coupon_code = forms.CharField(
        label=_("Coupon code"),
        max_length=60,
        required=False,
        help_text=_("What it takes off comes on top of the discount."),
    )
    buyer_note = forms.CharField(label=_("Buyer’s note"), max_length=500, required=False)
    paid = forms.BooleanField(label=_("It is paid already"), required=False)
    payment_method = forms.ChoiceField(label=_("Paid by"), choices=METHODS, required=False)

    def order_in(self, lines: list[LineIn]) -> OrderIn:
        """What the action takes."""
        data = self.cleaned_data
        return OrderIn(
            lines=lines,
            buyer=BuyerIn(
                name=data["buyer_name"],
                email=data["buyer_email"],
                phone=data["buyer_phone"],
                address=data["ship_to"],
                city=data["ship_city"],
                region=data["ship_region"],
                postcode=data["ship_postcode"],
                country=data["ship_country"],
            ),
            channel=data["channel"],
            discount=data["discount"] or ZERO,
            shipping_fee=data["shipping_fee"] or ZERO,
            paid=data["paid"],
            payment_method=data["payment_method"] if data["paid"] else "",
            buyer_note=data["buyer_note"],
            coupon_code=data["coupon_code"],
        )


class EditForm(UnitsMixin, BuyerForm):
    """An order before it is packed: buyer and address, units of its lines (0 takes one off), shipping."""

    shipping_fee = amount_field(_("Shipping"))

    def __init__(self, *args: Any, lines: Iterable[OrderLine], with_lines: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer_name"].required = False
        if not with_lines:
            del self.fields["shipping_fee"]
            return
        for line in lines:
            self.add_unit(line, MOST_UNITS, line.quantity)

    @property
    def quantities(self) -> dict[int, int]:
        """Line id -> units; a field that is left empty changes nothing."""
        typed = {line.pk: self.cleaned_data.get(name) for line, _most, name in self.unit_lines}
        return {pk: units for pk, units in typed.items() if units is not None}


class SplitForm(UnitsMixin, forms.Form):
    """What goes into a second order."""

    def __init__(self, *args: Any, lines: Iterable[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            self.add_unit(line, line.quantity, 0)


class RiskRulesForm(forms.Form):
    """What counts as unusual, and whether it stops an order."""

    kinds = forms.MultipleChoiceField(
        label=_("Look for"), choices=RiskFlag.Kind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    many_orders = forms.IntegerField(
        label=_("Orders that are many"),
        min_value=2,
        max_value=100,
        help_text=_("So many of one buyer, e-mail, phone or address, this one included, within the hours beside."),
    )
    many_hours = forms.IntegerField(label=_("Within hours"), min_value=1, max_value=168)
    value_factor = forms.DecimalField(
        label=_("Times the usual"),
        min_value=1,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        help_text=_("Of the amount that 95 of 100 orders of 90 days stay below. It takes 30 orders to tell."),
    )
    many_refunds = forms.IntegerField(
        label=_("Refunded orders that are many"), min_value=1, max_value=50, help_text=_("Of one buyer in 180 days.")
    )
    hold_from = forms.TypedChoiceField(
        label=_("Put on hold"),
        choices=[(0, _("Never by itself")), (1, _("From one reason on")), (2, _("From two reasons on"))],
        coerce=int,
    )  # fmt: skip


class LineForm(forms.Form):
    sku = forms.CharField(label=_("SKU"), max_length=80, widget=forms.TextInput(attrs={"list": "skus"}))
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MOST_UNITS,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    unit_price = amount_field(_("Unit price"), required=False)
    title = forms.CharField(label=_("Title"), max_length=250, required=False)

    def line_in(self) -> LineIn:
        data = self.cleaned_data
        return LineIn(data["sku"].strip(), data["quantity"], data["unit_price"], title=data["title"].strip())


class BaseLines(forms.BaseFormSet):
    """The lines as they are typed. What is shown first is not there before, so a row left empty is no line."""

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        typed = 0 if self.is_bound or not self.initial else len(self.initial)
        return max(super().total_form_count(), typed)


MoreLines = forms.formset_factory(LineForm, formset=BaseLines, extra=2, max_num=20, absolute_max=20)
LineFormSet = forms.formset_factory(
    LineForm, formset=BaseLines, extra=0, min_num=1, max_num=50, validate_min=True, absolute_max=50
)


class BulkTagForm(TagForm):
    """A tag, and whether it is put on or taken off."""

    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[("on", _("Put the tag on")), ("off", _("Take the tag off"))],
        initial="on",
        widget=forms.RadioSelect,
    )
