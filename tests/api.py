"""A program that calls the API with a token of a shop."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.test import Client

from accounts.models import Membership, Merchant
from accounts.tokens.actions import create_token
from core import roles
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant

BASE = "/api/v1/"
POT = {"title": "Pot", "variants": [{"sku": "P-1", "price": "9.00"}]}


class Program:
    """`program.get("orders/")`; answers carry `.data`, the parsed body."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client()

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        response = self.client.generic(
            method,
            path if path.startswith(("/", "http")) else BASE + path,
            data if isinstance(data, (bytes, str)) else b"" if data is None else json.dumps(data),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}"} | headers if self.secret else headers,
        )
        response.data = json.loads(response.content) if response.content else None
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.call("POST", path, data, **({"Idempotency-Key": key} if key else {}), **headers)

    def patch(self, path: str, data: Any) -> Any:
        return self.call("PATCH", path, data)


def program_of(merchant: Merchant, scopes: Collection[str] | None = None) -> Program:
    """A program with a token of the shop's owner; with every scope unless some are named."""
    with every_tenant("find the owner"):
        owner = Membership.objects.select_related("user").get(merchant=merchant, role="owner").user
    held = roles.merchant_permissions()
    with tenant(merchant):
        _, secret = create_token(
            name="Test", scopes=held if scopes is None else scopes, held=held, created_by=owner, actor=SYSTEM
        )
    return Program(secret)


def same_shape(response: Any) -> bool:
    """Whether an answer is an error in the one shape of errors."""
    error = response.data["error"]
    return (
        response.headers["Content-Type"] == "application/json"
        and set(response.data) == {"error"}
        and {name: type(value) for name, value in error.items()} == {"code": str, "message": str, "fields": dict}
    )
