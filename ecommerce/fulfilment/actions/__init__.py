"""Changes of parcels, their carriers and their cases."""

from ecommerce.fulfilment.actions.again import send_in_its_place
from ecommerce.fulfilment.actions.carriers import link_parcels, save_carrier
from ecommerce.fulfilment.actions.cases import close_case, handle_case, watch_parcels
from ecommerce.fulfilment.actions.lost import replace_lost
from ecommerce.fulfilment.actions.predicting import foretell
from ecommerce.fulfilment.actions.returned import readdress, send_again, take_in
from ecommerce.fulfilment.actions.shipping import change_tracking, ship_order
from ecommerce.fulfilment.actions.tracking import (
    add_tracking_event,
    deliver_if_all_arrived,
    mark_parcel_delivered,
    take_report,
)
from ecommerce.fulfilment.actions.uploads import begin_upload, run_upload

__all__ = [
    "add_tracking_event",
    "begin_upload",
    "change_tracking",
    "close_case",
    "deliver_if_all_arrived",
    "foretell",
    "handle_case",
    "link_parcels",
    "mark_parcel_delivered",
    "readdress",
    "replace_lost",
    "run_upload",
    "save_carrier",
    "send_again",
    "send_in_its_place",
    "ship_order",
    "take_in",
    "take_report",
    "watch_parcels",
]
