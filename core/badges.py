"""How a state looks: words with a tone and a shape, so that colour never speaks alone."""

from __future__ import annotations

from typing import Any, NamedTuple


class Badge(NamedTuple):
    """What the `st` tag draws. `tone` is success, warning, critical, info or neutral; `pip` empty, half or full."""

    tone: str
    label: Any
    pip: str = ""
    icon: str = ""
