"""kill -9 of the process that makes a forecast or brings a file in: both finish after the restart, nothing twice."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress

import psutil
import pytest

from tests.worker.yard import Yard, open_yard

pytestmark = pytest.mark.slow

ORDERS = 12_000
CONTEXT = """
from datetime import date, datetime, timedelta
from core.actors import SYSTEM
from core.tenancy import tenant
"""
IMPORT = f"""
from tests.factories import MerchantFactory
shop = MerchantFactory(slug="killed")
from ecommerce.imports.actions import begin_import, check_import, start_import
from ecommerce.imports.tasks import run
from accounts.jobs.queue import enqueue
lines = ["Order number,Date,Status,SKU,Product,Qty,Price,Shipping,Total,E-mail"]
first = date.today() - timedelta(days=130)
for n in range({ORDERS}):
    day = first + timedelta(days=n % 120)
    thing, buyer = n % 40, n % 900
    lines.append(f"K{{n}},{{day}} 20:15,completed,S{{thing}},Thing {{thing}},1,10.00,0,10.00,b{{buyer}}@example.com")
with tenant(shop):
    found = check_import(start_import(file_name="many.csv", chunks=["\\n".join(lines).encode()], actor=SYSTEM))
    begin_import(found, actor=SYSTEM)
    print(enqueue(run, found.pk).pk)
"""
FORECAST = """
from accounts.merchants.models import Merchant
from analytics.forecasts.tasks import request_forecast
with tenant(Merchant.objects.get(slug="killed")):
    print(request_forecast("sales_value", actor=SYSTEM).pk, request_forecast("orders", actor=SYSTEM).pk)
"""


@pytest.fixture
def yard(tmp_path):
    made = open_yard(tmp_path, VAR_DIR=str(tmp_path), DEMO="false")
    yield made
    made.close()


def kill_whoever_works(yard: Yard, cluster: str) -> int:
    """Kill the processes of the cluster that have a job in hand; returns how many that were."""
    started = re.findall(rf"queue {cluster} started as process (\d+)", yard.log.read_text())
    killed = 0
    for process in psutil.Process(int(started[-1])).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "processing" in " ".join(process.cmdline()):
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
    return killed


def test_an_import_and_a_forecast_whose_worker_is_killed_finish_once(yard):
    number = int(yard.manage("shell", "-v0", "-c", CONTEXT + IMPORT).split()[-1])
    worker = yard.start()
    done = "SELECT done_orders FROM ecommerce_importrun"
    yard.until(lambda: 0 < yard.rows(done)[0][0] < ORDERS, 120, "a part of the file written")
    assert kill_whoever_works(yard, "long") == 1
    half = yard.rows("SELECT count(*) FROM ecommerce_order")[0][0]
    assert 0 < half < ORDERS

    yard.until(lambda: yard.job(number)[0] == "done", 180, "the import done")
    assert yard.job(number)[1] == 2
    assert yard.rows("SELECT count(*), count(DISTINCT number) FROM ecommerce_order") == [(ORDERS, ORDERS)]
    assert yard.rows("SELECT count(*) FROM ecommerce_orderline") == [(ORDERS,)]
    assert yard.rows("SELECT state, orders_created FROM ecommerce_importrun") == [("done", ORDERS)]

    facts = "SELECT sum(orders) FROM analytics_dailyfact"
    yard.until(lambda: yard.rows(facts)[0][0] == ORDERS, 120, "the facts of every order")
    worker.terminate()
    yard.workers[0].wait(30)
    jobs = [int(word) for word in yard.manage("shell", "-v0", "-c", CONTEXT + FORECAST).split()[-2:]]
    yard.start()
    while yard.job(jobs[0])[0] == "queued":
        time.sleep(0.01)
    killed = kill_whoever_works(yard, "long")
    assert killed >= 1
    for job in jobs:
        yard.until(lambda job=job: yard.job(job)[0] == "done", 120, "the forecast made")
    assert yard.job(jobs[0])[1] == 2
    runs = yard.rows("SELECT measure, outcome, horizon FROM analytics_forecastrun WHERE job_id IS NOT NULL")
    made = [run for run in runs if run[0] == "sales_value"]
    assert made == [("sales_value", "made", 28)]
    days = yard.rows("SELECT count(*), count(DISTINCT day) FROM analytics_forecast")
    assert days == [(28 * len(runs), 28)]
