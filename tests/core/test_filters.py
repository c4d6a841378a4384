"""Days in filters: both ends included, in the reader's zone, and none that no calendar bears."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.filters import DayRangeField


def test_a_range_of_days_is_a_range_of_moments_in_the_active_zone():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        found = DayRangeField().clean(["2026-03-02", "2026-03-02"])

    assert found.start == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert found.stop == datetime(2026, 3, 2, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1970-01-01", "yesterday", "2026-02-30"])
def test_an_impossible_day_is_an_error_and_not_a_crash(day):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        with timezone.override(ZoneInfo(zone)), pytest.raises(ValidationError):
            DayRangeField().clean([day, ""])
