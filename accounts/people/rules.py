"""What may be concluded from a browser's words and address, and how long a session lasts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

# The first that occurs in the user agent wins, so a browser stands before the engine it is built on.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQ Browser"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Browser and system as a person would call them, "Firefox, Windows"; "" where neither is known."""
    names = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name)


def network_of(address: str) -> str:
    """The network an address lies in (/24 or /48): what stays the same for a household or an office."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


@dataclass(frozen=True)
class SessionLimits:
    """After `idle` without a request, or `whole` after sign-in, one has to sign in again; None is no limit."""

    idle: timedelta | None
    whole: timedelta


STAFF = SessionLimits(timedelta(minutes=30), timedelta(hours=8))
USUAL = SessionLimits(timedelta(hours=3), timedelta(hours=12))
REMEMBERED = SessionLimits(None, timedelta(days=14))


def session_limits(*, is_staff: bool, remembered: bool) -> SessionLimits:
    """How long a session lasts. What a moderator may see is worth more than the comfort of staying signed in."""
    if is_staff:
        return STAFF
    return REMEMBERED if remembered else USUAL


def session_is_over(limits: SessionLimits, *, since: float, seen: float, now: float) -> bool:
    """`since` is the moment of the sign-in and `seen` of the last request, in seconds since the epoch."""
    if now - since > limits.whole.total_seconds():
        return True
    return limits.idle is not None and now - seen > limits.idle.total_seconds()


@dataclass(frozen=True)
class Limit:
    """At most `times` failures within `seconds` for the same `what`."""

    what: str
    times: int
    seconds: int


# Per address and network: five, as a person mistypes. Per address alone far more, or a stranger could lock one out.
SIGN_IN_LIMITS = (
    Limit("address and network", 5, 15 * 60),
    Limit("network", 50, 15 * 60),
    Limit("address", 50, 3600),
)
CODE_LIMITS = (Limit("person", 5, 15 * 60),)
