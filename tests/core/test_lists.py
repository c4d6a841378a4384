"""Index pages: keyset paging, tabs, search, filters and what a bulk action works on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django_filters
import pytest
from django.http import QueryDict

from core.lists import Listing, Sort, Tab
from core.tenancy import tenant
from ecommerce.models import Order, Warehouse
from tests.factories import OrderFactory, WarehouseFactory


class WarehouseFilters(django_filters.FilterSet):
    code = django_filters.CharFilter(lookup_expr="startswith", label="Code")
    code_length = django_filters.NumberFilter(method="of_length", label="Length")
    number = django_filters.RangeFilter(field_name="pk", label="Number")
    used = django_filters.BooleanFilter(method="ignore", label="Used")
    kind = django_filters.MultipleChoiceFilter(
        method="ignore", label="Kind", choices=[("group", [("a", "First kind")]), ("b", "Second kind")]
    )

    class Meta:
        model = Warehouse
        fields: list[str] = []

    def of_length(self, rows, name, value):
        return rows.filter(code__length=value)

    def ignore(self, rows, name, value):
        return rows


WAREHOUSES = Listing(
    sorts=[Sort("name", "Name", "name"), Sort("code", "Code", "code", descending=True)],
    tabs=[
        Tab("all", "All", lambda rows: rows),
        Tab("north", "North", lambda rows: rows.filter(code__startswith="N")),
        Tab("none", "None", lambda rows: rows.none(), counted=False),
    ],
    filters=WarehouseFilters,
    search=lambda rows, words: rows.filter(code__icontains=words),
)
ORDERS = Listing(
    sorts=[
        Sort("placed", "Placed", "placed_at", descending=True),
        Sort("total", "Total", "total"),
        Sort("buyer", "Buyer", "customer__name"),
    ]
)


def page_of(query: str = "", listing: Listing = WAREHOUSES, rows=None):
    return listing.page(Warehouse.objects.all() if rows is None else rows, QueryDict(query.removeprefix("?")))


def codes(page) -> list[str]:
    return [row.code for row in page.rows]


@pytest.fixture
def sixty(scope):
    """Sixty warehouses in name groups of seven, so that every page edge falls into a tie."""
    return [WarehouseFactory(name=f"Hall {n // 7}", code=f"{'NS'[n % 2]}{n:02}") for n in range(60)]


@pytest.mark.parametrize("sort", ["name", "-name", "code", "-code"])
def test_paging_forth_and_back_shows_every_row_once(sixty, sort):
    whole = [row.code for row in page_of(f"sort={sort}&size=100").rows]
    forth = [page_of(f"sort={sort}")]
    while forth[-1].next_query:
        forth.append(page_of(forth[-1].next_query))
    assert [len(page.rows) for page in forth] == [25, 25, 10]
    assert [code for page in forth for code in codes(page)] == whole
    assert [(page.first, page.last) for page in forth] == [(1, 25), (26, 50), (51, 60)]

    back = [forth[-1]]
    while back[-1].previous_query:
        back.append(page_of(back[-1].previous_query))
    assert [codes(page) for page in reversed(back)] == [codes(page) for page in forth]
    assert back[-1].first == 1


@pytest.mark.parametrize("sort", ["placed", "-placed", "total", "-total", "buyer", "-buyer"])
def test_paging_over_times_amounts_and_related_fields(scope, sort):
    start = datetime(2026, 10, 21, 6, 30, 0, 123456, tzinfo=UTC)
    for n in range(30):
        OrderFactory(
            placed_at=start + timedelta(seconds=n // 4), total=Decimal(n // 5) / 4, customer__name=f"B{n // 6}"
        )
    rows = Order.objects.select_related("customer")
    first = page_of(f"sort={sort}", ORDERS, rows)
    second = page_of(first.next_query, ORDERS, rows)
    numbers = [row.number for row in (*first.rows, *second.rows)]
    assert numbers == [row.number for row in page_of(f"sort={sort}&size=50", ORDERS, rows).rows]
    assert len(set(numbers)) == 30


def test_a_row_that_went_away_does_not_move_the_next_page(sixty):
    first = page_of("sort=code")
    link = first.next_query
    expected = codes(page_of(link))
    first.rows[-1].delete()
    assert codes(page_of(link)) == expected


def test_rows_that_came_meanwhile_do_not_repeat_any(sixty):
    first = page_of("sort=code")
    WarehouseFactory(code="N00a")
    second = page_of(first.next_query)
    assert set(codes(first)) & set(codes(second)) == set()
    earlier = page_of(second.previous_query)
    assert len(earlier.rows) == 25


def test_going_back_to_less_than_a_page_shows_the_first_page(sixty):
    second = page_of(page_of("sort=code").next_query)
    Warehouse.objects.filter(code__in=codes(page_of("sort=code"))[:5]).delete()
    back = page_of(second.previous_query)
    assert (len(back.rows), back.first, back.previous_query) == (25, 1, "")


def test_a_page_behind_the_last_row_shows_the_first_page(sixty):
    link = page_of("sort=code").next_query
    Warehouse.objects.filter(code__startswith="S").delete()
    Warehouse.objects.filter(code__gte="N20").delete()
    page = page_of(link)
    assert (codes(page), page.first, page.count_label) == (codes(page_of("sort=code")), 1, "10")


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "after=",
        "after=WyJuYW1lIiwidiIsIkhhbGwiLDFd:forged",
        "before=%00",
        "from=minus",
        "from=99999999999999",
        "size=1000",
        "size=٢٥",
        "tab=unknown",
        "sort=unknown",
        "sort=--name",
        "number_min=x",
        "kind=c",
    ],
)
def test_nonsense_in_the_address_shows_the_default(sixty, query):
    page = page_of(query)
    assert codes(page) == codes(page_of())
    assert (page.first, page.size, page.tab.key, page.sort.key) == (1, 25, "all", "name")


def test_an_edge_of_another_order_is_ignored(sixty):
    link = page_of("sort=name").next_query
    assert codes(page_of(link.replace("sort=name", "sort=-name"))) == codes(page_of("sort=-name"))


def test_a_wrong_filter_does_not_undo_the_others(sixty):
    assert page_of("code=N&number_min=x").count_label == "30"


def test_tabs_count_all_rows_and_keep_the_filters_out(sixty):
    page = page_of("tab=north&code=S")
    assert [(tab["key"], tab["count"], tab["current"]) for tab in page.tabs] == [
        ("all", "60", False),
        ("north", "30", True),
        ("none", None, False),
    ]
    assert page.rows == []
    assert page.is_filtered
    assert not page.is_unused


def test_search_and_filters_narrow_together(sixty):
    assert codes(page_of("q=1&code=N&sort=code&size=100")) == ["N10", "N12", "N14", "N16", "N18"]


def test_chips_say_what_is_set_and_what_takes_it_away(sixty):
    page = page_of("code=N&number_min=3&number_max=9&used=true&kind=a&kind=b&q=x")
    assert [(chip["label"], chip["value"], chip["names"]) for chip in page.chips] == [
        ("Code", "N", ["code"]),
        ("Number", "3 – 9", ["number_min", "number_max"]),
        ("Used", "Yes", ["used"]),
        ("Kind", "First kind, Second kind", ["kind"]),
    ]


def test_a_filter_whose_name_begins_like_another_keeps_its_own_parameter(sixty):
    page = page_of("code=N&code_length=3")
    assert [chip["names"] for chip in page.chips] == [["code"], ["code_length"]]


def test_what_forms_of_the_list_send_along(sixty):
    page = page_of("tab=north&code=N&number_min=3&q=x&sort=code&after=y&from=26")
    assert page.beside_search == [("tab", "north"), ("code", "N"), ("number_min", "3"), ("sort", "code")]
    assert page.beside_filters == [("tab", "north"), ("q", "x"), ("sort", "code")]


def test_counts_stop_at_the_limit(sixty):
    page = page_of(listing=replace(WAREHOUSES, count_limit=50))
    assert page.count_label == "50+"
    assert [tab["count"] for tab in page.tabs] == ["50+", "30", None]


def test_a_list_without_rows_is_told_from_an_empty_view(scope):
    assert page_of().is_unused
    WarehouseFactory(code="S1")
    assert page_of("tab=north").rows == []
    assert not page_of("tab=north").is_unused


def test_chosen_rows_are_the_ticked_ones_or_the_whole_view(sixty):
    rows = Warehouse.objects.all()
    ticked = QueryDict(f"row={sixty[3].pk}&row={sixty[1].pk}&row=x&row={'9' * 30}")
    assert list(WAREHOUSES.chosen(rows, QueryDict("tab=north"), ticked)) == [sixty[1], sixty[3]]
    view = WAREHOUSES.chosen(rows, QueryDict("tab=north&after=ignored"), QueryDict(f"all=1&row={sixty[3].pk}"))
    assert {row.code[0] for row in view} == {"N"}
    assert view.count() == 30


def test_rows_of_another_merchant_cannot_be_chosen(sixty, rival):
    with tenant(rival):
        theirs = WarehouseFactory(code="theirs")
    assert not WAREHOUSES.chosen(Warehouse.objects.all(), QueryDict(), QueryDict(f"row={theirs.pk}")).exists()


@pytest.mark.parametrize("query", ["", "tab=north", "sort=code", "q=1", "code=N", "size=100"])
def test_what_a_page_costs(sixty, django_assert_num_queries, query):
    """The rows, and one query for their count and those of all tabs."""
    with django_assert_num_queries(2):
        page = page_of(query)
        _ = page.rows, page.tabs, page.chips, page.count_label, page.next_query, page.previous_query
