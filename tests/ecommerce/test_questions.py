"""Buyers' questions: asked once, answered by the shop, found on their pages and over the API."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from core.actors import Actor
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import ProductQuestion
from ecommerce.questions.actions import answer_question, ask_question
from tests import factories
from tests.api import program_of, same_shape

BUYER = Actor("buyer", None, "Buyer")
LIST = reverse("question-list", args=["luming"])


def asked(text="Does it fit an induction hob?", product=None, hours=0, **fields):
    product = product or factories.ProductFactory()
    at = timezone.now() - timedelta(hours=hours) if hours else None
    return ask_question(product, text=text, asked_at=at, actor=BUYER, **fields)


def facts():
    return list(Activity.objects.filter(kind__startswith="questions.").order_by("pk").values_list("kind", flat=True))


def texts_of(response):
    return [question.text for question in response.context["page"].rows]


# what is done with a question


def test_the_same_question_of_a_channel_is_kept_once(scope):
    product = factories.ProductFactory()
    first = asked(product=product, channel="tmall", external_id="7")
    again = asked("Other words", product=product, channel="tmall", external_id="7")
    elsewhere = asked(product=product, channel="jd", external_id="7")
    by_hand = [asked(product=product), asked(product=product)]

    assert again == first
    assert (again.text, ProductQuestion.objects.count()) == (first.text, 4)
    assert len({elsewhere, first, *by_hand}) == 4
    assert facts() == ["questions.asked"] * 4


@pytest.mark.parametrize("text", ["", "  \0 ", "x" * 2001, "my card 4111 1111 1111 1111"])
def test_what_cannot_be_asked_or_answered_leaves_nothing(scope, ann, text):
    question = asked()
    before = Activity.objects.count()

    with pytest.raises(Refused) as no:
        asked(text)
    with pytest.raises(Refused) as no_answer:
        answer_question(question, text=text, actor=ann.actor)

    assert (list(no.value.fields), list(no_answer.value.fields)) == (["text"], ["answer"])
    question.refresh_from_db()
    assert (question.answered_at, ProductQuestion.objects.count(), Activity.objects.count()) == (None, 1, before)


@pytest.mark.parametrize("hours", [-1, 24 * 365 * 40])
def test_nobody_asks_in_the_future_or_before_there_were_shops(scope, hours):
    with pytest.raises(Refused, match="not later than now"):
        asked(hours=hours)


def test_a_changed_answer_keeps_the_time_of_the_first(scope, ann, ben, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    question = asked()
    first = answer_question(question, text="Yes.", actor=ann.actor)
    time_machine.shift(3600)
    changed = answer_question(question, text="Yes, from 14 cm.", actor=ben.actor)
    answer_question(question, text=" Yes, from 14 cm. ", actor=ann.actor)

    question.refresh_from_db()
    assert (question.answer, question.answered_by_label) == ("Yes, from 14 cm.", "Ben")
    assert question.answered_at == first.answered_at == changed.answered_at
    assert facts() == ["questions.asked", "questions.answered", "questions.answered"]
    edits = Activity.objects.filter(kind="questions.answered").order_by("pk").values_list("payload__is_edit", flat=True)
    assert list(edits) == [False, True]


# pages


@pytest.fixture
def some(scope, ann):
    kettle = factories.ProductFactory(title="Kettle")
    return {
        "late": asked("Is it loud?", product=kettle, hours=30, channel="tmall"),
        "answered": answer_question(asked("Which colours?", asked_by="Lin"), text="Red", actor=ann.actor),
        "new": asked("Made where?", hours=1),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["new", "late"]),
        ("?tab=answered", ["answered"]),
        ("?tab=all", ["answered", "new", "late"]),
        ("?tab=all&sort=asked", ["late", "new", "answered"]),
        ("?q=loud", ["late"]),
        ("?q=kettle", ["late"]),
        ("?tab=all&q=red", ["answered"]),
        ("?tab=all&q=lin", ["answered"]),
        ("?channel=tmall", ["late"]),
        ("?asked_after=2999-01-01", []),
        ("?product=x&channel=nonsense", ["new", "late"]),
        ("?q=%00%27%22", []),
    ],
)
def test_the_list_is_narrowed_by_the_address(some, as_user, ann, query, found):
    response = as_user(ann).get(LIST + query)

    assert response.status_code == 200
    assert texts_of(response) == [some[name].text for name in found]


def test_the_list_of_a_product_names_it(some, as_user, ann, rival):
    late = some["late"]
    with tenant(rival):
        foreign = factories.ProductFactory(title="Foreign")
    response = as_user(ann).get(f"{LIST}?product={late.product_id}")
    not_ours = as_user(ann).get(f"{LIST}?product={foreign.pk}").content.decode()

    assert texts_of(response) == [late.text]
    assert [str(chip["value"]) for chip in response.context["page"].chips] == ["Kettle"]
    assert "Open for over a day" in response.content.decode()
    assert "Foreign" not in not_ours
    assert texts_of(as_user(ann).get(f"{LIST}?q=q-{late.pk}")) == [late.text]


def test_the_export_has_the_rows_of_the_view(some, as_user, ann, ben):
    asked("=HYPERLINK(1)")
    url = reverse("question-export", args=["luming"])
    response = as_user(ann).get(f"{url}?tab=all&sort=asked")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert [row["State"] for row in rows] == ["Open for over a day", "Open", "Answered", "Open"]
    assert (rows[2]["Answer"], rows[2]["Asked by"], rows[3]["Text"]) == ("Red", "Lin", "'=HYPERLINK(1)")
    assert as_user(ben).get(url).status_code == 403


def test_an_answer_is_written_and_changed(scope, as_user, ann):
    question = asked("<b>Is it</b> heavy?")
    url = reverse("question-answer", args=["luming", question.pk])
    client = as_user(ann)
    product = question.product.get_absolute_url()

    assert client.post(url, {"answer": "No."}).url == question.get_absolute_url()
    assert client.post(url, {"answer": "No, 300 g.", "next": product}).url == product
    assert client.post(url, {"answer": "No, 301 g.", "next": "https://evil.example"}).url == question.get_absolute_url()
    page = client.get(question.get_absolute_url()).content.decode()
    assert "No, 301 g." in page
    assert "<b>Is it</b>" not in page


def test_a_bad_answer_comes_back_with_what_is_wrong(scope, as_user, ann):
    question = asked()
    response = as_user(ann).post(reverse("question-answer", args=["luming", question.pk]), {"answer": " "})

    assert response.status_code == 422
    assert response.context["form"].errors["answer"]
    assert facts() == ["questions.asked"]


def test_the_panel_of_a_product_shows_what_waits_first_and_takes_questions(scope, as_user, ann, ben):
    product = factories.ProductFactory()
    old = asked("Old and open", product=product, hours=50)
    for number in range(5):
        answer_question(asked(f"Done {number}", product=product, hours=5 - number), text="Yes", actor=ann.actor)
    url = reverse("product-questions", args=["luming", product.pk])
    client = as_user(ann)
    panel = client.get(url, headers={"HX-Request": "true"})

    assert [one.text for one, _form in panel.context["newest"]] == [old.text, "Done 4", "Done 3", "Done 2", "Done 1"]
    assert panel.content.decode().count("<textarea") == 2  # to answer the open one, and to enter another
    assert client.get(url).url == f"{LIST}?tab=all&product={product.pk}"
    assert "<textarea" not in as_user(ben).get(url, headers={"HX-Request": "true"}).content.decode()
    assert url in client.get(product.get_absolute_url()).content.decode()


def test_a_question_is_entered_by_hand(scope, as_user, ann, ben):
    product = factories.ProductFactory()
    url = reverse("product-question-ask", args=["luming", product.pk])
    given = {"text": "By telephone: is it dishwasher safe?", "asked_by": "Chen", "channel": "other"}

    wrong = as_user(ann).post(url, {**given, "text": ""})
    assert (wrong.status_code, ProductQuestion.objects.count()) == (422, 0)
    assert as_user(ann).post(url, given).url == product.get_absolute_url()
    kept = ProductQuestion.objects.get()
    assert (kept.text, kept.asked_by, kept.product, kept.external_id) == (given["text"], "Chen", product, "")
    assert as_user(ben).post(url, given).status_code == 403


def test_another_shops_questions_are_not_here(scope, rival, as_user, ann, cleo):
    with tenant(rival):
        theirs = asked("Foreign?")
    mine = asked()

    assert "Foreign?" not in as_user(ann).get(f"{LIST}?tab=all").content.decode()
    assert as_user(ann).get(reverse("question-detail", args=["luming", theirs.pk])).status_code == 404
    assert as_user(ann).get(reverse("product-questions", args=["luming", theirs.product_id])).status_code == 404
    for shop in ("luming", "qingyun"):
        answer = reverse("question-answer", args=[shop, mine.pk])
        ask = reverse("product-question-ask", args=[shop, mine.product_id])
        assert as_user(cleo).post(answer, {"answer": "x"}).status_code == 404
        assert as_user(cleo).post(ask, {"text": "x", "channel": "other"}).status_code == 404
    mine.refresh_from_db()
    assert (mine.answer, ProductQuestion.objects.count()) == ("", 1)


# the API


def test_a_program_brings_questions_and_answers_them(shop, ann):
    with tenant(shop):
        product = factories.ProductFactory().pk
    program = program_of(shop)
    given = {
        "product": product,
        "text": "Is it glass?",
        "channel": "tmall",
        "external_id": "q-1",
        "asked_at": "2026-01-02T03:04:05Z",
    }

    made = program.post("questions/", given)
    again = program.post("questions/", given)
    nowhere = program.post("questions/", {**given, "product": 999_999, "external_id": "q-2"})
    ahead = program.post("questions/", {**given, "asked_at": "2999-01-01T00:00:00Z", "external_id": "q-3"})
    path = f"questions/{made.data['id']}/"
    done = program.post(f"{path}answer/", {"text": "Porcelain."})

    assert (made.status_code, made.data["asked_at"][:10], again.data["id"]) == (201, "2026-01-02", made.data["id"])
    assert (nowhere.status_code, same_shape(nowhere)) == (400, True)
    assert (ahead.status_code, ahead.data["error"]["code"]) == (422, "asked_at_wrong")
    assert done.data["answer"] == program.get(path).data["answer"] == "Porcelain."
    for query, count in (("answered=true", 1), ("answered=false", 0), (f"product={product}", 1), ("channel=jd", 0)):
        assert len(program.get(f"questions/?{query}").data["results"]) == count


def test_a_program_of_another_shop_finds_nothing(scope, rival, cleo):
    question = asked()
    stranger = program_of(rival)

    assert stranger.get(f"questions/{question.pk}/").status_code == 404
    assert stranger.post(f"questions/{question.pk}/answer/", {"text": "x"}).status_code == 404
    assert stranger.post("questions/", {"product": question.product_id, "text": "x"}).status_code == 400
    assert ProductQuestion.objects.get().answer == ""
