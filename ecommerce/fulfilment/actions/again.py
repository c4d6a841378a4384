"""The goods of a parcel that did not reach the buyer, in another one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Refused
from ecommerce.fulfilment.actions.lost import replace_lost
from ecommerce.fulfilment.actions.returned import send_again
from ecommerce.fulfilment.models import ParcelCase, Shipment
from ecommerce.inventory.models import Warehouse


def send_in_its_place(
    case: ParcelCase,
    *,
    carrier: str = "",
    tracking_number: str = "",
    warehouse: Warehouse | None = None,
    actor: Actor,
) -> Shipment:
    """Send what came back in a new parcel, or the same goods once more in the place of a lost one; ends the case.

    `warehouse` is where goods leave stock once more. Refused for what came back, which leaves from where it is, and by
    the rules of replace_lost() and send_again().
    """
    if case.may_be_replaced:
        return replace_lost(case, carrier=carrier, tracking_number=tracking_number, warehouse=warehouse, actor=actor)
    if warehouse is not None:
        sentence = _("What came back leaves from where it is; a warehouse is chosen for lost parcels alone.")
        raise Refused("warehouse_unfit", sentence, warehouse=sentence)
    return send_again(case, carrier=carrier, tracking_number=tracking_number, actor=actor)
