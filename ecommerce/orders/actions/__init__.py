"""Everything that changes an order. Each takes who does it as `actor` and raises Refused where it may not be."""

from ecommerce.orders.actions.drafting import Placed
from ecommerce.orders.actions.handling import (
    add_note,
    complete_orders,
    confirm_order,
    hold_order,
    mark_delivered,
    pack_order,
    release_order,
    ship_lines,
)
from ecommerce.orders.actions.leaving import cancel_order
from ecommerce.orders.actions.moving import recount_customers
from ecommerce.orders.actions.paying import payment_failed, refund_order, take_payment
from ecommerce.orders.actions.placing import place_order, place_orders
from ecommerce.orders.actions.tagging import tag_order, tag_orders, untag_order, untag_orders
from ecommerce.orders.actions.together import (
    Together,
    cancel_orders,
    confirm_orders,
    pack_orders,
    unconfirm_orders,
    unpack_orders,
)

__all__ = [
    "Placed",
    "Together",
    "add_note",
    "cancel_order",
    "cancel_orders",
    "complete_orders",
    "confirm_order",
    "confirm_orders",
    "hold_order",
    "mark_delivered",
    "pack_order",
    "pack_orders",
    "payment_failed",
    "place_order",
    "place_orders",
    "recount_customers",
    "refund_order",
    "release_order",
    "ship_lines",
    "tag_order",
    "tag_orders",
    "take_payment",
    "unconfirm_orders",
    "unpack_orders",
    "untag_order",
    "untag_orders",
]
