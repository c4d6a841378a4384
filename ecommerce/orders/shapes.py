"""What programs send of orders and what they get: shapes only, the actions decide."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.money import LARGEST
from ecommerce.orders.actions.placing import MOST
from ecommerce.orders.models import CardCheck, Channel, Order, OrderLine, OrderNote, RiskFlag
from ecommerce.orders.rules import MOST_LINES, MOST_UNITS, BuyerIn, LineIn, OrderIn
from ecommerce.orders.words import risks_of

NUMBER = r"[^/\x00]{1,64}"


class OrderLineOut(serializers.ModelSerializer[OrderLine]):
    variant = serializers.IntegerField(source="variant_id", allow_null=True)

    class Meta:
        model = OrderLine
        fields = (
            "id", "variant", "sku", "title", "quantity", "unit_price", "discount", "total", "shipped_quantity",
            "cancelled_quantity", "refunded_quantity",
        )  # fmt: skip


class OrderNoteOut(serializers.ModelSerializer[OrderNote]):
    by = serializers.CharField(source="author_label", help_text="Who wrote it.")

    class Meta:
        model = OrderNote
        fields = ("text", "by", "at")


class OrderRiskOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RiskFlag.Kind.choices)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Codes, for programs.")
    words = serializers.ListField(child=serializers.CharField(), help_text="The same in sentences, with the figures.")
    held = serializers.BooleanField(help_text="Whether the order was put on hold for it.")
    raised_at = serializers.DateTimeField()
    settled = serializers.BooleanField(help_text="Whether a person has looked at it and found it fine.")
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.CharField()


class OrderOut(serializers.ModelSerializer[Order]):
    customer = serializers.IntegerField(source="customer_id", allow_null=True, help_text="The id of the customer.")
    lines = OrderLineOut(many=True)
    tags = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")
    replaces = serializers.CharField(
        source="replaces.number",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The number of the order whose goods came back and for which this one goes out.",
    )
    hold_reason = serializers.CharField(read_only=True, help_text="Why it is on hold; empty where it is not.")
    notes = OrderNoteOut(many=True, read_only=True, help_text="Those of the team, the oldest first.")
    risks = serializers.SerializerMethodField(
        help_text="What is unusual about it: the open ones, and those a person has looked at."
    )

    class Meta:
        model = Order
        fields = (
            "number", "channel", "external_id", "state", "payment_state", "customer", "buyer_name", "buyer_email",
            "buyer_phone", "ship_to", "ship_city", "ship_region", "ship_postcode", "ship_country", "buyer_note",
            "currency", "subtotal", "discount", "shipping_fee", "tax", "total", "paid_total", "refunded_total", "units",
            "placed_at", "confirmed_at", "paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at",
            "card_check", "ip_country", "cancelled_at", "cancel_reason", "ship_by", "promised_at", "created_at",
            "updated_at", "replaces", "hold_reason", "notes", "risks", "tags", "lines",
        )  # fmt: skip

    @extend_schema_field(OrderRiskOut(many=True))
    def get_risks(self, order: Order) -> Any:
        found = [
            {
                "kind": risk.flag.kind,
                "reasons": risk.flag.codes,
                "words": risk.sentences,
                "held": risk.flag.held,
                "raised_at": risk.flag.raised_at,
                "settled": not risk.flag.is_open,
                "settled_at": risk.flag.settled_at,
                "settled_by": risk.flag.settled_by,
            }
            for risk in risks_of(order)
        ]
        return OrderRiskOut(found, many=True).data


class AmountField(serializers.DecimalField):
    """An amount of zero or more in the shop's currency."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=11, decimal_places=2, min_value=0, max_value=LARGEST, **options)


