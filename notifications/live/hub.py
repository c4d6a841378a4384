"""Everybody who is connected, and the one look at the database that serves them all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, close_old_connections, connection

from notifications.live.queries import Change, changed_since, open_sessions, person_of, states_of
from notifications.live.rules import frame

log = logging.getLogger(__name__)

LOOK = 0.5  # seconds between two looks at what changed
OVERLAP = timedelta(seconds=10)  # a change may be committed a while after its time
SESSIONS = 5.0  # seconds between two looks at whether sessions were ended
SESSION_RULES = 60.0  # seconds between two looks at a session by all its rules
MOST_STREAMS = 2000
MOST_OF_ONE = 10  # streams of one person: more windows than browsers; the oldest gives way
CATCH_UP = timedelta(minutes=10)  # act-now items older than that are no news any more

T = TypeVar("T")


class Stream:
    """One connection: what it is to send next, and whether it is over. Only the newest state waits; older ones are
    of no use to anybody."""

    def __init__(self, user_id: int, session_key: str) -> None:
        self.user_id = user_id
        self.session_key = session_key
        self.checked = time.monotonic()
        self.over = False
        self.wake = asyncio.Event()
        self._next = b""

    def put(self, data: bytes) -> None:
        self._next = data
        self.wake.set()

    def take(self) -> bytes:
        self.wake.clear()
        data, self._next = self._next, b""
        return data

    def end(self) -> None:
        self.over = True
        self.wake.set()


class Hub:
    """Streams by user. The database is asked in one thread of its own; the loop never waits for it."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.streams: defaultdict[int, list[Stream]] = defaultdict(list)
        self.count = 0
        self._stopping = stopping
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._changes: dict[int, Change] = {}
        self._sent: dict[int, dict[str, Any]] = {}
        self._told: dict[int, datetime] = {}
        self._looked = datetime.now(UTC)
        self._sessions = 0.0

    async def ask(self, question: Callable[..., T], *args: Any) -> T:
        """Run a database function in the hub's thread; a connection that failed is not used again."""

        def answer() -> T:
            close_old_connections()
            try:
                return question(*args)
            except DatabaseError:
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    async def join(self, stream: Stream, last: int | None) -> None:
        """Take a stream in; its first event is the state as it is. `last` is the number of the last event it had."""
        streams = self.streams[stream.user_id]
        streams.append(stream)
        self.count += 1
        if len(streams) > MOST_OF_ONE:
            streams[0].end()
        now = datetime.now(UTC)
        since = max(datetime.fromtimestamp(last / 1000, UTC), now - CATCH_UP) if last else None
        state = (await self.ask(states_of, {stream.user_id: since}))[stream.user_id]
        self._sent[stream.user_id] = state["shops"]
        self._told.setdefault(stream.user_id, now)
        stream.put(frame(state, number=_number(now)))

    def leave(self, stream: Stream) -> None:
        streams = self.streams[stream.user_id]
        streams.remove(stream)
        self.count -= 1
        if not streams:
            for known in (self.streams, self._changes, self._sent, self._told):
                known.pop(stream.user_id, None)  # type: ignore[attr-defined]

    async def run(self) -> None:
        """Look again and again until the server stops; then let all streams end, so that browsers come back."""
        while not self._stopping():
            try:
                if self.count:
                    await self._look()
            except DatabaseError:
                log.warning("the inbox could not be looked at; trying again", exc_info=True)
            await asyncio.sleep(LOOK)
        self.close()

    def close(self) -> None:
        for streams in self.streams.values():
            for stream in streams:
                stream.end()

    async def _look(self) -> None:
        now = datetime.now(UTC)
        if time.monotonic() - self._sessions > SESSIONS:
            await self._end_signed_out()
        changes = await self.ask(changed_since, self._looked - OVERLAP)
        self._looked = now
        changed = {
            user: change
            for user, change in changes.items()
            if user in self.streams and self._changes.get(user) != change
        }
        if not changed:
            return
        states = await self.ask(states_of, {user: self._told.get(user, now) - OVERLAP for user in changed})
        for user, state in states.items():
            if user not in self.streams:
                continue
            self._changes[user] = changes[user]
            if state["act"] or state["shops"] != self._sent.get(user):
                self._sent[user], self._told[user] = state["shops"], now
                data = frame(state, number=_number(now))
                for stream in self.streams[user]:
                    stream.put(data)

    async def _end_signed_out(self) -> None:
        """End the streams of sessions that are over: ended ones at once, those too old within a minute."""
        self._sessions = time.monotonic()
        everyone = [stream for streams in self.streams.values() for stream in streams]
        still = await self.ask(open_sessions, [stream.session_key for stream in everyone])
        for stream in everyone:
            if stream.session_key not in still:
                stream.end()
            elif self._sessions - stream.checked > SESSION_RULES:
                stream.checked = self._sessions
                if await self.ask(person_of, stream.session_key) != stream.user_id:
                    stream.end()


def _number(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
