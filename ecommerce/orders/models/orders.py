"""Orders, their lines and payments; states and transitions as data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.catalog.channels import Channel


class CardCheck(models.TextChoices):
    """What the channel says about card and buyer."""

    MATCH = "match", _("Match")
    MISMATCH = "mismatch", _("Do not match")


# Without a constant, so that either database knows its index again in a query.
OVERPAID = models.Q(paid_total__gt=models.F("refunded_total") + models.F("total"))
CALLED_OFF = models.Q(cancelled_quantity__gt=models.F("refunded_quantity"))


class OrderQuerySet(TenantQuerySet["Order"]):
    def to_ship(self) -> OrderQuerySet:
        return self.filter(state__in=Order.TO_SHIP)

    def unpaid(self) -> OrderQuerySet:
        return self.filter(state=Order.State.PLACED)

    def late(self, *, now: datetime) -> OrderQuerySet:
        return self.to_ship().filter(ship_by__lt=now)

    def due(self, *, until: datetime) -> OrderQuerySet:
        """To be shipped by `until`, late ones included."""
        return self.to_ship().filter(ship_by__lte=until)


class Order(TenantModel):
    """`number` is what people say, unique for the merchant; amounts are in `currency`, the merchant's.

    total = subtotal - discount + shipping_fee + tax. `ship_by` is the deadline the merchant promised.
    """

    class State(models.TextChoices):
        PLACED = "placed", pgettext_lazy("order state", "Placed")
        PAID = "paid", pgettext_lazy("order state", "Paid")
        PACKED = "packed", pgettext_lazy("order state", "Packed")
        PARTLY_SHIPPED = "partly_shipped", pgettext_lazy("order state", "Partly shipped")
        SHIPPED = "shipped", pgettext_lazy("order state", "Shipped")
        DELIVERED = "delivered", pgettext_lazy("order state", "Delivered")
        COMPLETED = "completed", pgettext_lazy("order state", "Completed")
        ON_HOLD = "on_hold", pgettext_lazy("order state", "On hold")
        CANCELLED = "cancelled", pgettext_lazy("order state", "Cancelled")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PLACED: {State.PAID, State.ON_HOLD, State.CANCELLED},
        State.PAID: {State.PACKED, State.PARTLY_SHIPPED, State.SHIPPED, State.ON_HOLD, State.CANCELLED},
        State.PACKED: {State.PARTLY_SHIPPED, State.SHIPPED, State.ON_HOLD, State.CANCELLED},
        State.PARTLY_SHIPPED: {State.SHIPPED, State.ON_HOLD},
        State.SHIPPED: {State.DELIVERED, State.CANCELLED},
        State.DELIVERED: {State.COMPLETED},
        State.ON_HOLD: {State.PLACED, State.PAID, State.PACKED, State.PARTLY_SHIPPED, State.CANCELLED},
        State.COMPLETED: set(),
        State.CANCELLED: set(),
    }
    TO_SHIP: ClassVar[list[str]] = [State.PAID, State.PACKED, State.PARTLY_SHIPPED]
    BADGES: ClassVar[dict[str, Badge]] = {
        State.PLACED: Badge("neutral", State.PLACED.label, "empty"),
        State.PAID: Badge("warning", pgettext_lazy("order state", "To ship"), "empty"),
        State.PACKED: Badge("warning", State.PACKED.label, "half"),
        State.PARTLY_SHIPPED: Badge("warning", State.PARTLY_SHIPPED.label, "half"),
        State.SHIPPED: Badge("success", State.SHIPPED.label, "full"),
        State.DELIVERED: Badge("success", State.DELIVERED.label, "full"),
        State.COMPLETED: Badge("neutral", State.COMPLETED.label, "full"),
        State.ON_HOLD: Badge("info", State.ON_HOLD.label, icon="hand-stop"),
        State.CANCELLED: Badge("neutral", State.CANCELLED.label, icon="ban"),
    }

    class PaymentState(models.TextChoices):
        UNPAID = "unpaid", pgettext_lazy("payment state", "Unpaid")
        FAILED = "failed", pgettext_lazy("payment state", "Failed")
        PARTLY_PAID = "partly_paid", pgettext_lazy("payment state", "Partly paid")
        PAID = "paid", pgettext_lazy("payment state", "Paid")
        PARTLY_REFUNDED = "partly_refunded", pgettext_lazy("payment state", "Partly refunded")
        REFUNDED = "refunded", pgettext_lazy("payment state", "Refunded")

    PAYMENT_BADGES: ClassVar[dict[str, Badge]] = {
        PaymentState.UNPAID: Badge("warning", PaymentState.UNPAID.label, "empty"),
        PaymentState.FAILED: Badge("critical", PaymentState.FAILED.label, icon="alert-triangle"),
        PaymentState.PARTLY_PAID: Badge("warning", PaymentState.PARTLY_PAID.label, "half"),
        PaymentState.PAID: Badge("neutral", PaymentState.PAID.label, "full"),
        PaymentState.PARTLY_REFUNDED: Badge("neutral", PaymentState.PARTLY_REFUNDED.label, "half"),
        PaymentState.REFUNDED: Badge("neutral", PaymentState.REFUNDED.label, "full"),
    }

    number = models.CharField(_("number"), max_length=64)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, default=Channel.ONLINE_STORE)
    external_id = models.CharField(max_length=80, blank=True, help_text="the order's id on its channel")
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PLACED)
    state_before_hold = models.CharField(max_length=16, choices=State, blank=True)
    hold_reason = models.CharField(_("reason"), max_length=200, blank=True)
    payment_state = models.CharField(_("payment"), max_length=16, choices=PaymentState, default=PaymentState.UNPAID)
    customer = models.ForeignKey("ecommerce.Customer", models.PROTECT, null=True, blank=True, related_name="orders")
    buyer_name = models.CharField(_("buyer"), max_length=150, blank=True)
    buyer_email = models.EmailField(_("e-mail"), blank=True)
    buyer_phone = models.CharField(_("phone"), max_length=40, blank=True)
    ship_to = models.CharField(_("address"), max_length=300, blank=True)
    ship_city = models.CharField(_("city"), max_length=80, blank=True)
    ship_region = models.CharField(_("region"), max_length=80, blank=True)
    ship_postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    ship_country = models.CharField(_("country"), max_length=2, blank=True)
    buyer_note = models.CharField(_("buyer's note"), max_length=500, blank=True)
    currency = models.CharField(max_length=3)
    subtotal = money_field(_("subtotal"))
    discount = money_field(_("discount"))
    shipping_fee = money_field(_("shipping"))
    tax = money_field(_("tax"))
    total = money_field(_("total"))
    paid_total = money_field(_("paid"))
    refunded_total = money_field(_("refunded"))
    units = models.PositiveIntegerField(_("items"), default=0)
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    ship_by = models.DateTimeField(_("ship by"), null=True, blank=True)
    promised_at = models.DateTimeField(_("promised delivery"), null=True, blank=True)
    card_check = models.CharField(_("card check"), max_length=10, choices=CardCheck, blank=True)
    ip_country = models.CharField(
        max_length=2, blank=True, help_text="where the buyer's device was, as the channel says"
    )
    import_digest = models.CharField(max_length=64, blank=True, help_text="of the imported rows, to see a repeat")
    replaces = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="replacements",
        help_text="the order whose goods came back and for which this one goes out",
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(OrderQuerySet)()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["merchant", "state", "-placed_at", "-id"], name="order_by_state"),
            models.Index(
                fields=["merchant", "ship_by", "id"],
                name="order_to_ship",
                condition=models.Q(state__in=["paid", "packed", "partly_shipped"]),
            ),
            models.Index(fields=["merchant", "updated_at", "id"], name="order_updated"),
            models.Index(fields=["merchant", "buyer_email"], name="order_buyer_email"),
            models.Index(fields=["replaces"], name="order_replaces", condition=models.Q(replaces__isnull=False)),
            models.Index(fields=["merchant", "id"], name="order_overpaid", condition=OVERPAID),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="order_number"),
            models.UniqueConstraint(
                fields=["merchant", "channel", "external_id"],
                condition=~models.Q(external_id=""),
                name="order_external_id",
            ),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(
                condition=models.Q(refunded_total__lte=models.F("paid_total")), name="order_refund_within_paid"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("order-detail", args=[self.merchant.slug, self.number])

    @property
    def refundable(self) -> Decimal:
        left: Decimal = self.paid_total - self.refunded_total
        return left

    @property
    def is_charged(self) -> bool:
        """Whether a payment came in."""
        return self.payment_state not in (self.PaymentState.UNPAID, self.PaymentState.FAILED)

    @property
    def owed(self) -> Decimal:
        """What is still to be paid: all of it, or what an edit has added."""
        left: Decimal = self.total - self.paid_total
        return max(left, Decimal("0.00"))

    @property
    def overpaid(self) -> Decimal:
        """What an edit has made too much of the payment, and was not given back yet."""
        if not self.is_charged or self.state == self.State.CANCELLED:
            return Decimal("0.00")
        over: Decimal = self.paid_total - self.refunded_total - self.total
        return max(over, Decimal("0.00"))

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def payment_badge(self) -> Badge:
        return self.PAYMENT_BADGES[self.payment_state]

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done to send it off."""
        return self.state in (self.State.PLACED, self.State.ON_HOLD, *self.TO_SHIP)

    @property
    def may_be_confirmed(self) -> bool:
        return self.confirmed_at is None and self.state in (self.State.PLACED, self.State.PAID)

    @property
    def may_be_paid(self) -> bool:
        """Whether its payment, or the rest of it, may come in; a held order can be paid too."""
        if self.payment_state == self.PaymentState.PARTLY_PAID:
            return self.state != self.State.CANCELLED
        return not self.is_charged and self.works_as == self.State.PLACED

    @property
    def works_as(self) -> str:
        """Its state, or for a held order the one it goes on from."""
        return self.state_before_hold if self.state == self.State.ON_HOLD else self.state

    @property
    def may_be_edited(self) -> bool:
        """Whether its lines and address may still be others: nothing is packed."""
        return self.works_as in (self.State.PLACED, self.State.PAID)

    @property
    def may_be_packed(self) -> bool:
        return self.may_become(self.State.PACKED) and self.state != self.State.ON_HOLD

    @property
    def may_be_shipped(self) -> bool:
        return self.state in self.TO_SHIP

    @property
    def may_be_held(self) -> bool:
        return self.may_become(self.State.ON_HOLD)

    @property
    def may_be_released(self) -> bool:
        return self.state == self.State.ON_HOLD

    @property
    def may_be_cancelled(self) -> bool:
        """Whether what has not left yet can be called off; a held order of which parcels left is released first.

        A shipped order ends so only by itself, when all of it came back.
        """
        if self.state == self.State.SHIPPED:
            return False
        if self.state == self.State.ON_HOLD:
            return self.state_before_hold != self.State.PARTLY_SHIPPED
        return self.may_become(self.State.CANCELLED) or self.state == self.State.PARTLY_SHIPPED

    def is_late(self, now: datetime) -> bool:
        return self.state in self.TO_SHIP and self.ship_by is not None and self.ship_by < now


