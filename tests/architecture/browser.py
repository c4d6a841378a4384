"""Asking for an address as somebody, and looking hard at what came of it."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

WRITE = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.I)
# Written by the machinery of sessions whatever page is asked for.
HOUSEKEEPING = {"django_session", "usersessions_usersession"}


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str
    error: str
    written: frozenset[str]

    @property
    def failed(self) -> bool:
        """A bug."""
        return self.status >= 500

    @property
    def asks_to_sign_in(self) -> bool:
        return (self.status == 302 and "/sign-in" in self.location) or "login" in self.location

    def __str__(self) -> str:
        return (
            f"{self.status}{f' ({self.error})' if self.error else ''}{f' -> {self.location}' if self.location else ''}"
        )


def client_of(user: Any | None) -> Client:
    """A browser in which that person is signed in."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def ask(client: Client, method: str, url: str, data: Any = None, *, keep: bool = False, **extra: Any) -> Answer:
    """One request; a dict is posted as a form, a string as JSON.

    What it changed is taken back unless `keep`, so that requests do not disturb each other.
    """
    cookies = deepcopy(client.cookies)
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        if isinstance(data, str):
            response = client.generic(method, url, data, content_type="application/json", **extra)
        else:
            response = getattr(client, method.lower())(url, data, **extra)
        text = _body(response)
        if not keep:
            transaction.set_rollback(True)
    client.cookies = cookies  # who signs out is still here for the next request
    written = {match[1] for query in queries if (match := WRITE.match(query["sql"]))}
    return Answer(
        response.status_code,
        text,
        response.headers.get("Location", "") or response.headers.get("HX-Redirect", ""),
        _error(response),
        frozenset(written - HOUSEKEEPING),
    )


def _body(response: HttpResponseBase) -> str:
    if getattr(response, "streaming", False):
        content = b"".join(part if isinstance(part, bytes) else part.encode() for part in response)
    else:
        content = response.content
    return content.decode("utf-8", "replace") + str(dict(response.headers))


def _error(response: Any) -> str:
    info = getattr(response, "exc_info", None)
    if not info or response.status_code < 500:
        return ""
    frames = []
    trace = info[2]
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{info[0].__name__}: {str(info[1])[:200]} at {frames[-1]}"
