"""Encoded frames are put together, measured and packed without a decoder, whatever a peer sends."""

import asyncio
import itertools
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.media import avc
from largesse.media.assembly import GAP_S, Pictures, Sounds
from largesse.media.camera import Line
from largesse.media.ice import without_candidates
from largesse.media.matroska import Film
from publishing import FFMPEG, H264, made

KEY = avc.START + b"\x67\x42\xc0\x1e\x11" + avc.START + b"\x68\xce" + avc.START + b"\x65key"
REST = avc.START + b"\x41rest"


@dataclass
class Packet:
    """A packet as aiortc leaves it."""

    sequence_number: int
    timestamp: int
    marker: int
    _data: bytes
    ssrc: int = 7


class Taking:
    """What an assembly gave, and the clock that it reads."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.frames: list[tuple[bytes, int]] = []
        self.pictures = Pictures(lambda frame, ticks: self.frames.append((frame, ticks)), lambda: self.now_s)

    def add(self, *packets: Packet) -> bool:
        """Whether a key frame has to be asked for after the last one."""
        return [self.pictures.add(packet) for packet in packets][-1][0]


def packets(first: int, *frames: tuple[bytes, int]) -> list[Packet]:
    """Each frame in three packets."""
    numbers = itertools.count(first)
    made = []
    for frame, ticks in frames:
        cuts = [0, len(frame) // 3, 2 * len(frame) // 3, len(frame)]
        for n, (start, end) in enumerate(itertools.pairwise(cuts)):
            made.append(Packet(next(numbers) & 0xFFFF, ticks, int(n == 2), frame[start:end]))
    return made


def test_whose_pictures_they_are_is_known_for_asking_a_key_frame():
    taking = Taking()
    assert taking.pictures.source == 0, "nobody is asked before"
    taking.add(*packets(1, (KEY, 0)))
    assert taking.pictures.source == 7


@given(st.randoms(use_true_random=False), st.sampled_from([0, 7, 65_530]))
def test_packets_in_any_order_make_the_same_frames(random, first):
    frames = [(KEY, 0), *[(REST + bytes([n]), 3_000 * n) for n in range(1, 6)]]
    begun, *rest = packets(first, *frames)
    for at in range(0, len(rest), 4):  # as far apart as a network mixes them
        part = rest[at : at + 4]
        random.shuffle(part)
        rest[at : at + 4] = part
    taking = Taking()
    taking.add(begun, *rest, *rest)
    assert taking.frames == frames


def test_a_frame_is_taken_with_its_last_packet_and_not_with_the_next_frames_first():
    taking = Taking()
    whole = packets(5, (KEY, 0), (REST, 3_000))
    for packet in whole[:3]:
        taking.add(packet)
    assert taking.frames == [(KEY, 0)]


def test_nothing_is_taken_before_a_key_frame():
    taking = Taking()
    taking.add(*packets(0, (REST, 0), (KEY, 3_000), (REST, 6_000)))
    assert [ticks for _, ticks in taking.frames] == [3_000, 6_000]


def test_a_packet_that_is_sent_again_fills_its_gap():
    taking = Taking()
    whole = packets(0, (KEY, 0), (REST, 3_000), (REST, 6_000))
    assert not taking.add(*whole[:4], *whole[5:])
    assert len(taking.frames) == 1
    assert not taking.add(whole[4])
    assert [ticks for _, ticks in taking.frames] == [0, 3_000, 6_000]


def test_a_gap_that_stays_costs_the_pictures_until_a_key_frame():
    taking = Taking()
    whole = packets(0, (KEY, 0), (REST, 3_000), (REST, 6_000), (REST, 9_000), (KEY, 12_000))
    taking.add(*whole[:4], *whole[5:9])
    taking.now_s = GAP_S + 0.1
    assert taking.add(whole[9]), "a key frame is asked for"
    assert not taking.add(*whole[10:])
    assert [ticks for _, ticks in taking.frames] == [0, 12_000]
    assert not taking.add(whole[4]), "what comes after all is too late"


def test_what_waits_is_bounded():
    taking = Taking()
    taking.add(Packet(0, 0, 0, KEY))
    for n in range(2, 40_000):
        taking.add(Packet(n & 0xFFFF, n, 0, REST))
        assert len(taking.pictures._packets) <= 2_048


def test_sound_passes_at_once_and_never_back():
    taken: list[int] = []
    sounds = Sounds(lambda _, ticks: taken.append(ticks))
    for number in (65_534, 65_535, 1, 0, 1, 2):
        sounds.add(Packet(number, number, 1, b"opus"))
    assert taken == [65_534, 65_535, 1, 2]


def test_a_clock_goes_on_over_its_end_and_begins_anew_after_a_jump():
    line = Line(90_000)
    assert line.at((1 << 32) - 90_000, 100.0) == 100.0
    assert line.at(0, 101.1) == 101.0
    assert line.at(90_000, 102.0) == 102.0
    assert line.at(2_000_000_000, 103.0) == 103.0
    assert line.at(2_000_090_000, 104.0) == 104.0


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (1080, 1920), (426, 240), (3840, 2160)])
@pytest.mark.parametrize("profile", ["baseline", "high"])
async def test_a_pictures_size_is_read(size, profile):
    source = ("-f", "lavfi", "-i", f"color=size={size[0]}x{size[1]}:rate=1")
    whole = await made(*source, *H264, "-profile:v", profile, "-frames:v", "1", seconds=1, form="h264")
    head = avc.head_of(avc.split(whole.replace(b"\0\0\0\1", b"\0\0\1").replace(b"\0\0\1", avc.START)))
    assert head is not None
    assert avc.size_of(head.sps) == size


@given(st.binary(max_size=60))
def test_damaged_parameter_sets_are_refused_and_nothing_else(garbage):
    try:
        width, height = avc.size_of(b"\x67" + garbage)
    except avc.BadPicture:
        return
    assert 0 < width <= 1 << 14
    assert 0 < height <= 1 << 14


@given(st.binary(max_size=200))
def test_garbage_frames_pass_the_reader(garbage):
    nals = avc.split(garbage)
    avc.is_key(nals)
    avc.head_of(nals)
    avc.sized(nals)


@pytest.mark.parametrize("pause", [False, True])
async def test_a_film_is_what_a_decoder_plays(tmp_path: Path, pause):
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15")
    whole = await made(*source, *H264, "-x264-params", "annexb=1:aud=1", seconds=4, form="h264")
    units = whole.replace(b"\0\0\0\1", b"\0\0\1").replace(b"\0\0\1", avc.START).split(avc.START + b"\x09")[1:]
    nals = [avc.split(b"\x09" + unit) for unit in units]
    head = avc.head_of(nals[0])
    assert head is not None
    film = Film(head, avc.size_of(head.sps), 10.0, sound=True)
    parts = [film.sound(9.9, b"\xf8\xff\xfe")]
    assert parts == [b""], "what came before the first picture is dropped"
    for n, unit in enumerate(nals):
        at_s = 10 + n / 15
        parts.append(film.picture(at_s, avc.sized(unit), key=avc.is_key(unit)))
        if not (pause and 15 < n < 45):
            parts += [film.sound(at_s + k * 0.02, b"\xf8\xff\xfe") for k in range(3)]
    path = tmp_path / "film.mkv"
    path.write_bytes(b"".join(parts))
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-v", "error", "-xerror", "-i", str(path), "-map", "0:v", "-map", "0:a"),
        *("-f", "null", "-progress", "pipe:1", "-"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, complaints = await ffmpeg.communicate()
    assert (ffmpeg.returncode, complaints) == (0, b"")
    assert b"frame=60\n" in out
    blocks = path.read_bytes().count(b"\xf8\xff\xfe")
    assert blocks >= (100 if pause else 150), "a pause of two seconds is filled with silence"


def test_an_offers_candidates_are_left_out():
    offer = "v=0\r\na=mid:0\r\na=candidate:1 1 udp 1 10.0.0.1 22 typ host\r\na=end-of-candidates\r\na=sendonly\r\n"
    assert without_candidates(offer) == "v=0\r\na=mid:0\r\na=sendonly\r\n"
