"""What happens to stock by itself."""

from __future__ import annotations

from django.utils import timezone

from core.actors import SYSTEM
from core.tasks import task
from core.tenancy import every_tenant, tenant
from ecommerce.inventory.actions import hold_back_expired, let_go_expired, tell_expiring
from ecommerce.inventory.queries import reservations_over


@task(per_merchant=False)
def release_holds() -> None:
    """Free the stock that was held for a while, once that is over. Every minute."""
    now = timezone.now()
    with every_tenant("finding shops whose holds have run out"):
        shops = list(reservations_over(now).order_by().values_list("merchant", flat=True).distinct())
    for shop in shops:
        with tenant(shop):
            let_go_expired(now)


@task()
def tell_of_expiring_lots() -> None:
    """Announce lots that expire soon, each once. Once a day, in the time zone of the shop."""
    tell_expiring(timezone.localdate(), actor=SYSTEM)


@task()
def hold_back_expired_lots() -> None:
    """Take units of lots that expired yesterday off the sale. When a day begins, in the time zone of the shop."""
    hold_back_expired(timezone.localdate())
