"""`largesse demo`: a sandbox with people, a running LIVE and a simulated crowd that talks to the public API."""

import asyncio
import random
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import msgspec
import structlog

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.log import set_up
from largesse.main import demo_pictures, demo_videos
from largesse.main.compose import build, opened
from largesse.main.serve import serve

log = structlog.get_logger(__name__)
_TITLE = "Evening songs by the window"
# Others who are LIVE beside Mira, each with a few of the crowd, and one who will be.
_OTHERS = (("noa", "Noa", "Clay, a wheel and no hurry"), ("sol", "Sol", "Ramen for two, live from the stove"))
_SOON = ("ida", "Ida", "Reading the night train, chapter one", timedelta(hours=20))
_ONE_IN = 6
_NOWHERE = "crowd.example"  # mail to it goes nowhere
_LINES = (
    "that chorus!", "hello from Lisbon", "first time here, love this", "one more please", "what is this song called?",
    "my cat is dancing", "you sound amazing tonight", "hi everyone", "play the slow one", "the light is so cosy",
    "greetings from Nairobi", "encore!", "this made my evening", "is that a new guitar?", "sing it again", "so good",
)  # fmt: skip
_NAMES = (
    "Kai", "Mina", "Theo", "Zuri", "Luca", "Aiko", "Noor", "Ines", "Omar", "Freya", "Mateo", "Lena", "Ravi", "Sana",
    "Elio", "Yuna", "Nils", "Amara", "Hugo", "Leila", "Juno", "Arlo", "Tara", "Bodhi",
)  # fmt: skip
# What the crowd gives, and how often: mostly small, now and then a big one.
_GIFTS = (("rose", 40), ("heart", 18), ("clap", 10), ("fire", 8), ("coffee", 6), ("party-popper", 4), ("star", 3),
          ("crown", 2), ("lion", 0.6), ("galaxy", 0.15), ("whale", 0.05))  # fmt: skip
_FANS = ("Vera", "Malik")  # of the creators' videos
_PURSE = 17_500
_PAUSE_S = (1.5, 9.0)


@dataclass(frozen=True)
class Login:
    """Somebody of the demo whom a visitor can be."""

    username: str
    password: str
    about: str


