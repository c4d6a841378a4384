"""A call that its sender names with an Idempotency-Key has its effect once, however often it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.tokens.models import IdempotencyKey
from core.api.views import TenantApi
from core.errors import Refused

KEPT = timedelta(hours=24)
LONGEST = 200


class StillRunning(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "still_running"
    default_detail = "The first call with this Idempotency-Key is still running. Ask again in a moment."
    wait = 1


class OncePerKey(TenantApi):
    """For viewsets: POST calls with a key run in one transaction with the row that remembers their answer.

    So either both are kept or neither. Answers of success (2xx) and of a rule that said no (422) are remembered; after
    any other answer nothing was done, and the same call may be sent again.
    """

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return
        if not (1 <= len(key) <= LONGEST and all("!" <= sign <= "~" for sign in key)):
            sentence = f"Use 1 to {LONGEST} letters, digits and signs, without blanks."
            raise exceptions.ValidationError({"Idempotency-Key": [sentence]})
        handler = getattr(self, "post", None)
        if handler is not None:
            self.post = partial(self._once, handler, key)

    def _once(self, handler: Callable[..., Response], key: str, request: Any, *args: Any, **kwargs: Any) -> Response:
        digest = hashlib.sha256(
            b"\n".join([request.method.encode(), request.get_full_path().encode(), request._request.body])
        ).hexdigest()
        with transaction.atomic():
            _claim(request.auth.merchant_id, key)
            known = IdempotencyKey.objects.filter(key=key).first()
            if known is not None and known.created_at < timezone.now() - KEPT:
                known.delete()
                known = None
            if known is not None:
                return _again(known, digest)
            row = IdempotencyKey.objects.create(key=key, digest=digest)
            response = self._run(handler, request, *args, **kwargs)
            if response.status_code // 100 == 2 or response.status_code == status.HTTP_422_UNPROCESSABLE_ENTITY:
                body = json.dumps(response.data, cls=request.accepted_renderer.encoder_class)
                IdempotencyKey.objects.filter(pk=row.pk).update(status=response.status_code, body=body)
            else:
                transaction.set_rollback(True)
            return response

    def _run(self, handler: Callable[..., Response], request: Any, *args: Any, **kwargs: Any) -> Response:
        """The answer, also where it is an error; what an erring call wrote is undone."""
        try:
            with transaction.atomic():
                return handler(request, *args, **kwargs)
        except Exception as error:
            response: Response = self.handle_exception(error)
            return response


def _claim(merchant_id: int, key: str) -> None:
    """Keep other calls with this key out until the transaction ends; they are told to come back.

    SQLite lets one writer in at a time, so there they wait instead.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(f"{merchant_id}\n{key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (free,) = cursor.fetchone()
    if not free:
        raise StillRunning


def _again(known: IdempotencyKey, digest: str) -> Response:
    if known.digest != digest:
        sentence = "This Idempotency-Key was used for another call. Choose a new one for a new call."
        raise Refused("key_reused", sentence)
    return Response(json.loads(known.body), status=known.status, headers={"Idempotency-Replayed": "true"})
