"""What is kept in lots is counted lot by lot, and a difference is booked to just the lot it was found at."""

from __future__ import annotations

import pytest

from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.fulfilment.actions import ship_order
from ecommerce.inventory import actions
from ecommerce.inventory.models import CountLine, Lot, LotMove, StockCount, StockMove, Warehouse
from tests import factories
from tests.api import program_of
from tests.ecommerce.lots_kit import cream, delivered, in_days, on_shelf, sent_lots, wrongly_held
from tests.ecommerce.orders_kit import ANN, level_of, placed, stocked

SHOP = "/m/luming/inventory/"


@pytest.fixture
def variant(scope):
    """Three units of a lot that expires soon, five of one that does later, two of none."""
    made = cream()
    delivered(made, 3, "SOON", 10)
    delivered(made, 5, "LATE", 200)
    delivered(made, 2)
    return made


@pytest.fixture
def count(variant):
    return actions.start_count(Warehouse.objects.get(), actor=ANN)


def lot(code, days=None):
    return actions.LotIn(code, None if days is None else in_days(days))


def found(count, variant, units, of=None, key="k", **how):
    name = f"{key}-{of.code if of else ''}"
    return actions.count_units(count, variant, units, key=name, lot=of, actor=ANN, **how)


def expected(count):
    rows = count.lines.order_by("pk").values_list("lot__code", "expected")
    return {code or "": units for code, units in rows}


def test_each_lot_is_expected_by_itself_and_what_has_none_too(count):
    assert list(expected(count).items()) == [("SOON", 3), ("LATE", 5), ("", 2)]


def test_what_has_no_lots_is_one_line_as_ever(count, variant):
    stocked(7, sku="CUP")
    gone = cream(sku="GONE")
    delivered(gone, 1, "USED", 5)
    actions.adjust_stock(gone, Warehouse.objects.get(), change=-1, reason="damage", actor=SYSTEM)

    again = actions.start_count(Warehouse.objects.get(), actor=ANN)

    rows = again.lines.exclude(variant=variant).values_list("variant__sku", "lot", "expected")
    assert sorted(rows) == [("CUP", None, 7), ("GONE", None, 0)]


def test_a_difference_goes_to_the_lot_it_was_found_at(count, variant):
    found(count, variant, 3, lot("SOON"))
    found(count, variant, 4, lot("LATE"))
    found(count, variant, 3)

    actions.approve_count(count, actor=ANN)

    assert on_shelf(variant) == {"SOON": 3, "LATE": 4, "": 3}
    moves = StockMove.objects.filter(reason="count", reference=count.number)
    assert sorted(moves.values_list("quantity", flat=True)) == [-1, 1]
    booked = LotMove.objects.get(move__reason="count")
    assert (booked.lot.code, booked.quantity) == ("LATE", -1)


def test_a_lot_nobody_counted_stays_as_it_is(count, variant):
    found(count, variant, 0, lot("SOON"))
    actions.approve_count(count, actor=ANN)
    assert on_shelf(variant) == {"LATE": 5, "": 2}


def test_a_lot_that_was_not_known_is_added_with_its_expiry_date(count, variant):
    line = found(count, variant, 4, lot("NEW", 90))
    assert (line.expected, line.difference) == (0, 4)

    actions.approve_count(count, actor=ANN)

    new = Lot.objects.get(code="NEW")
    assert (new.expires_on, new.reference) == (in_days(90), count.number)
    assert on_shelf(variant) == {"SOON": 3, "LATE": 5, "": 2, "NEW": 4}


def test_another_date_than_the_lot_has_is_refused_and_nothing_is_written_down(count, variant):
    with pytest.raises(Refused) as refusal:
        found(count, variant, 1, lot("SOON", 11))
    assert refusal.value.code == "lot_differs"
    assert not count.lines.filter(counted__isnull=False).exists()


def test_a_product_without_lots_takes_none(count):
    cup = stocked(7, sku="CUP")
    with pytest.raises(Refused) as refusal:
        found(count, cup, 7, lot("ODD"))
    assert refusal.value.code == "no_lots"
    assert not Lot.objects.filter(variant=cup).exists()


def test_lots_that_were_mixed_up_can_be_put_right_though_all_is_promised(count, variant):
    placed((variant, 10), paid=True)
    found(count, variant, 2, lot("SOON"))
    found(count, variant, 6, lot("LATE"))

    actions.approve_count(count, actor=ANN)

    assert on_shelf(variant) == {"SOON": 2, "LATE": 6, "": 2}
    assert level_of(variant) == (10, 10)


