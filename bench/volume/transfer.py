"""Bringing in 100,000 orders against a raw COPY of the same rows, and exporting 200,000 filtered ones as they stream.

On PostgreSQL the raw COPY goes into a second database that was as empty, with all indexes and constraints. On SQLite,
which has none, it is one prepared INSERT a table. Each is measured by a process of its own (VOLUME_ON names one of
them). The rows of both are those of every table an import writes: orders, lines, payments,
parcels, their lines and buyers. The 100,000 orders come as the limits of an upload ask: as several files.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from bench.figures import Figure
from bench.place import ROOT
from bench.volume.pages import SMALL, VENDORS
from bench.volume.place import address_of
from core.actors import SYSTEM
from core.bulk import bulk_insert
from core.tenancy import tenant
from ecommerce.catalog.models import Product, Variant
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.imports.actions import begin_import, run_import, start_import
from ecommerce.imports.reading import MOST_ROWS
from ecommerce.orders.models import Order, OrderLine, Payment

IMPORTED, EXPORTED, BESIDE = 100_000, 200_000, 20_000
PRODUCTS = 10_000
ORDERS_A_FILE = 20_000
TABLES = (Customer, Order, OrderLine, Payment, Shipment, ShipmentLine)
HEAD = [
    "Order number", "Date", "Status", "SKU", "Product", "Qty", "Price", "Shipping", "Total", "Buyer", "E-mail", "Phone",
    "Address", "City", "Region", "Country", "Payment method",
]  # fmt: skip
CITIES = [("Hangzhou", "Zhejiang"), ("成都", "四川"), ("广州", "广东"), ("Beijing", "Beijing"), ("Xiamen", "Fujian")]


def run() -> Iterator[Figure]:
    script = "from bench.place import prepare; prepare(); from bench.volume.transfer import main; main()"
    for vendor in VENDORS:
        if not (address := address_of(vendor, SMALL)):
            continue
        command, surroundings = [sys.executable, "-c", script], os.environ | {"DATABASE_URL": address}
        with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield Figure(**json.loads(line))
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)


def main() -> None:
    for figure in _figures():
        print(json.dumps(vars(figure)), flush=True)


def _figures() -> Iterator[Figure]:
    of, raw_way = connection.vendor, "raw COPY" if connection.vendor == "postgresql" else "raw INSERT"
    with _own_database():
        shop, owner = _shop()
        with tempfile.TemporaryDirectory() as folder, tenant(shop):
            settings.MEDIA_ROOT = folder
            empty = _copy_of_database("raw", Path(folder))
            imported, file_rows = _import(folder)
            raw, rows = _raw(empty, Path(folder))
        what = f"{of}: import of {IMPORTED:,} orders"
        yield Figure(what, rows / imported, "rows/s", rows / raw, raw_way, 0.20, "higher")
        yield Figure(f"{what}, rows of the file", file_rows / imported, "rows/s", 1000, "before", 1, "higher")
        with tenant(shop):
            _more(EXPORTED - IMPORTED, BESIDE)
        for name, query in (("CSV", ""), ("XLSX", "&as=xlsx")):
            found = _export(shop, owner, f"?channel=other{query}")
            speed, first, peak = found
            target = 20_000 if name == "CSV" else 4_000
            what = f"{of}: export of {EXPORTED:,} as {name}"
            yield Figure(what, speed, "rows/s", target, "asked", target, "higher", "figure")
            yield Figure(f"{what}, first byte after", first, "s", 5, "allowed", 5, "lower", "figure")
            yield Figure(f"{what}, web process at most", peak, "MiB", 250, "allowed", 250, "lower", "figure")


@contextmanager
def _own_database() -> Iterator[None]:
    """The default connection on a new database beside the configured one; both it and its copy are dropped at the end.

    Servers started inside find it by DATABASE_URL.
    """
    configured, url = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    name = f"{configured}_transfer"
    if connection.vendor == "postgresql":
        for each in (name, f"{name}_raw"):
            _administer(f'DROP DATABASE IF EXISTS "{each}"')
        _administer(f'CREATE DATABASE "{name}"')
    else:
        Path(name).unlink(missing_ok=True)
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url.replace(str(configured), name) if str(configured) in url else url
    try:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], os.environ["DATABASE_URL"] = configured, url
        if connection.vendor == "postgresql":
            for each in (f"{name}_raw", name):
                _administer(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')
        else:
            for path in Path(name).parent.glob(f"{Path(name).name}*"):
                path.unlink()


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(**_parameters("postgres"), autocommit=True) as admin:
        admin.execute(statement)  # type: ignore[call-overload]


def _parameters(name: str) -> dict[str, Any]:
    of = connection.settings_dict
    given = {"host": of["HOST"], "port": of["PORT"], "user": of["USER"], "password": of["PASSWORD"], "dbname": name}
    return {key: value for key, value in given.items() if value}


def _shop() -> tuple[Merchant, User]:
    shop = Merchant.objects.create(name="Large", slug="large", state="active", currency="CNY")
    owner = User.objects.create_user("owner@large.example", name="Owner", password=None)
    with tenant(shop):
        Membership.objects.create(user=owner, role="owner")
        products = bulk_insert(Product(title=f"Cup {number}", state="live") for number in range(PRODUCTS))
        bulk_insert(Variant(product=product, sku=f"SKU-{number}", price=10) for number, product in enumerate(products))
    return shop, owner


def _copy_of_database(suffix: str, folder: Path) -> str:
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if connection.vendor == "postgresql":
        _administer(f'CREATE DATABASE "{name}_{suffix}" TEMPLATE "{name}"')
        return f"{name}_{suffix}"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(name, folder / "raw.sqlite3")
    return str(folder / "raw.sqlite3")


def _files() -> Iterator[tuple[bytes, int]]:
    chance = random.Random(11)
    begins = datetime(2025, 1, 1)
    for first in range(0, IMPORTED, ORDERS_A_FILE):
        text, rows = io.StringIO(), 0
        writer = csv.writer(text)
        writer.writerow(HEAD)
        for number in range(first, min(first + ORDERS_A_FILE, IMPORTED)):
            buyer, (city, region) = chance.randrange(2 * IMPORTED), chance.choice(CITIES)
            lines = [
                (chance.randrange(PRODUCTS), chance.randrange(500, 50_000) / 100, chance.randrange(1, 4))
                for _ in range(chance.choice((1, 2, 2, 3, 4)))
            ]
            total = sum(price * count for _, price, count in lines)
            placed = begins + timedelta(seconds=300 * number)
            for product, price, count in lines:
                rows += 1
                writer.writerow(
                    [
                        f"N{number}", f"{placed:%Y-%m-%d %H:%M:%S}", "completed", f"SKU-{product}", f"Cup {product}",
                        count, f"{price:.2f}", "0", f"{total:.2f}", f"Buyer {buyer}", f"b{buyer}@example.com",
                        f"138{buyer:08}", f"Road {buyer % 900}", city, region, "CN", "alipay",
                    ]
                )  # fmt: skip
        assert rows <= MOST_ROWS
        yield text.getvalue().encode(), rows


def _import(folder: str) -> tuple[float, int]:
    """Seconds of the imports, from stored files to finished runs, and the rows they held. All of them are good."""
    spent, rows = 0.0, 0
    for place, (data, count) in enumerate(_files()):
        run_ = begin_import(start_import(file_name=f"{place}.csv", chunks=[data], actor=SYSTEM), actor=SYSTEM)
        began = time.perf_counter()
        run_ = run_import(run_)
        spent += time.perf_counter() - began
        assert (run_.state, run_.rows, run_.bad_rows) == ("done", count, 0), run_.errors
        rows += count
    assert Order.objects.count() == IMPORTED
    return spent, rows


def _raw(name: str, folder: Path) -> tuple[float, int]:
    """Seconds and rows of writing what the imports wrote, without any look at it."""
    return _raw_postgres(name, folder) if connection.vendor == "postgresql" else _raw_sqlite(name)


def _raw_postgres(name: str, folder: Path) -> tuple[float, int]:
    import psycopg

    spent, rows = 0.0, 0
    with psycopg.connect(**_parameters(name)) as target:
        for model in TABLES:
            table, path = model._meta.db_table, folder / model._meta.model_name
            with (
                connection.cursor() as cursor,
                path.open("wb") as file,
                cursor.copy(f'COPY "{table}" TO STDOUT') as copy,
            ):
                file.writelines(copy)
            data = path.read_bytes()
            began = time.perf_counter()
            with target.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                for start in range(0, len(data), 1 << 16):
                    copy.write(data[start : start + (1 << 16)])
            target.commit()
            spent += time.perf_counter() - began
            rows += model.objects.count()
    return spent, rows


def _raw_sqlite(name: str) -> tuple[float, int]:
    from django.db.backends.sqlite3.base import Database

    spent, rows = 0.0, 0
    target = Database.connect(name)
    target.execute("PRAGMA synchronous=FULL")
    for model in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608
            found = cursor.fetchall()
            marks = ", ".join("?" * len(cursor.description))
        began = time.perf_counter()
        with target:
            target.executemany(f'INSERT INTO "{model._meta.db_table}" VALUES ({marks})', found)  # noqa: S608
        spent += time.perf_counter() - began
        rows += len(found)
    target.close()
    return spent, rows


def _more(same: int, other: int) -> None:
    """The imported orders once more under other numbers, and some of another channel that the filter leaves out."""
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True)[: max(same, other)])
    highest = Order.objects.order_by("-pk").values_list("pk", flat=True)[0]
    names = [field.column for field in Order._meta.concrete_fields]
    line_names = [field.column for field in OrderLine._meta.concrete_fields if not field.primary_key]
    table, lines = Order._meta.db_table, OrderLine._meta.db_table
    for shift, (count, channel) in enumerate(((same, "other"), (other, "jd")), 1):
        away = shift * highest
        taken = ", ".join(
            {"id": f"id + {away}", "number": f"number || '-{shift}'", "external_id": f"external_id || '-{shift}'",
             "channel": f"'{channel}'"}.get(name, name)
            for name in names
        )  # fmt: skip
        taken_lines = ", ".join(f"order_id + {away}" if name == "order_id" else name for name in line_names)
        with transaction.atomic(), connection.cursor() as cursor:
            last = ids[count - 1]
            for into, columns, values, which in (
                (table, names, taken, "id"),
                (lines, line_names, taken_lines, "order_id"),
            ):
                head = f"INSERT INTO {into} ({', '.join(columns)})"
                cursor.execute(f"{head} SELECT {values} FROM {into} WHERE {which} <= {last}")  # noqa: S608
    assert Order.objects.filter(channel="other").count() == EXPORTED
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _export(shop: Merchant, owner: User, query: str) -> tuple[float, float, float]:
    """Rows a second, seconds to the first byte and the peak memory of the process that serves them, in MiB."""
    client = Client()
    client.force_login(owner)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=4",
         "--timeout=120", "--log-level=error"],
        cwd=ROOT,
    )  # fmt: skip
    try:
        _wait_for(port)
        list_page, address = reverse("order-list", args=[shop.slug]), reverse("order-export", args=[shop.slug])
        _fetch(port, list_page, cookie)
        spent, first, data = _fetch(port, address + query, cookie)
        peak = max(_peak(pid) for pid in _children(server.pid))
    finally:
        server.terminate()
        server.wait(20)
    assert _rows_in(data, workbook="xlsx" in query) == EXPORTED + 1
    return EXPORTED / spent, first, peak


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")


def _fetch(port: int, address: str, cookie: str) -> tuple[float, float, bytes]:
    began = time.perf_counter()
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    asked.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
    answer = asked.getresponse()
    pieces = [answer.read1(1 << 16)]
    first = time.perf_counter() - began
    while piece := answer.read1(1 << 16):
        pieces.append(piece)
    assert answer.status == 200, (answer.status, answer.headers)
    return time.perf_counter() - began, first, b"".join(pieces)


def _rows_in(data: bytes, *, workbook: bool) -> int:
    if workbook:
        import zipfile

        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
            return sum(part.count(b"<row>") for part in _lines(sheet))
    return sum(1 for _ in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _lines(sheet: Any) -> Iterator[bytes]:
    """Pieces that end where a row ends."""
    rest = b""
    while piece := sheet.read(1 << 20):
        whole, found, rest = (rest + piece).rpartition(b"</row>")
        yield whole + found
    yield rest


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
