"""What goes over the line, and how long to wait before coming back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import urlsplit

RETRY = (1000, 4000)  # milliseconds until a browser comes back: spread, so that a restart is no stampede


def frame(data: Mapping[str, Any], *, number: int, event: str = "inbox") -> bytes:
    """One server-sent event; `number` is what the browser sends back as Last-Event-ID."""
    return f"id: {number}\nevent: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def greeting(random: Random) -> bytes:
    """What a stream begins with: how long to wait before coming back when it breaks."""
    return f"retry: {random.randint(*RETRY)}\n\n".encode()


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; "" for one that has none."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def number_of(text: str) -> int | None:
    """The number of the last event a browser says it had; None where it had none, or made one up."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None