def test_what_is_sold_between_counting_and_approval_is_no_difference(count, variant):
    found(count, variant, 2, lot("SOON"))
    found(count, variant, 5, lot("LATE"))
    order = placed((variant, 2), paid=True)
    ship_order(order, actor=ANN)
    assert sent_lots(order) == {"SOON": 2}

    actions.approve_count(count, actor=ANN)

    assert on_shelf(variant) == {"LATE": 5, "": 2}


def test_what_left_meanwhile_is_not_taken_a_second_time(count, variant):
    found(count, variant, 0, lot("SOON"))
    ship_order(placed((variant, 2), paid=True), actor=ANN)

    with pytest.raises(Refused) as refusal:
        actions.approve_count(count, actor=ANN)
    assert (refusal.value.code, "CREAM SOON" in refusal.value.message) == ("count_stale", True)
    assert on_shelf(variant) == {"SOON": 1, "LATE": 5, "": 2}
    assert StockCount.objects.get().state == "open"

    actions.recount_line(count, count.lines.get(lot__code="SOON"), actor=ANN)
    found(count, variant, 0, lot("SOON"), key="again")
    actions.approve_count(count, actor=ANN)
    assert on_shelf(variant) == {"LATE": 5, "": 2}


def test_expired_units_that_were_found_are_not_for_sale(count, variant):
    delivered(variant, 1, "OLD", -1)
    found(count, variant, 4, lot("OLD"))

    actions.approve_count(count, actor=ANN)

    assert on_shelf(variant)["OLD"] == 4
    assert not wrongly_held()
    with pytest.raises(Refused) as refusal:
        actions.adjust_stock(variant, Warehouse.objects.get(), change=-15, actor=SYSTEM)
    assert refusal.value.code == "not_enough_stock"


def test_a_lot_only_counts_in_the_warehouse_that_is_counted(variant):
    hall = factories.WarehouseFactory(code="H2")
    delivered(variant, 6, "SOON", place=hall)
    there = actions.start_count(hall, actor=ANN)
    assert expected(there) == {"SOON": 6}

    found(there, variant, 5, lot("SOON"))
    actions.approve_count(there, actor=ANN)

    assert on_shelf(variant) == {"SOON": 8, "LATE": 5, "": 2}
    assert hall.levels.get(variant=variant).on_hand == 5


def entered(client, count, **fields):
    form = {"key": "k1", "code": "CREAM", "units": "4", "how": "add", "seen": "", **fields}
    return client.post(f"{SHOP}counts/{count.pk}/enter/", form)


def test_the_page_asks_which_lot_the_units_are_of(as_user, ann, count, variant):
    client = as_user(ann)

    asked = entered(client, count)

    assert asked.status_code == 422
    assert "Choose the lot these units are of." in asked.text
    assert [label for _key, label in asked.context["form"].fields["lot"].choices][1][:4] == "SOON"
    assert not CountLine.objects.filter(counted__isnull=False).exists()

    late = Lot.objects.get(code="LATE")
    assert entered(client, count, lot=str(late.pk)).status_code == 302
    assert entered(client, count, key="k2", lot="none", units="2").status_code == 302
    bare = entered(client, count, key="k3", lot="other", units="1")
    assert bare.context["form"].errors["lot_code"]
    day = in_days(30).isoformat()
    assert entered(client, count, key="k3", lot="other", lot_code="BOX 9", expires_on=day, units="1").status_code == 302

    counted = count.lines.filter(counted__isnull=False).order_by("pk").values_list("lot__code", "counted")
    assert list(counted) == [("LATE", 4), (None, 2), ("BOX 9", 1)]
    shown = client.get(f"{SHOP}counts/{count.pk}/?tab=all").text
    assert [word in shown for word in ("Lot SOON", "Lot BOX 9", "Without a lot")] == [True, True, True]


def test_a_line_of_the_count_leads_to_its_own_lot(as_user, ann, count, variant):
    client, late = as_user(ann), Lot.objects.get(code="LATE")
    found(count, variant, 4, lot("LATE"))

    page = client.get(f"{SHOP}counts/{count.pk}/enter/?sku=CREAM&lot={late.pk}")

    form = page.context["form"]
    assert (form["lot"].value(), form["seen"].value(), form["how"].value()) == (str(late.pk), 4, "total")
    entered(client, count, how="total", units="5", seen="4", lot=str(late.pk))
    assert count.lines.get(lot=late).counted == 5
    assert f"lot={late.pk}" in client.get(f"{SHOP}counts/{count.pk}/?tab=all").text


