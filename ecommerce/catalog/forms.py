"""What people type about products."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import checked
from core.tags import clean_tag
from ecommerce.catalog.actions import MOST_VARIANTS, VariantData
from ecommerce.catalog.grid import ATTRIBUTE, ATTRIBUTE_LENGTH, FORMULAS, Column
from ecommerce.catalog.models import Category, Product, Variant
from ecommerce.catalog.queries import attributes_of, taken_skus
from ecommerce.catalog.rules import clean_price, clean_sku, same_sku


class CategoryField(forms.ModelChoiceField):
    """The category tree as a list, deeper nodes further in."""

    def label_from_instance(self, category: Any) -> str:
        return "\u2003" * category.depth + category.label


class PriceField(forms.DecimalField):
    """An amount in the merchant's currency, as a rule of the catalogue cleans it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("Enter the price as a number, such as 168.00.")})
        super().__init__(decimal_places=None, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options)

    def clean(self, value: Any) -> Decimal | None:
        price = super().clean(value)
        return None if price is None else checked(clean_price, price)


class ProductForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=250, help_text=_("What buyers read first."))
    category = CategoryField(label=_("Category"), queryset=Category.objects.none(), required=False)
    brand = forms.CharField(label=_("Brand"), max_length=100, required=False)
    description = forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    keeps_lots = forms.BooleanField(
        label=_("Keep lots"),
        required=False,
        help_text=_(
            "For food, cosmetics and the like: what comes in says its lot and expiry date, what expires first goes "
            "out first, and you can find every order that got a lot."
        ),
    )

    def __init__(self, *args: Any, product: Product | None = None, **options: Any) -> None:
        if product is not None:
            options["initial"] = {
                name: getattr(product, name) for name in ("title", "brand", "description", "keeps_lots")
            } | {"category": product.category_id}
        super().__init__(*args, **options)
        self.fields["category"].queryset = Category.objects.order_by("path")
        self.fields["category"].empty_label = _("No category yet")
        self._known = dict(product.attributes) if product else {}
        category = product.category if product else None
        self._attributes = attributes_of([category]).get(category.pk, []) if category else []
        for one in self._attributes:
            self.fields[f"{ATTRIBUTE}{one.code}"] = forms.CharField(
                label=one.label,
                max_length=ATTRIBUTE_LENGTH,
                required=False,
                initial=self._known.get(one.code, ""),
                help_text=_("Buyers of this category look for it.") if one.is_required else "",
            )

    @property
    def attribute_fields(self) -> list[Any]:
        """The fields of what the category asks for."""
        return [self[f"{ATTRIBUTE}{one.code}"] for one in self._attributes]

    def clean(self) -> dict[str, Any]:
        """The attributes become one value; those of another category are kept as they were."""
        values = super().clean() or {}
        if self._attributes:
            typed = {one.code: values.pop(f"{ATTRIBUTE}{one.code}", "").strip() for one in self._attributes}
            values["attributes"] = {code: text for code, text in (self._known | typed).items() if text}
        return values


class VariantForm(forms.Form):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sku = forms.CharField(label=_("SKU"), max_length=200)
    title = forms.CharField(label=_("Variant"), max_length=120, required=False)
    price = PriceField(label=_("Price"))
    list_price = PriceField(label=_("List price"), required=False)
    cost = PriceField(label=_("Cost"), required=False)
    barcode = forms.CharField(label=_("Barcode"), max_length=40, required=False)
    weight_g = forms.IntegerField(label=_("Weight, g"), min_value=0, max_value=1_000_000, required=False)
    is_active = forms.BooleanField(label=_("For sale"), required=False, initial=True)

    def clean_sku(self) -> str:
        return checked(clean_sku, self.cleaned_data["sku"])

    def data_for_action(self) -> VariantData:
        return VariantData(**self.cleaned_data)


