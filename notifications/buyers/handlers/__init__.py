"""Facts that buyers are told. Each may be handled twice: a letter is written once per fact."""

from notifications.buyers.handlers import answers, loyalty, orders

__all__ = ["answers", "loyalty", "orders"]
