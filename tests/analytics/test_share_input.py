"""What is done with markets that are not as they should be: each case has a policy with a name and a sentence."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.panel import POLICIES, NoForecast, Note
from analytics.market_files import BadRow, UnreadableFile, moment_of, read_markets
from tests.analytics.share_kit import labels, panel, sales

HEADING = "market,period,player,units,price,promo\n"


def codes(of):
    return {note.code for note in of.notes}


def forecast(of, origin=20, information=Information.ALL):
    return Backtest(of, 4, information).forecasts([origin], warm_up=4)[0]


def assert_sound(made):
    assert np.isfinite(made.point).all()
    assert np.isfinite(made.quantiles).all()
    assert np.allclose(made.distribution.draws().sum(axis=-1), 1.0)


def test_a_player_that_always_sold_is_gone_sooner_than_one_with_gaps():
    units, drivers = sales(periods=60, players=3)
    units[50:, 0] = 0
    units[np.arange(60) % 5 > 0, 1] = 0
    of = panel(units, drivers)

    assert of.selling(52).tolist() == [0, 1, 2]
    assert of.selling(53).tolist() == [1, 2]
    assert [note.count for note in of.silent(55)] == [5]


def test_every_policy_has_a_sentence():
    for code in POLICIES:
        assert Note(code, "price", 3).message.endswith(".")


@pytest.mark.parametrize("nothing", [np.zeros((9, 2)), np.full((9, 2), np.nan), np.full((9, 2), -1.0)])
def test_a_market_where_nobody_sold_is_refused(nothing):
    with pytest.raises(NoForecast) as refusal:
        panel(nothing)

    assert refusal.value.note.code == "no_sales"


def test_absurd_and_negative_sales_count_as_none():
    units = np.full((30, 3), 10.0)
    units[3, 0], units[4, 1], units[5, 2], units[6, 0] = -5, 1e308, np.inf, np.nan

    of = panel(units)

    assert codes(of) == {"negative_units", "not_a_number"}
    assert of.shares[3].tolist() == [0, 0.5, 0.5]
    assert of.shares[4].tolist() == [0.5, 0, 0.5]
    assert of.shares[6].tolist() == [0, 0.5, 0.5]
    assert_sound(forecast(of))


def test_periods_in_which_nobody_sold_keep_the_shares_before_and_are_not_scored():
    units, drivers = sales(periods=30)
    units[[0, 10]] = 0

    of = panel(units, drivers)

    assert "nothing_sold" in codes(of)
    assert of.shares[0].tolist() == [0.25] * 4
    assert np.array_equal(of.shares[10], of.shares[9])
    assert not of.counted[[0, 10]].any()
    assert of.counted.sum() == 28
    assert_sound(forecast(of))


def test_prices_of_zero_and_missing_drivers_are_filled():
    units, drivers = sales(periods=30)
    drivers["price"][5, 0] = 0
    drivers["price"][0, 1] = np.nan
    drivers["price"][:, 2] = np.nan
    drivers["promo"][7, 3] = np.nan
    price = drivers["price"]

    of = panel(units, drivers)

    logs, flags = of.drivers[..., of.names.index("price")], of.drivers[..., of.names.index("promo")]
    assert {"price_not_positive", "driver_filled"} <= codes(of)
    assert logs[5, 0] == pytest.approx(math.log(price[4, 0]))
    assert logs[0, 1] == pytest.approx(math.log(price[1, 1]))
    assert np.ptp(logs[:, 2]) == 0
    assert flags[7, 3] == 0
    assert_sound(forecast(of))


def test_a_driver_missing_ahead_stays_as_it_was():
    units, drivers = sales(periods=30)
    drivers["price"][20:] = np.nan
    of = panel(units, drivers)

    ahead = of.drivers[20:, :, of.names.index("price")]

    assert np.allclose(ahead, np.log(drivers["price"][19]))
    assert_sound(forecast(of))


def test_a_driver_that_never_varies_is_left_out():
    units, drivers = sales(periods=30)

    with_constant = panel(units, {**drivers, "shelf": np.full(units.shape, 2.0)})

    assert with_constant.names == ("price", "promo")
    assert Note("driver_constant", "shelf") in with_constant.notes
    assert np.array_equal(forecast(with_constant).quantiles, forecast(panel(units, drivers)).quantiles)


def test_a_driver_that_varies_only_later_says_nothing_yet():
    units, drivers = sales(periods=30)
    late = np.zeros(units.shape)
    late[25:, 0] = 1.0

    made = forecast(panel(units, {**drivers, "coupon": late}))

    assert_sound(made)
    assert np.allclose(made.fitted["logit"].slopes.common[2], 0.0)


@pytest.mark.parametrize("information", list(Information))
def test_a_lone_player_has_everything(information):
    units, drivers = sales(periods=30, players=1)

    of = panel(units, drivers)

    assert "one_player" in codes(of)
    assert forecast(of, information=information).point == pytest.approx(1.0)


def test_a_player_that_has_gone_is_forecast_at_nothing_and_one_that_comes_is_seen():
    units, drivers = sales(periods=60, size=500)
    units[30:, 0] = 0
    units[:40, 1] = 0

    of = panel(units, drivers)
    before, between, after = (forecast(of, origin) for origin in (28, 44, 56))

    assert (before.point[:, 0] > 0).all()
    assert (before.point[:, 1] == 0).all()
    assert (between.point[:, 0] == 0).all()
    assert (between.quantiles[:, 0] == 0).all()
    assert (between.point[:, 1] > 0).all()
    assert after.point[:, 1].mean() == pytest.approx(of.shares[56:, 1].mean(), rel=0.5)
    assert of.silent(44) == [Note("not_selling", "player 0", 14)]
    for made in (before, between, after):
        assert_sound(made)


def test_two_periods_are_enough_for_wide_bands():
    units, drivers = sales(periods=8)

    made = forecast(panel(units, drivers), origin=2)

    assert_sound(made)
    assert (made.quantiles[..., -1] - made.quantiles[..., 0] > 0.05).all()


def test_a_plan_far_beyond_what_was_seen_stays_finite():
    units, drivers = sales(periods=30)
    drivers["price"][22:, 0] = 1e9

    assert_sound(forecast(panel(units, drivers)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12", "number"),
        ("2026-W05", "week"),
        ("2026W05", "week"),
        ("2026-Q1", "quarter"),
        ("2026-05", "month"),
        ("2026-05-31", "date"),
        ("2026/5/31", "date"),
        ("31.5.2026", "date"),
        ("2026-05-31 00:00:00", "date"),
    ],
)
def test_kinds_of_periods(text, kind):
    assert moment_of(text)[0] == kind


def test_periods_are_ordered_by_time_not_by_spelling(tmp_path):
    file = tmp_path / "weeks.csv"
    rows = [f"m,{week},{player},{week + player},1,0\n" for week in (10, 9, 2) for player in (1, 2)]
    file.write_text(HEADING + "".join(rows))

    of = read_markets(file).panels["m"]

    assert of.periods == ("2", "9", "10")
    assert of.shares[0] == pytest.approx([3 / 7, 4 / 7])


def test_bad_rows_are_named_and_the_others_kept(tmp_path):
    file = tmp_path / "sales.csv"
    bad = ["m,1,a,five,1,0", "m,yesterday,a,5,1,0", "m,1,a,9,1,0", ",3,a,5,1,0", "m,3,a,-2,1,0", "m,3,b,5,1e308,0"]
    file.write_text(HEADING + "m,1,a,5,1,0\nm,1,b,5,1,0\n" + "\n".join(bad) + "\nm,2,a,6,1,0\nm,2,b,2,2,1\n")

    found = read_markets(file)

    assert [(row.number, row.field) for row in found.bad_rows] == [
        (4, "units"),
        (5, "period"),
        (6, "player"),
        (7, "market"),
        (8, "units"),
        (9, "price"),
    ]
    assert str(found.bad_rows[0]) == "Row 4, units: 'five' is not a number."
    assert found.bad_rows[2] == BadRow(6, "player", "There already is a row of a in 1.")
    assert found.panels["m"].shares.tolist() == [[0.5, 0.5], [0.75, 0.25]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_as_a_stranger_writes_it_says_the_same(tmp_path, delimiter, encoding):
    """Other order and case of columns, currencies, percentages, flags in words, NA, and a column of words."""
    plain = [("4", "甲", 5.0, 1250.5, 0.15, 1), ("4", "b", 3.0, 2.0, 0.0, 0), ("5", "甲", 6.0, 1100.0, 0.2, 0)]
    plain += [("5", "b", 2.0, None, 0.1, 1), ("6", "甲", 1.0, 900.0, 0.3, 1), ("6", "b", 4.0, 2.5, 0.0, 0)]
    expected = tmp_path / "plain.csv"
    rows = [f"m,{day},{who},{units},{'' if price is None else price},{off},{flag}\n"
            for day, who, units, price, off, flag in plain]  # fmt: skip
    expected.write_text("market,period,player,units,price,discount,promo\n" + "".join(rows))
    strange = tmp_path / "strange.csv"

    def written(price):
        text = "NA" if price is None else f"¥{price:,.2f}"
        text = text.translate(str.maketrans(",.", ".,")) if delimiter == ";" else text
        return f'"{text}"'

    with strange.open("w", encoding=encoding) as stream:
        print(
            delimiter.join(["Promo", "Note", "Player", "UNITS", "Price", " Discount ", "Period", "Market"]), file=stream
        )
        for day, who, units, price, off, flag in reversed(plain):
            cells = ["yes" if flag else "no", "flyer", who, f"{units:g}", written(price), f"{100 * off:g}%"]
            print(delimiter.join([*cells, f"2026/1/{day}", "m"]), file=stream)

    found, wanted = read_markets(strange), read_markets(expected)

    assert found.bad_rows == []
    assert found.left_out == ["note"]
    one, other = found.panels["m"], wanted.panels["m"]
    order = [one.players.index(player) for player in other.players]
    assert np.allclose(one.shares[:, order], other.shares)
    for name in other.names:
        assert np.allclose(one.drivers[:, order, one.names.index(name)], other.drivers[..., other.names.index(name)])


@pytest.mark.parametrize("content", [b"", b"market,period,player\nm,1,a\n", b"\xff\xfe\x00\x01"])
def test_a_file_that_is_no_table_of_sales_is_refused(tmp_path, content):
    file = tmp_path / "sales.csv"
    file.write_bytes(content)

    with pytest.raises(UnreadableFile):
        read_markets(file)


def written(path, markets=("north", "south"), periods=40, plan=0):
    """A gzip file of some markets, the last `plan` periods without units."""
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write(HEADING)
        for seed, name in enumerate(markets):
            units, drivers = sales(periods=periods, seed=seed)
            for period in range(periods):
                for player in range(units.shape[1]):
                    sold = "" if period >= periods - plan else f"{units[period, player]:g}"
                    price, promo = (drivers[key][period, player] for key in ("price", "promo"))
                    stream.write(f"{name},{labels(periods)[period]},p{player},{sold},{price},{promo}\n")
    return path


@pytest.mark.parametrize("information", ["none", "own", "all"])
def test_the_command_writes_a_row_per_origin_step_and_player(tmp_path, capsys, information):
    file = written(tmp_path / "sales.csv.gz")

    call_command("market_share", str(file), horizon=4, origins=3, information=information, out=tmp_path / "out")

    lines = (tmp_path / "out" / "forecasts.csv").read_text().splitlines()
    assert lines[0] == "market,cutoff,period,player,information,share,q025,q10,q25,q50,q75,q90,q975"
    assert len(lines) == 1 + 2 * 3 * 4 * 4
    first = lines[1].split(",")
    assert first[:5] == ["north", "33", "34", "p0", information]
    numbers = [float(value) for value in first[6:]]
    assert numbers == sorted(numbers)
    table = capsys.readouterr().out
    assert "CRPS" in table
    assert "north" in table
    assert "south" in table


def test_the_command_forecasts_what_lies_ahead_where_the_file_holds_a_plan(tmp_path):
    file = written(tmp_path / "sales.csv.gz", markets=["north"], plan=4)

    call_command("market_share", str(file), horizon=4, origins=2, information="all", out=tmp_path)

    rows = [line.split(",") for line in (tmp_path / "forecasts.csv").read_text().splitlines()[1:]]
    assert sorted({row[1] for row in rows}) == ["31", "35"]
    assert {row[2] for row in rows if row[1] == "35"} == {"36", "37", "38", "39"}


def test_the_command_says_what_it_cannot_use(tmp_path, capsys):
    file = tmp_path / "sales.csv"
    file.write_text(HEADING + "m,1,a,5,1,0\nm,1,b,x,1,0\nz,1,a,0,1,0\n")

    call_command("market_share", str(file), out=tmp_path)

    said = capsys.readouterr().err
    assert "Row 3, units: 'x' is not a number." in said
    assert "z: Nobody has sold anything" in said
    assert "m: 1 periods are too few" in said


def test_the_command_refuses_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("market_share", str(tmp_path / "nothing.csv"), out=tmp_path)
