"""Facts on which playbooks run, that end what they gave people to do, that change what they may do, or begin a shop."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.members.events import MemberRemoved, MemberRoleChanged, RoleEdited
from accounts.merchants.events import MerchantApproved
from core.events import Event, handles
from ecommerce.complaints.events import (
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintDecided,
    ComplaintDueSoon,
    ComplaintEscalated,
    ComplaintOpened,
)
from ecommerce.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRanShort, OrderReleased, PaymentFailed
from ecommerce.returns.events import (
    ReturnApproved,
    ReturnCancelled,
    ReturnOverdue,
    ReturnRefused,
    ReturnRepairing,
    ReturnRequested,
    ReturnSettled,
)
from ecommerce.reviews.events import ReviewHidden, ReviewPublished, ReviewReplied, ReviewSubmitted
from notifications.playbooks.beginning import install_first_playbooks
from notifications.playbooks.events import PlaybookRemoved, PlaybookSaved, PlaybookSwitched
from notifications.playbooks.live import look
from notifications.playbooks.models import Playbook
from notifications.playbooks.settling import settle_what_came_of
from notifications.playbooks.triggers import ANNOUNCED, TRIGGERS
from notifications.playbooks.trouble import look_at_rights, mended


@handles(*{event.kind: event for trigger in TRIGGERS for event in trigger.announced_by}.values())
def fact_came(event: Event, activity: Activity) -> None:
    """Let every playbook that waits for such facts look at what came, this one included."""
    waiting = Playbook.objects.on().filter(versions__trigger__in=ANNOUNCED[activity.kind], read_to__lt=activity.pk)
    for pk in waiting.order_by("pk").distinct().values_list("pk", flat=True):
        look(pk)


@handles(MerchantApproved)
def shop_approved(event: MerchantApproved, activity: Activity) -> None:
    install_first_playbooks()


@handles(ReviewReplied, ReviewHidden)
def review_done(event: Event, activity: Activity) -> None:
    settle_what_came_of(ReviewSubmitted, ReviewPublished, by=activity)


@handles(ComplaintAnswered, ComplaintEscalated)
def complaint_answered(event: Event, activity: Activity) -> None:
    """It is not the shop's turn any more."""
    settle_what_came_of(ComplaintOpened, ComplaintDueSoon, by=activity)


@handles(ComplaintDecided, ComplaintClosed)
def complaint_done(event: Event, activity: Activity) -> None:
    settle_what_came_of(ComplaintOpened, ComplaintDueSoon, ComplaintEscalated, by=activity)


@handles(ReturnApproved, ReturnRefused, ReturnCancelled, ReturnRepairing, ReturnSettled)
def return_done(event: Event, activity: Activity) -> None:
    settle_what_came_of(ReturnRequested, ReturnOverdue, by=activity)


@handles(OrderPaid, OrderReleased, OrderCancelled)
def order_done(event: OrderPaid | OrderReleased | OrderCancelled, activity: Activity) -> None:
    match event:
        case OrderPaid():
            settle_what_came_of(PaymentFailed, by=activity)
        case OrderReleased():
            settle_what_came_of(OrderRanShort, by=activity)
        case OrderCancelled(whole=True):
            settle_what_came_of(OrderPlaced, OrderRanShort, PaymentFailed, by=activity)


@handles(MemberRoleChanged, MemberRemoved)
def author_changed(event: MemberRoleChanged | MemberRemoved, activity: Activity) -> None:
    look_at_rights(author_id=event.user_id)


@handles(RoleEdited)
def role_changed(event: RoleEdited, activity: Activity) -> None:
    look_at_rights()


@handles(PlaybookSaved, PlaybookRemoved)
def playbook_changed(event: PlaybookSaved | PlaybookRemoved, activity: Activity) -> None:
    mended(event.playbook_id)


@handles(PlaybookSwitched)
def playbook_switched(event: PlaybookSwitched, activity: Activity) -> None:
    if event.is_on:
        look_at_rights()
    else:
        mended(event.playbook_id)
