"""Orders for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.money import LARGEST
from ecommerce.orders.actions import (
    Placed,
    add_note,
    cancel_order,
    confirm_order,
    duplicate_order,
    edit_order,
    hold_order,
    pack_order,
    place_order,
    place_orders,
    refund_order,
    release_order,
    settle_risks,
    split_order,
    tag_order,
    take_payment,
    untag_order,
)
from ecommerce.orders.actions.placing import MOST
from ecommerce.orders.filters import OrderFilters
from ecommerce.orders.models import CardCheck, Channel, Order, OrderLine
from ecommerce.orders.paper_calls import PaperCalls
from ecommerce.orders.queries import orders_with_lines
from ecommerce.orders.rules import MOST_LINES, MOST_UNITS, BuyerIn, LineIn, OrderIn

NUMBER = r"[^/\x00]{1,64}"


class OrderLineOut(serializers.ModelSerializer[OrderLine]):
    variant = serializers.IntegerField(source="variant_id", allow_null=True)

    class Meta:
        model = OrderLine
        fields = (
            "id", "variant", "sku", "title", "quantity", "unit_price", "discount", "total", "shipped_quantity",
            "cancelled_quantity", "refunded_quantity",
        )  # fmt: skip


class OrderOut(serializers.ModelSerializer[Order]):
    customer = serializers.IntegerField(source="customer_id", allow_null=True, help_text="The id of the customer.")
    lines = OrderLineOut(many=True)
    tags = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")

    class Meta:
        model = Order
        fields = (
            "number", "channel", "external_id", "state", "payment_state", "customer", "buyer_name", "buyer_email",
            "buyer_phone", "ship_to", "ship_city", "ship_region", "ship_postcode", "ship_country", "buyer_note",
            "currency", "subtotal", "discount", "shipping_fee", "tax", "total", "paid_total", "refunded_total", "units",
            "placed_at", "confirmed_at", "paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at",
            "card_check", "ip_country", "cancelled_at", "cancel_reason", "ship_by", "promised_at", "created_at",
            "updated_at", "tags", "lines",
        )  # fmt: skip


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


class OrderViewSet(PaperCalls, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Order.objects.none()
    serializer_class = OrderOut
    filterset_class = OrderFilters
    updated_field = "updated_at"
    lookup_field = "number"
    lookup_value_regex = NUMBER
    permissions = {
        "read": "orders.view",
        "create": "orders.create",
        "bulk": "orders.create",
        "confirm": "orders.confirm",
        "pack": "orders.pack",
        "cancel": "orders.cancel",
        "refund": "orders.refund",
        "hold": "orders.edit",
        "release": "orders.edit",
        "edit": "orders.edit",
        "split": "orders.edit",
        "pay": "orders.edit",
        "note": "orders.edit",
        "fine": "orders.edit",
        "duplicate": "orders.create",
        "packing_slip": "orders.ship",
        "invoice": "orders.edit",
        "invoice_file": "orders.view",
        "tag": "orders.edit",
        "untag": "orders.edit",
    }
    inputs = {
        "create": PlaceOrderIn,
        "bulk": BulkIn,
        "cancel": CancelIn,
        "refund": RefundIn,
        "hold": OrderHoldIn,
        "edit": OrderEditIn,
        "split": OrderSplitIn,
        "pay": OrderPayIn,
        "note": OrderNoteIn,
        "tag": TagIn,
        "untag": TagIn,
    }

    def get_queryset(self) -> Any:
        return orders_with_lines()

    def _answer(self, order: Order, code: int = status.HTTP_200_OK) -> Response:
        return Response(OrderOut(orders_with_lines().get(pk=order.pk)).data, status=code)

    @extend_schema(request=PlaceOrderIn, responses={201: OrderOut})
    def create(self, request: Request) -> Response:
        """Place an order. The same one again is answered as it is now."""
        return self._answer(place_order(order_in(self.read()), actor=self.actor), status.HTTP_201_CREATED)

    @extend_schema(request=BulkShape, responses=BulkOut)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Place up to 1,000 orders. Each row has its own result; a bad one does not stop the others."""
        results: list[dict[str, Any]] = []
        checked: list[tuple[int, OrderIn]] = []
        one = PlaceOrderIn()
        for index, row in enumerate(self.read()["orders"]):
            results.append({"index": index, "status": "refused", "number": None, "error": None})
            try:
                checked.append((index, order_in(one.run_validation(row))))
            except serializers.ValidationError as wrong:
                fields = wrong.detail if isinstance(wrong.detail, dict) else {"non_field_errors": wrong.detail}
                results[index]["error"] = {"code": "invalid", "message": "Some fields are not valid.", "fields": fields}
        placed = place_orders([given for _index, given in checked], actor=self.actor)
        for (index, _given), became in zip(checked, placed, strict=True):
            results[index] |= _row(became)
        counts = {word: sum(row["status"] == word for row in results) for word in ("created", "unchanged", "refused")}
        return Response({**counts, "results": results})

    @extend_schema(request=None, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, number: str) -> Response:
        """The shop has seen the order and takes it."""
        return self._answer(confirm_order(self.get_object(), actor=self.actor))

    @extend_schema(request=None, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def pack(self, request: Request, number: str) -> Response:
        """The order is packed."""
        return self._answer(pack_order(self.get_object(), actor=self.actor))

    @extend_schema(request=CancelIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Call off what has not left yet, or units of lines. No money moves."""
        order, given = self.get_object(), self.read()
        order = cancel_order(order, reason=given["reason"], lines=units_of(given), actor=self.actor)
        return self._answer(order)

    @extend_schema(request=TagIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def tag(self, request: Request, number: str) -> Response:
        """Put a word on the order; the same word again changes nothing."""
        order = self.get_object()
        tag_order(order, self.read()["tag"], actor=self.actor)
        return self._answer(order)

    @extend_schema(request=TagIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def untag(self, request: Request, number: str) -> Response:
        """Take a word off the order; one that it does not have changes nothing."""
        order = self.get_object()
        untag_order(order, self.read()["tag"], actor=self.actor)
        return self._answer(order)

    @extend_schema(request=RefundIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def refund(self, request: Request, number: str) -> Response:
        """Give money back: an amount, units of lines, or all that is left."""
        order, given = self.get_object(), self.read()
        refund_order(order, lines=units_of(given), **given, actor=self.actor)
        return self._answer(order)

    @extend_schema(request=OrderHoldIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, number: str) -> Response:
        """Stop work on the order until it is released. Stock stays set aside."""
        return self._answer(hold_order(self.get_object(), reason=self.read()["reason"], actor=self.actor))

    @extend_schema(request=None, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, number: str) -> Response:
        """Work on a held order goes on."""
        return self._answer(release_order(self.get_object(), actor=self.actor))

    @extend_schema(request=OrderEditIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, number: str) -> Response:
        """Another address, other units, further lines, another shipping fee. Totals and stock follow."""
        order, given = self.get_object(), self.read()
        lines = {line["id"]: line["quantity"] for line in given.pop("lines", [])}
        add = [LineIn(**line) for line in given.pop("add", [])]
        fee = given.pop("shipping_fee", None)
        return self._answer(
            edit_order(order, buyer=given, quantities=lines, add=add, shipping_fee=fee, actor=self.actor)
        )

    @extend_schema(request=OrderSplitIn, responses={201: OrderOut})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, number: str) -> Response:
        """Move units into a second order, which is the answer. Sums and payment are shared to the cent."""
        order, given = self.get_object(), self.read()
        return self._answer(split_order(order, lines=units_of(given) or {}, actor=self.actor), status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={201: OrderOut})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, number: str) -> Response:
        """A new, unpaid order with the same buyer and lines."""
        return self._answer(duplicate_order(self.get_object(), actor=self.actor), status.HTTP_201_CREATED)

    @extend_schema(request=OrderPayIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def pay(self, request: Request, number: str) -> Response:
        """The payment, or the rest of it, came in."""
        order = self.get_object()
        take_payment(order, **self.read(), actor=self.actor)
        return self._answer(order)

    @extend_schema(request=None, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def fine(self, request: Request, number: str) -> Response:
        """A person has looked at the open risks of the order: it is fine. One that was held for them goes on."""
        return self._answer(settle_risks(self.get_object(), actor=self.actor))

    @extend_schema(request=OrderNoteIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, number: str) -> Response:
        """A note for the team on the order's timeline."""
        order = self.get_object()
        add_note(order, text=self.read()["text"], actor=self.actor)
        return self._answer(order)


def _row(became: Placed) -> dict[str, Any]:
    if became.refusal is not None:
        no = became.refusal
        return {"status": "refused", "error": {"code": no.code, "message": no.message, "fields": no.fields}}
    assert became.order is not None
    return {"status": "created" if became.is_new else "unchanged", "number": became.order.number}
