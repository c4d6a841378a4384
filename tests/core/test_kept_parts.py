"""Parts of pages that are drawn once: what differs between requests is put in anew, and nobody sees another's."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

HEAD = "{% load keeping %}"


def test_what_is_left_open_is_filled_each_time_and_escaped() -> None:
    page = Template(
        HEAD + '{% kept key with here=path %}<a href="{{ here }}">{{ shop }}</a>{% csrf_token %}{% endkept %}'
    )
    first = page.render(Context({"key": 1, "path": "/?a=1&b=2", "shop": "Ann's", "csrf_token": "one"}))
    assert all(part in first for part in ('href="/?a=1&amp;b=2"', "Ann&#x27;s", 'value="one"'))
    second = page.render(Context({"key": 1, "path": "<b>", "shop": "another", "csrf_token": "two"}))
    assert all(part in second for part in ('href="&lt;b&gt;"', "Ann&#x27;s", 'value="two"'))


def test_another_key_and_another_language_are_drawn_anew() -> None:
    page = Template(HEAD + "{% kept key %}{{ shop }} {% translate 'Orders' %}{% endkept %}")
    assert page.render(Context({"key": ("a", 1), "shop": "one"})) == "one Orders"
    assert page.render(Context({"key": ("b", 1), "shop": "two"})) == "two Orders"
    with translation.override("zh-hans"):
        assert page.render(Context({"key": ("a", 1), "shop": "one"})) == "one 订单"


def test_two_places_with_the_same_key_are_two_parts() -> None:
    page = Template(HEAD + "{% kept 1 %}first{% endkept %}\n{% kept 1 %}second{% endkept %}")
    assert page.render(Context()).split() == ["first", "second"]


def test_nothing_can_hang_on_what_is_left_open() -> None:
    page = Template(HEAD + "{% kept 7 with name=name %}{% if name %}x{% endif %}{% endkept %}")
    with pytest.raises(TypeError, match="drawn once"):
        page.render(Context({"name": "Ann"}))


def test_the_body_of_rows_is_kept_under_all_its_keys() -> None:
    page = Template(
        "{% eachrow rows as row kept columns wide %}<td{% if wide %} class=w{% endif %}>{{ row.name }}{% endeachrow %}"
    )
    rows = [{"name": "Ann & Ben"}, {"name": "Cleo"}]
    assert page.render(Context({"rows": rows, "columns": ("a",), "wide": ""})) == "<td>Ann &amp; Ben<td>Cleo"
    assert page.render(Context({"rows": rows[1:], "columns": ("a",), "wide": ""})) == "<td>Cleo"
    assert page.render(Context({"rows": rows[1:], "columns": ("a",), "wide": "x"})) == "<td class=w>Cleo"


def test_heads_that_are_kept_lead_where_their_own_page_says() -> None:
    page = Template(
        HEAD
        + '{% kept key other with link_placed=link %}{% sort_url "placed" as here %}{{ here }} {{ shop }}{% endkept %}'
    )
    assert page.render(Context({"key": "h", "other": 1, "link": "?sort=placed", "shop": "a"})) == "?sort=placed a"
    assert page.render(Context({"key": "h", "other": 1, "link": "?q=x", "shop": "b"})) == "?q=x a"
    assert page.render(Context({"key": "h", "other": 2, "link": "?q=x", "shop": "b"})) == "?q=x b"
