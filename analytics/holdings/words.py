"""What the classes of stock are told as."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

VALUE: dict[str, Any] = {
    "A": _("the best sellers, together 80% of sales"),
    "B": _("the next 15% of sales"),
    "C": _("the last 5% of sales"),
}
VARIABILITY: dict[str, Any] = {
    "X": pgettext_lazy("variability", "even"),
    "Y": pgettext_lazy("variability", "uneven"),
    "Z": pgettext_lazy("variability", "erratic"),
    "": _("too little known"),
}
ADVICE: dict[tuple[str, str], Any] = {
    ("A", "X"): _("Order often and little, by the forecast. Aim at a high service level: safety stock is cheap here."),
    ("A", "Y"): _("Order by the forecast and look at it every week. Give these the largest safety stock."),
    ("A", "Z"): _("Decide by hand. Find out what drives the jumps, and agree on quick deliveries."),
    ("B", "X"): _("Let the reorder point do it; look once a month."),
    ("B", "Y"): _("Let the reorder point do it, with more safety stock; look once a month."),
    ("B", "Z"): _("Keep little and accept waiting times, or order on demand where the supplier is quick."),
    ("C", "X"): _("Order seldom and much, so that the work stays small."),
    ("C", "Y"): _("Order seldom, keep little, and bundle orders by supplier."),
    ("C", "Z"): _("Order on demand only. Clear what has not sold for long, and ask whether it is still needed."),
}
UNKNOWN: Any = _("Too few weeks with stock to tell. Look again when eight are there.")
