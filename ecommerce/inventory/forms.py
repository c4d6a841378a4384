"""What people type about stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.filters import DayField
from ecommerce.catalog.channels import Channel
from ecommerce.catalog.models import Category, Variant
from ecommerce.inventory.actions import LotIn
from ecommerce.inventory.models import Lot, StockMove, TransferLine, Warehouse
from ecommerce.inventory.rules import LONGEST_DEAD_DAYS, LONGEST_EXPIRY_DAYS, LONGEST_HOLD, MOST


class LotChoice(forms.ModelChoiceField):
    """One of the lots of a variant, or none in particular."""

    def __init__(self, lots: QuerySet[Lot]) -> None:
        super().__init__(
            label=_("Lot"),
            queryset=lots,
            required=False,
            empty_label=_("None in particular"),
            help_text=_(
                "What is damaged is then taken in the order of expiry; other corrections are of units without a lot "
                "first."
            ),
        )

    def label_from_instance(self, lot: Any) -> str:
        return named(lot)


def named(lot: Lot) -> str:
    """A lot as it is chosen: its code and its expiry date, if it has one."""
    return f"{lot.code} · {date_format(lot.expires_on)}" if lot.expires_on else str(lot.code)


class AdjustForm(forms.Form):
    """Either the number somebody counted, or units that came or went. Without any warehouse yet none is chosen."""

    warehouse = forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), required=False)
    how = forms.ChoiceField(
        label=_("What do you enter?"),
        choices=[("counted", _("The number I counted")), ("change", _("Units that came (+) or went (−)"))],
        initial="counted",
        widget=forms.RadioSelect,
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=-MOST,
        max_value=MOST,
        error_messages={"invalid": _("Enter a whole number, such as 12 or -3.")},
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (reason, reason.label)
            for reason in (
                StockMove.Reason.ADJUSTMENT,
                StockMove.Reason.RECEIPT,
                StockMove.Reason.RETURN,
                StockMove.Reason.DAMAGE,
            )
        ],
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("Stays with the entry in the ledger.")
    )

    def __init__(
        self, *args: Any, warehouse: Warehouse | None = None, lots: QuerySet[Lot] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["warehouse"].queryset = Warehouse.objects.all()
        self.fields["warehouse"].empty_label = None
        self.fields["warehouse"].initial = warehouse
        if lots is not None:
            self.fields["lot"] = LotChoice(lots)

    def wanted(self) -> dict[str, int]:
        """The quantity as adjust_stock() takes it."""
        return {self.cleaned_data["how"]: self.cleaned_data["quantity"]}


def expiry_field() -> DayField:
    return DayField(
        label=_("Expiry date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which it may be sold. Empty: it does not expire."),
    )


class LotForm(forms.Form):
    """The one thing of a lot that can be corrected."""

    expires_on = expiry_field()


class FillLotForm(forms.Form):
    """Units without a lot, and the one they are of."""

    warehouse = forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), empty_label=None)
    units = forms.IntegerField(
        label=_("Units"), min_value=1, max_value=MOST, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    lot = forms.CharField(label=_("Lot"), max_length=120, help_text=_("As it stands on the box."))
    expires_on = expiry_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["warehouse"].queryset = Warehouse.objects.all()


class WarehouseForm(forms.ModelForm):
    class Meta:
        model = Warehouse
        fields = ("name", "code", "city", "is_default", "serve_rank")
        labels = {"serve_rank": _("Serves orders, place in the row")}
        help_texts = {
            "code": _("A short name for lists and labels."),
            "is_default": _("New orders reserve their stock here."),
            "serve_rank": _(
                "Empty: no orders are served from here, unless it is the default. With 1, 2, 3 an order goes to the "
                "first warehouse that has all of it; the default one without a number comes first."
            ),
        }

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


class WarehouseChoice(forms.ModelChoiceField):
    """A warehouse of the shop; the default one is chosen."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, queryset=Warehouse.objects.none(), empty_label=None)

    def fill(self) -> None:
        self.queryset = Warehouse.objects.all()


class TransferForm(forms.Form):
    source = WarehouseChoice(_("From"))
    target = WarehouseChoice(_("To"))
    lines = forms.CharField(
        label=_("What is moved"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One variant per line: its SKU, a space, the number of units. For example: CUP-BLUE 12"),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("source", "target"):
            self.fields[name].fill()

    def clean_lines(self) -> dict[str, int]:
        """SKU -> units; a SKU named twice is added up."""
        wanted: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            words = line.split()
            if not words:
                continue
            *sku, units = words
            if not sku or not (units.isascii() and units.isdigit()) or len(units) > 9:
                message = gettext("Line %(number)d: enter a SKU, a space and a number of units.")
                raise forms.ValidationError(message % {"number": number})
            wanted[" ".join(sku)] = wanted.get(" ".join(sku), 0) + int(units)
        return wanted


def counted_field(label: Any, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "enterkeyhint": "done"})
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, widget=widget, **options)


