"""Kinds about the team, imports, bulk actions, the shop and security."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import SECURITY, TEAM, Kind, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import team as say

KINDS = (
    Kind(
        "import-finished", _("An import you started is finished"), TEAM, Urgency.KNOW, "imports.run",
        say.import_finished, to("import-detail", "run_id"), _("See the result"), icon="file-import",
        email=False, stale=timedelta(days=14),
    ),
    Kind(
        "member-invited", _("Somebody was invited to the team"), TEAM, Urgency.KNOW, "members.edit",
        say.member_invited, to("team"), _("See the team"), icon="users-group", email=False, group="team",
    ),
    Kind(
        "member-joined", _("Somebody joined the team"), TEAM, Urgency.KNOW, "members.edit",
        say.member_joined, to("team"), _("See the team"), icon="users-group", email=False, group="team",
    ),
    Kind(
        "batch-refused", _("A bulk action left rows out"), TEAM, Urgency.WEEK, "orders.view",
        say.batch_refused, to("batch-detail", "batch_id"), _("See which and why"), icon="stack-2", tone="warning",
        email=False, stale=timedelta(days=7),
    ),
    Kind(
        "member-role", _("The role of a member was changed"), TEAM, Urgency.KNOW, "members.edit",
        say.member_role, to("team"), _("See the team"), icon="users-group", email=False, group="team",
    ),
    Kind(
        "member-left", _("Somebody is no longer in the team"), TEAM, Urgency.KNOW, "members.edit",
        say.member_left, to("team"), _("See the team"), icon="users-group", email=False, group="team",
    ),
    Kind(
        "shop-approved", _("The shop was approved"), TEAM, Urgency.KNOW, "shop.edit",
        say.shop_approved, to("shop-settings"), _("Set up the shop"), icon="building-store", tone="success",
        email=False,
    ),
    Kind(
        "shop-state", _("The platform changed the state of the shop"), TEAM, Urgency.ACT, "shop.edit",
        say.shop_state, to("shop-settings"), _("See what it means"), icon="building-store", tone="critical",
        locked=True,
    ),
    Kind(
        "letter-broken", _("Your text of a letter cannot be used"), TEAM, Urgency.WEEK, "mail.edit",
        say.letter_broken, to("letter-text", "letter", "language"), _("Change the text"), icon="mail", tone="warning",
    ),
    Kind(
        "channel-broken", _("A notification channel was switched off because it does not work"), TEAM, Urgency.WEEK,
        "channels.edit", say.channel_broken, to("notice-channel-edit", "channel_id"), _("Mend the channel"),
        icon="mail", tone="warning",
    ),
    Kind(
        "token-created", _("An API token was created"), SECURITY, Urgency.KNOW, "tokens.view",
        say.token_created, to("token-list"), _("See tokens"), icon="key", tone="info", locked=True,
    ),
    Kind(
        "sign-in", _("A sign-in from a new device"), SECURITY, Urgency.KNOW, "",
        say.sign_in, to("usersessions_list"), _("See sessions"), icon="devices", tone="info",
        locked=True, personal=True,
    ),
    Kind(
        "security-changed", _("Your password or second factor was changed"), SECURITY, Urgency.KNOW, "",
        say.security_changed, to("account-security"), _("See security"), icon="shield-lock", tone="info",
        locked=True, personal=True,
    ),
    Kind(
        "token-revoked", _("An API token was revoked"), SECURITY, Urgency.KNOW, "tokens.view",
        say.token_revoked, to("token-list"), _("See tokens"), icon="key", tone="info", locked=True,
    ),
    Kind(
        "token-expiring", _("An API token ends soon"), SECURITY, Urgency.WEEK, "tokens.edit",
        say.token_expiring, to("token-list"), _("Replace it"), icon="key", tone="warning",
    ),
)  # fmt: skip
