"""Background work of parcels."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from core.tasks import task
from core.tenancy import current_tenant_id, every_tenant, tenant
from ecommerce.fulfilment.actions import foretell, link_parcels, run_upload, watch_parcels
from ecommerce.fulfilment.models import Shipment, TrackingUpload

SOON = timedelta(minutes=2)


@task()
def nightly_parcels() -> None:
    """Link parcels to carriers and tell anew when all that are under way arrive."""
    link_parcels()
    foretell()


@task()
def foretell_parcels() -> None:
    """Tell anew when the parcels under way arrive."""
    foretell()


@task(per_merchant=False)
def watch_all_parcels() -> None:
    """Find parcels that stand still or are overdue, in all shops that have parcels under way."""
    with every_tenant("find the shops with parcels under way"):
        moving = Shipment.objects.exclude(state__in=Shipment.ARRIVED).order_by().values("merchant_id").distinct()
        found = list(moving.values_list("merchant_id", flat=True))
    for merchant in Merchant.objects.trading().filter(pk__in=found):
        with tenant(merchant), timezone.override(merchant.zone):
            watch_parcels()


@task()
def read_tracking_file(upload_id: int) -> None:
    """Write the reports of a file."""
    run_upload(TrackingUpload.objects.select_related("merchant").get(pk=upload_id))


def foretell_soon() -> None:
    """Queue a look at the parcels of the merchant in scope; many calls until then make one."""
    enqueue(foretell_parcels, key=f"foretell:{current_tenant_id()}", at=timezone.now() + SOON)
