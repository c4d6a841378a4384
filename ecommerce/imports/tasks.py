"""Imports in the background."""

from __future__ import annotations

from accounts.jobs.runner import report_progress
from core.tasks import task
from ecommerce.imports.actions import check_import, run_import
from ecommerce.imports.models import ImportRun


@task(cluster="long")
def check(run_id: int) -> None:
    """The dry run of an uploaded file."""
    report_progress(1, 10)
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.UPLOADED:
        check_import(run)


@task(cluster="long")
def run(run_id: int) -> None:
    """Bring a file in; goes on where an earlier attempt stopped."""
    run_import(ImportRun.objects.select_related("merchant", "supplier", "created_by").get(pk=run_id))
