"""The machine's clock is set back by an hour, over midnight, under a running service: ids, holds, limits stay right."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import own_servers
import running
from largesse.kit import ids

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
_DAY_COINS_MAX = 100_000  # the first policy's


@dataclass
class Clock:
    """What the service and its PostgreSQL take for the time; monotonic clocks go on undisturbed."""

    file: Path
    preload: str
    ahead_s: int

    @property
    def environ(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": self.preload, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip

    def set(self, ahead_s: int) -> None:
        self.ahead_s = ahead_s
        self.file.write_text(f"{ahead_s:+d}s\n")

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Half past midnight (UTC)."""
    if shutil.which("faketime") is None:
        pytest.skip("faketime is needed: apt-get install faketime")
    told = subprocess.run(["faketime", "-f", "+1s", "env"], capture_output=True, text=True, check=True).stdout
    preload = re.search(r"^LD_PRELOAD=(.+)$", told, re.MULTILINE)
    assert preload
    file = Path(f"/tmp/largesse-clock-{os.getpid()}")  # not in pytest's own folder: the server's account reads it
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    made = Clock(file, preload[1], 0)
    made.set(int((midnight - datetime.now(UTC)).total_seconds()) + 1_800)
    yield made
    file.unlink()


def _give(who: running.Someone, live: str, gift: str = "rose", count: int = 1, at: datetime | None = None) -> Any:
    made = ids.new() if at is None else _id_of(at)
    body = {"id": str(made), "gift_id": gift, "count": count}
    return who.http.post(f"/v1/lives/{live}/gifts", json=body)


def _id_of(at: datetime) -> ids.UUID:
    """As a page makes one: of the server's time."""
    fresh = ids.new()
    return ids.UUID(bytes=int(at.timestamp() * 1000).to_bytes(6, "big") + fresh.bytes[6:])


def _give_until_the_limit(who: running.Someone, live: str, at: datetime) -> None:
    """Exactly as many coins as a day may have."""
    gifts = who.http.get("/v1/catalog/gifts").json()["items"]
    big = max((gift for gift in gifts if not gift["streakable"]), key=lambda gift: gift["coins"])
    for _ in range(_DAY_COINS_MAX // big["coins"]):
        assert _give(who, live, big["id"], at=at).status_code == 201
    left = _DAY_COINS_MAX % big["coins"]
    while left:
        count = min(left, 999)
        assert _give(who, live, count=count, at=at).status_code == 201
        left -= count


def test_an_hour_that_comes_again_opens_no_limit_and_breaks_no_order(clock: Clock) -> None:
    with ExitStack() as stack:
        database_url, nats_url = stack.enter_context(own_servers.running(clock.environ))
        service = stack.enter_context(running.running(also=clock.environ, database_url=database_url, nats_url=nats_url))
        alice, charlie, bob = service.join("alice"), service.join("charlie"), service.join("bob")
        live = service.live(bob)["id"]
        for who in (alice, charlie):
            service.recharge(who, 120_000)
        _give_until_the_limit(alice, live, clock.now())
        first = _give(charlie, live, at=clock.now())
        assert first.status_code == 201, first.text
        assert _give(alice, live, at=clock.now()).json()["code"] == "limit-reached"
        ahead = _id_of(clock.now())

        clock.set(clock.ahead_s - 3_600)

        assert service.is_ready()
        assert _give(alice, live, at=clock.now()).json()["code"] == "limit-reached", "yesterday has come again"
        body = {"id": str(ahead), "gift_id": "rose", "count": 1}
        answers = [charlie.http.post(f"/v1/lives/{live}/gifts", json=body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201], "an id of the hour before is an id"
        assert answers[0].json()["receipt"] == answers[1].json()["receipt"]
        later = _give(charlie, live, at=clock.now())
        assert later.status_code == 201, later.text
        _check_order(database_url)
        diamonds = bob.http.get("/v1/me/diamonds").json()
        assert diamonds["pending_milli"] == (_DAY_COINS_MAX + 3) * 700
        assert len(diamonds["releases"]) == 1, "one day earned, one day clears"
        audit = service.command("audit")
        assert audit.returncode == 0, audit.stdout + audit.stderr


def _check_order(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT batch & 63, recorded_at FROM ledger.batch ORDER BY batch").fetchall()
    by_stripe: dict[int, list[datetime]] = {}
    for stripe, recorded_at in rows:
        by_stripe.setdefault(stripe, []).append(recorded_at)
    assert all(times == sorted(times) for times in by_stripe.values())
