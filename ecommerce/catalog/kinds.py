"""The steps that can be taken for many products, as the batches of accounts know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.batches.kinds import Kind, Result, State, declare, refused
from accounts.batches.models import Batch, BatchRow
from core.errors import Refused
from ecommerce.catalog.actions import tag_products, untag_products

SO_ALREADY = ("tagged_already", "not_tagged")
Answer = tuple[Mapping[int, Refused | None], int | None]


def _found_at(slug: str, label: str) -> str:
    """A batch knows its rows by their titles, and the list finds those."""
    return f"{reverse('product-list', args=[slug])}?{urlencode({'q': label})}"


def _tagging(step: Callable[..., Answer]) -> Callable[[Sequence[BatchRow], Batch], dict[int, Result]]:
    def apply(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
        ids = [row.object_id for row in rows if row.object_id is not None]
        results, activity_id = step(ids, batch.params["tag"], actor=batch.actor)
        found = {}
        for row in rows:
            if row.object_id not in results:
                found[row.pk] = Result(State.REFUSED, "gone", _("There is no such product any more."))
            elif (refusal := results[row.object_id]) is not None:
                found[row.pk] = refused(refusal, skip=SO_ALREADY)
            else:
                found[row.pk] = Result(State.DONE, activity_id=activity_id)
        return found

    return apply


TAG = declare(
    Kind(
        "products.tag", gettext_lazy("Tag products"), "products.edit", _tagging(tag_products),
        lambda n: ngettext("%(n)d product tagged.", "%(n)d products tagged.", n) % {"n": n},
        _found_at, gettext_lazy("Product"), undo="products.untag",
    )
)  # fmt: skip
UNTAG = declare(
    Kind(
        "products.untag", gettext_lazy("Take a tag off products"), "products.edit", _tagging(untag_products),
        lambda n: ngettext("Tag taken off %(n)d product.", "Tag taken off %(n)d products.", n) % {"n": n},
        _found_at, gettext_lazy("Product"), undo="products.tag",
    )
)  # fmt: skip
