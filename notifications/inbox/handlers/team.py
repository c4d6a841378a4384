"""Facts about the team, imports, bulk actions, the shop and security."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.batches.events import BatchFinished
from accounts.batches.models import Batch
from accounts.members.events import MemberInvited, MemberJoined, MemberRemoved, MemberRoleChanged
from accounts.members.models import Invitation, Membership
from accounts.merchants.events import MerchantApproved, MerchantStateChanged
from accounts.merchants.models import Merchant
from accounts.people.events import PasswordChanged, RecoveryCodesMade, SecondFactorOff, SecondFactorOn, SignedInAnew
from accounts.people.models import User
from accounts.tokens.events import TokenCreated, TokenReplaced, TokenRevoked
from core.events import handles
from ecommerce.imports.events import ImportFinished
from ecommerce.imports.models import ImportRun
from notifications.inbox.actions import settle, settle_like, tell, tell_person
from notifications.texts.events import LetterTextBroke, LetterTextChosen, LetterTextSaved


@handles(ImportFinished)
def import_finished(event: ImportFinished, activity: Activity) -> None:
    starter = ImportRun.objects.filter(pk=event.run_id).values_list("created_by", flat=True).first()
    if starter is None:
        return
    params = {
        "run_id": event.run_id,
        "file": event.file_name,
        "created": event.created,
        "updated": event.updated,
        "bad": event.bad_rows,
        "of": event.of,
        "failed": event.failed,
    }
    tell("import-finished", key=str(event.run_id), params=params, activity=activity, only=[starter])


@handles(MemberInvited)
def member_invited(event: MemberInvited, activity: Activity) -> None:
    invitation = Invitation.objects.select_related("custom_role").filter(pk=event.invitation_id).first()
    if invitation is None or event.again:
        return
    role = invitation.custom_role.name if invitation.custom_role else invitation.role
    params = {"by": activity.actor_label, "role": role}
    tell("member-invited", key=str(invitation.pk), params=params, activity=activity)


@handles(MemberJoined)
def member_joined(event: MemberJoined, activity: Activity) -> None:
    member = Membership.objects.select_related("user", "custom_role").filter(pk=event.membership_id).first()
    if member is None:
        return
    role = member.custom_role.name if member.custom_role else member.role
    params = {"name": str(member.user), "role": role}
    tell("member-joined", key=str(member.pk), params=params, activity=activity)


@handles(TokenCreated, TokenReplaced)
def token_created(event: TokenCreated | TokenReplaced, activity: Activity) -> None:
    params = {"name": event.name, "by": activity.actor_label}
    tell("token-created", key=str(event.token_id), params=params, activity=activity)


@handles(SignedInAnew)
def signed_in(event: SignedInAnew, activity: Activity) -> None:
    user = User.objects.filter(pk=event.user_id).first()
    if user is not None:
        params = {"device": event.device, "at": activity.at.isoformat()}
        tell_person(user, "sign-in", key=str(activity.pk), params=params, by_mail=True)


@handles(PasswordChanged, SecondFactorOn, SecondFactorOff, RecoveryCodesMade)
def security_changed(
    event: PasswordChanged | SecondFactorOn | SecondFactorOff | RecoveryCodesMade, activity: Activity
) -> None:
    """The mail about it is the sign-in pages' own; it leaves with the change."""
    user = User.objects.filter(pk=event.user_id).first()
    if user is not None:
        params = {"what": event.kind, "at": activity.at.isoformat()}
        tell_person(user, "security-changed", key=str(activity.pk), params=params, by_mail=False)


@handles(BatchFinished)
def batch_finished(event: BatchFinished, activity: Activity) -> None:
    """Who started it is told where rows were left out: what went well, the page says."""
    batch = Batch.objects.filter(pk=event.batch_id).first()
    if batch is None or not event.refused or batch.actor_kind != "user" or batch.actor_id is None:
        return
    params = {"batch_id": event.batch_id, "done": event.done, "refused": event.refused}
    tell("batch-refused", key=str(event.batch_id), params=params, activity=activity, only=[batch.actor_id])


@handles(MemberRoleChanged)
def member_role(event: MemberRoleChanged, activity: Activity) -> None:
    member = Membership.objects.select_related("user", "custom_role").filter(pk=event.membership_id).first()
    if member is not None:
        role = member.custom_role.name if member.custom_role else member.role
        params = {"name": str(member.user), "role": role, "by": activity.actor_label}
        tell("member-role", key=str(activity.pk), params=params, activity=activity)


@handles(MemberRemoved)
def member_left(event: MemberRemoved, activity: Activity) -> None:
    user = User.objects.filter(pk=event.user_id).first()
    if user is not None:
        params = {"name": str(user), "by": activity.actor_label, "left": event.left}
        tell("member-left", key=str(activity.pk), params=params, activity=activity)


@handles(MerchantApproved)
def shop_approved(event: MerchantApproved, activity: Activity) -> None:
    name = Merchant.objects.values_list("name", flat=True).get(pk=event.merchant_id)
    tell("shop-approved", key=str(activity.pk), params={"shop": name}, activity=activity)


@handles(MerchantStateChanged)
def shop_state(event: MerchantStateChanged, activity: Activity) -> None:
    """What the platform decided; a holiday is the shop's own."""
    if Merchant.State.HOLIDAY in (event.old, event.new):
        return
    shop = Merchant.objects.get(pk=event.merchant_id)
    why = shop.state_reason if shop.state == event.new else ""
    tell("shop-state", key=str(activity.pk), params={"shop": shop.name, "new": event.new, "why": why})


@handles(TokenRevoked)
def token_revoked(event: TokenRevoked, activity: Activity) -> None:
    settle("token-expiring", key=str(event.token_id), by=activity)
    params = {"name": event.name, "why": event.why, "by": activity.actor_label}
    tell("token-revoked", key=str(event.token_id), params=params, activity=activity)


@handles(LetterTextBroke)
def letter_broken(event: LetterTextBroke, activity: Activity) -> None:
    params = {"letter": event.letter, "language": event.language, "placeholder": event.placeholder}
    tell("letter-broken", key=f"{event.letter}:{event.language}:{activity.pk}", params=params, activity=activity)


@handles(LetterTextSaved, LetterTextChosen)
def letter_mended(event: LetterTextSaved | LetterTextChosen, activity: Activity) -> None:
    settle_like("letter-broken", beginning=f"{event.letter}:{event.language}:")
