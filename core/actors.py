"""Who does something: a person, an API token, a buyer with a signed link, or the product itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "token", "buyer", "system"]


@dataclass(frozen=True)
class Actor:
    """`label` is what the activity page shows; it must still read well when the account is gone."""

    kind: Kind
    id: int | None
    label: str


SYSTEM = Actor("system", None, "Storecast")
