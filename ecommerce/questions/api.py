"""Buyers' questions for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.catalog.models import Product
from ecommerce.orders.models import Channel
from ecommerce.questions.actions import answer_question, ask_question
from ecommerce.questions.filters import QuestionApiFilters
from ecommerce.questions.models import ProductQuestion
from ecommerce.questions.queries import question_list
from ecommerce.questions.rules import LONGEST_TEXT


class QuestionOut(serializers.ModelSerializer[ProductQuestion]):
    product = serializers.IntegerField(source="product_id", help_text="The id of the product.")
    answered_by = serializers.CharField(source="answered_by_label", help_text="Who wrote the answer as it stands.")

    class Meta:
        model = ProductQuestion
        fields = (
            "id", "product", "text", "asked_by", "channel", "external_id", "asked_at", "answer", "answered_at",
            "answered_by", "updated_at",
        )  # fmt: skip


class AskQuestionIn(serializers.Serializer[Any]):
    """The same `external_id` of the same channel again is the same question."""

    product = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of a product.")
    text = serializers.CharField(max_length=LONGEST_TEXT)
    asked_by = serializers.CharField(max_length=100, required=False, allow_blank=True)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default=Channel.OTHER)
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)
    asked_at = serializers.DateTimeField(required=False, help_text="Now, where it is left out.")


class AnswerQuestionIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_TEXT)


class QuestionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = ProductQuestion.objects.none()
    serializer_class = QuestionOut
    filterset_class = QuestionApiFilters
    updated_field = "updated_at"
    permissions = {"read": "questions.view", "create": "questions.create", "answer": "questions.answer"}
    inputs = {"create": AskQuestionIn, "answer": AnswerQuestionIn}

    def get_queryset(self) -> Any:
        return question_list()

    @extend_schema(request=AskQuestionIn, responses={201: QuestionOut})
    def create(self, request: Request) -> Response:
        """Bring in a question that a buyer asked about a product in a channel."""
        given = self.read()
        product = Product.objects.filter(pk=given.pop("product")).first()
        if product is None:
            raise serializers.ValidationError({"product": ["There is none like this."]})
        question = ask_question(product, **given, actor=self.actor)
        return Response(QuestionOut(question).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnswerQuestionIn, responses=QuestionOut)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer it; again to change the answer."""
        return Response(QuestionOut(answer_question(self.get_object(), **self.read(), actor=self.actor)).data)
