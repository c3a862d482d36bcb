"""A guest publishes beside a LIVE's creator, with a stream of their own that is not the LIVE's signal."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import websockets
from tests.rooms.media.test_publishing import OPUS, Viewer, closed, decoded, record

from largesse.kit import ids
from largesse.media import Stream, list_guest_streams, open_guest, playback_body, shut_guest
from largesse.media.events import SHUT_SUBJECT
from largesse.media.wire import ingest_body
from publishing import BOTH, made, publisher


async def invited(streaming, member) -> Stream:
    """What the stage does when a guest joins."""
    live = ids.decode(streaming.live, "live")
    async with streaming.db.write() as tx:
        stage = await tx.scalar("SELECT stage FROM media.stream WHERE id = %s", [live])
        stream = await open_guest(tx, stage, live, member.key, member.id)
    assert stream is not None
    return stream


async def dismissed(streaming, stream: Stream) -> None:
    """What the stage does when a guest leaves."""
    async with streaming.db.write() as tx:
        await shut_guest(tx, stream.stage, stream.publisher)
    await streaming.media.news.publish(SHUT_SUBJECT, stream.live.bytes)


async def guests(streaming, stage: int) -> dict[tuple[int, int], Stream]:
    async with streaming.db.read() as tx:
        return await list_guest_streams(tx, [stage])


@contextlib.asynccontextmanager
async def camera(streaming, address: str, token: str) -> AsyncIterator[websockets.ClientConnection]:
    """A guest's page that publishes."""
    async with websockets.connect(f"ws://127.0.0.1:{streaming.port}{address}/ingest", compression=None) as connection:
        await connection.send(json.dumps({"auth": token}))
        await connection.send('{"type": "video/mp4;codecs=avc1.42E01F,opus"}')
        yield connection


async def test_a_guest_is_seen_beside_the_creator(streaming, cast):
    stream = await invited(streaming, cast.charlie)
    address = f"/v1/lives/{streaming.live}/guests/{cast.charlie.acct}"
    assert (stream.address, stream.guest, stream.signal) == (address, cast.charlie.key, "none")
    assert playback_body(stream) is None
    media = await made(*OPUS, seconds=8, form="mp4")
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _signal(streaming, "live"))
        async with camera(streaming, address, cast.charlie.token) as connection:
            sending = asyncio.create_task(record(connection, media, 8))
            viewer = Viewer.watching(streaming.port, f"{streaming.live}/guests/{cast.charlie.acct}")
            async with viewer as theirs, Viewer.watching(streaming.port, streaming.live) as bobs:
                await asyncio.gather(theirs.until(6), bobs.until(6))
                assert await theirs.plays() >= 1
                assert theirs.heads[0]["type"] != ""
                assert theirs.pieces[0] != bobs.pieces[0]
            now = (await guests(streaming, stream.stage))[stream.stage, cast.charlie.key]
            shown = playback_body(now)
            assert shown is not None
            assert (now.signal, shown.mse_ws) == ("live", f"{address}/pictures")
            playlist = await _file(streaming, shown.hls)
            first, *names = [line for line in playlist.splitlines() if line.endswith((".m4s", '.mp4"'))]
            files = [first.split('"')[1], *names]
            folder = shown.hls.rpartition("/")[0]
            pieces = [(await streaming.client.get(f"{folder}/{name}")).content for name in files]
            assert await decoded(b"".join(pieces)) >= 10
            sending.cancel()
        await streaming.until(lambda: _guest_signal(streaming, stream, "lost"))
        assert await streaming.signal() == "live", "a guest's signal is not the LIVE's"
    async with streaming.db.read() as tx:
        rows = await tx.rows("SELECT topic, body FROM kit.outbox WHERE topic LIKE 'signal.%%' ORDER BY id LIMIT 3")
    told = [(row["topic"], row["body"].get("guest")) for row in rows]
    assert told == [("signal.back", None), ("signal.back", cast.charlie.acct), ("signal.lost", cast.charlie.acct)]


async def _file(streaming, address: str) -> str:
    async with asyncio.timeout(20):
        while (answer := await streaming.client.get(address)).status_code != 200:  # noqa: ASYNC110 - FFmpeg's
            await asyncio.sleep(0.1)
    return answer.text


async def _signal(streaming, state: str) -> bool:
    return await streaming.signal() == state


async def _guest_signal(streaming, stream: Stream, state: str) -> bool:
    return (await guests(streaming, stream.stage))[stream.stage, stream.publisher].signal == state


@pytest.mark.parametrize("who", ["bob", "alice"])
async def test_nobody_publishes_as_a_guest_but_the_guest(streaming, cast, who):
    stream = await invited(streaming, cast.charlie)
    async with camera(streaming, stream.address, getattr(cast, who).token) as connection:
        assert (await closed(connection))[:2] == (4403, "not-your-live")
    async with camera(streaming, f"/v1/lives/{streaming.live}/guests/{cast.alice.acct}", cast.alice.token) as strange:
        assert (await closed(strange))[:2] == (4404, "not-found")
    async with camera(streaming, f"/v1/lives/{streaming.live}", cast.charlie.token) as creators:
        assert (await closed(creators))[:2] == (4403, "not-your-live")


async def test_a_guest_who_is_shown_out_publishes_no_more_with_any_old_key(streaming, cast, settings):
    stream = await invited(streaming, cast.charlie)
    key = ingest_body(stream, streaming.media.keys, settings).key
    assert key != await streaming.key()
    async with publisher(streaming.media.front, key, *BOTH) as encoder:
        await streaming.until(lambda: _guest_signal(streaming, stream, "live"))
        await dismissed(streaming, stream)
        assert await asyncio.wait_for(encoder.wait(), 20) != 0
    await streaming.until(lambda: _guest_signal(streaming, stream, "lost"))
    again = await invited(streaming, cast.charlie)
    assert (again.id, again.key_number) == (stream.id, stream.key_number + 1)
    assert (await invited(streaming, cast.charlie)).key_number == again.key_number, "asked for twice, opened once"
    async with publisher(streaming.media.front, key, *BOTH) as encoder:
        assert await asyncio.wait_for(encoder.wait(), 20) != 0


async def test_the_lives_end_is_its_guests_end(streaming, cast, settings):
    stream = await invited(streaming, cast.charlie)
    async with publisher(streaming.media.front, ingest_body(stream, streaming.media.keys, settings).key, *BOTH) as one:
        await streaming.until(lambda: _guest_signal(streaming, stream, "live"))
        await streaming.end()
        assert await asyncio.wait_for(one.wait(), 20) != 0
    await streaming.until(lambda: _guest_signal(streaming, stream, "lost"))
    await streaming.media.make_replays()
    assert not streaming.media.folders.live(stream).exists(), "the last seconds are deleted"
    assert not streaming.media.folders.recorded(stream).exists(), "a replay shows the creator"
    async with streaming.db.write() as tx:
        assert await open_guest(tx, stream.stage, stream.live, cast.alice.key, cast.alice.id) is None


async def test_a_live_whose_guest_lost_the_signal_goes_on(streaming, cast):
    stream = await invited(streaming, cast.charlie)
    assert isinstance(stream.guest_id, UUID)
    async with streaming.db.write() as tx:
        lost = "UPDATE media.stream SET run = 1, lost_at = now() - interval '1 hour' WHERE guest IS NOT NULL"
        await tx.execute(lost)
    await streaming.stage.end_silent()
    assert (await streaming.body())["status"] == "live"
