"""What a shop may type for a letter, and that it can become nothing but words and our own links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from notifications.texts.rules import Broken, Link, as_html, as_line, as_text, check, cleaned, placeholders_in

KNOWN, LINKS, NEEDED = ["order_number", "buyer_name", "items", "order_link"], ["order_link"], ["order_number"]
VALUES = {
    "order_number": "10001",
    "buyer_name": "<b>Wang</b> & {items}",
    "items": "2 × Gaiwan\n1 × Cup",
    "empty": "",
    "order_link": Link("https://shop.example/b/t?a=1&b=2", "Follow <your> order"),
}


def refused(subject: str, body: str) -> dict[str, str]:
    with pytest.raises(Refused) as no:
        check(subject, body, known=KNOWN, links=LINKS, needed=NEEDED)
    return dict(no.value.fields)


def test_an_unknown_placeholder_is_refused_by_its_name():
    assert "{order_numer}" in refused("Your order {order_numer}", "Hi {order_number}")["subject"]
    found = refused("Order {order_number}", "Hi {first}, {second} and {order_number}")["body"]
    assert "{first}, {second}" in found


def test_a_missing_placeholder_is_refused_by_its_name():
    assert "{order_number}" in refused("Your order", "Hello {buyer_name}")["body"]
    check("Order {order_number}", "Hello", known=KNOWN, links=LINKS, needed=NEEDED)
    check("Hello", "Order {order_number}", known=KNOWN, links=LINKS, needed=NEEDED)


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("", "{order_number}", "subject"),
        ("x {order_number}", " \n ", "body"),
        ("x" * 151, "{order_number}", "subject"),
        ("x", "{order_number}" + "x" * 4000, "body"),
        ("two\nBcc: everybody@example.com", "{order_number}", "subject"),
        ("See {order_link}", "{order_number}", "subject"),
        ("x", "{order_number} {", "body"),
        ("x", "{order_number} {{buyer_name}}", "body"),
        ("x", "{order_number} https://evil.example", "body"),
        ("x", "{order_number} javascript://x", "body"),
        ("x", "{order_number} WWW.evil.example", "body"),
        ("x", "{order_number} mailto:me@evil.example", "body"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(subject, body, field):
    assert field in refused(subject, body)


def test_values_are_escaped_and_never_read_again():
    (paragraph,) = as_html("<i>Hi</i> {buyer_name}", VALUES)
    assert paragraph == "&lt;i&gt;Hi&lt;/i&gt; &lt;b&gt;Wang&lt;/b&gt; &amp; {items}"
    assert as_text("Hi {buyer_name}", VALUES) == "Hi <b>Wang</b> & {items}"


def test_a_link_is_its_address_in_text_and_its_label_in_html():
    assert as_text("{order_link}", VALUES) == "https://shop.example/b/t?a=1&b=2"
    (paragraph,) = as_html("{order_link}", VALUES)
    assert 'href="https://shop.example/b/t?a=1&amp;b=2"' in paragraph
    assert "Follow &lt;your&gt; order</a>" in paragraph


def test_paragraphs_lines_and_lines_without_a_value():
    body = "Hello\n\nTracking: {empty}\nOrder {order_number}\n{items}\n\n\n\nBye"
    assert as_html(body, VALUES) == ["Hello", "Order 10001<br>2 × Gaiwan<br>1 × Cup", "Bye"]
    assert "Tracking" not in as_text(body, VALUES)


def test_a_subject_stays_one_line_whatever_the_values():
    assert as_line("{items}  {order_number}", VALUES) == "2 × Gaiwan 1 × Cup 10001"


def test_a_placeholder_without_a_value_says_which():
    for make in (as_text, as_html, as_line):
        with pytest.raises(Broken, match="gone"):
            make("Hello {gone}", VALUES)


@given(st.text(alphabet=st.sampled_from("ab{}<>&\"'\n\r\0 ​\u202e"), max_size=60))
def test_no_typed_text_becomes_a_tag_or_a_header(typed):
    text = cleaned(typed)
    known = placeholders_in(text)
    values = dict.fromkeys(known, "<x>\r\n")
    for paragraph in as_html(text, values):
        assert "<" not in paragraph.replace("<br>", "")
    assert "\n" not in as_line(text, values)
    assert "\r" not in as_line(text, values)
