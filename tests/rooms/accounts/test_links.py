"""Passwords forgotten and addresses proved, by mail through the real job and a real console."""

import asyncio
import contextlib
import json
import re
from datetime import timedelta

import pytest

from largesse.accounts import routes
from largesse.kit import jobs
from largesse.kit.config import Settings
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from tree import ROOT

PASSWORD = "a horse, a battery and a staple"
WORDS = ROOT / "web" / "src" / "i18n" / "server"


def words(language: str, key: str) -> str:
    """The product's own, from their source."""
    said: str = json.loads((WORDS / f"{language}.json").read_text("utf-8"))[key]
    return said


@pytest.fixture
async def client(app_client, accounts):
    return await app_client(routes, accounts=accounts)


@pytest.fixture
async def mail(accounts, db, settings, capsys):
    """Runs the worker until the queue is empty, and gives what was mailed."""

    async def run() -> str:
        queue = Jobs(db)
        accounts.add_jobs(queue, Mail(settings), words)
        async with queue.queue.open_async():
            await queue.queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        return capsys.readouterr().out

    return run


def token_of(text: str, page: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8700/{page}/(\S+)", text)
    assert found, text
    return found[1]


async def test_a_forgotten_password_is_set_by_a_link_once(client, cast, mail):
    asked = await client.post("/v1/password-resets", json={"email": "ALICE@example.org"})
    assert asked.status_code == 202
    text = await mail()
    assert "mail to alice@example.org" in text
    token = token_of(text, "reset")
    done = await client.post(f"/v1/password-resets/{token}", json={"password": "seven green bottles"})
    assert done.status_code == 204
    assert (await client.get("/v1/me", headers=cast.alice.headers)).status_code == 401
    signed = await client.post("/v1/sessions", json={"login": "alice", "password": "seven green bottles"})
    assert signed.status_code == 201
    again = await client.post(f"/v1/password-resets/{token}", json={"password": "eight green bottles"})
    assert (again.status_code, again.json()["code"]) == (410, "link-gone")


async def test_nothing_tells_whether_an_address_is_known(client, cast, mail):
    known, unknown, odd = [
        await client.post("/v1/password-resets", json={"email": email})
        for email in ("alice@example.org", "nobody@example.org", "alice")
    ]
    assert {(a.status_code, a.text) for a in (known, unknown, odd)} == {(202, known.text)}
    assert (await mail()).count("mail to") == 1


async def test_a_link_is_gone_after_an_hour(client, cast, mail, clock):
    await client.post("/v1/password-resets", json={"email": "alice@example.org"})
    token = token_of(await mail(), "reset")
    clock.at += timedelta(hours=1)
    late = await client.post(f"/v1/password-resets/{token}", json={"password": "seven green bottles"})
    assert late.status_code == 410
    assert (await client.post("/v1/sessions", json={"login": "alice", "password": PASSWORD})).status_code == 201


async def test_only_the_newest_link_works(client, cast, mail):
    tokens = []
    for _ in range(2):
        await client.post("/v1/password-resets", json={"email": "alice@example.org"})
        tokens.append(token_of(await mail(), "reset"))
    old, new = [await client.post(f"/v1/password-resets/{t}", json={"password": "seven green bottles"}) for t in tokens]
    assert (old.status_code, new.status_code) == (410, 204)


async def test_a_weak_password_does_not_use_the_link_up(client, cast, mail):
    await client.post("/v1/password-resets", json={"email": "alice@example.org"})
    token = token_of(await mail(), "reset")
    weak = await client.post(f"/v1/password-resets/{token}", json={"password": "password1"})
    assert (weak.status_code, weak.json()["fields"][0]["name"]) == (400, "password")
    assert (
        await client.post(f"/v1/password-resets/{token}", json={"password": "seven green bottles"})
    ).status_code == 204


async def test_no_token_is_ever_at_rest(client, cast, mail, db):
    await client.post("/v1/password-resets", json={"email": "alice@example.org"})
    token = token_of(await mail(), "reset")
    async with db.read() as tx:
        kept = await tx.scalar(
            "SELECT (SELECT string_agg(l::text, ' ') FROM accounts.link l)"
            " || coalesce((SELECT string_agg(j::text, ' ') FROM procrastinate.procrastinate_jobs j), '')"
        )
    assert token not in kept


async def test_a_new_address_is_proved_by_a_link(client, mail):
    joined = await client.post(
        "/v1/accounts",
        json={
            "username": "kai",
            "email": "kai@example.org",
            "password": "seven green bottles",
            "birth_date": "1999-04-01",
            "country": "DE",
            "accept_terms": True,
        },
    )
    headers = {"Authorization": f"Bearer {joined.json()['token']}"}
    token = token_of(await mail(), "verify")
    assert (
        await client.post(f"/v1/password-resets/{token}", json={"password": "eight green bottles"})
    ).status_code == 410
    assert (await client.post(f"/v1/email-verifications/{token}")).status_code == 204
    assert (await client.get("/v1/me", headers=headers)).json()["email_verified"] is True
    assert (await client.post(f"/v1/email-verifications/{token}")).status_code == 410
    assert (await client.post("/v1/email-verifications", headers=headers)).status_code == 202
    assert "mail to" not in await mail()


async def test_mail_comes_in_the_language_that_its_reader_chose(client, mail):
    body = {
        "username": "kai", "email": "kai@example.org", "password": PASSWORD, "birth_date": "1999-04-01",
        "country": "DE", "language": "de", "accept_terms": True,
    }  # fmt: skip
    joined = await client.post("/v1/accounts", json=body)
    headers = {"Authorization": f"Bearer {joined.json()['token']}"}
    assert joined.json()["account"]["language"] == "de"
    text = await mail()
    assert "mail to kai@example.org: Ist das deine Adresse?" in text
    assert "Hallo kai," in text
    changed = await client.patch("/v1/me", json={"language": "ar"}, headers=headers)
    assert changed.json()["language"] == "ar"
    await client.post("/v1/password-resets", json={"email": "kai@example.org"})
    text = await mail()
    assert words("ar", "mail.reset_subject") in text
    token_of(text, "reset")
    assert (await client.patch("/v1/me", json={"language": "Klingon"}, headers=headers)).status_code == 400
    exported = (await client.get("/v1/me/export", headers=headers)).json()
    assert exported["account"]["language"] == "ar"


async def test_a_worker_sends_the_mail(client, cast, accounts, db, capsys):
    queue, stop = Jobs(db), asyncio.Event()
    accounts.add_jobs(queue, Mail(Settings()), words)
    worker = asyncio.create_task(jobs.run_worker(queue, stop))
    await client.post("/v1/password-resets", json={"email": "alice@example.org"})
    text = ""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            while "mail to" not in text:
                text += capsys.readouterr().out
                await asyncio.sleep(0.05)
    stop.set()
    await worker
    assert "mail to alice@example.org" in text
