"""Market shares on a real marketplace: the twenty largest sellers of Olist's five largest categories.

Each market is forecast as of thirteen weeks, by value and by units, from what was known then; the records are those
that the sellers' pages show (four weeks ahead). On a database of its own, var/bench_olist.sqlite3, which is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from bench.figures import Figure
from bench.place import ROOT, data_file

SCRIPT = (
    "import sys; from bench.place import prepare; prepare();"
    " from bench.apart.olist_shares import main; main(sys.argv[1:])"
)


def run() -> Iterator[Figure]:
    folder = data_file("olist")
    if folder is None:
        print("olist: no data; skipped.", file=sys.stderr)
        return
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'bench_olist.sqlite3'}"}
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    markets = answer["markets"]
    for one in markets:
        print(
            "  {category}, {measure}: {skill} with skill, {no_skill} no skill yet, {too_early} too early to tell,"
            " {withheld} withheld today, {inside} of {weeks} weeks inside 8 in 10".format(**one),
            file=sys.stderr,
        )
    asked, made = (sum(one[name] for one in markets) for name in ("runs", "made"))
    yield Figure("Olist, markets forecast", made, "runs", asked, "asked for", 1.0, "higher")
    for measure in dict.fromkeys(one["measure"] for one in markets):
        those = [one for one in markets if one["measure"] == measure]
        skill, none = (sum(one[name] for one in those) for name in ("skill", "no_skill"))
        yield Figure(
            f"{measure}: large sellers with skill", skill, "sellers", skill + none, "with a record", 0.5, "higher"
        )
        inside = 100 * sum(one["inside"] for one in those) / max(1, sum(one["weeks"] for one in those))
        yield Figure(f"{measure}: weeks inside 80 %, at least", inside, "%", 80, "its name", 77, "higher", "figure")
        yield Figure(f"{measure}: weeks inside 80 %, at most", inside, "%", 80, "its name", 83, "lower", "figure")
    if answer["cpu"] > 1:
        yield Figure("all of it", answer["cpu"], "CPU s", 300, "allowed", 300, "lower", "figure")
