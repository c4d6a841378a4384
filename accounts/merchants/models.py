"""Merchants: the tenants."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.merchants.rules import EVERY_DAY, ClosedDays
from core.clocks import WorkingTime
from core.tenancy import current_tenant_id


class MerchantQuerySet(models.QuerySet["Merchant"]):
    def applied(self) -> MerchantQuerySet:
        return self.filter(state=Merchant.State.APPLIED).order_by("applied_at", "pk")

    def trading(self) -> MerchantQuerySet:
        """Merchants whose background work runs: all but applicants, refused and suspended ones."""
        return self.filter(state__in=[Merchant.State.ACTIVE, Merchant.State.RESTRICTED, Merchant.State.HOLIDAY])

    def in_scope(self) -> Merchant:
        """The merchant whose rows may be seen here; NoTenant where there is none."""
        return self.get(pk=current_tenant_id())


class Merchant(models.Model):
    """A shop on the platform. A "day" in any figure of this merchant is a day in `time_zone`."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        ACTIVE = "active", _("Active")
        RESTRICTED = "restricted", _("Restricted")
        SUSPENDED = "suspended", _("Suspended")
        HOLIDAY = "holiday", _("On holiday")

    class ShortStock(models.TextChoices):
        """What becomes of an order that is paid while not all of it is in stock."""

        GO_ON = "go_on", _("It goes on and waits to be shipped")
        HOLD = "hold", _("It is put on hold until somebody decides")
        REFUSE = "refuse", _("It is cancelled and its payment refunded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.APPLIED: {State.ACTIVE, State.REFUSED},
        State.REFUSED: {State.APPLIED},
        State.ACTIVE: {State.RESTRICTED, State.SUSPENDED, State.HOLIDAY},
        State.RESTRICTED: {State.ACTIVE, State.SUSPENDED},
        State.SUSPENDED: {State.ACTIVE, State.RESTRICTED},
        State.HOLIDAY: {State.ACTIVE, State.RESTRICTED, State.SUSPENDED},
    }

    name = models.CharField(_("shop name"), max_length=120)
    slug = models.SlugField(pgettext_lazy("shop", "address"), max_length=60, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    state_reason = models.TextField(_("reason"), blank=True)
    state_changed_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(default=timezone.now)
    applicant = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="applications")
    pitch = models.TextField(_("what you sell"), blank=True)
    website = models.URLField(_("web address"), blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN")
    city = models.CharField(_("city"), max_length=80, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    language = models.CharField(_("language"), max_length=10, default="en")
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    short_stock = models.CharField(
        _("paid orders that are not in stock"), max_length=8, choices=ShortStock, default=ShortStock.GO_ON
    )
    ship_within_hours = models.PositiveSmallIntegerField(_("ship within, hours"), default=48)
    working_days = models.CharField(_("working days"), max_length=7, default=EVERY_DAY, help_text="ISO weekdays")
    opens_at = models.TimeField(_("opens"), default=time(9))
    closes_at = models.TimeField(_("closes"), default=time(18))
    cut_off = models.TimeField(_("cut-off for the same day"), null=True, blank=True)
    closed_days = models.JSONField(default=list, blank=True, help_text="[[first, last], …] as ISO dates")
    legal_name = models.CharField(_("name on invoices"), max_length=150, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=400, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    keeps_holidays = models.BooleanField(_("closed on public holidays"), default=False)
    low_stock_days = models.PositiveSmallIntegerField(_("warn when stock lasts fewer days than"), default=7)
    external_id = models.CharField(max_length=80, blank=True, help_text="the seller's id where it was imported from")

    objects = MerchantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="merchant_external_id"
            ),
            models.CheckConstraint(condition=models.Q(opens_at__lt=models.F("closes_at")), name="merchant_opens_first"),
            models.CheckConstraint(condition=~models.Q(working_days=""), name="merchant_works_some_day"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("merchant-home", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def working_time(self) -> WorkingTime:
        """When the shop works: for deadlines in working days and opening hours."""
        spans = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in self.closed_days)
        return WorkingTime(
            self.zone,
            frozenset(int(day) for day in self.working_days),
            self.opens_at,
            self.closes_at,
            ClosedDays(spans, self.country if self.keeps_holidays else ""),
        )

    @property
    def is_closed(self) -> bool:
        """Whether nothing may be changed and no program may call: applied, refused or suspended."""
        return self.state in (self.State.APPLIED, self.State.REFUSED, self.State.SUSPENDED)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def today(self) -> date:
        """The date it is now for this merchant."""
        return timezone.now().astimezone(self.zone).date()

    def day_of(self, moment: datetime) -> date:
        """The merchant's day that `moment` falls on."""
        return moment.astimezone(self.zone).date()

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """First instant of the merchant's day and of the next one (23 to 25 hours apart)."""
        start = datetime.combine(day, time.min, self.zone)
        return start, datetime.combine(day + timedelta(days=1), time.min, self.zone)
