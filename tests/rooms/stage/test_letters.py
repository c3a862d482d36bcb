"""Mail about LIVEs: to who wishes it and proved an address, once, while it is true, and stopped by one click."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default

import pytest
from msgspec.structs import replace

from largesse.kit import ids
from largesse.kit.mail import Mail
from largesse.stage import erase_person
from largesse.stage import letters as room
from mailing import Server, served, words

NOTHING = {"announced": False, "soon": False, "started": False, "reminders": False}
ONLY_REMINDERS = NOTHING | {"reminders": True}


@pytest.fixture
async def smtp() -> AsyncIterator[tuple[Server, str]]:
    async with served() as found:
        yield found


@pytest.fixture
async def scheduled(client, cast, db):
    """A LIVE of Bob's that begins in two hours; Alice follows Bob."""
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.follow (follower, followed) VALUES (%s, %s)", [cast.alice.key, cast.bob.key]
        )
    body = {"title": "Evening songs", "scheduled_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}
    return (await client.post("/v1/lives", json=body, headers=cast.bob.headers)).json()


@pytest.fixture
def post(smtp, settings, reminders, letters):
    """Tells people, sends what is due, and gives the mail that came of it."""
    server, url = smtp

    async def run(*, tell: bool = True):
        before = len(server.messages)
        if tell:
            await reminders.tell_due()
        await letters.send_due(Mail(replace(settings, mail_url=url)), words)
        return [message_from_string(text, policy=default) for text in server.messages[before:]]

    return run


async def wish(client, who, **wishes):
    chosen = await client.put("/v1/me/mail", json=NOTHING | wishes, headers=who.headers)
    assert chosen.status_code == 200, chosen.text


async def remind(client, who, live):
    assert (await client.put(f"/v1/lives/{live['id']}/reminder", headers=who.headers)).status_code == 200


async def start(client, cast, live):
    assert (await client.post(f"/v1/lives/{live['id']}/start", headers=cast.bob.headers)).status_code == 200


async def test_a_follower_gets_mail_only_of_what_they_asked_for(client, cast, scheduled, post):
    assert (await client.get("/v1/me/mail", headers=cast.alice.headers)).json() == ONLY_REMINDERS
    assert await post() == []
    await wish(client, cast.alice, started=True)
    await start(client, cast, scheduled)
    (mail,) = await post()
    assert (mail["to"], mail["subject"]) == ("alice@example.org", "Bob is LIVE")
    assert "Evening songs" in mail.get_content()
    assert f"/live/{scheduled['id']}" in mail.get_content()
    assert await post() == [], "told once"


async def test_who_set_a_reminder_gets_mail_of_it_without_following_until_they_wish_none(
    client, cast, scheduled, post, db
):
    for who in (cast.charlie, cast.olga):
        await remind(client, who, scheduled)
    await wish(client, cast.olga)
    assert await post() == [], "it was not announced to who asked later"
    async with db.write() as tx:
        await tx.execute("UPDATE stage.stage SET scheduled_at = now() + interval '10 minutes'")
    assert [(mail["to"], mail["subject"]) for mail in await post()] == [("charlie@example.org", "Bob begins soon")]


async def test_an_address_that_was_not_proved_gets_nothing(client, cast, scheduled, post, db):
    await remind(client, cast.charlie, scheduled)
    await post()
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET email_verified_at = NULL WHERE key = %s", [cast.charlie.key])
    await start(client, cast, scheduled)
    assert await post() == []


async def test_what_is_true_no_longer_or_wished_no_longer_is_not_sent(  # noqa: PLR0917 - fixtures
    client, cast, scheduled, post, reminders, db
):  # fmt: skip
    await wish(client, cast.alice, announced=True)
    await remind(client, cast.charlie, scheduled)
    await reminders.tell_due()  # Alice's letter waits
    await start(client, cast, scheduled)
    assert await post(tell=False) == [], "it has begun meanwhile"
    await reminders.tell_due()  # Charlie's letter waits
    await wish(client, cast.charlie)
    assert await post(tell=False) == []
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM stage.letter") == 0


@pytest.mark.parametrize("language", ["en", "de", "es", "zh", "ar"])
async def test_letters_are_in_the_reader_s_language(  # noqa: PLR0917 - fixtures
    client, cast, scheduled, post, db, language
):  # fmt: skip
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.account SET language = %s WHERE key = %s", [language, cast.alice.key])
    await wish(client, cast.alice, announced=True)
    (mail,) = await post()
    said = words(language, "mail.live_announced_subject").split("{creator}")
    assert all(part in mail["subject"] for part in said)
    assert "{" not in mail.get_content()
    assert "/stop/acct_" in mail.get_content()


async def test_one_click_stops_all_mail_about_lives_without_signing_in(client, cast, scheduled, post, settings):
    await wish(client, cast.alice, announced=True, soon=True, started=True, reminders=True)
    (mail,) = await post()
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    link = mail["list-unsubscribe"]
    assert link.startswith(f"<{settings.origin}/v1/mail-stops/acct_")
    path = link.strip("<>").removeprefix(settings.origin)
    shown = await client.get(path)
    assert (shown.status_code, shown.headers["location"]) == (303, path.replace("/v1/mail-stops/", "/stop/"))
    assert (await client.get("/v1/me/mail", headers=cast.alice.headers)).json()["started"], "looking stops nothing"
    for _ in range(2):
        assert (await client.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 204
    assert (await client.get("/v1/me/mail", headers=cast.alice.headers)).json() == NOTHING
    await start(client, cast, scheduled)
    assert await post() == []


async def test_who_is_erased_leaves_no_wish_and_no_letter(client, cast, scheduled, reminders, db):
    await wish(client, cast.alice, announced=True)
    await reminders.tell_due()
    async with db.write() as tx:
        assert await tx.scalar("SELECT count(*) FROM stage.letter") == 1
        await erase_person(tx, cast.alice.key)
        assert await tx.scalar("SELECT count(*) FROM stage.letter") == 0
        assert await tx.scalar("SELECT count(*) FROM stage.mail_wish") == 0


async def test_a_link_that_is_not_ours_stops_nothing(client, cast, letters):
    good = letters.links.text(cast.alice.id)
    other = letters.links.text(ids.new())
    for bad in (good[:-1], good[:-1] + ("0" if good[-1] != "0" else "1"), other, "x", "acct_-", "é"):
        assert (await client.post(f"/v1/mail-stops/{bad}")).status_code == 404
    assert (await client.get("/v1/me/mail", headers=cast.alice.headers)).json() == ONLY_REMINDERS
    assert (await client.get("/v1/me/mail")).status_code == 401


async def test_a_letter_that_no_server_took_comes_later_and_is_given_up_at_last(  # noqa: PLR0917 - fixtures
    client, cast, scheduled, post, reminders, letters, settings, db
):  # fmt: skip
    await wish(client, cast.alice, announced=True)
    await reminders.tell_due()
    nowhere = Mail(replace(settings, mail_url="smtp://127.0.0.1:9"))
    await letters.send_due(nowhere, words)
    assert await post(tell=False) == [], "not before its pause is over"
    async with db.write() as tx:
        assert await tx.scalar("SELECT tries FROM stage.letter WHERE due_at > now() + interval '50 seconds'") == 1
        await tx.execute("UPDATE stage.letter SET due_at = now()")
    (mail,) = await post(tell=False)
    assert mail["message-id"].startswith("<live-")
    await wish(client, cast.charlie, reminders=True)
    await remind(client, cast.charlie, scheduled)
    await start(client, cast, scheduled)
    await reminders.tell_due()
    async with db.write() as tx:
        await tx.execute("UPDATE stage.letter SET tries = %s", [room.TRIES_MAX - 1])
    await letters.send_due(nowhere, words)
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM stage.letter") == 0


async def test_many_letters_go_once_each_by_several_workers(  # noqa: PLR0917 - fixtures
    client, cast, scheduled, smtp, reminders, letters, settings, db, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(room, "_AT_ONCE", 7)
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO accounts.account (id, username, email, display_name, country, adult_from, email_verified_at)"
            " SELECT gen_random_uuid(), 'fan' || n, 'fan' || n || '@example.org', 'Fan', 'US', '9999-12-31', now()"
            " FROM generate_series(1, 50) n"
        )
        await tx.execute(
            "INSERT INTO stage.reminder (stage, account) SELECT s.key, a.key FROM stage.stage s, accounts.account a"
            " WHERE a.username LIKE 'fan%%'"
        )
    await start(client, cast, scheduled)
    await reminders.tell_due()
    server, url = smtp
    mail = Mail(replace(settings, mail_url=url))
    async with asyncio.timeout(60):
        await asyncio.gather(*(letters.send_due(mail, words) for _ in range(3)))
        await letters.send_due(mail, words)
    to = [message_from_string(text, policy=default)["to"] for text in server.messages]
    assert (len(to), len(set(to))) == (50, 50)
