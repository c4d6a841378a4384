"""Hash every published forecast again and name those that are not what was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.merchants.models import Merchant
from analytics.demand.models import DemandRun
from analytics.demand.queries import altered_runs as altered_demand_runs
from analytics.forecasts.models import ForecastRun
from analytics.forecasts.queries import altered_runs
from analytics.markets.models import ShareRun
from analytics.markets.queries import altered_share_runs
from core.append_only import AppendOnlyModel, protected_tables
from core.tenancy import every_tenant, tenant


class Command(BaseCommand):
    help = (
        "Re-hash every forecast of sales, orders, demand and market shares, and look whether the database still "
        "refuses changes; exit 1 and name what is not as it was written."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = []
        for merchant in Merchant.objects.order_by("pk"):
            with tenant(merchant):
                wrong += [f"{merchant.slug}: {run} of {run.made_at:%Y-%m-%d}" for run in altered_runs()]
                wrong += [f"{merchant.slug}: {run} of {run.made_at:%Y-%m-%d}" for run in altered_demand_runs()]
        wrong += [f"{run.market}: {run} of {run.made_at:%Y-%m-%d}" for run in altered_share_runs()]
        tables = {model._meta.db_table for model in AppendOnlyModel.__subclasses__()} - protected_tables()
        wrong += [f"{table}: the database would let rows be changed" for table in sorted(tables)]
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            raise CommandError("The forecasts above are not what was written. Find out who changed them, and how.")
        with every_tenant("count the forecasts that were looked at"):
            count = ForecastRun.objects.count() + DemandRun.objects.count() + ShareRun.objects.count()
        self.stdout.write(f"{count} runs hashed again; every one is what was written.")
