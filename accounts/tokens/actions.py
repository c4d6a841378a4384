"""Making and ending API tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.people.models import User
from accounts.tokens.events import TokenCreated, TokenReplaced, TokenRevoked
from accounts.tokens.models import ApiToken
from accounts.tokens.rules import SHOWN, digest_of, is_well_formed, new_secret
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.tenancy import every_tenant, tenant

MOST = 50
OVERLAP = timedelta(days=1)


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Collection[str],
    held: frozenset[str],
    created_by: User,
    expires_at: datetime | None = None,
    networks: Sequence[str] = (),
    actor: Actor,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not kept and so can be shown only now.

    `held` is what its maker may do; refuses scopes beyond it, none at all, and more than 50 tokens in use.
    """
    if not scopes:
        raise Refused("no_scope", _("Choose at least one thing the token may do."), scopes=_("Choose at least one."))
    if beyond := set(scopes) - held:
        sentence = _("A token cannot do what you may not do yourself.")
        raise Refused("scope_not_held", sentence, scopes=f"{sentence} ({', '.join(sorted(beyond))})")
    if ApiToken.objects.usable().count() >= MOST:
        raise Refused("too_many_tokens", _("There are 50 tokens in use. Revoke one that is not needed any more."))
    token, secret = _make(name, scopes, created_by, expires_at, networks)
    record(
        TokenCreated(token_id=token.pk, name=token.name),
        actor=actor,
        subject=token,
        changes={"scopes": ([], token.scopes), "expires_at": (None, token.expires_at)},
    )
    return token, secret


def _make(
    name: str, scopes: Collection[str], created_by: User, expires_at: datetime | None, networks: Sequence[str]
) -> tuple[ApiToken, str]:
    secret = new_secret()
    token = ApiToken.objects.create(
        name=name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=sorted(scopes),
        networks=list(networks),
        created_by=created_by,
        expires_at=expires_at,
    )
    return token, secret


@transaction.atomic
def replace_token(token: ApiToken, *, held: frozenset[str], created_by: User, actor: Actor) -> tuple[ApiToken, str]:
    """A new secret with the same name, scopes and length of life; the old one works for one more day."""
    token = _usable(token)
    if set(token.scopes) - held:
        raise Refused("scope_not_held", _("This token may do what you may not do yourself, so you cannot replace it."))
    now = timezone.now()
    life = token.expires_at - token.created_at if token.expires_at else None
    new, secret = _make(token.name, token.scopes, created_by, now + life if life else None, token.networks)
    ends = min(now + OVERLAP, token.expires_at) if token.expires_at else now + OVERLAP
    ApiToken.objects.filter(pk=token.pk).update(expires_at=ends)
    record(
        TokenReplaced(token_id=new.pk, old_token_id=token.pk, name=token.name),
        actor=actor,
        subject=token,
        changes={"expires_at": (token.expires_at, ends)},
    )
    return new, secret


def _usable(token: ApiToken) -> ApiToken:
    locked = ApiToken.objects.select_for_update(of=("self",)).usable().filter(pk=token.pk).first()
    if locked is None:
        raise Refused("token_over", _("This token is revoked or expired already."))
    return locked


@transaction.atomic
def revoke_token(token: ApiToken, *, why: str = "asked", actor: Actor) -> ApiToken:
    """End a token at once. Refuses one that is over already."""
    token = _usable(token)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused("token_over", _("This token is revoked or expired already."))
    record(TokenRevoked(token_id=token.pk, name=token.name, why=why), actor=actor, subject=token)
    token.refresh_from_db()
    return token


@transaction.atomic
def revoke_tokens_of(user: User, *, actor: Actor) -> int:
    """End every token the person made for the merchant in scope. Returns how many."""
    tokens = list(ApiToken.objects.usable().filter(created_by=user).order_by("pk"))
    for token in tokens:
        revoke_token(token, why="creator_left", actor=actor)
    return len(tokens)


@transaction.atomic
def report_leaked(secret: str) -> bool:
    """Somebody found this token where it should not be: end it. True if it was one of ours that still worked.

    Knowing the whole token is proof enough; whoever found it could do far worse with it than end it.
    """
    secret = secret.strip()
    if not is_well_formed(secret):
        return False
    with every_tenant("find the merchant a leaked token belongs to"):
        token = ApiToken.objects.usable().filter(digest=digest_of(secret)).first()
    if token is None:
        return False
    with tenant(token.merchant_id):
        revoke_token(token, why="leaked", actor=SYSTEM)
    return True
