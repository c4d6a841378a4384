"""Staff add and move categories in the Django admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from core.errors import Refused
from ecommerce.catalog.actions import category_path, save_category
from ecommerce.catalog.models import Category, CategoryAttribute


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = ("code", "name", "name_zh", "parent")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            category_path(self.instance.pk, values.get("code", ""), values.get("parent"))
        except Refused as refusal:
            raise ValidationError({"parent": refusal.message}) from None
        return values


class AttributeInline(admin.TabularInline):
    model = CategoryAttribute
    fields = ("code", "name", "name_zh", "is_required", "position")
    extra = 1


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    form = CategoryForm
    list_display = ("path", "name", "name_zh")
    search_fields = ("code", "name", "name_zh", "path")
    autocomplete_fields = ("parent",)
    ordering = ("path",)
    inlines = (AttributeInline,)

    def save_model(self, request: Any, obj: Category, form: Any, change: bool) -> None:
        """Keeps the paths of the whole branch right."""
        save_category(obj)
