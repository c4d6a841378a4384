"""What may be done to stock."""

from ecommerce.inventory.actions.counting import (
    approve_count,
    cancel_count,
    count_units,
    recount_line,
    start_count,
)
from ecommerce.inventory.actions.expired import hold_back_expired
from ecommerce.inventory.actions.holds import hold, let_go, let_go_expired
from ecommerce.inventory.actions.levels import (
    adjust_stock,
    default_warehouse,
    load_moves,
    open_stock,
    receive,
    save_warehouse,
    set_opening_stock,
    take_back,
)
from ecommerce.inventory.actions.losses import write_off_returned
from ecommerce.inventory.actions.lots import LotIn, change_lot, fill_lot, tell_expiring
from ecommerce.inventory.actions.promising import choose_places, release, reserve, ship
from ecommerce.inventory.actions.selling import remove_buffer, save_rules, set_buffer, set_classes
from ecommerce.inventory.actions.transfers import (
    cancel_transfer,
    change_transfer,
    draft_transfer,
    receive_transfer,
    send_transfer,
)

__all__ = [
    "LotIn",
    "adjust_stock",
    "approve_count",
    "cancel_count",
    "cancel_transfer",
    "change_lot",
    "change_transfer",
    "choose_places",
    "count_units",
    "default_warehouse",
    "draft_transfer",
    "fill_lot",
    "hold",
    "hold_back_expired",
    "let_go",
    "let_go_expired",
    "load_moves",
    "open_stock",
    "receive",
    "receive_transfer",
    "recount_line",
    "release",
    "remove_buffer",
    "reserve",
    "save_rules",
    "save_warehouse",
    "send_transfer",
    "set_buffer",
    "set_classes",
    "set_opening_stock",
    "ship",
    "start_count",
    "take_back",
    "tell_expiring",
    "write_off_returned",
]
