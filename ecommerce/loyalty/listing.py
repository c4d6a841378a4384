"""The ledger of a buyer as a list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort

LEDGER = Listing(sorts=[Sort("time", _("Time"), "sequence", descending=True)])
