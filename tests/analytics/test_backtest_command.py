"""manage.py backtest on files as merchants have them, good and bad."""

from __future__ import annotations

import gzip
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from analytics.engine.demand import forecast_demand
from analytics.series_files import UnreadableFile, read_series

HEAD = "unique_id,ds,y"
COLUMNS = ["unique_id", "cutoff", "ds", "mean", "q025", "q10", "q25", "q50", "q75", "q90", "q975"]


def days(count, start=date(2025, 1, 1), step=1):
    return [(start + timedelta(days=step * number)).isoformat() for number in range(count)]


def write(path, rows, head=HEAD):
    text = "\n".join([head, *rows]) + "\n"
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def series(name, values, **spacing):
    return [f"{name},{day},{value}" for day, value in zip(days(len(values), **spacing), values, strict=True)]


def run(file, out, capsys, **options):
    call_command("backtest", str(file), out=out, **options)
    said = capsys.readouterr()
    return pd.read_csv(out / "forecasts.csv"), said.out, said.err


def test_forecasts_of_each_origin_are_written_as_the_engine_makes_them(tmp_path, capsys):
    panel = np.random.default_rng(1).poisson(4.0, (5, 200)).astype(float)
    rows = [row for number, values in enumerate(panel) for row in series(f"s{number}", values)]

    table, out, err = run(write(tmp_path / "f.csv.gz", rows), tmp_path / "new" / "out", capsys, horizon=14, origins=2)

    assert list(table.columns) == COLUMNS
    assert len(table) == 5 * 2 * 14
    assert sorted(table.cutoff.unique()) == [days(200)[171], days(200)[185]]
    last = table[(table.cutoff == days(200)[185]) & (table.unique_id == "s3")]
    assert last.ds.tolist() == days(200)[186:]
    expected = forecast_demand(panel[:, :186], 14)
    assert last["mean"].to_numpy() == pytest.approx(expected.mean[3], abs=1e-3)
    assert "rmsse" in out
    assert "totals_80" in out
    assert err == ""


def test_what_comes_after_the_origin_changes_nothing(tmp_path, capsys):
    values = np.random.default_rng(2).poisson(9.0, 150)
    changed = values.copy()
    changed[-14:] += 500

    before, *_ = run(write(tmp_path / "a.csv", series("s", values)), tmp_path, capsys, horizon=14, origins=1)
    after, *_ = run(write(tmp_path / "b.csv", series("s", changed)), tmp_path, capsys, horizon=14, origins=1)

    assert after.equals(before)


def test_bad_rows_are_told_with_row_and_field_and_the_good_ones_used(tmp_path, capsys):
    good = series("s", [3, 0] * 60)
    bad = ["s,never,5", "s,2025-02-01,many", ",2025-02-01,4"]

    table, _, err = run(write(tmp_path / "f.csv", good + bad), tmp_path, capsys, horizon=7, origins=1)

    assert len(table) == 7
    assert "row 122, ds: a date such as 2026-01-31" in err
    assert "row 123, y: a number, or nothing where it is not known" in err
    assert "row 124, unique_id: a name" in err


def test_of_two_rows_for_a_day_the_later_counts_and_the_earlier_is_told(tmp_path):
    rows = series("s", [1] * 30)

    data = read_series(write(tmp_path / "f.csv", [*rows, f"s,{days(30)[4]},9"]))

    assert data.panel[0, 4] == 9
    assert [(one.row, one.field) for one in data.problems.first] == [(6, "ds")]


@pytest.mark.parametrize(
    ("values", "gaps", "found"),
    [
        ([5, 5, 0, 5], "auto", np.nan),
        ([5, 5, 5, 5], "auto", 0.0),
        ([5, 5, 5, 5], "unknown", np.nan),
        ([5, 0, 5, 5], "zero", 0.0),
    ],
    ids=["zeros are written, so absence is not zero", "a list of sales only", "as asked", "as asked too"],
)  # fmt: skip
def test_a_day_without_a_row_is_zero_or_unknown(tmp_path, values, gaps, found):
    rows = series("s", values)
    rows.append(f"s,{days(6)[5]},5")

    data = read_series(write(tmp_path / "f.csv", rows), gaps=gaps)

    assert data.panel[0, 4] == pytest.approx(found, nan_ok=True)


@pytest.mark.parametrize(("step", "name"), [(1, "daily"), (7, "weekly")])
def test_the_spacing_is_seen(tmp_path, step, name):
    assert read_series(write(tmp_path / "f.csv", series("s", [1, 2, 3, 4], step=step))).rhythm.name == name


