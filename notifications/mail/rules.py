"""When a mail is tried again, and when it is given up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

# After the first, second … refusal that time may heal; the last one repeats (greylisting wants 5 to 30 minutes).
DELAYS = (5, 60, 300, 900, 1800, 3600, 7200)
GIVE_UP_AFTER = timedelta(days=3)
LOOK_AGAIN = timedelta(minutes=15)  # when nobody knows whether a mail arrived
LEASE = timedelta(seconds=120)  # longer than a sending job may live
SERVER_PAUSES = (5, 10, 20, 40, 60)  # seconds without knocking at a server that is down


def delay_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts, the last of which was put off."""
    return timedelta(seconds=DELAYS[min(attempts, len(DELAYS)) - 1])


def pause_after(failures: int) -> timedelta:
    """How long to leave a mail server alone that could not be reached this many times in a row."""
    return timedelta(seconds=SERVER_PAUSES[min(failures, len(SERVER_PAUSES)) - 1])


# "5.7.1" and its like (RFC 3463): the server does not want this mail or its sender. The address is a good one.
_POLICY = re.compile(r"\b5\.7\.\d")


@dataclass(frozen=True)
class Report:
    """What the mail provider reported of a mail after it had taken it.

    `outcome` is "bounced", "complained" or "refused" (not sent on by the provider). `ids` are the names it may be
    known by: its Message-ID, or what the provider called it. `is_final` says that the address itself takes no mail.
    """

    outcome: str
    recipient: str
    ids: tuple[str, ...]
    is_final: bool = False
    answer: str = ""
    at: datetime | None = None

    @property
    def suppresses(self) -> bool:
        """Whether nothing more is to be sent to the address."""
        return self.outcome == "complained" or (self.outcome == "bounced" and self.is_final)


def is_policy(answer: str) -> bool:
    """Whether a mail server refused for what was sent or by whom, not because nobody is at the address."""
    return bool(_POLICY.search(answer))


def bracketed(message_id: str) -> str:
    """A Message-ID as it stands in its header, with or without the angle brackets that providers leave out."""
    return f"<{message_id.strip().strip('<>')}>"
