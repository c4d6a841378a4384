"""A mail server with moods. It keeps which messages it accepted, and after which of them it did not answer any more."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from email import message_from_bytes
from email.message import Message
from typing import Any

from tests.notifications.smtpserver import Server

HANG = 12.0  # seconds: longer than the product waits for an answer
CALM, SLOW, GREY, REFUSING, HANGING, DOWN = "calm", "slow", "greylisting", "refusing", "hanging", "down"
MOODS = (CALM, SLOW, GREY, REFUSING, HANGING, DOWN)


class Hostile(Server):
    """In a mood one of several messages is treated so; the others are taken, as a server under load does."""

    def __init__(self) -> None:
        super().__init__()
        self.mood = CALM
        self.moods: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.hung: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.chance = random.Random(7)

    def change(self, mood: str) -> None:
        """Take another mood; a server that is down answers nobody."""
        if mood == DOWN and self.controller is not None:
            self.down()
        elif mood != DOWN and self.controller is None:
            self.up()
        self.mood = mood

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mood == GREY and self.chance.random() < 0.5:
            self.moods[GREY] += 1
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message: Message = message_from_bytes(envelope.content)
        name = str(message["Message-ID"])
        if self.mood == SLOW:
            self.moods[SLOW] += 1
            await asyncio.sleep(1)
        elif self.mood == REFUSING and self.chance.random() < 0.3:
            self.moods[REFUSING] += 1
            self.refused.add(name)
            return "554 5.7.1 Not wanted here"
        elif self.mood == HANGING and self.chance.random() < 0.3:
            self.moods[HANGING] += 1
            self.taken[name] += 1
            self.hung[name] += 1
            if self.chance.random() < 0.2:
                await asyncio.sleep(HANG)
            server.transport.abort()
            return "250 OK"
        self.taken[name] += 1
        return "250 OK"
