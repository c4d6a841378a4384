"""The weekly report: to whom, when, once, with which figures; as words and as pictures in the mail."""

from __future__ import annotations

import email
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from PIL import Image

from accounts.models import Membership
from analytics.models import DailyFact, Forecast, ForecastRun
from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import choose, set_mail_times, tell
from notifications.inbox.rules import Hours
from notifications.mail.models import Mail
from notifications.mail.sending import as_message
from notifications.models import Notification
from notifications.reports import charts
from notifications.reports.queries import Range, week_of
from notifications.reports.rules import LATEST, may_be_due, report_due
from notifications.reports.tasks import mail_reports

MONDAY = date(2026, 6, 8)
EIGHT = datetime(2026, 6, 8, 0, 1, tzinfo=UTC)  # 8:01 in Shanghai


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


def trade(merchant, *, first: date = MONDAY - timedelta(days=14), days: int = 14, forecast: bool = True) -> None:
    with tenant(merchant):
        for step in range(days):
            sales = 100 if step < 7 else 150
            DailyFact.objects.create(day=first + timedelta(days=step), orders=2, value=sales)
        for start in (MONDAY - timedelta(days=7), MONDAY) if forecast else ():
            run = ForecastRun.objects.create(
                measure="sales_value", outcome="made", data_from=first, data_to=start - timedelta(days=1),
                made_at=datetime.combine(start, datetime.min.time(), UTC) - timedelta(hours=4),
                totals={"1-7": [600, 700, 800, 900, 950, 1000, 1100]}, digest="x",
            )  # fmt: skip
            for step in range(1, 29):
                day = start + timedelta(days=step - 1)
                Forecast.objects.create(
                    run=run, step=step, day=day, mean=130, q025=80, q10=100, q25=110, q50=120 + step, q75=140, q90=160,
                    q975=180,
                )  # fmt: skip


def in_shanghai(user) -> None:
    user.time_zone = "Asia/Shanghai"
    user.save()


@pytest.fixture
def ann(ann):
    in_shanghai(ann)
    return ann


def look(moment: datetime = EIGHT) -> list[Mail]:
    with time_machine.travel(moment, tick=False):
        mail_reports()
    with every_tenant("look at the mails"):
        return list(Mail.objects.filter(dedupe__startswith="report:").order_by("pk"))


def test_it_comes_on_monday_at_the_persons_hour_and_once(shop, ann):
    trade(shop)
    assert look(EIGHT - timedelta(minutes=2)) == []
    (mail,) = look()
    assert (mail.to, mail.merchant_id) == ("ann@example.com", shop.pk)
    assert mail.dedupe == f"report:{shop.pk}:{ann.pk}:2026-06-08"
    assert len(look()) == len(look(EIGHT + timedelta(hours=5))) == len(look(EIGHT + timedelta(days=3))) == 1


def test_a_stop_of_the_machines_makes_it_late_and_not_lost(shop, ann):
    trade(shop)
    assert len(look(EIGHT + LATEST - timedelta(minutes=5))) == 1


def test_a_report_of_long_ago_is_not_sent(shop, ann):
    trade(shop)
    assert look(EIGHT + LATEST) == []


def test_the_figures_are_those_of_the_week_beside_last_week_and_the_forecast(shop, ann):
    trade(shop)
    (mail,) = look()
    assert mail.subject == "Your week: ¥1.05K in sales · Luming Teaware"
    for part in (mail.text, mail.html):
        words = " ".join(part.split())
        assert "¥1.05K from 14 orders. That is 50% more than the week before (¥700)." in words
        assert "The forecast had said ¥900, and ¥700 to ¥1K eight times in ten." in words
        assert "The week was better than that." in words
        assert "Expected: ¥900, with ¥700 to ¥1K eight times in ten." in words
        assert "¥121" in words, "each day ahead stands in words"
    assert mail.text.count("\n- ") >= 14