class Api:
    """A client of the public API as one person."""

    def __init__(self, base: str, token: str = "") -> None:
        self.token = token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.AsyncClient(base_url=base, headers=headers, timeout=20)

    async def post(self, path: str, body: Any) -> Any:
        """Post, or raise with the problem's sentence."""
        answer = await self.http.post(path, json=body)
        if answer.is_error:
            raise RuntimeError(f"POST {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


async def run_demo(settings: Settings, *, viewers: int, fresh: bool, stop: asyncio.Event) -> None:
    """Run until `stop`. The world is kept in its own data directory unless `fresh`."""
    if settings.data_dir == ".largesse":
        settings = msgspec.structs.replace(settings, data_dir=".largesse/demo")
    settings = msgspec.structs.replace(settings, sandbox=True)
    if settings.log_level == "info":  # who tries it out reads addresses and logins here, not decisions
        settings = msgspec.structs.replace(settings, log_level="warning")
        set_up(settings.log_level)
    if fresh:
        await asyncio.to_thread(shutil.rmtree, settings.data_path, ignore_errors=True)
    begun: list[asyncio.Task[None]] = []

    def ready(found: Settings) -> None:
        begun.append(asyncio.create_task(_play(found, viewers, stop)))

    try:
        await serve(settings, ready, stop)
    finally:
        for task in begun:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _play(settings: Settings, viewers: int, stop: asyncio.Event) -> None:
    try:
        base = f"http://127.0.0.1:{settings.http_port}"
        run = secrets.token_hex(3)
        kept = settings.data_path / "demo.json"
        await _end_the_last(base, kept)
        creator, creator_login = await _join(base, f"mira.{run}", "Mira", "the creator: her studio shows gifts come in")
        _, viewer_login = await _join(base, f"alex.{run}", "Alex", "an adult viewer with an empty wallet")
        _, minor_login = await _join(
            base, f"robin.{run}", "Robin", "17 years old: may watch, not buy or give", born=_years_ago(17)
        )
        staff_login = await _staff(settings, run, creator_login.username)
        hosts = [(await _join(base, f"{n}.{run}", name, "", at=_NOWHERE))[0] for n, name, _ in _OTHERS]
        live, *others = [
            await _go_live(host, title)
            for host, title in zip((creator, *hosts), (_TITLE, *(title for *_, title in _OTHERS)), strict=True)
        ]
        soon = (await _join(base, f"{_SOON[0]}.{run}", _SOON[1], "", at=_NOWHERE))[0]
        rooms = [live, *others, await _announce(soon)]
        tokens = [host.token for host in (creator, *hosts, soon)]
        await asyncio.to_thread(_keep, kept, list(zip(tokens, rooms, strict=True)))
        _welcome(settings, live, [creator_login, viewer_login, minor_login, staff_login], viewers)
        keys = [await _stream_key(host, room) for host, room in zip((creator, *hosts), (live, *others), strict=True)]
        async with asyncio.TaskGroup() as group:
            group.create_task(demo_pictures.publish(settings, keys, settings.data_path / "demo-pictures", stop))
            fans = [await _fan(base, f"{name.lower()}.{run}", f"{name} (simulated)") for name in _FANS]
            makers = [host.http for host in (creator, *hosts)]
            group.create_task(demo_videos.show(makers, fans, settings.data_path / "demo-pictures", stop))
            for i, name in enumerate((_NAMES * 21)[:viewers]):
                api, login = await _join(base, f"{name.lower()}.{run}.{i}", f"{name} (simulated)", "", at=_NOWHERE)
                room = others[i // _ONE_IN % len(others)] if i % _ONE_IN == _ONE_IN - 1 else live
                group.create_task(_simulate(api, room, login.username, stop))
    except Exception as error:
        log.exception("demo.failed")
        click.echo(f"The demo's world could not be made: {error}", err=True)
        stop.set()


async def _staff(settings: Settings, run: str, creator: str) -> Login:
    """An operator for what creators withdraw; and the creator's address is proved, as the link in its letter does."""
    login = Login(f"olga.{run}", secrets.token_urlsafe(9), "an operator: approves what creators withdraw, at /office")
    async with opened(build(settings)) as services:
        await services.accounts.create_operator(login.username, login.password, ["finance"])
        person = await services.accounts.person_by_username(creator)
        letter = await services.accounts.me.write_verification(person.key) if person else None
        if letter is not None:
            await services.accounts.me.verify_email(letter.token)
    return login


async def _fan(base: str, username: str, name: str) -> httpx.AsyncClient:
    fan = (await _join(base, username, name, "", at=_NOWHERE))[0]
    await _recharge(fan)
    return fan.http


async def _go_live(creator: Api, title: str) -> str:
    await creator.post("/v1/me/creator", {"accept_terms": True})
    live: str = (await creator.post("/v1/lives", {"id": str(ids.new()), "title": title}))["id"]
    await creator.post(f"/v1/lives/{live}/start", {})
    return live


async def _stream_key(creator: Api, live: str) -> str:
    answer = await creator.http.get(f"/v1/lives/{live}")
    answer.raise_for_status()
    key: str = answer.json()["ingest"]["key"]
    return key


async def _announce(creator: Api) -> str:
    await creator.post("/v1/me/creator", {"accept_terms": True})
    at = (datetime.now(UTC) + _SOON[3]).replace(minute=0, second=0, microsecond=0)
    body = {"id": str(ids.new()), "title": _SOON[2], "scheduled_at": at.isoformat()}
    live: str = (await creator.post("/v1/lives", body))["id"]
    return live


def _keep(file: Path, rooms: list[tuple[str, str]]) -> None:
    """Remember the creators' tokens and their LIVEs, for the next run to end them."""
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(rooms))


async def _end_the_last(base: str, file: Path) -> None:
    """End the LIVEs of an earlier run of this world, which nobody is behind any more; none is fine as well."""
    try:
        rooms = msgspec.json.decode(await asyncio.to_thread(file.read_bytes), type=list[tuple[str, str]])
    except (OSError, msgspec.MsgspecError):
        return
    for token, live in rooms:
        api = Api(base, token)
        for step in ("start", "end"):  # what was only announced begins first; the others answer 409 to that
            with suppress(httpx.HTTPError):
                await api.http.post(f"/v1/lives/{live}/{step}")
        with suppress(httpx.HTTPError):
            await demo_videos.forget(api.http)
        await api.http.aclose()


async def _join(
    base: str, username: str, name: str, about: str, *, born: date = date(1993, 4, 2), at: str = "example.org"
) -> tuple[Api, Login]:
    password = secrets.token_urlsafe(9)
    body = {
        "username": username, "email": f"{username}@{at}", "password": password, "display_name": name,
        "birth_date": born.isoformat(), "country": "US", "accept_terms": True,
    }  # fmt: skip
    joined = await Api(base).post("/v1/accounts", body)
    return Api(base, joined["token"]), Login(username, password, about)


def _years_ago(years: int) -> date:
    today = date.today()  # noqa: DTZ011 - a birthday somewhere in the year
    return today.replace(year=today.year - years, day=min(today.day, 28))


async def _simulate(api: Api, live: str, name: str, stop: asyncio.Event) -> None:
    """One simulated viewer: watches, likes, comments, gives, through the public API as anybody would."""
    rng = random.Random(name)  # noqa: S311 - a crowd's mood
    watching = asyncio.create_task(_watch(api, live))
    try:
        await asyncio.sleep(rng.uniform(0, 6))
        await _recharge(api)
        while not stop.is_set():
            with suppress(httpx.HTTPError, RuntimeError):
                await _act(api, live, rng)
            await asyncio.sleep(rng.uniform(*_PAUSE_S))
    finally:
        watching.cancel()
        await api.http.aclose()


async def _act(api: Api, live: str, rng: random.Random) -> None:
    mood = rng.random()
    if mood < 0.3:  # noqa: PLR2004 - a crowd's mood
        await api.post(f"/v1/lives/{live}/likes", {"count": rng.randint(1, 12)})
    elif mood < 0.5:  # noqa: PLR2004
        await api.post(f"/v1/lives/{live}/comments", {"text": rng.choice(_LINES)})
    else:
        gifts, weights = zip(*_GIFTS, strict=True)
        (gift,) = rng.choices(gifts, weights)
        count = rng.choice((1, 1, 1, 3, 5, 10)) if gift in {"rose", "heart"} else 1
        body = {"id": str(ids.new()), "gift_id": gift, "count": count}
        answer = await api.http.post(f"/v1/lives/{live}/gifts", json=body)
        if answer.status_code == 402:  # noqa: PLR2004 - not enough coins
            await _recharge(api)


async def _recharge(api: Api) -> None:
    await api.post("/v1/purchases", {"id": str(ids.new()), "coins": _PURSE, "provider": "sandbox", "channel": "web"})


async def _watch(api: Api, live: str) -> None:
    """Keep a stream open, as a viewer's page does, so that the room counts it."""
    while True:
        with suppress(httpx.HTTPError):
            async with api.http.stream("GET", f"/v1/lives/{live}/events", timeout=None) as answer:
                async for _ in answer.aiter_bytes():
                    pass
        await asyncio.sleep(1)


def _welcome(settings: Settings, live: str, logins: list[Login], viewers: int) -> None:
    lines = [
        "", f"  Largesse is ready (a sandbox: no real money).  {settings.origin}",
        f"  LIVE now:  {settings.origin}/live/{live}", "",
        *(f"    {login.username:<16} {login.password:<14} {login.about}" for login in logins), "",
        f"  {viewers} simulated viewers chat and give. Open two browsers: be Alex in one, Mira in the other.",
        f"  Studio: {settings.origin}/studio    API: {settings.origin}/docs    Ctrl-C stops all of it.", "",
    ]  # fmt: skip
    click.echo("\n".join(lines))