class LineFields(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    unit_price = AmountField(required=False, help_text="Without it, the price of the variant.")
    discount = AmountField(required=False, help_text="On the whole line.")
    title = serializers.CharField(max_length=250, required=False, allow_blank=True)


class BuyerFields(serializers.Serializer[Any]):
    """Known again by `external_id`, else by e-mail, else by phone."""

    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    city = serializers.CharField(max_length=80, required=False, allow_blank=True)
    region = serializers.CharField(max_length=80, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    country = serializers.RegexField(r"^([A-Za-z]{2})?$", max_length=2, required=False, allow_blank=True)


class PlaceOrderIn(serializers.Serializer[Any]):
    """The same `external_id` on the same channel twice is one order."""

    lines = LineFields(many=True, min_length=1, max_length=MOST_LINES)
    buyer = BuyerFields(required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)
    number = serializers.CharField(max_length=64, required=False, help_text="Without it, the shop's next one.")
    placed_at = serializers.DateTimeField(required=False)
    discount = AmountField(required=False, help_text="On the whole order, beside those of the lines.")
    shipping_fee = AmountField(required=False)
    tax = AmountField(required=False)
    paid = serializers.BooleanField(required=False)
    payment_method = serializers.CharField(max_length=40, required=False, allow_blank=True)
    payment_reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    promised_at = serializers.DateTimeField(required=False)
    buyer_note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    card_check = serializers.ChoiceField(
        choices=CardCheck.choices,
        required=False,
        allow_blank=True,
        help_text="What the channel says of card and buyer.",
    )
    ip_country = serializers.RegexField(r"^([A-Za-z]{2})?$", max_length=2, required=False, allow_blank=True)
    coupon_code = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="What it takes off comes on top of `discount`."
    )


class BulkIn(serializers.Serializer[Any]):
    """Rows are looked at one by one, so that a bad one does not stop the good ones."""

    orders = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST)


class BulkShape(serializers.Serializer[Any]):
    orders = PlaceOrderIn(many=True, min_length=1, max_length=MOST)


class BulkError(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField()


class BulkRow(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="The place in what was sent, from 0.")
    status = serializers.ChoiceField(choices=["created", "unchanged", "refused"])
    number = serializers.CharField(allow_null=True)
    error = BulkError(allow_null=True)


class BulkOut(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkRow(many=True)


class UnitsOfLine(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the line.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)


class CancelIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)
    lines = UnitsOfLine(many=True, required=False, min_length=1, help_text="Without them, all that has not left yet.")


class RefundIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)
    amount = AmountField(required=False, help_text="Without amount and lines, all that is left.")
    lines = UnitsOfLine(many=True, required=False, min_length=1)
    shipping_fee = AmountField(required=False)
    restock = serializers.BooleanField(required=False, help_text="Put the units of the lines back on the shelf.")
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)


class UnitsWanted(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the line.")
    quantity = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, help_text="0 takes the line off.")


class OrderEditIn(serializers.Serializer[Any]):
    """What is not named stays. Only before the order is packed."""

    buyer_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    buyer_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    buyer_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    ship_to = serializers.CharField(max_length=300, required=False, allow_blank=True)
    ship_city = serializers.CharField(max_length=80, required=False, allow_blank=True)
    ship_region = serializers.CharField(max_length=80, required=False, allow_blank=True)
    ship_postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    ship_country = serializers.RegexField(r"^([A-Za-z]{2})?$", max_length=2, required=False, allow_blank=True)
    lines = UnitsWanted(many=True, required=False, min_length=1, max_length=MOST_LINES)
    add = LineFields(many=True, required=False, max_length=MOST_LINES)
    shipping_fee = AmountField(required=False)


class OrderSplitIn(serializers.Serializer[Any]):
    lines = UnitsOfLine(many=True, min_length=1, max_length=MOST_LINES, help_text="What goes into the second order.")


class OrderHoldIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class OrderPayIn(serializers.Serializer[Any]):
    method = serializers.CharField(max_length=40)
    reference = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="The same one again is the same payment."
    )
    amount = AmountField(required=False, help_text="What is owed; another amount is refused.")


class OrderNoteIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


class TagIn(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=40)


def units_of(given: dict[str, Any]) -> dict[int, int] | None:
    """Line id -> units, as the actions take them; None for "all"."""
    lines = given.pop("lines", None)
    return None if lines is None else {line["id"]: line["quantity"] for line in lines}


def order_in(row: dict[str, Any]) -> OrderIn:
    """A checked body as the action takes it."""
    rest = {name: value for name, value in row.items() if name not in ("lines", "buyer")}
    return OrderIn(lines=[LineIn(**line) for line in row["lines"]], buyer=BuyerIn(**row.get("buyer", {})), **rest)