def test_a_forecast_that_knew_the_week_already_is_no_forecast_of_it(shop, ann):
    trade(shop, forecast=False)
    with tenant(shop):
        ForecastRun.objects.create(
            measure="sales_value", outcome="made", data_from=MONDAY, data_to=MONDAY - timedelta(days=8), digest="x",
            made_at=datetime(2026, 6, 7, tzinfo=UTC), totals={"1-7": [1, 2, 3, 4, 5, 6, 7]},
        )  # fmt: skip
        week = week_of(shop, MONDAY, forecasts=True, calendar=True)
    assert week.foreseen is None
    assert "There is no forecast of sales" in look()[0].text


def test_less_than_before_is_said_so(shop, ann):
    with tenant(shop):
        DailyFact.objects.create(day=MONDAY - timedelta(days=8), orders=2, value=200)
        DailyFact.objects.create(day=MONDAY - timedelta(days=1), orders=1, value=50)
    assert "75% less than the week before" in " ".join(look()[0].text.split())


def test_pictures_are_in_the_mail_and_each_says_what_it_shows(shop, ann):
    trade(shop)
    (mail,) = look()
    message = email.message_from_bytes(as_message(mail).message().as_bytes())
    assert message.get_content_type() == "multipart/related"
    parts = {part.get_content_type(): part for part in message.walk()}
    assert {"multipart/alternative", "text/plain", "text/html", "image/png"} <= set(parts)
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.get_content_disposition() == "inline"
        name = picture["Content-ID"].strip("<>")
        tag = mail.html[mail.html.index(f'src="cid:{name}"') :]
        assert 'alt="Bar chart' in tag[: tag.index(">")]
        image = Image.open(io.BytesIO(picture.get_payload(decode=True)))
        assert image.size == (charts.WIDTH * 2, charts.HEIGHT * 2)
        assert image.getpixel((0, 0))[3] == 0, "no ground of its own, so that it fits light and dark"
    assert len(as_message(mail).message().as_bytes()) < 100_000
    assert as_message(mail).message()["Message-ID"] == mail.message_id


def luminance(colour) -> float:
    part = [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2]


@pytest.mark.parametrize("ground", [(255, 255, 255), (22, 26, 33)])
def test_the_colours_stand_out_on_light_and_on_dark(ground):
    for colour in (charts.FULL, charts.FAINT, charts.INK):
        high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3


def test_the_page_of_the_mail_shows_the_pictures(shop, ann, as_user):
    trade(shop)
    (mail,) = look()
    page = as_user(ann).get(f"/m/luming/settings/mail/{mail.pk}/html/").content.decode()
    assert page.count("data:image/png;base64,") == 2
    assert "cid:" not in page


def test_only_members_who_may_see_figures_get_it_and_forecasts_only_who_may_see_those(shop, rival, ann, cleo, ben):
    trade(shop)
    with tenant(shop):
        member = Membership.objects.get(user=ben)
        assert member.may("facts.view")
    in_shanghai(cleo)
    assert {mail.to for mail in look()} <= {"ann@example.com", "ben@example.com"}
    with every_tenant("look"):
        assert not Mail.objects.filter(merchant=rival).exists(), "nothing to report there"


def test_who_lost_the_right_gets_none(shop, ann, monkeypatch):
    trade(shop)
    monkeypatch.setattr(Membership, "may", lambda self, word: word != "facts.view")
    assert look() == []


def test_without_the_right_to_forecasts_it_has_none(shop, ann, monkeypatch):
    trade(shop)
    monkeypatch.setattr(Membership, "may", lambda self, word: word != "forecasts.view")
    (mail,) = look()
    assert "The forecast had said" not in mail.text
    assert "¥121" not in mail.text


def test_it_can_be_switched_off_by_choice_and_by_one_click(shop, ann, client):
    trade(shop)
    (mail,) = look()
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail.headers["List-Unsubscribe"].strip("<>").removeprefix(django_settings.BASE_URL)
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert len(look(EIGHT + timedelta(days=7))) == 1


