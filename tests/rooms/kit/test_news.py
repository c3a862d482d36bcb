"""News may be away at any time, at the beginning too; whoever listens hears them as soon as they travel."""

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nats.errors
import pytest

from largesse.kit import news as kit_news
from largesse.kit.embedded import ports
from largesse.kit.news import Listener, News

Run = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def port() -> int:
    return ports.choose(None)


@pytest.fixture
def run(port: int, tmp_path: Path) -> Iterator[Run]:
    """Starts a NATS server at the test's own port."""
    started = []

    def start() -> subprocess.Popen[bytes]:
        binary = Path(sys.executable).with_name("nats-server")
        command = [binary, "-a", "127.0.0.1", "-p", str(port)]
        started.append(subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.02)


async def test_without_nats_it_opens_in_a_moment_and_hears_everything_once_it_is_there(port: int, run: Run) -> None:
    news, heard = News(f"nats://127.0.0.1:{port}"), []

    async def hear(subject: str, body: bytes) -> None:
        heard.append((subject, body))

    began = time.monotonic()
    await news.open()
    assert time.monotonic() - began < 5, "about a second, and never for ever"
    await news.listen("before", hear)
    never = await news.listen("never", hear)
    await never.unsubscribe()
    await news.publish("before", b"dropped")
    assert not news.connected

    server = run()
    await _until(lambda: news.connected)
    await news.listen("after", hear)
    for subject in ("before", "never", "after"):
        await news.publish(subject, b"1")
    await _until(lambda: len(heard) == 2)

    server.kill()
    server.wait()
    await _until(lambda: not news.connected)
    await news.publish("before", b"dropped")
    run()
    await _until(lambda: news.connected)
    await news.publish("before", b"2")
    await _until(lambda: len(heard) == 3)
    assert heard == [("before", b"1"), ("after", b"1"), ("before", b"2")]
    await news.close()


async def test_it_closes_while_it_still_tries_to_connect(port: int) -> None:
    news = News(f"nats://127.0.0.1:{port}")
    await news.open()
    async with asyncio.timeout(5):
        await news.close()


async def test_an_address_that_is_none_is_said_at_once() -> None:
    with pytest.raises(nats.errors.Error):
        await News("").open()


async def _listen(news: News, subject: str, hear: Listener) -> None:
    """Listen, and return once the server knows: `open` waits for a second only, and then a subject is but a wish."""
    await news.listen(subject, hear)
    await _until(lambda: news.connected and not news.wishes)
    await news._client.flush()


@pytest.mark.parametrize("patience_s", [1.0, 0.0])
async def test_two_installations_on_one_nats_hear_their_own_news_alone(
    nats_url: str, patience_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine too, where nobody is connected yet when `open` returns."""
    monkeypatch.setattr(kit_news, "_OPEN_S_MAX", patience_s)
    one, other = secrets.token_hex(8), secrets.token_hex(8)
    here, there, again = (News(nats_url, prefix) for prefix in (one, other, one))
    heard = []
    for news in (here, there, again):
        await news.open()

        async def hear(subject: str, body: bytes, news: News = news) -> None:
            heard.append((news, subject, body))

        await _listen(news, "room.1", hear)
    await here.publish("room.1", b"1")
    await _until(lambda: len(heard) == 2)
    await there.publish("room.1", b"2")
    await _until(lambda: len(heard) == 3)
    told = [(body, subject, news is there) for news, subject, body in heard]
    assert told == [(b"1", "room.1", False), (b"1", "room.1", False), (b"2", "room.1", True)]
    for news in (here, there, again):
        await news.close()
