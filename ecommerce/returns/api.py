"""Returns for programs."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.mail import absolute
from core.photos import PHOTO_TYPE, photo_response
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.models import Order
from ecommerce.orders.rules import MOST_LINES, MOST_UNITS
from ecommerce.orders.shapes import NUMBER, AmountField
from ecommerce.returns import actions
from ecommerce.returns.filters import ReturnFilters
from ecommerce.returns.models import Return, ReturnLine, ReturnPhoto
from ecommerce.returns.queries import reasons_by_product, return_list
from ecommerce.returns.reasons import ratings_since, reasons_by_supplier
from ecommerce.returns.rules import Inspection

ID = 2**63 - 1


class ReturnLineOut(serializers.ModelSerializer[ReturnLine]):
    line = serializers.IntegerField(source="order_line_id", help_text="The id of the order's line.")
    sku = serializers.CharField(source="order_line.sku")

    class Meta:
        model = ReturnLine
        fields = ("id", "line", "sku", "quantity", "reason", "details", "restocked", "repaired", "written_off")


class ReturnPhotoOut(serializers.ModelSerializer[ReturnPhoto]):
    content_type = serializers.CharField(read_only=True, default=PHOTO_TYPE)
    url = serializers.SerializerMethodField(help_text="Where the picture is, for a token with `returns.view`.")

    class Meta:
        model = ReturnPhoto
        fields = ("id", "content_type", "url", "digest", "size", "width", "height", "added_by", "added_at")

    def get_url(self, photo: ReturnPhoto) -> str:
        return absolute(reverse("api-return-photo", args=[photo.case.number, photo.pk]))


class ReturnOut(serializers.ModelSerializer[Return]):
    order = serializers.CharField(source="order.number", help_text="The number of the order.")
    currency = serializers.CharField(source="order.currency")
    replacement = serializers.CharField(
        source="replacement.number",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The number of the order that goes out in exchange.",
    )
    lines = ReturnLineOut(many=True)
    photos = ReturnPhotoOut(many=True)

    class Meta:
        model = Return
        fields = (
            "number", "order", "state", "requested_by", "reference", "requested_at", "due_at", "answered_at",
            "received_at", "ended_at", "refusal", "outcome", "outcome_reason", "refund_amount", "currency",
            "replacement", "sent_back_at", "back_carrier", "back_tracking", "rating", "rating_words",
            "rated_at", "updated_at", "lines", "photos",
        )  # fmt: skip


class ReturnLineIn(serializers.Serializer[Any]):
    line = serializers.IntegerField(min_value=1, max_value=ID, help_text="The id of the order's line.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    reason = serializers.ChoiceField(choices=Return.Reason.choices)
    details = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ReturnIn(serializers.Serializer[Any]):
    """The same `reference` twice is one return."""

    order = serializers.CharField(max_length=64, help_text="The number of the order.")
    lines = ReturnLineIn(many=True, min_length=1, max_length=MOST_LINES)
    reference = serializers.CharField(max_length=80, required=False, allow_blank=True)


class RefuseIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class ReturnPhotoIn(serializers.Serializer[Any]):
    """One JPEG, PNG or WebP; with the rest of the request it has to fit into 2.5 MB."""

    name = serializers.CharField(max_length=200, help_text="The name of the file, with its ending.")
    content = serializers.CharField(help_text="The file in base64.")

    def validate_content(self, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError as error:
            raise serializers.ValidationError("This is not base64.") from error


class InspectedIn(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=ID, help_text="The id of the return's line.")
    restock = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, required=False)
    repair = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, required=False)
    write_off = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, required=False)


class ReturnReceiptIn(serializers.Serializer[Any]):
    lines = InspectedIn(many=True, min_length=1, max_length=MOST_LINES)
    warehouse = serializers.CharField(max_length=20, required=False, help_text="A code; else the default warehouse.")


class ReasonsAsk(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=["product", "supplier"], default="product")
    days = serializers.IntegerField(
        min_value=1, max_value=730, default=90, help_text="Of the orders placed in so many days."
    )
    product = serializers.IntegerField(
        min_value=1, max_value=ID, required=False, help_text="By supplier: of the product with this id only."
    )


class UnitsOfReason(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Return.Reason.choices)
    units = serializers.IntegerField()


class ReasonsRow(serializers.Serializer[Any]):
    product = serializers.IntegerField(allow_null=True, help_text="The id of the product; null by supplier.")
    supplier = serializers.IntegerField(allow_null=True, help_text="The id of the supplier; null where it is unknown.")
    name = serializers.CharField(help_text="The product’s title or the supplier’s name; empty where it is unknown.")
    shipped = serializers.IntegerField()
    returned = serializers.IntegerField()
    rate = serializers.FloatField(help_text="Part of the shipped units, 0 to 1.")
    reasons = UnitsOfReason(many=True)


class ReasonsOut(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    ratings = serializers.IntegerField(help_text="Returns that their buyers rated in these days.")
    rating = serializers.FloatField(allow_null=True, help_text="Their mean, 1 to 5; null without any.")
    results = ReasonsRow(many=True)


class InsteadIn(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=ID, help_text="The id of the return's line.")
    sku = serializers.CharField(max_length=80, help_text="What goes out for it.")


class SendBackIn(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=80, required=False, allow_blank=True)


class SettleIn(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Return.Outcome.choices)
    amount = AmountField(required=False, help_text="Of a refund; without it, what was paid for the units that came.")
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    instead = InsteadIn(
        many=True,
        required=False,
        max_length=MOST_LINES,
        help_text="For an exchange: what goes out instead of the same item.",
    )
    with_difference = serializers.BooleanField(
        required=False,
        help_text="Whether the buyer pays what other items cost more and gets back what they cost less; default true.",
    )


class ReturnViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Return.objects.none()
    serializer_class = ReturnOut
    filterset_class = ReturnFilters
    updated_field = "updated_at"
    lookup_field = "number"
    lookup_value_regex = NUMBER
    permissions = {
        "read": "returns.view",
        "create": "returns.handle",
        "approve": "returns.handle",
        "refuse": "returns.handle",
        "receive": "returns.handle",
        "cancel": "returns.handle",
        "photos": "returns.handle",
        "settle": "returns.settle",
        "send_back": "returns.handle",
        "reasons": "returns.view",
    }
    inputs = {
        "create": ReturnIn,
        "refuse": RefuseIn,
        "receive": ReturnReceiptIn,
        "settle": SettleIn,
        "send_back": SendBackIn,
        "photos": ReturnPhotoIn,
    }

    def get_queryset(self) -> Any:
        return return_list().prefetch_related("photos")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A picture is one whatever is accepted; programs ask for it as for an image."""
        return super().perform_content_negotiation(request, force or self.action == "photo")

    def _answer(self, case: Return, code: int = status.HTTP_200_OK) -> Response:
        return Response(ReturnOut(self.get_queryset().get(pk=case.pk)).data, status=code)

    @extend_schema(request=ReturnIn, responses={201: ReturnOut})
    def create(self, request: Request) -> Response:
        """Ask for units of an order to come back; the shop has 24 hours to answer."""
        given = self.read()
        order = Order.objects.filter(number=given["order"]).first()
        if order is None:
            raise serializers.ValidationError({"order": ["There is no order with this number."]})
        lines = [actions.LineIn(**line) for line in given["lines"]]
        case = actions.request_return(order, lines=lines, reference=given.get("reference", ""), actor=self.actor)
        return self._answer(case, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, number: str) -> Response:
        """The shop takes the goods back."""
        return self._answer(actions.approve_return(self.get_object(), actor=self.actor))

    @extend_schema(request=RefuseIn, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, number: str) -> Response:
        """The shop does not take the goods back, and says why."""
        return self._answer(actions.refuse_return(self.get_object(), **self.read(), actor=self.actor))

    @extend_schema(request=None, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """It does not come back after all."""
        return self._answer(actions.cancel_return(self.get_object(), actor=self.actor))

    @extend_schema(request=ReturnReceiptIn, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, number: str) -> Response:
        """The goods came and were looked at. Units for the shelf enter stock."""
        case, given = self.get_object(), self.read()
        code = given.get("warehouse")
        place = Warehouse.objects.filter(code=code).first() if code is not None else None
        if code is not None and place is None:
            raise serializers.ValidationError({"warehouse": ["There is no warehouse with this code."]})
        inspected = {line.pop("id"): Inspection(**line) for line in map(dict, given["lines"])}
        return self._answer(actions.receive_return(case, inspected=inspected, warehouse=place, actor=self.actor))

    @extend_schema(request=ReturnPhotoIn, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def photos(self, request: Request, number: str) -> Response:
        """Add a photo to an open return; the same one twice is kept once."""
        case, given = self.get_object(), self.read()
        actions.add_photos(case, actions.read_photos([(given["name"], given["content"])]), actor=self.actor)
        return self._answer(case)

    @extend_schema(
        parameters=[OpenApiParameter("photo", int, OpenApiParameter.PATH, description="The id of the photo.")],
        responses={(200, PHOTO_TYPE): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(
        detail=True, methods=["get"], url_path="photos/(?P<photo>[0-9]{1,18})", filterset_class=None,
        pagination_class=None,
    )  # fmt: skip
    def photo(self, request: Request, number: str, photo: str) -> FileResponse:
        """One picture of a return."""
        found = get_object_or_404(self.get_object().photos, pk=photo)
        return photo_response(found.stored_as, f"{number}-{found.pk}.jpg")

    @extend_schema(request=SettleIn, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, number: str) -> Response:
        """Money back, another item in exchange, the same one repaired, or nothing for a reason.

        An exchange places a replacement order for the units that came. A repair ends with `send_back`.
        """
        case, given = self.get_object(), self.read()
        if "instead" in given:
            given["instead"] = {row["id"]: row["sku"] for row in given["instead"]}
        return self._answer(actions.settle_return(case, **given, actor=self.actor))

    @extend_schema(request=SendBackIn, responses=ReturnOut)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, number: str) -> Response:
        """The repaired goods are on their way to the buyer."""
        return self._answer(actions.send_back(self.get_object(), **self.read(), actor=self.actor))

    @extend_schema(parameters=[ReasonsAsk], responses=ReasonsOut, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def reasons(self, request: Request) -> Response:
        """Why things come back, by product or by supplier, and how buyers rate the handling.

        A unit is laid to the supplier of the latest delivery of its variant that was accepted before the order.
        """
        asked = ReasonsAsk(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        since = timezone.now() - timedelta(days=given["days"])
        ratings = ratings_since(since)
        if given["by"] == "supplier":
            found = [(None, one.supplier, one) for one in reasons_by_supplier(since, product=given.get("product"))]
        else:
            found = [(one.product, None, one) for one in reasons_by_product(since)]
        rows = [
            {
                "product": product.pk if product else None,
                "supplier": supplier.pk if supplier else None,
                "name": product.title if product else supplier.name if supplier else "",
                "shipped": one.shipped,
                "returned": one.returned,
                "rate": round(one.rate, 4),
                "reasons": [{"reason": reason, "units": units} for reason, units in one.reasons],
            }
            for product, supplier, one in found
        ]
        answer = {"days": given["days"], "ratings": ratings.count, "rating": ratings.mean, "results": rows}
        return Response(ReasonsOut(answer).data)
