"""The frame of a call: who asks, how often, in whose scope."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from core.tenancy import tenant


class TenantApi(APIView):
    """An endpoint of one merchant: the token's. Its rows and time zone hold from the first query to the last byte.

    A call is counted before anything else is looked at, so guessing tokens is slow too, and every answer says how many
    calls are left.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self.scope:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if not isinstance(response, Response):  # a file, which is as it is
                return response
            rendered: Response = response.render()
            return rendered

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        try:
            self.perform_authentication(request)
        except exceptions.AuthenticationFailed:
            self.check_throttles(request)
            raise
        self.check_throttles(request)
        self.format_kwarg = self.get_format_suffix(**kwargs)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.check_permissions(request)

    def perform_authentication(self, request: Any) -> None:
        super().perform_authentication(request)
        if request.auth:
            merchant = request.auth.merchant
            self.scope.enter_context(tenant(merchant))
            self.scope.enter_context(timezone.override(merchant.zone))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_headers", {}).items():
            final[name] = value
        return final


class NowhereApi(TenantApi):
    """Every address below /api/v1/ that is none: a 404 in the shape of the other errors."""

    permission_classes = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.http_method_names = [request.method.lower()]
        setattr(self, request.method.lower(), self.nothing)
        return super().dispatch(request)

    def nothing(self, request: Any) -> Response:
        raise exceptions.NotFound("There is nothing at this address. Addresses end with a slash.")