class OrderLine(TenantModel):
    """One product of an order. `sku` and `title` are as they were sold; `variant` is None when the SKU is unknown here.

    total = quantity x unit_price - discount.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=1)
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, null=True, blank=True, related_name="order_lines")
    sku = models.CharField(_("SKU"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=250)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = money_field(_("unit price"))
    discount = money_field(_("discount"))
    total = money_field(_("total"))
    shipped_quantity = models.PositiveIntegerField(default=0)
    cancelled_quantity = models.PositiveIntegerField(default=0)
    refunded_quantity = models.PositiveIntegerField(default=0)
    reserved_quantity = models.PositiveIntegerField(default=0, help_text="units held for it in the warehouse")
    warehouse = models.ForeignKey(
        "ecommerce.Warehouse", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["order_id", "position", "pk"]
        indexes = [models.Index(fields=["merchant", "order"], name="order_line_called_off", condition=CALLED_OFF)]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_quantity"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=models.F("shipped_quantity") + models.F("cancelled_quantity")),
                name="order_line_shipped_within_quantity",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=models.F("refunded_quantity")),
                name="order_line_refunded_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def to_ship(self) -> int:
        return self.quantity - self.shipped_quantity - self.cancelled_quantity


class OrderCounter(TenantModel):
    """The last order number that was given out. Its row is also the lock under which orders are placed."""

    last = models.PositiveBigIntegerField(default=10_000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="order_counter_one")]

    def __str__(self) -> str:
        return str(self.last)
