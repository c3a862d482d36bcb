"""What the RTMP front promises to those who publish, and to those who only try."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from largesse.media import Limits, amf
from largesse.media.chunks import Kind, written
from publishing import AAC_FRAME, BOTH, FFMPEG, Kept, Keys, Peer, listening, publisher, soon


async def test_a_good_key_publishes_and_its_bytes_are_flv():
    keys = Keys("bobs-key")
    async with listening(keys) as front:
        peer = await Peer.published(front, "bobs-key")
        await peer.hears("NetStream.Publish.Start")
        peer.say(Kind.AUDIO, AAC_FRAME, stream=1)
        await soon(lambda: len(keys.sinks[0].flv) > 200)
        assert keys.sinks[0].flv.startswith(b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x08\0\0\xca")
        peer.say(Kind.SCRIPT, amf.write_values("@setDataFrame", "onMetaData", {"width": 320.0}), stream=1)
        peer.command("deleteStream", 4.0, None, 1.0)
        await peer.hears("NetStream.Unpublish.Success")
        assert await peer.is_cut()
        assert keys.sinks[0].ends == ["The encoder stopped."]
        assert b"onMetaData" in keys.sinks[0].flv
        assert b"@setDataFrame" not in keys.sinks[0].flv, "a file has no such word"


async def test_a_wrong_key_is_told_so_and_not_a_byte_is_taken():
    keys = Keys("bobs-key")
    async with listening(keys) as front:
        peer = await Peer.published(front, "charlies-guess")
        peer.say(Kind.AUDIO, AAC_FRAME, stream=1)
        assert (await peer.hears("NetStream.Publish.BadName"))["description"] == "This stream key is not valid."
        assert await peer.is_cut()
        keys.good.clear()
        revoked = await Peer.published(front, "bobs-key")
        await revoked.hears("NetStream.Publish.BadName")
        assert await revoked.is_cut()
    assert keys.sinks == []


async def test_media_before_a_key_ends_the_connection():
    keys = Keys("bobs-key")
    async with listening(keys) as front:
        peer = await Peer.connected(front)
        peer.say(Kind.VIDEO, b"\x17" + bytes(100), stream=1)
        assert await peer.is_cut()
    assert keys.asked == []


async def test_of_two_publishers_with_one_key_the_first_goes_on():
    keys = Keys("bobs-key")
    async with listening(keys) as front:
        first = await Peer.published(front, "bobs-key")
        await first.hears("NetStream.Publish.Start")
        second = await Peer.published(front, "bobs-key")
        await second.hears("NetStream.Publish.BadName")
        assert await second.is_cut()
        first.say(Kind.AUDIO, AAC_FRAME, stream=1)
        await soon(lambda: len(keys.sinks[0].flv) > 200)
    assert len(keys.sinks) == 1


async def test_who_fell_silent_is_replaced_by_who_comes_with_the_key():
    keys = Keys("bobs-key")
    async with listening(keys, Limits(silent_s=0.2)) as front:
        first = await Peer.published(front, "bobs-key")
        await first.hears("NetStream.Publish.Start")
        await asyncio.sleep(0.3)
        second = await Peer.published(front, "bobs-key")
        await second.hears("NetStream.Publish.Start")
        assert await first.is_cut()
        assert keys.sinks[0].ends == ["Another encoder took over."]
        assert front.kick("bobs-key", "Ended by Olga.")
        assert (await second.hears("NetStream.Publish.BadName"))["description"] == "Ended by Olga."
        assert await second.is_cut()
        assert not front.kick("bobs-key", "again")


async def test_a_key_is_free_only_when_its_last_sink_is_closed():
    """Two packagers in one folder would write over each other."""
    keys, order = Keys("bobs-key"), []

    async def admit(key: str) -> Kept:
        order.append("open")
        sink = await keys(key)

        async def slow_close(why: str) -> None:
            await asyncio.sleep(0.3)
            order.append("close")

        sink.close = slow_close  # type: ignore[method-assign]
        return sink

    async with listening(admit) as front:
        first = await Peer.published(front, "bobs-key")
        await first.hears("NetStream.Publish.Start")
        front.kick("bobs-key", "Ended by Olga.")
        back = await Peer.published(front, "bobs-key")
        await back.hears("NetStream.Publish.Start")
        assert order == ["open", "close", "open"]


async def test_a_kicked_encoder_stops_and_others_go_on():
    keys = Keys("bobs-key", "alices-key")
    async with listening(keys) as front, publisher(front, "alices-key", *BOTH):
        async with publisher(front, "bobs-key", *BOTH) as bob:
            await soon(lambda: len(keys.sinks) == 2 and all(len(sink.flv) > 20_000 for sink in keys.sinks))
            assert front.kick("bobs-key", "Ended by Olga.")
            assert await asyncio.wait_for(bob.wait(), 20) != 0
        alice = next(sink for sink in keys.sinks if sink.key == "alices-key")
        before = len(alice.flv)
        await soon(lambda: len(alice.flv) > before + 20_000)
        assert next(sink for sink in keys.sinks if sink.key == "bobs-key").ends == ["Ended by Olga."]


async def test_a_slow_sink_slows_its_publisher_in_bounded_memory():
    keys = Keys("bobs-key")
    async with listening(keys, Limits(sink_s_max=20)) as front:
        peer = await Peer.published(front, "bobs-key")
        await peer.hears("NetStream.Publish.Start")
        keys.sinks[0].open.clear()
        sent = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                while sent < 64 << 20:
                    peer.say(Kind.AUDIO, b"\xaf\x01" + bytes(60_000), stream=1)
                    sent += 60_000
                    await peer.writer.drain()
        assert sent < 32 << 20, "the publisher was not slowed down"
        keys.sinks[0].open.set()
        await asyncio.wait_for(peer.writer.drain(), 20)
        await soon(lambda: len(keys.sinks[0].flv) >= sent)
        assert keys.sinks[0].biggest < 256 << 10


async def test_a_sink_that_takes_nothing_ends_its_publisher():
    keys = Keys("bobs-key")
    async with listening(keys, Limits(sink_s_max=0.2)) as front:
        peer = await Peer.published(front, "bobs-key")
        await peer.hears("NetStream.Publish.Start")
        keys.sinks[0].open.clear()
        peer.say(Kind.AUDIO, AAC_FRAME, stream=1)
        await peer.hears("NetStream.Publish.Failed")
        assert await peer.is_cut()


async def test_who_says_nothing_is_cut():
    async with listening(Keys(), Limits(handshake_s_max=0.2, publish_s_max=0.3, ping_s=0.1)) as front:
        _, mute = await asyncio.open_connection("127.0.0.1", front.port)
        peer = await Peer.connected(front)
        await soon(lambda: front.connections == 0, 5)
        await peer.listen()
        mute.close()
        assert any(m.kind == Kind.CONTROL and m.body[:2] == b"\0\x06" for m in peer.heard), "it was asked first"


async def test_a_ping_is_answered_and_what_was_received_is_acknowledged():
    async with listening(Keys("bobs-key")) as front:
        peer = await Peer.published(front, "bobs-key")
        peer.say(Kind.WINDOW, (10_000).to_bytes(4))
        peer.say(Kind.CONTROL, b"\0\x06wxyz")
        peer.say(Kind.AUDIO, b"\xaf\x01" + bytes(20_000), stream=1)
        async with asyncio.timeout(5):
            while {Kind.ACKNOWLEDGED, Kind.CONTROL} - {m.kind for m in peer.heard}:
                await peer.listen()
        assert b"\0\x07wxyz" in [m.body for m in peer.heard]


async def test_one_address_cannot_take_every_place():
    async with listening(Keys(), Limits(connections_per_address_max=2)) as front:
        kept = [await Peer.connected(front) for _ in range(2)]
        reader, third = await asyncio.open_connection("127.0.0.1", front.port)
        with contextlib.suppress(OSError):
            assert await asyncio.wait_for(reader.read(1), 5) == b""
        third.close()
        for peer in kept:
            peer.writer.close()


async def test_ffmpeg_verifies_our_digests():
    """As a player, FFmpeg checks the server's digests; only then it asks to play, and is told no."""
    async with listening(Keys()) as front:
        ffmpeg = await asyncio.create_subprocess_exec(
            *(FFMPEG, "-hide_banner", "-v", "debug", "-i", f"rtmp://127.0.0.1:{front.port}/live/x", "-f", "null", "-"),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(ffmpeg.communicate(), 20)
    assert b"validating failed" not in said
    assert b"Nothing is played here" in said


async def test_a_question_that_fails_refuses_the_publisher():
    async def broken(key: str) -> Kept:
        raise RuntimeError(key)

    async with listening(broken) as front:
        peer = await Peer.published(front, "bobs-key")
        await peer.hears("NetStream.Publish.Failed")
        assert await peer.is_cut()


@pytest.mark.parametrize("stage", ["bare", "connected", "published"])
async def test_random_bytes_never_raise_out_of_a_connection(stage, caplog):
    keys = Keys("bobs-key")
    loop = asyncio.get_running_loop()
    raised: list[object] = []
    loop.set_exception_handler(lambda _, context: raised.append(context))
    try:
        async with listening(keys, Limits(handshake_s_max=2)) as front:
            good = await Peer.published(front, "bobs-key") if stage != "published" else None
            for garbage in _garbage():
                if stage == "bare":
                    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
                    peer = Peer(reader, writer)
                else:
                    connect = Peer.connected(front) if stage == "connected" else Peer.published(front, "bobs-key")
                    peer = await connect
                peer.writer.write(garbage)
                with contextlib.suppress(OSError):
                    peer.writer.write_eof()
                assert await peer.is_cut()
                await soon(lambda: front.connections == (1 if good else 0))
            if good:
                good.say(Kind.AUDIO, AAC_FRAME, stream=1)
                await soon(lambda: len(keys.sinks[0].flv) > 200)
    finally:
        loop.set_exception_handler(None)
    assert raised == []
    assert all(len(sink.ends) == 1 for sink in keys.sinks)


def _garbage() -> list[bytes]:
    found: list[bytes] = []

    @settings(max_examples=60, database=None, derandomize=True)
    @given(
        st.one_of(
            st.binary(max_size=4000),
            st.builds(lambda b: b"\x03" + b, st.binary(min_size=3072, max_size=6000)),
            st.builds(
                lambda k, b: written(k, b, lane=3, chunk_bytes=128), st.integers(0, 255), st.binary(max_size=500)
            ),
        )
    )
    def collect(garbage: bytes) -> None:
        found.append(garbage)

    collect()
    return found
