import asyncio
import contextlib
import json
import socket
from datetime import UTC, datetime

import msgspec
import pytest

from largesse.kit.clock import SystemClock
from largesse.realtime import gate
from largesse.realtime.frames import ChatMessage, Frame, FrameBody, Totals, make
from largesse.realtime.gate import GateRoom, Push, Viewer
from rooms_made import stage

AT = datetime(2026, 3, 4, tzinfo=UTC)
GUEST = Viewer(None, sees_diamonds=False, you_follow=b"null", you=b"null")


def frame(seq: int, prev: int | None = None, text: str = "hi") -> Frame:
    person = {"id": "acct_1", "username": "a", "display_name": "A"}
    said = ChatMessage(at=AT, id=f"comment_{seq}", sender=person, text=text)
    return make(
        FrameBody(seq=seq, at=AT, events=[said], totals=Totals(1, 0, seq, 0, 0)), seq - 1 if prev is None else prev, 0
    )


@pytest.fixture
async def pipe():
    """Makes real transports and the far ends of their sockets."""
    made = []

    async def make_pipe() -> tuple[asyncio.Transport, Far]:
        near, far = socket.socketpair()
        far.setblocking(False)
        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(asyncio.Protocol, near)
        made.append((transport, far))
        return transport, Far(far)

    yield make_pipe
    for transport, far in made:
        transport.abort()
        far.close()
    await asyncio.sleep(0)


