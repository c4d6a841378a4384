"""What a shop writes to its suppliers."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.papers import known_language
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.purchasing.papers import purchase_papers
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail
from notifications.texts.contexts import context_of
from notifications.texts.letterhead import reply_to_of, sender_of
from notifications.texts.own import Written, own_letter
from notifications.texts.purchases import PURCHASE


def write_purchase_order(order: PurchaseOrder, *, dedupe: str) -> Mail | None:
    """Send the order as PDF, in the supplier's language, once per `dedupe`; None for a supplier without an address."""
    supplier, merchant = order.supplier, order.merchant
    if not supplier.email:
        return None
    language = known_language(order.written_in)
    with translation.override(language), timezone.override(merchant.zone):
        letter = _as_written(order)
        reply_to = reply_to_of(merchant)
        return post(
            to=supplier.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            purpose=Mail.Purpose.SUPPLIER,
            sender=sender_of(merchant),
            headers={"Reply-To": reply_to} if reply_to else {},
            dedupe=dedupe,
            attachments=[(f"{order.number}.pdf", "application/pdf", purchase_papers([order], language))],
        )


def _as_written(order: PurchaseOrder) -> Written:
    """In the shop's own words, if it wrote any in the active language, else in ours."""
    context = context_of(order, PURCHASE, {})
    if (own := own_letter(PURCHASE.name, context)) is not None:
        return own
    title = _("Purchase order %(number)s") % {"number": order.number}
    text, html = compose("notifications/suppliers/purchase", {**context, "title": title})
    return Written(f"{title} · {order.merchant.name}", text, html)
