"""Stock: an append-only ledger of moves, the levels that are its sum, and transfers between warehouses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantModel
from ecommerce.catalog.channels import channel_label
from ecommerce.inventory import rules


class Warehouse(TenantModel):
    """A place with stock. Orders are served from the default one and from those with a `serve_rank`, the lowest first;
    the default one without a rank goes before all others.
    """

    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=20)
    city = models.CharField(_("city"), max_length=80, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    serve_rank = models.PositiveSmallIntegerField(_("serves orders, place in the row"), null=True, blank=True)

    class Meta:
        verbose_name = _("warehouse")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="warehouse_code"),
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(is_default=True), name="warehouse_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StockMove(AppendOnlyModel, TenantModel):
    """One change of the stock on hand, in units; never changed or deleted."""

    class Reason(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        RECEIPT = "receipt", _("Received from supplier")
        SALE = rules.SOLD, _("Shipped to customer")
        RETURN = "return", _("Returned by customer")
        ADJUSTMENT = "adjustment", _("Corrected by hand")
        DAMAGE = rules.DAMAGED, _("Damaged or lost")
        TRANSFER = rules.MOVED, _("Moved between warehouses")
        COUNT = "count", _("Stock count")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="moves")
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="stock_moves")
    quantity = models.IntegerField(_("quantity"), help_text="positive in, negative out")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "variant", "-at"], name="stock_move_newest"),
            models.Index(fields=["merchant", "-at", "-id"], name="stock_move_of_shop"),
            models.Index(fields=["merchant", "reference", "-at", "-id"], name="stock_move_reference"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(quantity=0), name="stock_move_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.quantity:+d}"


class StockLevel(TenantModel):
    """Units of a variant in a warehouse. `on_hand` is the sum of the moves; `reserved` is promised to open orders.

    `in_lots` of them are of a lot; the others are without one.
    """

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels")
    variant = models.ForeignKey("ecommerce.Variant", models.CASCADE, related_name="stock_levels")
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    in_lots = models.IntegerField(_("in lots"), default=0, db_default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["variant__sku", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "variant"], name="stock_level_place"),
            models.CheckConstraint(condition=models.Q(on_hand__gte=0), name="stock_on_hand_not_negative"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("on_hand")), name="stock_reserved_on_hand"
            ),
            models.CheckConstraint(
                condition=models.Q(in_lots__gte=0, in_lots__lte=models.F("on_hand")), name="stock_in_lots_on_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} @ {self.warehouse}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def without_lot(self) -> int:
        return self.on_hand - self.in_lots


class Reservation(TenantModel):
    """Units of a level that `holder` has until a moment, such as an order that is not paid yet; they count as reserved.

    What paid orders hold stands on their lines and has no end.
    """

    holder = models.CharField(_("holder"), max_length=80)
    level = models.ForeignKey(StockLevel, models.CASCADE, related_name="reservations")
    units = models.PositiveIntegerField(_("units"))
    until = models.DateTimeField(_("until"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["until", "pk"]
        indexes = [models.Index(fields=["merchant", "until"], name="reservation_until")]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "holder", "level"], name="reservation_once"),
            models.CheckConstraint(condition=models.Q(units__gte=1), name="reservation_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.holder}: {self.units}"


class StockRules(TenantModel):
    """How the merchant wants stock to be held; one row. Zero minutes: orders hold nothing before they are paid.

    Stock of which nothing was sold for `dead_days` is called dead. People are told of a lot `expiry_days` before it
    expires.
    """

    hold_minutes = models.PositiveIntegerField(_("unpaid orders hold stock for, minutes"), default=0)
    dead_days = models.PositiveSmallIntegerField(
        _("days without a sale that make stock dead"), default=rules.USUAL_DEAD_DAYS
    )
    expiry_days = models.PositiveSmallIntegerField(
        _("days before a lot expires on which people are told"),
        default=rules.USUAL_EXPIRY_DAYS,
        db_default=rules.USUAL_EXPIRY_DAYS,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="stock_rules_one")]

    def __str__(self) -> str:
        return str(self.hold_minutes)


class StockClass(TenantModel):
    """How a variant is to be treated: `abc` by what it sells for, `xyz` by how evenly; "" where that is not known yet.

    Whoever knows the sales writes it (set_classes); stock only shows it and lets people filter by it.
    """

    variant = models.OneToOneField("ecommerce.Variant", models.CASCADE, related_name="stock_class")
    abc = models.CharField(_("class by value"), max_length=1, blank=True)
    xyz = models.CharField(_("class by variability"), max_length=1, blank=True)

    class Meta:
        ordering = ["variant_id"]
        indexes = [models.Index(fields=["merchant", "abc", "xyz"], name="stock_class_cell")]

    def __str__(self) -> str:
        return f"{self.variant_id} {self.abc}{self.xyz}"


class ChannelBuffer(TenantModel):
    """What a channel is not offered: `units`, and `percent` of what is free; of one variant, or of all the others."""

    channel = models.CharField(_("channel"), max_length=16)
    variant = models.ForeignKey(
        "ecommerce.Variant", models.CASCADE, null=True, blank=True, related_name="channel_buffers"
    )
    units = models.PositiveIntegerField(_("units kept back"), default=0)
    percent = models.PositiveSmallIntegerField(_("percent kept back"), default=0)

    class Meta:
        ordering = ["channel", "variant__sku", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "channel", "variant"], name="channel_buffer_once"),
            models.UniqueConstraint(
                fields=["merchant", "channel"],
                condition=models.Q(variant__isnull=True),
                name="channel_buffer_general_once",
            ),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="channel_buffer_percent"),
        ]

    def __str__(self) -> str:
        return self.channel

    @property
    def channel_label(self) -> str:
        return channel_label(self.channel)


class StockCounter(TenantModel):
    """The last number given to a transfer or a count; one row, which is the lock for the next."""

    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="stock_counter_one")]

    def __str__(self) -> str:
        return str(self.last)


class Transfer(TenantModel):
    """Units on their way from one warehouse to another. Between sending and receipt they are in neither."""

    class State(models.TextChoices):
        DRAFT = rules.DRAFT, pgettext_lazy("transfer", "Draft")
        SENT = rules.SENT, pgettext_lazy("transfer", "In transit")
        RECEIVED = rules.RECEIVED, pgettext_lazy("transfer", "Received")
        CANCELLED = rules.CANCELLED, pgettext_lazy("transfer", "Cancelled")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.DRAFT: Badge("neutral", State.DRAFT.label, "empty"),
        State.SENT: Badge("info", State.SENT.label, "half"),
        State.RECEIVED: Badge("success", State.RECEIVED.label, "full"),
        State.CANCELLED: Badge("neutral", State.CANCELLED.label, icon="ban"),
    }

    number = models.CharField(_("number"), max_length=20)
    source = models.ForeignKey(Warehouse, models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(Warehouse, models.PROTECT, related_name="transfers_in")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    units = models.PositiveIntegerField(_("units"), default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    reason = models.CharField(_("why the receipt differs"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("transfer")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="transfer_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="transfer_updated"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="transfer_number"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="transfer_goes_elsewhere"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("transfer-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    def can(self, step: str) -> bool:
        return rules.can(step, self.state)


class TransferLine(TenantModel):
    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines")
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="transfer_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    received = models.PositiveIntegerField(_("received"), null=True, blank=True)

    class Meta:
        ordering = ["variant__sku", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "variant"], name="transfer_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="transfer_line_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} × {self.quantity}"

    @property
    def difference(self) -> int | None:
        return None if self.received is None else self.received - self.quantity
