"""The live stream of the inbox as an ASGI application: `GET /live` with the session cookie of the pages.

It answers pages of BASE_URL only. A browser without a session gets 204, which tells it not to come back by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from random import SystemRandom
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from notifications.live.hub import MOST_STREAMS, Hub, Stream
from notifications.live.queries import person_of
from notifications.live.rules import greeting, number_of, origin_of

HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer than a minute
STILL_HERE = b": still here\n\n"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class LiveApp:
    """`hub` runs from the server's start to its end."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.random = SystemRandom()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        looking = asyncio.create_task(self.hub.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        self.hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        ours = origin_of(settings.BASE_URL)
        if scope["path"].rstrip("/").endswith("/healthz"):
            await _short(send, 200, body=str(self.hub.count).encode())
        elif not scope["path"].rstrip("/").endswith("/live"):
            await _short(send, 404)
        elif scope["method"] != "GET":
            await _short(send, 405)
        elif headers.get("origin", ours) != ours:
            await _short(send, 403)
        elif self.hub.count >= MOST_STREAMS:
            await _short(send, 503)
        else:
            await self._stream(headers, receive, send, _cors(headers, ours))

    async def _stream(self, headers: dict[str, str], receive: Receive, send: Send, cors: list[Any]) -> None:
        key = _session_key(headers.get("cookie", ""))
        try:
            user_id = await self.hub.ask(person_of, key) if key else None
        except DatabaseError:
            await _short(send, 503, cors)
            return
        if user_id is None:
            await _short(send, 204, cors)
            return
        stream = Stream(user_id, key)
        leaving = asyncio.create_task(_watch(receive, stream))
        try:
            await self.hub.join(stream, number_of(headers.get("last-event-id", "")))
            await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM, *cors]})
            await send({"type": "http.response.body", "body": greeting(self.random), "more_body": True})
            while not stream.over:
                try:
                    await asyncio.wait_for(stream.wake.wait(), HEARTBEAT)
                except TimeoutError:
                    body = STILL_HERE
                else:
                    body = stream.take()
                if body:
                    await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.hub.leave(stream)
            leaving.cancel()


_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def _cors(headers: dict[str, str], ours: str) -> list[tuple[bytes, bytes]]:
    found = [(b"vary", b"Origin, Cookie")]
    if "origin" in headers:
        found += [
            (b"access-control-allow-origin", ours.encode()),
            (b"access-control-allow-credentials", b"true"),
        ]
    return found


def _session_key(cookies: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _watch(receive: Receive, stream: Stream) -> None:
    """End the stream when the browser is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _short(send: Send, status: int, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b"") -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": status, "headers": [*length, *(headers or [])]}
    await send(start)
    await send({"type": "http.response.body", "body": body})
