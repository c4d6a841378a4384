"""Why something is to be ordered, in words."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from analytics.demand.models import DemandOutlook


def reason_of(one: DemandOutlook) -> str:
    """What is there and on its way, the point at which one orders, and the day it is sold out otherwise."""
    figures = {
        "there": formats.number_format(one.available),
        "point": formats.number_format(one.reorder_point),
        "units": formats.number_format(one.incoming),
    }
    if one.incoming:
        said = _("%(there)s there, reorder point %(point)s, %(units)s on the way.") % figures
    else:
        said = _("%(there)s there, reorder point %(point)s.") % figures
    if one.out_middle is None:
        return said
    day = formats.date_format(one.out_middle, "MONTH_DAY_FORMAT")
    return " ".join([said, _("Otherwise sold out around %(day)s.") % {"day": day}])
