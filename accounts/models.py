"""Re-exports: each feature keeps its own models."""

from accounts.activity.models import Activity, ActivitySeal
from accounts.batches.models import Batch, BatchFile, BatchRow
from accounts.jobs.models import Heartbeat, Job, PeriodicMark
from accounts.members.models import Invitation, Membership, Role
from accounts.merchants.models import Merchant
from accounts.people.models import FailedAttempts, KnownDevice, User
from accounts.saved.models import SavedView
from accounts.tokens.models import ApiToken, IdempotencyKey, RateCount

__all__ = [
    "Activity",
    "ActivitySeal",
    "ApiToken",
    "Batch",
    "BatchFile",
    "BatchRow",
    "FailedAttempts",
    "Heartbeat",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "KnownDevice",
    "Membership",
    "Merchant",
    "PeriodicMark",
    "RateCount",
    "Role",
    "SavedView",
    "User",
]
