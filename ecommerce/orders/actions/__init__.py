"""Everything that changes an order. Each takes who does it as `actor` and raises Refused where it may not be."""

from ecommerce.orders.actions.dividing import duplicate_order, split_order, why_not_split
from ecommerce.orders.actions.drafting import Placed
from ecommerce.orders.actions.editing import correct_address, edit_order, plan_edit, why_not_edit, why_not_edit_lines
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
from ecommerce.orders.actions.invoicing import invoice_of, issue_invoice, why_not_invoice
from ecommerce.orders.actions.leaving import cancel_order, end_unreached
from ecommerce.orders.actions.lots import keep_lots, lots_back
from ecommerce.orders.actions.moving import recount_customers
from ecommerce.orders.actions.paying import payment_failed, refund_order, take_payment
from ecommerce.orders.actions.placing import place_order, place_orders
from ecommerce.orders.actions.replacing import place_replacement
from ecommerce.orders.actions.tagging import tag_order, tag_orders, untag_order, untag_orders
from ecommerce.orders.actions.together import (
    Together,
    cancel_orders,
    confirm_orders,
    pack_orders,
    unconfirm_orders,
    unpack_orders,
)
from ecommerce.orders.actions.watching import assess_orders, change_risk_rules, rules_of_shop, settle_risks

__all__ = [
    "Placed",
    "Together",
    "add_note",
    "assess_orders",
    "cancel_order",
    "cancel_orders",
    "change_risk_rules",
    "complete_orders",
    "confirm_order",
    "confirm_orders",
    "correct_address",
    "duplicate_order",
    "edit_order",
    "end_unreached",
    "hold_order",
    "invoice_of",
    "issue_invoice",
    "keep_lots",
    "lots_back",
    "mark_delivered",
    "pack_order",
    "pack_orders",
    "payment_failed",
    "place_order",
    "place_orders",
    "place_replacement",
    "plan_edit",
    "recount_customers",
    "refund_order",
    "release_order",
    "rules_of_shop",
    "settle_risks",
    "ship_lines",
    "split_order",
    "tag_order",
    "tag_orders",
    "take_payment",
    "unconfirm_orders",
    "unpack_orders",
    "untag_order",
    "untag_orders",
    "why_not_edit",
    "why_not_edit_lines",
    "why_not_invoice",
    "why_not_split",
]
