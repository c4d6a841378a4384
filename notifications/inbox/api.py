"""The inbox for programs: that of the person who made the token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from notifications.inbox.actions import mark
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of, shown


class NotificationOut(serializers.ModelSerializer[Notification]):
    title = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "urgency", "state", "snoozed_until", "at", "changed_at")

    @extend_schema_field(serializers.CharField())
    def get_title(self, row: Notification) -> str:
        """In words; "" for a kind that is no more."""
        words = shown([row], row.merchant.slug)
        return str(words[0].title) if words else ""


class NotificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Notification.objects.none()
    serializer_class = NotificationOut
    updated_field = "changed_at"
    permissions = {"read": "notifications.view", "mark_read": "notifications.view"}

    def get_queryset(self) -> Any:
        return inbox_of(self.request.user.pk).select_related("merchant")

    @extend_schema(request=None, responses=NotificationOut)
    @action(detail=True, methods=["post"], url_path="read")
    def mark_read(self, request: Request, pk: str) -> Response:
        """Mark one as read."""
        row = self.get_object()
        mark(self.get_queryset().filter(pk=row.pk), state=Notification.State.READ)
        return Response(NotificationOut(self.get_queryset().get(pk=row.pk)).data)
