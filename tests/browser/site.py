"""A small site on the real frame, for tests of the frame itself: a list, a form, charts and messages."""

from __future__ import annotations

from datetime import date, timedelta

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from config import urls as real
from core.access import account_view, member_view, merchant_view, open_view
from core.charts import Event, Fan, series_data
from core.errors import Refused
from core.htmx import done, page, toast
from core.lists import Listing, Sort, Tab
from ecommerce.models import Warehouse


class Filters(django_filters.FilterSet):
    code = django_filters.CharFilter(lookup_expr="startswith", label="Code begins with")
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=[("a", "First kind"), ("b", "Second kind")], method="nothing", empty_label="Any"
    )

    class Meta:
        model = Warehouse
        fields: list[str] = []

    def nothing(self, rows, name, value):
        return rows


LISTING = Listing(
    sorts=[Sort("code", "Code", "code"), Sort("name", "Name", "name")],
    tabs=[
        Tab("all", "All", lambda rows: rows),
        Tab("seven", "With a seven", lambda rows: rows.filter(code__contains="7")),
        Tab("none", "None", lambda rows: rows.none()),
    ],
    filters=Filters,
    search=lambda rows, words: rows.filter(name__icontains=words),
)


@merchant_view("stock.view")
def listed(request):
    rows = Warehouse.objects.all()
    context = {
        "page": LISTING.page(rows, request.GET),
        "bulk_url": f"/m/{request.merchant.slug}/sample/act/",
        "export_url": f"/m/{request.merchant.slug}/sample/export.csv",
        "search_hint": "Name",
    }
    return page(request, "sample/list.html", context, part="results")


@merchant_view("stock.view")
@require_POST
def act(request):
    count = LISTING.chosen(Warehouse.objects.all(), request.GET, request.POST).count()
    return done(request, f"/m/{request.merchant.slug}/sample/", f"{count} warehouses counted.", undo="/sample/undo/")


class Sample(forms.Form):
    name = forms.CharField(label="Name", max_length=20, help_text="As buyers see it")
    code = forms.CharField(label="Code", required=False)
    country = forms.ChoiceField(label="Country", choices=[("CN", "China"), ("DE", "Germany")])
    opened = forms.DateField(label="Opened on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    channels = forms.MultipleChoiceField(
        label="Channels",
        required=False,
        choices=[("web", "Online store"), ("app", "App")],
        widget=forms.CheckboxSelectMultiple,
    )
    active = forms.BooleanField(label="In use", required=False, help_text="Orders are sent from here")


@member_view
def form_page(request):
    form = Sample(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return done(request, f"/m/{request.merchant.slug}/sample/", "Saved.")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "back_url": f"/m/{request.merchant.slug}/sample/", "back_label": "Warehouses"}
    return render(request, "sample/form.html", context, status=status)


@member_view
def charts(request):
    past = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]
    future = [date(2026, 11, 1) + timedelta(days=n) for n in range(14)]
    actual = [11_000 + 2400 * ((n * 7) % 5) for n in range(31)]
    spreads = [(15_000 + 1800 * n, 900 + 420 * n) for n in range(14)]
    fan = [[round(middle + spread * z) for z in (-2, -1.28, -0.67, 0, 0.67, 1.28, 2)] for middle, spread in spreads]
    then = [None] * 17 + [(value - 4000, value + 500, value + 4800) for value in actual[17:]]
    data = Fan(
        past,
        actual,
        future,
        fan,
        unit="money",
        currency="CNY",
        then=then,
        events=[Event(date(2026, 11, 11), "Double 11")],
    ).data()
    sold = series_data(past, [("Orders", [n % 9 + 40 for n in range(31)], "own")])
    table = [
        [day, f"{row[3]:,}", f"{row[1]:,} – {row[5]:,}"] for day, row in zip(data["labels"][31:], fan, strict=True)
    ]
    context = {
        "data": data,
        "sold": sold,
        "sold_table": [
            [label, value] for label, value in zip(sold["labels"], sold["series"][0]["values"], strict=True)
        ],
        "says": "Sales per day rise to about ¥38k by 14 November, most likely ¥30k to ¥47k.",
        "head": ["Day", "Middle", "8 in 10 chance"],
        "table": table,
    }
    return render(request, "sample/charts.html", context)


@account_view
@require_POST
def undo(request):
    return done(request, "/sample/account/", "Taken back.")


@account_view
def account(request):
    return render(request, "account.html")


@member_view
@require_POST
def say(request):
    return toast(HttpResponse(status=204), "Noted.")


@member_view
def refuse(request):
    raise Refused("closed", "The order is closed already.")


@member_view
def home(request):
    if "say" in request.GET:
        messages.success(request, "Order 10001 is on its way.", extra_tags="undo:/sample/undo/")
        messages.error(request, "Two orders could not be changed.")
    return render(request, "sample/home.html")


@open_view("a page for these tests")
def breaks(request):
    raise RuntimeError


@open_view("a page for these tests")
def sign_in(request):
    return render(request, "sample/card.html", {"form": Sample()})


urlpatterns = [
    path("m/<slug:merchant>/", home, name="merchant-home"),
    path("m/<slug:merchant>/sample/", listed),
    path("m/<slug:merchant>/sample/act/", act),
    path("m/<slug:merchant>/sample/say/", say),
    path("m/<slug:merchant>/sample/refuse/", refuse),
    path("m/<slug:merchant>/orders/", form_page),
    path("m/<slug:merchant>/forecast/", charts),
    path("sample/undo/", undo),
    path("sample/account/", account),
    path("sample/break/", breaks),
    path("sample/sign-in/", sign_in),
    *real.urlpatterns,
]
handler500 = real.handler500
