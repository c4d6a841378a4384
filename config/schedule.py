"""Everything that happens by the clock, on one page."""

from __future__ import annotations

from datetime import time, timedelta

from accounts.activity.tasks import seal_activity
from accounts.batches.tasks import prune as prune_batches
from accounts.jobs.tasks import prune
from accounts.people.tasks import prune_attempts
from accounts.tokens.tasks import prune_api
from analytics.accuracy.tasks import score_overrides
from analytics.calendar.tasks import nightly_calendar
from analytics.demand.queries import has_unfinished_work
from analytics.demand.tasks import nightly_demand, tend_demand
from analytics.episodes.tasks import nightly_episodes
from analytics.facts.tasks import begin_day
from analytics.forecasts.tasks import nightly_forecasts
from analytics.holdings.tasks import nightly_holdings
from analytics.lifecycle.tasks import nightly_stages
from analytics.markets.tasks import nightly_markets
from analytics.promotions.tasks import nightly_promotions
from analytics.quality.tasks import nightly_quality
from analytics.restock.tasks import watch_stock
from analytics.scenarios.tasks import nightly_promises
from core.schedule import PeriodicJob
from ecommerce.complaints.tasks import complaint_clocks
from ecommerce.fulfilment.tasks import nightly_parcels, watch_all_parcels
from ecommerce.inventory.queries import has_holds_over
from ecommerce.inventory.tasks import hold_back_expired_lots, release_holds, tell_of_expiring_lots
from ecommerce.loyalty.tasks import expire_old_points
from ecommerce.orders.tasks import complete_delivered_orders
from ecommerce.returns.tasks import return_clocks
from notifications.announcements.tasks import fix_opened
from notifications.buyers.tasks import prune_notices, remind_of_endings
from notifications.channels.queries import has_overdue_dispatches
from notifications.channels.tasks import prune_dispatches, sweep_dispatches
from notifications.digests.queries import has_due_digests
from notifications.digests.tasks import mail_digests, prune_waiting
from notifications.inbox.escalation import has_due_escalations
from notifications.inbox.queries import has_sleepers_to_wake
from notifications.inbox.tasks import (
    escalate_unopened,
    look_at_late_orders,
    morning,
    prune_inbox,
    put_away_what_is_stale,
    wake_snoozed,
)
from notifications.mail.queries import has_overdue_mails
from notifications.mail.tasks import prune_mails, sweep_mails
from notifications.playbooks.tasks import sweep_playbooks
from notifications.reports.tasks import mail_reports
from notifications.staffbox.queries import has_work_for_the_clock
from notifications.staffbox.tasks import prune_staffbox, tend_staffbox
from notifications.usefulness.tasks import nightly_usefulness

SCHEDULE = [
    PeriodicJob("activity_seal", seal_activity, every=timedelta(minutes=10)),
    PeriodicJob("announcements_opened", fix_opened, at=time(3, 35)),
    PeriodicJob("attempts_prune", prune_attempts, at=time(3, 30)),
    PeriodicJob("api_prune", prune_api, every=timedelta(hours=1)),
    PeriodicJob("buyer_notices_prune", prune_notices, at=time(4, 5)),
    PeriodicJob("channels_prune", prune_dispatches, at=time(3, 55)),
    PeriodicJob("channels_sweep", sweep_dispatches, every=timedelta(minutes=5), when=has_overdue_dispatches),
    PeriodicJob("complaint_clocks", complaint_clocks, every=timedelta(minutes=5)),
    PeriodicJob("late_orders", look_at_late_orders, every=timedelta(minutes=10)),
    PeriodicJob("lots_expired", hold_back_expired_lots, at=time(0, 2), per_merchant=True),
    PeriodicJob("lots_expiring", tell_of_expiring_lots, at=time(6, 10), per_merchant=True),
    PeriodicJob("mail_digests", mail_digests, every=timedelta(minutes=5), when=has_due_digests),
    PeriodicJob("mail_prune", prune_mails, at=time(3, 50)),
    PeriodicJob("mail_reports", mail_reports, every=timedelta(minutes=15)),
    PeriodicJob("mail_sweep", sweep_mails, every=timedelta(minutes=5), when=has_overdue_mails),
    PeriodicJob("orders_complete", complete_delivered_orders, at=time(4, 30), per_merchant=True),
    PeriodicJob("points_expire", expire_old_points, at=time(1, 20), per_merchant=True),
    PeriodicJob("points_remind", remind_of_endings, at=time(10), per_merchant=True),
    PeriodicJob("demand", nightly_demand, at=time(2, 40), per_merchant=True),
    PeriodicJob("demand_tend", tend_demand, every=timedelta(minutes=5), when=has_unfinished_work),
    PeriodicJob("festivals", nightly_calendar, at=time(5, 20), per_merchant=True),
    PeriodicJob("forecasts", nightly_forecasts, at=time(2, 30), per_merchant=True),
    PeriodicJob("sales_pace", begin_day, at=time(0, 1), per_merchant=True),
    PeriodicJob("stock_figures", nightly_holdings, at=time(5, 10), per_merchant=True),
    PeriodicJob("lifecycle", nightly_stages, at=time(4, 40), per_merchant=True),
    PeriodicJob("episodes", nightly_episodes, at=time(4, 45), per_merchant=True),
    PeriodicJob("listing_quality", nightly_quality, at=time(4, 50), per_merchant=True),
    PeriodicJob("markets", nightly_markets, at=time(19, 15)),
    PeriodicJob("parcels", nightly_parcels, at=time(3, 20), per_merchant=True),
    PeriodicJob("parcels_watch", watch_all_parcels, every=timedelta(minutes=30)),
    PeriodicJob("playbooks_sweep", sweep_playbooks, every=timedelta(minutes=10)),
    PeriodicJob("promises", nightly_promises, at=time(7, 20), per_merchant=True),
    PeriodicJob("promotions", nightly_promotions, at=time(3, 10), per_merchant=True),
    PeriodicJob("return_clocks", return_clocks, every=timedelta(minutes=5)),
    PeriodicJob("stock_holds", release_holds, every=timedelta(minutes=1), when=has_holds_over),
    PeriodicJob("stock_watch", watch_stock, at=time(6, 0), per_merchant=True),
    PeriodicJob("inbox_prune", prune_inbox, at=time(3, 55)),
    PeriodicJob("staffbox_prune", prune_staffbox, at=time(3, 55)),
    PeriodicJob("staffbox_tend", tend_staffbox, every=timedelta(minutes=1), when=has_work_for_the_clock),
    PeriodicJob("usefulness", nightly_usefulness, at=time(5, 25), per_merchant=True),
    PeriodicJob("waiting_prune", prune_waiting, at=time(3, 55)),
    PeriodicJob("morning", morning, at=time(8), per_merchant=True),
    PeriodicJob("overrides", score_overrides, at=time(3, 10), per_merchant=True),
    PeriodicJob("prune", prune, at=time(3, 40)),
    PeriodicJob("prune_batches", prune_batches, at=time(3, 45)),
    PeriodicJob("escalate", escalate_unopened, every=timedelta(minutes=1), when=has_due_escalations),
    PeriodicJob("wake_snoozed", wake_snoozed, every=timedelta(minutes=1), when=has_sleepers_to_wake),
    PeriodicJob("inbox_stale", put_away_what_is_stale, every=timedelta(minutes=10)),
]
