"""Reviews for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.catalog.models import Product
from ecommerce.orders.models import Order
from ecommerce.reviews.actions import LONGEST_REPLY, reply_to_review, submit_review
from ecommerce.reviews.filters import ReviewFilters
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import review_list

STARS = {"min_value": 1, "max_value": 5}


class ReviewOut(serializers.ModelSerializer[Review]):
    product = serializers.IntegerField(source="product_id", allow_null=True)
    order = serializers.CharField(source="order.number", allow_null=True, default=None, help_text="Its number.")
    author = serializers.CharField(source="shown_author", help_text="As the shop shows it.")

    class Meta:
        model = Review
        fields = (
            "id", "product", "order", "author", "is_anonymous", "is_verified", "rating", "quality_rating",
            "service_rating", "delivery_rating", "title", "text", "language", "state", "reply", "replied_at",
            "external_id", "created_at", "updated_at",
        )  # fmt: skip


class ReviewIn(serializers.Serializer[Any]):
    """About a product, an order or both. The same `external_id` again is the same review."""

    rating = serializers.IntegerField(**STARS)
    quality_rating = serializers.IntegerField(required=False, allow_null=True, **STARS)
    service_rating = serializers.IntegerField(required=False, allow_null=True, **STARS)
    delivery_rating = serializers.IntegerField(required=False, allow_null=True, **STARS)
    title = serializers.CharField(max_length=150, required=False, allow_blank=True)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    product = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    order = serializers.CharField(max_length=64, required=False, help_text="The number of an order.")
    author_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_anonymous = serializers.BooleanField(required=False)
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)


class ReplyIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_REPLY)


def named(given: dict[str, Any], field: str, model: Any, key: str) -> Any:
    """The row that a field of the body names, or None where the field was not sent."""
    if field not in given:
        return None
    row = model.objects.filter(**{key: given.pop(field)}).first()
    if row is None:
        raise serializers.ValidationError({field: ["There is none like this."]})
    return row


class ReviewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Review.objects.none()
    serializer_class = ReviewOut
    filterset_class = ReviewFilters
    updated_field = "updated_at"
    permissions = {"read": "reviews.view", "create": "reviews.create", "reply": "reviews.reply"}
    inputs = {"create": ReviewIn, "reply": ReplyIn}

    def get_queryset(self) -> Any:
        return review_list()

    @extend_schema(request=ReviewIn, responses={201: ReviewOut})
    def create(self, request: Request) -> Response:
        """Bring in a review from another channel. A risky one waits for a moderator."""
        given = self.read()
        about = {
            "product": named(given, "product", Product, "pk"),
            "order": named(given, "order", Order, "number"),
        }
        review = submit_review(**given, **about, actor=self.actor)
        return Response(ReviewOut(review_list().get(pk=review.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReplyIn, responses=ReviewOut)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, pk: str) -> Response:
        """Reply in public; again to change the reply."""
        review = reply_to_review(self.get_object(), **self.read(), actor=self.actor)
        return Response(ReviewOut(review_list().get(pk=review.pk)).data)
