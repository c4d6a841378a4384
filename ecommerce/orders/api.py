"""Orders for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
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
from ecommerce.orders.filters import OrderCalls
from ecommerce.orders.models import Order
from ecommerce.orders.paper_calls import PaperCalls
from ecommerce.orders.queries import orders_with_lines
from ecommerce.orders.rules import LineIn, OrderIn
from ecommerce.orders.shapes import (
    NUMBER,
    BulkIn,
    BulkOut,
    BulkShape,
    CancelIn,
    OrderEditIn,
    OrderHoldIn,
    OrderNoteIn,
    OrderOut,
    OrderPayIn,
    OrderSplitIn,
    PlaceOrderIn,
    RefundIn,
    TagIn,
    order_in,
    units_of,
)


class OrderViewSet(PaperCalls, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Order.objects.none()
    serializer_class = OrderOut
    filterset_class = OrderCalls
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
