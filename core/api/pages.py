"""Pages by cursor: the cursor carries the sort value and id of the last row, so page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.together import read

SINCE = "updated_since"
LARGEST_ID = 2**63 - 1


class UpdatedSince(BaseFilterBackend):
    """`?updated_since=` keeps what changed at or after a moment; the pages then come oldest change first.

    For endpoints whose viewset names its `updated_field`. Whoever follows changes asks again from the newest
    `updated_at` seen, a minute earlier to be safe, and meets some rows twice rather than miss one.
    """

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        text = request.query_params.get(SINCE)
        if not text or not getattr(view, "updated_field", ""):
            return queryset
        return queryset.filter(**{f"{view.updated_field}__gte": _moment(text)})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not getattr(view, "updated_field", ""):
            return []
        return [
            {
                "name": SINCE,
                "in": "query",
                "required": False,
                "description": "Only what changed at or after this moment, oldest change first.",
                "schema": {"type": "string", "format": "date-time"},
            }
        ]


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or not is_aware(moment) or not 1970 <= moment.year <= 9998:
        raise ValidationError({SINCE: ["Give a moment with its zone, such as 2026-10-21T14:06:00Z."]})
    return moment


class CursorPages(BasePagination):
    """{"results": […], "next": address or null}. Newest first; by change where `updated_since` is given."""

    page_size = 50
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.request = request
        self.field = getattr(view, "updated_field", "") if request.query_params.get(SINCE) else ""
        size = self._size(request)
        edge = self._read(request.query_params.get("cursor"))
        if edge is not None:
            queryset = queryset.filter(self._beyond(edge))
        order = (self.field, "pk") if self.field else ("-pk",)
        rows = read(queryset.order_by(*order)[: size + 1])
        self.more = self._write(rows[size - 1]) if len(rows) > size else ""
        return rows[:size]

    def _size(self, request: Any) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= self.max_page_size):
            raise ValidationError({"page_size": [f"Give a number from 1 to {self.max_page_size}."]})
        return int(text)

    def _beyond(self, edge: tuple[Any, int]) -> Q:
        value, pk = edge
        if not self.field:
            return Q(pk__lt=pk)
        return Q(**{f"{self.field}__gt": value}) | Q(**{self.field: value, "pk__gt": pk})

    def _write(self, row: Any) -> str:
        value = getattr(row, self.field).isoformat() if self.field else None
        return base64.urlsafe_b64encode(json.dumps([value, row.pk]).encode()).decode().rstrip("=")

    def _read(self, text: str | None) -> tuple[Any, int] | None:
        if not text:
            return None
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            moment = parse_datetime(value) if self.field else None
            if (
                type(pk) is not int
                or not 0 <= pk <= LARGEST_ID
                or (self.field and (not moment or not is_aware(moment)))
            ):
                raise ValueError
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise NotFound("This cursor is not one of ours. Start again without it.") from None
        return moment, pk

    def get_paginated_response(self, data: Any) -> Response:
        address = self.request.build_absolute_uri()
        following = replace_query_param(address, "cursor", self.more) if self.more else None
        return Response({"results": data, "next": following})

    def get_results(self, data: Any) -> Any:
        return data["results"]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Where the next page is; null on the last one.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From the `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": "Rows a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]
