"""Authenticators and mail, for this room's tests; each module has a `client` of its own."""

import pytest

from authenticating import PASSWORD, STEP, Authenticator
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from mailing import words


@pytest.fixture
def enrol(client, clock):
    """Shows somebody a secret and gives the phone that knows it."""

    async def make(member):
        shown = await client.post("/v1/me/totp", json={"password": PASSWORD}, headers=member.headers)
        assert shown.status_code == 201, shown.text
        return Authenticator(shown.json()["secret"], clock)

    return make


@pytest.fixture
def turn_on(client, enrol, clock):
    """Turns somebody's second factor on, a step ago."""

    async def make(member):
        phone = await enrol(member)
        done = await client.post("/v1/me/totp/confirm", json={"code": phone.code()}, headers=member.headers)
        assert done.status_code == 200, done.text
        clock.at += STEP
        return phone

    return make


@pytest.fixture
async def mail(accounts, db, settings, capsys):
    """Runs the worker until the queue is empty, and gives what was mailed."""

    async def run():
        queue = Jobs(db)
        accounts.add_jobs(queue, Mail(settings), words)
        async with queue.queue.open_async():
            await queue.queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        return capsys.readouterr().out

    return run
