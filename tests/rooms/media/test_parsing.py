"""Bytes from outside: read right, or refused by name, within bounds."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.media import amf
from largesse.media.chunks import BadChunk, ChunkReader, Kind, written

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5))
def test_what_is_written_is_read_the_same(values):
    with contextlib.suppress(amf.BadAmf):  # nested deeper than a command needs
        assert amf.read_values(amf.write_values(*values)) == values


@given(st.binary(max_size=600))
def test_any_bytes_are_amf_or_refused(body):
    with contextlib.suppress(amf.BadAmf):
        amf.read_values(body)


@pytest.mark.parametrize(
    "bomb", [b"\x0a\xff\xff\xff\xff", b"\x0a\0\0\0\x01" * 200, b"\x03\0\x01a" * 200, b"\x05" * 600, b"\x11\x0a"]
)
def test_a_bomb_of_values_is_refused(bomb):
    with pytest.raises(amf.BadAmf):
        amf.read_values(bomb)


@given(
    st.lists(st.tuples(st.integers(2, 63), st.sampled_from([8, 9, 18, 20]), st.binary(max_size=700)), max_size=6),
    st.integers(1, 300),
    st.integers(1, 400),
)
def test_messages_are_the_same_however_they_are_cut(messages, chunk_bytes, piece):
    sent = written(Kind.CHUNK_SIZE, chunk_bytes.to_bytes(4), chunk_bytes=128)
    sent += b"".join(written(kind, body, stream=1, lane=lane, chunk_bytes=chunk_bytes) for lane, kind, body in messages)
    reader, got = ChunkReader(1000), []
    for at in range(0, len(sent), piece):
        reader.feed(sent[at : at + piece])
        got += reader.messages()
    assert [(m.kind, m.body, m.stream) for m in got] == [(kind, body, 1) for _, kind, body in messages]
    assert reader.held_bytes == 0


@given(st.lists(st.binary(max_size=900), max_size=6))
def test_any_bytes_are_chunks_or_refused_and_little_is_held(pieces):
    reader = ChunkReader(5_000)
    with contextlib.suppress(BadChunk):
        for piece in pieces:
            reader.feed(piece)
            assert all(len(message.body) <= 5_000 for message in reader.messages())
            assert reader.held_bytes <= sum(map(len, pieces))


def test_times_are_deltas_and_long_ones_are_extended():
    reader = ChunkReader(100)
    first = b"\x04\xff\xff\xff\0\0\x02\x08\x01\0\0\0" + (0x01000000).to_bytes(4) + b"ab"
    reader.feed(first + b"\x84\0\0\x17cd" + b"\xc4ef" + b"\x44\0\0\x05\0\0\x01\x09g")
    assert [(m.ms, m.kind, m.body) for m in reader.messages()] == [
        (0x01000000, 8, b"ab"),
        (0x01000017, 8, b"cd"),
        (0x0100002E, 8, b"ef"),
        (0x01000033, 9, b"g"),
    ]


def test_two_streams_that_alternate_are_put_together():
    reader = ChunkReader(1000)
    one, two = written(8, b"a" * 200, lane=4, chunk_bytes=128), written(9, b"b" * 200, lane=6, chunk_bytes=128)
    reader.feed(one[:140] + two[:140] + one[140:] + two[140:])
    assert [m.body for m in reader.messages()] == [b"a" * 200, b"b" * 200]


def test_numbers_of_chunk_streams_may_take_two_bytes_or_three():
    reader, head = ChunkReader(1000), b"\0\0\0\0\0\xc8\x08\x01\0\0\0"
    # 64 + 258 in three bytes; 64 + 3 in two, and where it goes on in three
    first, second = b"\x01\x02\x01" + head + b"a" * 128, b"\x00\x03" + head + b"b" * 128
    reader.feed(first + second + b"\xc1\x03\x00" + b"b" * 72 + b"\xc1\x02\x01" + b"a" * 72)
    assert [m.body for m in reader.messages()] == [b"b" * 200, b"a" * 200]
    reader.feed(b"\xc1\xc3\x00")  # 64 + 195 did not begin
    with pytest.raises(BadChunk):
        list(reader.messages())


@pytest.mark.parametrize(
    "bad",
    [
        b"\xc5",  # goes on with what did not begin
        b"\x05\0\0\0\xff\xff\xff\x08\0\0\0\0",  # too long
        b"\x02\0\0\0\0\0\x04\x01\0\0\0\0" + bytes(4),  # chunks of nothing
        b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\xff\xff\xff\xff",  # chunks of everything
        b"\x04\0\0\0\0\0\xff\x08\0\0\0\0" + bytes(128) + b"\x04\0\0\0\0\0\xff\x08\0\0\0\0",  # one inside another
        b"".join(b"\0" + bytes((n,)) + bytes(11) for n in range(70)),  # too many streams
    ],
)
def test_what_breaks_a_bound_is_refused(bad):
    reader = ChunkReader(1000)
    reader.feed(bad)
    with pytest.raises(BadChunk):
        list(reader.messages())