class Far:
    """The far end of a socket: it reads when it is told to."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.rest = b""

    def read(self) -> list[dict]:
        """The messages that came whole so far."""
        with contextlib.suppress(BlockingIOError):
            while chunk := self.end.recv(1 << 20):
                self.rest += chunk
        found, data, at = [], self.rest, 0
        while len(data) - at >= 2:
            length, head = data[at + 1], 2
            if length == 126:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if len(data) - at < head + length:
                break
            found.append(json.loads(data[at + head : at + head + length]))
            at += head + length
        self.rest = data[at:]
        return found


def room(*frames: Frame) -> GateRoom:
    made = GateRoom(stage(), SystemClock())
    made.base = gate.Base(b'{"id":"live_1","you_follow":', b"[]")
    made.load(frames, Totals(0, 0, 0, 0, 0), 0, 0)
    return made


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_viewer_gets_a_snapshot_and_then_every_frame_in_order(pipe):
    one = room(frame(1), frame(2))
    transport, far = await pipe()
    one.add(Push(transport, GUEST), None)
    for n in (3, 4, 5):
        assert one.take(frame(n))
    await settle()
    one.take(frame(6))
    await settle()
    got = far.read()
    assert (got[0]["type"], got[0]["seq"], got[0]["totals"]["gifts"]) == ("snapshot", 2, 2)
    assert [event["id"] for event in got[0]["events"]] == ["comment_1", "comment_2"]
    assert [message["seq"] for message in got[1:]] == [3, 4, 5, 6]


async def test_who_comes_back_gets_what_was_missed_and_nothing_twice(pipe):
    one = room(*[frame(n) for n in range(1, 11)])
    transport, far = await pipe()
    one.add(Push(transport, GUEST), 7)
    one.take(frame(11))
    await settle()
    got = far.read()
    assert (got[0]["seq"], got[0]["events"], got[0]["totals"]["gifts"]) == (7, [], 10)
    assert [message["seq"] for message in got[1:]] == [8, 9, 10, 11]


async def test_a_viewer_whose_standing_changes_is_told_by_a_snapshot_and_nobody_else_is(pipe):
    one = room(frame(1))
    fan = Viewer(7, sees_diamonds=False, you_follow=b"false", you=b'{"banned":false}')
    ends = []
    for viewer in (fan, GUEST):
        transport, far = await pipe()
        one.add(Push(transport, viewer), None)
        ends.append(far)
    following = one.follow(fan, None, (), 1.0)
    assert json.loads((await anext(following))[1])["you"] == {"banned": False}
    one.take(frame(2))
    assert (await anext(following))[0] == 2
    one.renew(msgspec.structs.replace(fan, you=b'{"banned":true}'))
    await settle()
    one.take(frame(3))
    await settle()
    mine, others = (far.read() for far in ends)
    assert [m["seq"] for m in others] == [1, 2, 3]
    assert [m["seq"] for m in mine][-1] == 3
    told = [m["you"]["banned"] for m in mine if m.get("type") == "snapshot"]
    assert told == [False, True]
    assert json.loads((await anext(following))[1])["you"] == {"banned": True}
    await following.aclose()
    again = one.follow(fan, None, (), 1.0)
    assert json.loads((await anext(again))[1])["you"] == {"banned": False}, "what held before is no matter"
    one.take(frame(4))
    assert (await anext(again))[0] == 4
    await again.aclose()


async def test_who_was_away_longer_than_is_kept_gets_a_fresh_snapshot(pipe):
    one = room(*[frame(n) for n in range(100, 111)])
    for after in (3, 10**12):
        transport, far = await pipe()
        one.add(Push(transport, GUEST), after)
        await settle()
        got = far.read()
        assert [message["seq"] for message in got] == [110]
        assert len(got[0]["events"]) == 11


async def test_older_kept_frames_are_joined_to_the_recent_ones(pipe):
    one = room(*[frame(n) for n in range(100, 111)])
    transport, far = await pipe()
    one.add(Push(transport, GUEST), 95, [frame(n) for n in range(96, 101)])
    await settle()
    assert [message["seq"] for message in far.read()] == [95, *range(96, 111)]


async def test_a_viewer_who_comes_while_a_frame_goes_out_gets_it_once(pipe):
    one = room(frame(1))
    ends = []
    for _ in range(gate._WRITES_A_SLICE + 10):
        transport, far = await pipe()
        one.add(Push(transport, GUEST), None)
        ends.append(far)
    one.take(frame(2))
    one.take(frame(3))
    await asyncio.sleep(0)  # the delivery is under way now
    assert one.sent < 3
    transport, far = await pipe()
    one.add(Push(transport, GUEST), None)
    one.take(frame(4))
    await settle()
    for end in ends:
        assert [message["seq"] for message in end.read()] == [1, 2, 3, 4]
    seqs = [message["seq"] for message in far.read()]
    assert seqs == list(range(seqs[0], 5))
    assert seqs[0] in {2, 3}
    assert (len(one.live), len(one.lagging)) == (len(ends) + 1, 0)


async def test_a_stalled_viewer_costs_bounded_memory_and_is_brought_up_afterwards(pipe):
    one = room(frame(1))
    stalled, far = await pipe()
    quick, quick_far = await pipe()
    one.add(Push(stalled, GUEST), None)
    one.add(Push(quick, GUEST), None)
    seen = []
    text = "x" * 20_000
    for n in range(2, 402):
        one.take(frame(n, text=text))
        await settle()
        seen += quick_far.read()
        assert stalled.get_write_buffer_size() <= gate.BUFFER_BYTES_MAX + 64_000
    assert [message["seq"] for message in seen] == list(range(1, 402))
    assert len(one.lagging) == 1
    got = []
    for _ in range(2_000):
        got += far.read()
        one.bring_up()
        await asyncio.sleep(0.001)
        if got[-1]["seq"] == 401:
            break
    seqs = [message["seq"] for message in got]
    assert seqs == sorted(set(seqs)), "nothing twice, nothing backwards"
    assert seqs[-1] == 401
    snapshots = [message for message in got if message.get("type") == "snapshot"]
    assert len(snapshots) == 2, "one to begin with, one where the recent frames did not reach back"
    assert snapshots[1]["totals"]["gifts"] == 401
    one.take(frame(402))
    await settle()
    assert [message["seq"] for message in far.read()] == [402]


async def test_a_viewer_who_never_drains_is_set_free(pipe, monkeypatch):
    monkeypatch.setattr(gate, "STALLED_S_MAX", 0.01)
    one = room(frame(1))
    transport, _ = await pipe()
    one.add(Push(transport, GUEST), None)
    for n in range(2, 60):
        one.take(frame(n, text="x" * 20_000))
        await settle()
    await asyncio.sleep(0.05)
    one.bring_up()
    assert transport.is_closing()
    assert not one.lagging


async def test_a_closed_socket_stops_nobody_elses_frames(pipe):
    one = room(frame(1))
    gone, _ = await pipe()
    there, far = await pipe()
    one.add(Push(gone, GUEST), None)
    one.add(Push(there, GUEST), None)
    gone.abort()
    one.take(frame(2))
    await settle()
    assert [message["seq"] for message in far.read()] == [1, 2]
    assert len(one.live) == 1


def test_a_missing_frame_is_noticed_and_an_old_one_passed_over():
    async def check() -> None:
        one = room(frame(5))
        assert one.take(frame(4))
        assert not one.take(frame(7))
        assert one.seq == 5
        assert one.take(frame((2 << 32) + 1, prev=5)), "a new owner's first frame stands on the last one of the old"
        assert one.take(frame(6)), "a frame of an older epoch is passed over"
        assert one.seq == (2 << 32) + 1

    asyncio.run(check())


async def test_frames_lost_for_ever_are_made_good_by_a_snapshot(pipe):
    one = room(frame(1))
    transport, far = await pipe()
    one.add(Push(transport, GUEST), None)
    one.jump(frame(9))
    await settle()
    got = far.read()
    assert [(message.get("type"), message["seq"]) for message in got] == [("snapshot", 1), ("snapshot", 9)]


async def test_readers_who_ask_get_the_same_as_those_who_are_written_to():
    one = room(*[frame(n) for n in range(1, 6)])
    reading = one.follow(GUEST, 3, [], 0.01)
    assert [(await anext(reading))[0] for _ in range(3)] == [3, 4, 5]
    assert await anext(reading) is None, "silence is told, so that a connection is kept"
    one.take(frame(6))
    assert (await anext(reading))[0] == 6
    for n in range(7, 7 + gate.RING_FRAMES_MAX + 1):
        one.take(frame(n))
    seq, body = await anext(reading)
    assert (json.loads(body)["type"], seq) == ("snapshot", 7 + gate.RING_FRAMES_MAX)
    await reading.aclose()
    await settle()
