"""A calendar as other programs read it: iCalendar, RFC 5545."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

OCTETS = 75  # the longest line


@dataclass(frozen=True)
class Entry:
    """Something on whole days; `uid` stays the same for the same thing."""

    uid: str
    name: str
    first: date
    last: date
    note: str = ""
    yearly: bool = False


def icalendar(title: str, entries: Iterable[Entry], now: datetime) -> str:
    """The file: lines of at most 75 octets, ended by CR LF."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Storecast//Calendar//EN", f"X-WR-CALNAME:{_text(title)}"]
    for entry in entries:
        after = entry.last + timedelta(days=1)  # DTEND is the first day that is free again
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{after:%Y%m%d}",
            f"SUMMARY:{_text(entry.name)}",
        ]
        if entry.note:
            lines.append(f"DESCRIPTION:{_text(entry.note)}")
        if entry.yearly:
            lines.append("RRULE:FREQ=YEARLY")
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _text(value: str) -> str:
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """The line in parts of at most 75 octets, none cut within a sign; all but the first begin with a space."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > OCTETS:
            parts.append(part)
            part = " "
        part += sign
    return [*parts, part]
