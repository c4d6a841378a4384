"""The papers of an order for programs, as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from ecommerce.orders import papers
from ecommerce.orders.actions import issue_invoice
from ecommerce.orders.models import Invoice

LANGUAGE = OpenApiParameter("language", str, enum=["en", "zh-hans"], description="Without it, the shop's own.")


def as_pdf(content: bytes) -> HttpResponse:
    """The answer whatever is accepted: a paper is a PDF, a refusal is JSON."""
    return HttpResponse(content, content_type="application/pdf")


class InvoiceOut(serializers.ModelSerializer[Invoice]):
    corrects = serializers.CharField(source="corrects.number", allow_null=True, default=None)

    class Meta:
        model = Invoice
        fields = ("number", "kind", "currency", "total", "tax", "reason", "corrects", "issued_at")


class PaperCalls:
    """What a viewset of orders has beside its own calls."""

    get_object: Any
    actor: Any

    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path="packing-slip")
    def packing_slip(self, request: Request, number: str) -> HttpResponse:
        """The packing slip as PDF."""
        order = self.get_object()
        return as_pdf(papers.packing_slips([order], self._language(request, order)))

    @extend_schema(request=None, responses=InvoiceOut(many=True))
    @action(detail=True, methods=["post"], url_path="invoice")
    def invoice(self, request: Request, number: str) -> Response:
        """The order's invoices and credit notes; an order that has none gets its number now."""
        order = self.get_object()
        issue_invoice(order, actor=self.actor)
        return Response(InvoiceOut(order.invoices.all(), many=True).data)

    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path="invoice-file")
    def invoice_file(self, request: Request, number: str) -> HttpResponse:
        """All invoices and credit notes of the order as PDF; 404 where none was issued."""
        order = self.get_object()
        issued = list(order.invoices.select_related("corrects", "order__merchant"))
        if not issued:
            raise NotFound
        return as_pdf(papers.print_invoices(issued, self._language(request, order)))

    @staticmethod
    def _language(request: Request, order: Any) -> str:
        return request.query_params.get("language") or order.merchant.language
