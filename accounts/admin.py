"""The Django admin: a window for superusers, with little in it that can be changed. The product has its own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern

from accounts.activity.models import Activity, ActivitySeal
from accounts.jobs.models import Heartbeat, Job
from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.actions import block_person, unblock_person
from accounts.people.models import User
from accounts.tokens.models import ApiToken
from core.errors import Refused
from core.tenancy import every_tenant


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of all merchants to look at; changing them is the product's own pages' business."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        with every_tenant("the Django admin shows superusers every row"):
            return super().get_queryset(request)

    def get_urls(self) -> list[URLPattern]:
        """Without the nameless redirects Django keeps for the addresses of its version 1.8."""
        return [pattern for pattern in super().get_urls() if pattern.name]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "staff_role", "is_active", "joined_at", "last_login")
    list_filter = ("staff_role", "is_active")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "time_zone", "staff_role", "is_active", "joined_at", "last_login")
    actions = ("block", "unblock")

    @admin.action(description="Block the chosen accounts", permissions=["view"])
    def block(self, request: Any, users: QuerySet[User]) -> None:
        self._each(request, users, block_person)

    @admin.action(description="Unblock the chosen accounts", permissions=["view"])
    def unblock(self, request: Any, users: QuerySet[User]) -> None:
        self._each(request, users, unblock_person)

    def _each(self, request: Any, users: QuerySet[User], action: Any) -> None:
        for user in users.exclude(pk=request.user.pk):
            try:
                action(user, actor=request.actor)
            except Refused as no:
                self.message_user(request, f"{user}: {no.message}", level="warning")


@admin.register(Merchant)
class MerchantAdmin(ReadOnly):
    list_display = ("name", "slug", "state", "currency", "time_zone", "applied_at")
    list_filter = ("state",)
    search_fields = ("name", "slug")


@admin.register(Activity)
class ActivityAdmin(ReadOnly):
    list_display = ("at", "kind", "actor_label", "merchant", "subject_label")
    list_select_related = ("merchant",)
    search_fields = ("kind", "actor_label", "subject_label")
    show_full_result_count = False


@admin.register(ActivitySeal)
class ActivitySealAdmin(ReadOnly):
    list_display = ("at", "first_id", "last_id", "count", "digest")


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("user", "merchant", "role", "created_at")
    list_select_related = ("user", "merchant", "custom_role")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ("name", "prefix", "merchant", "created_by", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("merchant", "created_by")
    exclude = ("digest",)


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("id", "task", "merchant", "state", "attempts", "due_at", "finished_at")
    list_filter = ("state", "cluster")
    list_select_related = ("merchant",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly):
    list_display = ("name", "at")
