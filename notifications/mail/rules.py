"""When a mail is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

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
