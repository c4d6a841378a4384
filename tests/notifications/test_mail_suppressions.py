"""Which suppressed addresses a shop may know of, and that none is opened again without a word why."""

from __future__ import annotations

import pytest

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from notifications.mail.actions import post, send_again
from notifications.mail.models import Mail, Suppression
from tests import factories

BLOCKED = "/m/luming/settings/mail/blocked/"
REASON = {"reason": "She called and has room again."}


@pytest.fixture
def admin(db, settings):
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Zoe", email="zoe@example.com", staff_role="admin")


def write(merchant, to: str, **fields) -> Mail:
    with tenant(merchant):
        return post(to=to, **({"subject": "Your parcel 7", "text": "On its way.", "purpose": "buyer"} | fields))


def suppress(address: str, source: str = "bounced", reason: str = "550 5.1.1 no such user") -> None:
    Suppression.objects.create(address=address, source=source, reason=reason)


def lifted() -> list[Activity]:
    with every_tenant("look at the log"):
        return list(Activity.objects.filter(kind="mail.suppression_lifted"))


def test_a_shop_sees_what_it_wrote_to_and_nothing_else(shop, rival, ann, as_user):
    write(shop, "Mine@Example.com")
    write(rival, "theirs@example.com")
    post(to="nobody@example.com", subject="x", text="y")
    for address in ("mine@example.com", "theirs@example.com", "nobody@example.com", "unknown@example.com"):
        suppress(address)
    page = as_user(ann).get(BLOCKED).content.decode()
    assert "mine@example.com" in page
    assert "Mail came back" in page
    assert "5.1.1" in page
    for other in ("theirs@", "nobody@", "unknown@"):
        assert other not in page


def test_the_list_is_searched_and_filtered_and_turns_pages(shop, ann, as_user):
    for number in range(60):
        write(shop, f"reader{number:02}@example.com")
        suppress(f"reader{number:02}@example.com", "complained" if number % 2 else "bounced")
    client = as_user(ann)
    first = client.get(f"{BLOCKED}?sort=address&size=50")
    assert first.context["page"].last == 50
    second = client.get(f"{BLOCKED}{first.context['page'].next_query}")
    assert [row.address for row in second.context["page"].rows] == [f"reader{n}@example.com" for n in range(50, 60)]
    assert len(client.get(f"{BLOCKED}?q=reader07").context["page"].rows) == 1
    found = client.get(f"{BLOCKED}?source=complained&size=100").context["page"].rows
    assert {row.source for row in found} == {"complained"}
    assert len(found) == 30


def test_opening_an_address_again_takes_a_reason_and_is_written_down(shop, ann, as_user):
    mail = write(shop, "Mine@example.com")
    suppress("mine@example.com")
    client = as_user(ann)
    address = f"/m/luming/settings/mail/{mail.pk}/lift/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    assert (Suppression.objects.count(), lifted()) == (1, [])
    assert client.post(address, REASON).status_code == 302
    assert not Suppression.objects.exists()
    (entry,) = lifted()
    assert (entry.merchant, entry.actor_label, entry.subject_id) == (shop, "Ann", mail.pk)
    assert entry.payload["reason"] == REASON["reason"]
    assert "mine@" not in str([entry.payload, entry.subject_label, entry.changes]).lower()
    assert client.get(address).status_code == 404
    assert write(shop, "mine@example.com").state == "queued"


def test_a_shop_cannot_open_what_others_wrote_to(shop, rival, ann, ben, as_user):
    theirs, mine = write(rival, "theirs@example.com"), write(shop, "mine@example.com")
    suppress("theirs@example.com")
    suppress("mine@example.com")
    assert as_user(ann).post(f"/m/luming/settings/mail/{theirs.pk}/lift/", REASON).status_code == 404
    assert as_user(ben).post(f"/m/luming/settings/mail/{mine.pk}/lift/", REASON).status_code == 403
    assert as_user(ben).get(BLOCKED).status_code == 403
    assert Suppression.objects.count() == 2


def test_the_page_of_a_mail_leads_there(shop, ann, as_user):
    mail = write(shop, "mine@example.com")
    client = as_user(ann)
    assert f"{mail.pk}/lift/" not in client.get(f"/m/luming/settings/mail/{mail.pk}/").content.decode()
    suppress("mine@example.com")
    assert f"{mail.pk}/lift/" in client.get(f"/m/luming/settings/mail/{mail.pk}/").content.decode()


def test_staff_see_all_and_open_any(shop, rival, admin, mo, as_user):
    write(rival, "theirs@example.com")
    suppress("theirs@example.com")
    suppress("nobody@example.com", "complained")
    client = as_user(admin)
    page = client.get("/staff/mail/blocked/").content.decode()
    assert "theirs@example.com" in page
    assert "nobody@example.com" in page
    assert "theirs@" not in client.get("/staff/mail/blocked/?q=nobody").content.decode()
    for address in ("theirs@example.com", "nobody@example.com"):
        assert client.post(f"/staff/mail/blocked/{address}/lift/", {}).status_code == 422
        assert client.post(f"/staff/mail/blocked/{address}/lift/", REASON).status_code == 302
    assert not Suppression.objects.exists()
    assert sorted(entry.merchant_id or 0 for entry in lifted()) == [0, rival.pk]
    suppress("third@example.com")
    assert as_user(mo).post("/staff/mail/blocked/third@example.com/lift/", REASON).status_code == 403


def test_sending_again_goes_the_same_way(shop):
    mail = write(shop, "mine@example.com")
    suppress("mine@example.com")
    with tenant(shop):
        Mail.objects.filter(pk=mail.pk).update(state="failed", next_try=None)
        with pytest.raises(Refused, match="why"):
            send_again(mail, actor=SYSTEM)
        mail.refresh_from_db()
        assert (mail.state, Suppression.objects.count()) == ("failed", 1)
        assert send_again(mail, reason="Mended.", actor=SYSTEM)
    assert (len(lifted()), Suppression.objects.count()) == (1, 0)


def test_what_is_sent_again_to_an_open_address_needs_no_reason(shop):
    mail = write(shop, "mine@example.com")
    with tenant(shop):
        Mail.objects.filter(pk=mail.pk).update(state="failed", next_try=None)
        assert send_again(mail, actor=SYSTEM)
    assert lifted() == []


def test_what_was_sent_to_nobody_is_said_in_an_empty_list(shop, ann, as_user):
    assert "No address is blocked" in as_user(ann).get(BLOCKED).content.decode()