class VariantForms(forms.BaseFormSet):
    """The variants of one product; SKUs that are taken are marked in their row."""

    def clean(self) -> None:
        rows = [form for form in self.forms if form.cleaned_data.get("sku")]
        own = [form.cleaned_data["pk"] for form in rows if form.cleaned_data.get("pk")]
        taken = taken_skus([form.cleaned_data["sku"] for form in rows], except_for=own)
        seen: set[str] = set()
        for form in rows:
            sku = form.cleaned_data["sku"]
            if sku in taken or same_sku(sku) in seen:
                form.add_error("sku", _("This SKU is in use already. Every variant needs its own."))
            seen.add(same_sku(sku))

    def for_action(self) -> list[VariantData]:
        return [form.data_for_action() for form in self.forms if form.cleaned_data]


VariantFormSet = forms.formset_factory(
    VariantForm,
    VariantForms,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_VARIANTS,
    absolute_max=MOST_VARIANTS + 1,
    validate_max=True,
)


class PriceForm(forms.Form):
    price = PriceField(label=_("New price"))
    reason = forms.CharField(
        label=_("Reason"), max_length=120, required=False, help_text=_("Only your team sees it, in the price history.")
    )


class FillForm(forms.Form):
    """A formula over one column of the grid."""

    column = forms.ChoiceField(label=_("Column"))
    how = forms.ChoiceField(label=pgettext_lazy("formula", "What"), choices=list(FORMULAS.items()))
    amount = forms.CharField(label=_("Value"), max_length=250, required=False)
    whole = forms.BooleanField(label=_("On all pages"), required=False)

    def __init__(self, *args: Any, columns: Sequence[Column], **options: Any) -> None:
        super().__init__(*args, **{"prefix": "fill", **options})
        self.fields["column"].choices = [(column.name, column.label) for column in columns]
        self.fields["column"].initial = "v.price"
        self.fields["how"].initial = "percent"


class ImageForm(forms.Form):
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("JPEG, PNG or WebP, at most 8 MB."), widget=forms.FileInput
    )
    url = forms.URLField(label=_("Or its address"), required=False, max_length=500, assume_scheme="https")
    alt = forms.CharField(
        label=_("What it shows"), max_length=200, required=False, help_text=_("For buyers who cannot see it.")
    )


class BundleForm(forms.Form):
    """The parts of a bundle, a line each: SKU and how many."""

    parts = forms.CharField(
        label=_("Parts"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("One a line: the SKU, a comma, and how many are in each bundle. Empty: no bundle."),
    )

    def clean_parts(self) -> dict[int, int]:
        """Variant ids with their units. Names the line that cannot be read."""
        read: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["parts"].splitlines(), 1):
            sku, comma, units = line.strip().rpartition(",")
            if not line.strip():
                continue
            if not comma:
                sku, units = units, "1"
            if not (units.strip().isascii() and units.strip().isdigit()) or len(units.strip()) > 6:
                raise forms.ValidationError(_("Line %(n)d: enter how many as a whole number."), params={"n": number})
            if sku.strip() in read:
                raise forms.ValidationError(_("Line %(n)d: this SKU stands here twice."), params={"n": number})
            read[sku.strip()] = int(units)
        found = dict(Variant.objects.filter(sku__in=read).values_list("sku", "pk"))
        for number, sku in enumerate(read, 1):
            if sku not in found:
                raise forms.ValidationError(
                    _("Line %(n)d: there is no variant with the SKU %(sku)s."), params={"n": number, "sku": sku}
                )
        return {found[sku]: units for sku, units in read.items()}


class BulkTagForm(forms.Form):
    """A tag, and whether it is put on or taken off."""

    tag = forms.CharField(label=_("Tag"), max_length=80)
    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[("on", _("Put the tag on")), ("off", _("Take the tag off"))],
        initial="on",
        widget=forms.RadioSelect,
    )

    def clean_tag(self) -> str:
        return checked(clean_tag, self.cleaned_data["tag"])
