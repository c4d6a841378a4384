"""The steps that can be taken for many orders, as the batches of accounts know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.batches.kinds import Afterwards, Kind, Result, State, declare, refused
from accounts.batches.models import Batch, BatchFile, BatchRow
from core.actors import Actor
from core.errors import Refused
from ecommerce.orders import actions
from ecommerce.orders.actions import Together
from ecommerce.orders.finding import TO_GIVE_BACK
from ecommerce.orders.models import Order
from ecommerce.orders.papers import invoices, packing_slips

SO_ALREADY = (
    "already_confirmed", "already_packed", "already_cancelled", "tagged_already", "not_tagged", "not_confirmed",
    "not_packed",
)  # fmt: skip
A_FILE = 200  # orders whose papers make one file to print


def gone() -> Result:
    """The order was there when the batch started."""
    return Result(State.REFUSED, "gone", _("There is no such order any more."))


def order_url(slug: str, label: str) -> str:
    return reverse("order-detail", args=[slug, label])


Answer = tuple[Mapping[int, Refused | None], int | None]


def _by_row(rows: Sequence[BatchRow], answer: Answer) -> dict[int, Result]:
    results, activity_id = answer
    found = {}
    for row in rows:
        if row.object_id not in results:
            found[row.pk] = gone()
        elif (refusal := results[row.object_id]) is not None:
            found[row.pk] = refused(refusal, skip=SO_ALREADY)
        else:
            found[row.pk] = Result(State.DONE, activity_id=activity_id)
    return found


def _ids(rows: Sequence[BatchRow]) -> list[int]:
    return [row.object_id for row in rows if row.object_id is not None]


def _moving(step: Callable[..., Together]) -> Callable[[Sequence[BatchRow], Batch], dict[int, Result]]:
    def apply(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
        went = step(_ids(rows), actor=batch.actor)
        return _by_row(rows, (went.refused | dict.fromkeys(went.done), went.activity_id))

    return apply


def _tagging(step: Callable[..., Answer]) -> Callable[[Sequence[BatchRow], Batch], dict[int, Result]]:
    def apply(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
        return _by_row(rows, step(_ids(rows), batch.params["tag"], actor=batch.actor))

    return apply


def each_order(
    rows: Sequence[BatchRow], batch: Batch, step: Callable[[Order, BatchRow, Actor], Any]
) -> dict[int, Result]:
    """Take a step order by order; what is refused for one leaves it as it was."""
    orders = {order.pk: order for order in Order.objects.filter(pk__in=_ids(rows)).select_related("merchant")}
    found = {}
    for row in rows:
        order = orders.get(row.object_id or 0)
        if order is None:
            found[row.pk] = gone()
            continue
        try:
            with transaction.atomic():
                step(order, row, batch.actor)
        except Refused as refusal:
            found[row.pk] = refused(refusal, skip=SO_ALREADY)
        else:
            found[row.pk] = Result(State.DONE)
    return found


def _cancel(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
    reason = batch.params["reason"]
    return each_order(rows, batch, lambda order, _row, actor: actions.cancel_order(order, reason=reason, actor=actor))


def _money_left(batch: Batch) -> Afterwards | None:
    """Cancelling gives no money back: where some of the orders were paid, the list of those that wait for it."""
    done = batch.rows.filter(state=State.DONE).values("object_id")
    if not Order.objects.filter(pk__in=done, paid_total__gt=F("refunded_total")).exists():
        return None
    return Afterwards(
        _("Some of them were paid. Cancelling gives no money back; refund them one by one."),
        _("Orders with money to give back"),
        f"{reverse('order-list', args=[batch.merchant.slug])}?payment={TO_GIVE_BACK}",
    )


def _printing(papers: str) -> Callable[[Sequence[BatchRow], Batch], dict[int, Result]]:
    def apply(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
        """The papers of these orders as one file, in the order of the list they were chosen from."""
        found = Order.objects.filter(pk__in=_ids(rows)).select_related("merchant").prefetch_related("lines")
        orders = {order.pk: order for order in found}
        without: dict[int, Refused] = {}
        wanted = [orders[row.object_id] for row in rows if row.object_id in orders]
        if wanted:
            make = partial(invoices, actor=batch.actor) if papers == "invoices" else packing_slips
            content, without = _drawn(make, wanted, batch.language)
            if content:
                good = [order for order in wanted if order.pk not in without]
                BatchFile.objects.create(batch=batch, name=_name(papers, good), content=content, size=len(content))
        done: dict[int, Refused | None] = dict.fromkeys(orders)
        return _by_row(rows, (done | without, None))

    return apply


def _drawn(make: Callable[..., bytes], orders: list[Order], language: str) -> tuple[bytes, dict[int, Refused]]:
    """The papers of these orders in one file, and why there is none for some of them; b"" without any."""
    try:
        with transaction.atomic():
            return make(orders, language), {}
    except Refused as refusal:
        if len(orders) == 1:
            return b"", {orders[0].pk: refusal}
    half = len(orders) // 2
    without = _drawn(make, orders[:half], language)[1] | _drawn(make, orders[half:], language)[1]
    good = [order for order in orders if order.pk not in without]
    return (make(good, language) if good else b""), without


def _name(papers: str, orders: Sequence[Order]) -> str:
    first, last = orders[0].number, orders[-1].number
    span = first if first == last else f"{first}–{last}"
    words = {"packing_slips": _("Packing slips %(span)s"), "invoices": _("Invoices %(span)s")}
    return f"{words[papers] % {'span': span}}.pdf"[:120]


def _papers_ready(n: int) -> str:
    return ngettext("Papers of %(n)d order are ready.", "Papers of %(n)d orders are ready.", n) % {"n": n}


def _kind(key: str, title: Any, word: str, apply: Any, said: Callable[[int], str], **more: Any) -> Kind:
    return declare(Kind(f"orders.{key}", title, word, apply, said, order_url, gettext_lazy("Order"), **more))


CONFIRM = _kind(
    "confirm", gettext_lazy("Confirm orders"), "orders.confirm", _moving(actions.confirm_orders),
    lambda n: ngettext("%(n)d order confirmed.", "%(n)d orders confirmed.", n) % {"n": n}, undo="orders.unconfirm",
)  # fmt: skip
UNCONFIRM = _kind(
    "unconfirm", gettext_lazy("Take confirmations back"), "orders.confirm", _moving(actions.unconfirm_orders),
    lambda n: ngettext("%(n)d confirmation taken back.", "%(n)d confirmations taken back.", n) % {"n": n},
    undo="orders.confirm",
)  # fmt: skip
PACK = _kind(
    "pack", gettext_lazy("Mark orders as packed"), "orders.pack", _moving(actions.pack_orders),
    lambda n: ngettext("%(n)d order marked as packed.", "%(n)d orders marked as packed.", n) % {"n": n},
    undo="orders.unpack",
)  # fmt: skip
UNPACK = _kind(
    "unpack", gettext_lazy("Unpack orders"), "orders.pack", _moving(actions.unpack_orders),
    lambda n: ngettext("%(n)d order is to be packed again.", "%(n)d orders are to be packed again.", n) % {"n": n},
    undo="orders.pack",
)  # fmt: skip
TAG = _kind(
    "tag", gettext_lazy("Tag orders"), "orders.edit", _tagging(actions.tag_orders),
    lambda n: ngettext("%(n)d order tagged.", "%(n)d orders tagged.", n) % {"n": n}, undo="orders.untag",
)  # fmt: skip
UNTAG = _kind(
    "untag", gettext_lazy("Take a tag off orders"), "orders.edit", _tagging(actions.untag_orders),
    lambda n: ngettext("Tag taken off %(n)d order.", "Tag taken off %(n)d orders.", n) % {"n": n}, undo="orders.tag",
)  # fmt: skip
CANCEL = _kind(
    "cancel", gettext_lazy("Cancel orders"), "orders.cancel", _cancel,
    lambda n: ngettext("%(n)d order cancelled.", "%(n)d orders cancelled.", n) % {"n": n}, chunk=1,
    no_undo=gettext_lazy("Cancelled orders stay cancelled: their stock is free again and buyers were told."),
    afterwards=_money_left,
)  # fmt: skip
PRINT_SLIPS = _kind(
    "print_slips", gettext_lazy("Print packing slips"), "orders.ship", _printing("packing_slips"), _papers_ready,
    chunk=A_FILE, no_undo=gettext_lazy("Printing changes nothing on the orders."),
)  # fmt: skip
PRINT_INVOICES = _kind(
    "print_invoices", gettext_lazy("Print invoices"), "orders.edit", _printing("invoices"), _papers_ready, chunk=A_FILE,
    no_undo=gettext_lazy("Invoices keep the numbers they were given."),
)  # fmt: skip