def test_months_are_seen_on_their_own_days(tmp_path, capsys):
    ends = pd.date_range("2020-01-31", periods=60, freq="ME")
    rows = [f"s,{day:%Y-%m-%d},{10 + day.month}" for day in ends]

    table, out, _ = run(write(tmp_path / "f.csv", rows), tmp_path, capsys, horizon=12, origins=1)

    assert "monthly" in out
    assert table["mean"].to_numpy() == pytest.approx(np.arange(11.0, 23.0), rel=0.05)


@pytest.mark.parametrize(
    "values",
    [[0] * 90, [7] * 90, [-3] * 90, ["1e308"] * 45 + [4] * 45, [""] * 90, [5] * 4],
    ids=["all zero", "constant", "negative", "1e308", "not known", "short"],
)
def test_odd_series_are_forecast_with_finite_numbers(tmp_path, capsys, values):
    table, *_ = run(write(tmp_path / "f.csv", series("s", values)), tmp_path, capsys, horizon=2, origins=1)

    assert np.isfinite(table[COLUMNS[3:]].to_numpy()).all()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read"),
        ("a,b\n1,2\n", "the heading lacks unique_id, ds, y"),
        ("unique_id,ds,y\ns,never,1\n", "no row of f.csv can be used"),
        ("unique_id,ds,y\ns,2020-01-01,1\ns,2023-01-01,1\n", "days apart"),
    ],
)
def test_a_file_without_use_says_why(tmp_path, text, sentence):
    (tmp_path / "f.csv").write_text(text)

    with pytest.raises(CommandError, match=sentence):
        call_command("backtest", str(tmp_path / "f.csv"), out=tmp_path)
    with pytest.raises(UnreadableFile, match=sentence):
        read_series(tmp_path / "f.csv")


def test_too_little_history_says_so(tmp_path):
    with pytest.raises(CommandError, match="too few"):
        call_command("backtest", str(write(tmp_path / "f.csv", series("s", [1, 2, 3]))), out=tmp_path)


def promoted(count=60, length=168):
    """Sales that a promotion doubles, on days that nothing but the plan gives away."""
    chance = np.random.default_rng(3)
    promotion = (chance.uniform(size=(count, length)) < 0.2).astype(float)
    return chance.poisson(10.0 * 2.0**promotion), promotion


def test_a_plan_known_ahead_is_used_and_one_that_came_too_late_is_not(tmp_path, capsys):
    units, promotion = promoted()
    plan, late = [], []
    dates = days(units.shape[1])
    for number in range(len(units)):
        for day, sold, promo in zip(dates, units[number], promotion[number], strict=True):
            plan.append(f"s{number},{day},{sold},{promo}")
            late.append(f"{plan[-1]},{(date.fromisoformat(day) + timedelta(days=1)).isoformat()}")

    ahead, said, _ = run(write(tmp_path / "a.csv", plan, HEAD + ",promo"), tmp_path, capsys, horizon=14, origins=1)
    behind, *_ = run(
        write(tmp_path / "b.csv", late, HEAD + ",promo,promo_known_on"), tmp_path, capsys, horizon=14, origins=1
    )

    assert "regressors used" in said
    planned = promotion[:, -14:].ravel() == 1
    assert ahead["mean"][planned].mean() / ahead["mean"][~planned].mean() == pytest.approx(2.0, rel=0.1)
    assert behind["mean"][planned].mean() / behind["mean"][~planned].mean() == pytest.approx(1.0, abs=0.1)


def test_a_regressor_missing_in_the_future_does_nothing_there(tmp_path, capsys):
    units, promotion = promoted()
    dates = days(units.shape[1])
    rows = [
        f"s{number},{day},{units[number, place]},{promotion[number, place] if place < 154 else ''}"
        for number in range(len(units))
        for place, day in enumerate(dates)
    ]

    table, *_ = run(write(tmp_path / "f.csv", rows, HEAD + ",promo"), tmp_path, capsys, horizon=14, origins=1)

    assert table["mean"].mean() == pytest.approx(units[:, :154].mean(), rel=0.05)


def test_a_regressor_that_never_varied_is_left_out(tmp_path, capsys):
    still = [f"{row},1" for row in series("s", [4, 5] * 60)]

    _, said, _ = run(write(tmp_path / "f.csv", still, HEAD + ",one"), tmp_path, capsys, horizon=14, origins=1)

    assert "regressors not used" in said