class ReceiveTransferForm(forms.Form):
    """What arrived of each line."""

    reason = forms.CharField(label=_("If it is not what was sent: why"), max_length=200, required=False)

    def __init__(self, *args: Any, lines: Iterable[TransferLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"came_{line.pk}"] = counted_field(_("Arrived"), initial=line.quantity)

    def rows(self) -> list[dict[str, Any]]:
        """For templates: each line with its field."""
        return [{"line": line, "field": self[f"came_{line.pk}"]} for line in self.lines]

    def came(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data[f"came_{line.pk}"] for line in self.lines}


class CountForm(forms.Form):
    """What a count is to cover."""

    warehouse = WarehouseChoice(_("Warehouse"))
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=_("All categories")
    )
    words = forms.CharField(label=_("Only SKUs or titles with"), max_length=80, required=False)
    is_blind = forms.BooleanField(label=_("Do not show counters the expected number"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["warehouse"].fill()
        self.fields["category"].queryset = Category.objects.all()


WITHOUT_LOT, OTHER_LOT = "none", "other"


class EnterForm(forms.Form):
    """Units found of one variant. `key` names the entry, so that sending the form twice counts once.

    With `lots`, those that are known of a variant that is kept in lots, it asks which of them the units are of: of
    another one, too, or of none.
    """

    key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, max_value=MOST, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Barcode or SKU"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "enterkeyhint": "next"}
        ),
    )
    units = counted_field(_("Units"), initial=1)
    how = forms.ChoiceField(
        label=_("These units are"),
        choices=[("add", _("more, to be added")), ("total", _("all there is"))],
        initial="add",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, lots: Sequence[Lot] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lots = {str(lot.pk): lot for lot in lots or ()}
        if lots is None:
            return
        known = [(key, named(lot)) for key, lot in self.lots.items()]
        others = [(OTHER_LOT, _("Another one, entered below")), (WITHOUT_LOT, _("Without a lot"))]
        self.fields["lot"] = forms.ChoiceField(
            label=_("Lot"),
            choices=[("", _("Choose")), *known, *others],
            error_messages={"required": _("Choose the lot these units are of.")},
        )
        self.fields["lot_code"] = forms.CharField(
            label=_("Another lot"), max_length=120, required=False, help_text=_("As it stands on the box.")
        )
        self.fields["expires_on"] = expiry_field()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("lot") == OTHER_LOT and not data.get("lot_code", "").strip() and "lot_code" not in self.errors:
            self.add_error("lot_code", gettext("Enter the lot that stands on the box."))
        return data

    def found_lot(self) -> LotIn | None:
        """The lot that the units are of; None without one."""
        chosen = self.cleaned_data.get("lot", WITHOUT_LOT)
        if chosen == WITHOUT_LOT:
            return None
        code = self.cleaned_data["lot_code"].strip() if chosen == OTHER_LOT else self.lots[chosen].code
        return LotIn(code, self.cleaned_data["expires_on"])


class RulesForm(forms.Form):
    hold_minutes = forms.IntegerField(
        label=_("Orders that are not paid hold stock for, minutes"),
        min_value=0,
        max_value=LONGEST_HOLD,
        help_text=_("0: stock is held on payment only. 30 suits most shops whose buyers pay at once."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    dead_days = forms.IntegerField(
        label=_("Stock is dead after days without a sale"),
        required=False,
        min_value=1,
        max_value=LONGEST_DEAD_DAYS,
        help_text=_("Stock figures list it with the money bound in it. 90 is usual; take more for seasonal goods."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    expiry_days = forms.IntegerField(
        label=_("Tell of lots before they expire, days"),
        required=False,
        min_value=1,
        max_value=LONGEST_EXPIRY_DAYS,
        help_text=_("Only of products that keep lots. 30 is usual."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class BufferForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    sku = forms.CharField(
        label=_("SKU"), max_length=80, required=False, help_text=_("Empty: all that have no buffer of their own.")
    )
    units = counted_field(_("Units kept back"), initial=0)
    percent = forms.IntegerField(label=_("Percent kept back"), min_value=0, max_value=100, initial=0)

    def clean_sku(self) -> Variant | None:
        sku = self.cleaned_data["sku"].strip()
        variant = Variant.objects.filter(sku=sku).first() if sku else None
        if sku and variant is None:
            raise forms.ValidationError(gettext("There is no variant with this SKU."))
        return variant
