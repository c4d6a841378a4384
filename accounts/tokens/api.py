"""What the endpoints of every feature are built on."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers
from rest_framework.viewsets import GenericViewSet

from accounts.tokens.idempotency import OncePerKey
from core.actors import Actor


class TokenScheme(OpenApiAuthenticationExtension):
    """How OpenAPI names our tokens."""

    target_class = "accounts.tokens.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the shop, made under Settings, API tokens: sc_live_…",
        }


class TenantViewSet(OncePerKey, GenericViewSet):
    """Endpoints of one kind of thing. `permissions` names the word each action takes, `inputs` its serializer.

    `queryset` is none() and says only which model it is; get_queryset() returns the query of the page.
    """

    permissions: ClassVar[dict[str, str]] = {}
    inputs: ClassVar[dict[str, type[serializers.BaseSerializer[Any]]]] = {}
    updated_field: ClassVar[str] = ""
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.auth.actor
        return actor

    def read(self, *, partial: bool = False) -> dict[str, Any]:
        """The body, checked by the action's input serializer. Raises a 400 that names the fields at fault."""
        serializer = self.inputs[self.action](data=self.request.data, partial=partial, context={"view": self})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
