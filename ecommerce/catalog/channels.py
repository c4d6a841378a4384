"""The channels that a shop sells on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Where an order was placed, and where stock is offered."""

    ONLINE_STORE = "online_store", _("Online store")
    TMALL = "tmall", _("Tmall")
    TAOBAO = "taobao", _("Taobao")
    JD = "jd", _("JD")
    PINDUODUO = "pinduoduo", _("Pinduoduo")
    DOUYIN = "douyin", _("Douyin")
    WECHAT = "wechat", _("WeChat shop")
    SHOPIFY = "shopify", _("Shopify")
    WOOCOMMERCE = "woocommerce", _("WooCommerce")
    AMAZON = "amazon", _("Amazon")
    OLIST = "olist", _("Olist")
    OTHER = "other", _("Other")


def channel_label(channel: str) -> str:
    """How a channel is called; one that we do not know by its own word."""
    return str(Channel(channel).label) if channel in Channel.values else channel
