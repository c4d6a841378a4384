"""Re-exports: each feature keeps its own models."""

from notifications.mail.models import Delivery, Mail, ServerPause, Suppression

__all__ = ["Delivery", "Mail", "ServerPause", "Suppression"]
