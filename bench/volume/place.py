"""A database of so many orders, made once and kept; `python -m bench.volume.place ORDERS` prints what to ask of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from bench.place import ROOT, environment, prepare, signed_in

SERVER = os.environ.get("VOLUME_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
PAGE = 500


@dataclass(frozen=True)
class Place:
    """Where a marketplace of `orders` is, who asks (a session key), and the parameters of the pages asked for."""

    address: str
    orders: int
    session: str
    asked: dict[str, str]


def address_of(vendor: str, orders: int) -> str:
    """The database's URL, made where it is missing; "" where no PostgreSQL answers."""
    if vendor == "sqlite":
        return f"sqlite:///{ROOT / 'var' / f'bench_volume_{orders}.sqlite3'}"
    name = f"storecast_bench_volume_{orders}"
    try:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                server.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError as fault:
        print(f"pages: no PostgreSQL at {SERVER} ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return ""
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def place(address: str, orders: int) -> Place:
    """The marketplace at the address, built if it is not there (a million orders: some minutes)."""
    command = [sys.executable, "-m", "bench.volume.place", str(orders)]
    done = subprocess.run(command, cwd=ROOT, env=environment(address), check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return Place(address, orders, told.pop("session"), told)


def main(orders: int) -> None:
    prepare()
    from django.core.management import call_command

    from accounts.models import Merchant, User
    from config.volume.build import is_empty
    from core.keyset import write_edge
    from core.tenancy import tenant
    from ecommerce.orders.models import Order

    if is_empty():
        print(f"a marketplace of {orders:,} orders …", file=sys.stderr, flush=True)
        call_command("make_volume", orders=orders, stdout=sys.stderr)
    person = User.objects.get(email="owner-1@volume.example")
    with tenant(Merchant.objects.get(slug="volume-1")):
        rows = Order.objects.order_by("-placed_at", "-pk")
        deep = min((PAGE - 1) * 25, rows.count() - 30) - 1
        edge, some = rows[deep], rows[40:400]
        chinese = next(one for one in some if not one.buyer_name.isascii())
        english = next(one for one in some if one.buyer_name.isascii())
        told = {
            "session": signed_in(person),
            "number": some[0].number,
            "phone": chinese.buyer_phone[-6:],
            "chinese": chinese.buyer_name,
            "english": english.buyer_name,
            "after": write_edge("-placed", edge.placed_at, edge.pk),
            "at": edge.placed_at.isoformat(),
            "pk": str(edge.pk),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