def test_who_wants_it_in_the_inbox_finds_it_there(shop, ann):
    trade(shop)
    with tenant(shop):
        choose(ann, [("weekly-report", True, "off")], actor=ann.actor)
    assert look() == look() == []
    with tenant(shop):
        assert Notification.objects.get(kind="weekly-report").key == "2026-06-08"


def test_the_hour_is_the_persons_own(shop, ann):
    trade(shop)
    set_mail_times(ann, quiet_from=None, quiet_until=None, digest_hour=11, actor=ann.actor)
    assert look(EIGHT + timedelta(hours=2)) == []
    assert len(look(EIGHT + timedelta(hours=3))) == 1


def test_what_waits_in_the_inbox_is_named_with_its_link(shop, ann, settings):
    trade(shop)
    with tenant(shop), time_machine.travel(EIGHT - timedelta(hours=1), tick=False):
        for key in "abcdefg":
            tell(
                "review-low", key=key, params={"review_id": 7, "stars": 1, "product": f"Lamp {key}", "verified": False}
            )
    (mail,) = look()
    assert "Lamp a" in mail.text
    assert f"{settings.BASE_URL}/inbox/to/?to=/m/luming/reviews/7/" in mail.html
    assert "2 more in the inbox" in mail.text


def test_a_shop_with_nothing_to_report_reports_nothing(shop, ann):
    assert look() == []


def test_it_is_written_in_the_readers_language(shop, ann):
    ann.language = "zh-hans"
    ann.save()
    trade(shop)
    (mail,) = look()
    assert "本周" in mail.subject or "上周" in mail.subject
    assert 'lang="zh-Hans"' in mail.html


def test_a_fault_at_one_shop_leaves_the_others_theirs(shop, rival, ann, cleo, monkeypatch):
    in_shanghai(cleo)
    trade(shop)
    trade(rival)
    from notifications.reports import actions

    honest = actions.week_of

    def week(merchant, *args, **options):
        if merchant == shop:
            raise RuntimeError("broken")
        return honest(merchant, *args, **options)

    monkeypatch.setattr(actions, "week_of", week)
    assert [mail.to for mail in look()] == ["cleo@example.com"]


@pytest.mark.parametrize(
    ("now", "zone", "shop", "due"),
    [
        ("2026-06-08T07:59", "UTC", date(2026, 6, 8), None),
        ("2026-06-08T08:00", "UTC", date(2026, 6, 8), MONDAY),
        ("2026-06-09T19:59", "UTC", date(2026, 6, 9), MONDAY),
        ("2026-06-09T20:00", "UTC", date(2026, 6, 9), None),
        ("2026-06-14T12:00", "UTC", date(2026, 6, 14), None),
        ("2026-06-07T20:30", "Pacific/Auckland", date(2026, 6, 7), None),  # Monday there, the shop's Sunday
        ("2026-06-08T04:30", "Pacific/Auckland", date(2026, 6, 8), MONDAY),
    ],
)
def test_when_a_report_is_due(now, zone, shop, due):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert report_due(moment, Hours(ZoneInfo(zone)), shop) == due


def test_no_due_report_falls_on_a_day_on_which_nobody_looks():
    for zone in ("Pacific/Kiritimati", "Pacific/Auckland", "UTC", "America/Los_Angeles", "Etc/GMT+12"):
        for hour in range(7 * 24):
            for digest_hour in (0, 8, 23):
                now = datetime(2026, 6, 7, tzinfo=UTC) + timedelta(hours=hour)
                day = now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
                if report_due(now, Hours(ZoneInfo(zone), digest_hour=digest_hour), day):
                    assert may_be_due(now), (zone, now)


def test_a_range_says_where_a_week_lay():
    band = Range(10, 15, 20)
    assert [band.place(value) for value in (9, 10, 20, 21)] == [-1, 0, 0, 1]
