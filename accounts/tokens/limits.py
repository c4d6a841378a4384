"""How often the API may be called: counted in the database, so that it holds for all processes together."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.throttling import BaseThrottle

from accounts.tokens.authentication import address_of
from accounts.tokens.models import RateCount

WINDOW = 60  # seconds


def count_calls(callers: list[str], minute: int) -> list[int]:
    """Count one call of each caller; how many that makes this minute. One statement, atomic on both databases."""
    table = connection.ops.quote_name(RateCount._meta.db_table)
    rows = ", ".join(["(%s, %s, 1)"] * len(callers))
    values = [value for caller in callers for value in (caller, minute)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (caller, minute, calls) VALUES {rows}"  # noqa: S608 - the name of our own table
            f" ON CONFLICT (caller, minute) DO UPDATE SET calls = {table}.calls + 1 RETURNING caller, calls",
            values,
        )
        calls = dict(cursor.fetchall())
    return [calls[caller] for caller in callers]


class RateLimit(BaseThrottle):
    """A token, a merchant with all its tokens, and an address without a token each have a number of calls a minute."""

    def allow_request(self, request: Any, view: Any) -> bool:
        now = time.time()
        minute, self.left = int(now // WINDOW), WINDOW - now % WINDOW
        limits = self._limits(request)
        calls = count_calls(list(limits), minute)
        allowed, remaining = min(
            ((limit, limit - made) for limit, made in zip(limits.values(), calls, strict=True)),
            key=lambda pair: pair[1],
        )
        request.rate_headers = {
            "RateLimit-Limit": str(allowed),
            "RateLimit-Remaining": str(max(0, remaining)),
            "RateLimit-Reset": str(int(self.left) + 1),
        }
        return remaining >= 0

    def _limits(self, request: Any) -> dict[str, int]:
        token = request.auth
        if token is None:
            return {f"a{address_of(request)}": settings.API_RATE_ADDRESS}
        return {f"t{token.pk}": settings.API_RATE_TOKEN, f"m{token.merchant_id}": settings.API_RATE_MERCHANT}

    def wait(self) -> float:
        return self.left