def test_a_total_over_another_counters_number_of_the_lot_is_asked_about_first(as_user, ann, count, variant):
    found(count, variant, 4, lot("LATE"), key="bob")
    late = Lot.objects.get(code="LATE")

    asked = entered(as_user(ann), count, how="total", units="9", lot=str(late.pk))

    assert (asked.status_code, asked.context["form"]["seen"].value()) == (422, "4")


def test_the_file_of_a_count_has_its_lots(as_user, ann, count, variant):
    found(count, variant, 4, lot("LATE"))
    answer = as_user(ann).get(f"{SHOP}counts/{count.pk}/export.csv?tab=all")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0].split(",")[2:4] == ["Lot", "Expiry date"]
    assert f",LATE,{in_days(200)},5,5,4,-1," in "\n".join(rows)


def test_programs_read_and_write_lines(shop, ann, count, variant):
    program = program_of(shop, {"stock.view", "stock.adjust", "stock.approve"})
    path = f"stock-counts/{count.pk}/"

    entry = {"key": "a", "code": "CREAM", "units": 4, "lot": "LATE"}
    line = program.post(f"{path}entries/", entry).data
    assert (line["lot"], line["expected"], line["on_hand"], line["difference"]) == ("LATE", 5, 5, -1)
    new = {"key": "b", "code": "CREAM", "units": 1, "lot": "NEW", "expires_on": in_days(9).isoformat()}
    assert program.post(f"{path}entries/", new).data["expires_on"] == in_days(9).isoformat()

    def lots(show):
        return [row["lot"] for row in program.get(f"{path}lines/?show={show}").data["results"]]

    assert lots("differing") == ["NEW", "LATE"]
    assert lots("todo") == [None, "SOON"]
    assert len(lots("all")) == 4
    page = program.get(f"{path}lines/?page_size=3").data
    assert [len(page["results"]), len(program.get(page["next"]).data["results"])] == [3, 1]

    again = program.post(f"{path}recount/", {"line": line["id"]}).data
    assert again["again"]
    assert program.post(f"{path}approve/").data["error"]["code"] == "count_again"
    program.post(f"{path}entries/", {**entry, "key": "c", "units": 5})
    done = program.post(f"{path}approve/").data
    assert (done["state"], done["started_by"], done["ended_by"]) == ("booked", ANN.label, "Test")
    assert on_shelf(variant) == {"SOON": 3, "LATE": 5, "": 2, "NEW": 1}


def test_programs_of_counters_do_not_learn_the_numbers_of_a_blind_count(shop, ann, variant):
    count = actions.start_count(Warehouse.objects.get(), is_blind=True, actor=ANN)
    counter = program_of(shop, {"stock.view", "stock.adjust"})
    path = f"stock-counts/{count.pk}/"

    line = counter.post(f"{path}entries/", {"key": "a", "code": "CREAM", "units": 4, "lot": "LATE"}).data
    rows = counter.get(f"{path}lines/").data["results"]

    assert line["counted"] == 4
    hidden = [row[name] for row in [line, *rows] for name in ("expected", "on_hand", "difference")]
    assert set(hidden) == {None}
    assert counter.get(f"{path}lines/?show=differing").status_code == 400
    assert counter.post(f"{path}approve/").status_code == 403
    boss = program_of(shop, {"stock.view", "stock.approve"})
    assert [row["difference"] for row in boss.get(f"{path}lines/?show=differing").data["results"]] == [-1]
    actions.approve_count(count, actor=ANN)
    assert counter.get(f"{path}lines/?show=differing").data["results"][0]["difference"] == -1


def test_lines_of_another_shops_count_are_not_there(shop, ann, rival, scope):
    with tenant(rival):
        other = stocked(5, sku="FOREIGN")
        theirs = actions.start_count(Warehouse.objects.get(), actor=SYSTEM)
        line = theirs.lines.get(variant=other)
    program = program_of(shop)
    assert program.get(f"stock-counts/{theirs.pk}/lines/").status_code == 404
    assert program.post(f"stock-counts/{theirs.pk}/recount/", {"line": line.pk}).status_code == 404
    stocked(1, sku="OWN")
    own = actions.start_count(Warehouse.objects.get(), actor=SYSTEM)
    assert program.post(f"stock-counts/{own.pk}/recount/", {"line": line.pk}).status_code == 400
