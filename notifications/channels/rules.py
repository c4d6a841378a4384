"""When a delivery is tried again, when a channel is given up, and which addresses are taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from core.errors import Refused

# Seconds after the first, second … attempt that failed: the schedule of Standard Webhooks, 75 h 35 min in all.
DELAYS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(DELAYS) + 1
JITTER = 0.1  # of a delay, up or down, so that what failed together does not come back together
LONGEST_WAIT = timedelta(hours=24)  # that a far side may ask for
LEASE = timedelta(seconds=90)  # longer than a job of the queue may live
BREAK_AFTER = timedelta(days=5)
BREAK_FAILURES = 5  # in a row at least, so that one hiccup after quiet weeks does not break a channel
PAUSES = (5, 15, 60, 300, 900)  # seconds that a channel which does not answer is left alone
PORTS = (None, 443, 8443)
NUMBER = re.compile(r"\+[1-9]\d{6,14}")


def delay_after(attempts: int, spread: float) -> timedelta:
    """How long to wait after this many failed attempts; `spread` from -1 to 1 is where in the jitter."""
    return timedelta(seconds=DELAYS[min(attempts, len(DELAYS)) - 1] * (1 + JITTER * spread))


def pause_after(failures: int) -> timedelta:
    """How long to leave a channel alone that did not answer this many times in a row."""
    return timedelta(seconds=PAUSES[min(failures, len(PAUSES)) - 1])


def asked_to_wait(value: str, now: datetime) -> timedelta:
    """What a Retry-After header says, in seconds or as a date, at most 24 hours; nothing for what is neither."""
    value = value.strip()
    if value.isdecimal():
        seconds = float(min(int(value[:9]), LONGEST_WAIT.total_seconds()))
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return timedelta(0)
        seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(timedelta(seconds=seconds), timedelta(0)), LONGEST_WAIT)


def clean_number(text: str) -> str:
    """A telephone number as E.164 has it. Refuses what is none."""
    number = re.sub(r"[\s().-]", "", text)
    if not NUMBER.fullmatch(number):
        sentence = _("Write the number with + and the country's code, such as +86 138 0013 8000.")
        raise Refused("bad_number", sentence, address=sentence)
    return number


def clean_address(text: str, hosts: Sequence[str], *, anywhere: bool) -> str:
    """An address to post to: https, no name or password in it, and of one of `hosts` where there are any.

    With `anywhere` http, other hosts and other ports are taken too: for demos and tests. Where the name leads to is
    looked at each time something is sent, not here.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or any(sign.isspace() for sign in text):
        raise _refused(_("This is not an address. It begins with https:// and has no spaces."))
    if parts.username or parts.password or parts.fragment:
        raise _refused(_("Leave out names, passwords and what comes after #."))
    if anywhere:
        return text
    if parts.scheme != "https":
        raise _refused(_("Only addresses that begin with https:// are used, so that nobody reads along."))
    if port not in PORTS:
        raise _refused(_("Only ports 443 and 8443 are used."))
    if hosts and host not in hosts:
        raise _refused(_("An address of this kind begins with https://%(host)s/.") % {"host": hosts[0]})
    return text


def _refused(sentence: str) -> Refused:
    return Refused("bad_address", sentence, address=sentence)
