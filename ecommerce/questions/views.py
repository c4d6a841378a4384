"""The pages of buyers' questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import back, done, page
from ecommerce.catalog.models import Product
from ecommerce.questions.actions import answer_question, ask_question
from ecommerce.questions.forms import AnswerForm, QuestionForm
from ecommerce.questions.listing import QUESTIONS
from ecommerce.questions.models import ProductQuestion
from ecommerce.questions.queries import newest_of, question_list

SHOWN = 5


@merchant_view("questions.view")
def index(request: MerchantRequest) -> HttpResponse:
    """The list of questions, those that wait first."""
    context: dict[str, Any] = {
        "page": QUESTIONS.page(question_list(), request.GET),
        "search_hint": _("Words, who asked, product"),
    }
    if request.membership.may("questions.export"):
        context["export_url"] = reverse("question-export", args=[request.merchant.slug])
    return page(request, "ecommerce/questions/list.html", context, part="results")


@merchant_view("questions.export")
def export(request: MerchantRequest) -> HttpResponseBase:
    """The questions in the view as CSV."""
    questions = QUESTIONS.matching(question_list(), request.GET)
    head = [
        _("Question"), _("Asked"), _("State"), _("Product"), _("Channel"), _("Asked by"), _("Text"),
        pgettext("question", "Answer"), _("Answered"), _("Answered by"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        shown = clock(request.merchant.zone)
        for one in questions.iterator(chunk_size=500):
            yield [
                str(one), shown(one.asked_at), str(one.badge.label),
                one.product.title, one.get_channel_display(), one.asked_by, one.text, one.answer,
                shown(one.answered_at),
                one.answered_by_label,
            ]  # fmt: skip

    return table_response(request, _("questions"), head, rows())


@merchant_view("questions.view")
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One question with its answer."""
    question = get_object_or_404(question_list(), pk=pk)
    return _detail(request, question, AnswerForm(initial={"answer": question.answer}))


@merchant_view("questions.answer")
@require_POST
def answer(request: MerchantRequest, pk: int) -> HttpResponse:
    """The shop answers, or changes its answer."""
    question = get_object_or_404(question_list(), pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_question(question, text=form.cleaned_data["answer"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("The answer is changed.") if question.answered_at else _("The question is answered.")
            return done(request, back(request, question.get_absolute_url()), say)
    return _detail(request, question, form, status=422)


def _detail(request: MerchantRequest, question: ProductQuestion, form: AnswerForm, status: int = 200) -> HttpResponse:
    context = {
        "question": question,
        "form": form,
        "next": request.POST.get("next", ""),
        "may_answer": request.membership.may("questions.answer"),
        "may_see_product": request.membership.may("products.view"),
    }
    return page(request, "ecommerce/questions/detail.html", context, status=status)


@merchant_view("questions.view")
def of_product(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a product: the questions that wait, then the newest, each with a form to answer."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('question-list', args=[request.merchant.slug])}?tab=all&product={product.pk}")
    may = request.membership.may
    context = {
        "product": product,
        "newest": [(one, AnswerForm(auto_id=f"id_q{one.pk}_%s")) for one in newest_of(product, SHOWN)],
        "ask_form": QuestionForm(auto_id="id_ask_%s"),
        "may_answer": may("questions.answer"),
        "may_ask": may("questions.create"),
    }
    return page(request, "ecommerce/questions/of_product.html", context)


@merchant_view("questions.create")
@require_POST
def ask(request: MerchantRequest, pk: int) -> HttpResponse:
    """A member enters a question that a buyer asked elsewhere."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            ask_question(product, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, product.get_absolute_url(), _("The question is kept. It waits for an answer."))
    context = {
        "product": product,
        "form": form,
        "back_url": product.get_absolute_url(),
        "back_label": product.title,
    }
    return page(request, "ecommerce/questions/ask.html", context, status=422)
