"""H.264 access units: their NAL units, whether they are key frames, and what a player needs to know before them.

Nothing is decoded but the sequence parameter set's size. Source: ITU-T H.264, 7.3.2.1.1 and annex B; ISO/IEC 14496-15,
5.3.3 (the decoder's configuration record).
"""

from dataclasses import dataclass

START = b"\0\0\0\1"
IDR, SPS, PPS = 5, 7, 8
_BESIDE = frozenset({SPS, PPS, 9, 12})  # stand in the record, or say nothing: delimiters and filling
_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})
_BITS_MAX = 32
_PIXELS_MAX = 1 << 14


class BadPicture(ValueError):  # noqa: N818 - what came, not a bug
    """Bytes that are no H.264 as a player takes it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a decoder is given first: one sequence and one picture parameter set."""

    sps: bytes
    pps: bytes

    @property
    def record(self) -> bytes:
        """The decoder's configuration record."""
        sets = b"\xe1" + len(self.sps).to_bytes(2) + self.sps + b"\x01" + len(self.pps).to_bytes(2) + self.pps
        return b"\x01" + self.sps[1:4] + b"\xff" + sets


def split(unit: bytes) -> list[bytes]:
    """The NAL units of an access unit in the byte stream's form; empty ones are left out."""
    return [nal for nal in unit.split(START) if nal]


def is_key(nals: list[bytes]) -> bool:
    """Whether a player may begin with this access unit."""
    return any(nal[0] & 31 == IDR for nal in nals)


def head_of(nals: list[bytes]) -> Head | None:
    """The parameter sets that stand in this access unit; the last of each kind."""
    sets = {nal[0] & 31: nal for nal in nals if nal[0] & 31 in {SPS, PPS}}
    return Head(sets[SPS], sets[PPS]) if len(sets) == 2 and len(sets[SPS]) > 3 else None  # noqa: PLR2004


def sized(nals: list[bytes]) -> bytes:
    """The access unit as files have it: each unit behind its length, without parameter sets."""
    return b"".join(len(nal).to_bytes(4) + nal for nal in nals if nal[0] & 31 not in _BESIDE)


def size_of(sps: bytes) -> tuple[int, int]:
    """(width, height) in pixels. Raises `BadPicture`."""
    bits = _Bits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = 1
    if profile in _HIGH:
        chroma = bits.golomb()
        if chroma == 3 and bits.take(1):  # noqa: PLR2004
            raise BadPicture("colour planes apart")
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            bits.skip_scaling(12 if chroma == 3 else 8)  # noqa: PLR2004
    bits.golomb()
    bits.skip_order()
    bits.golomb()
    bits.take(1)
    width, height = 16 * (bits.golomb() + 1), bits.golomb() + 1
    frames_only = bits.take(1)
    height *= 16 * (2 - frames_only)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        across, down = (1 if chroma in {0, 3} else 2), (2 if chroma == 1 else 1) * (2 - frames_only)
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width, height = width - across * (left + right), height - down * (top + bottom)
    if not (0 < width <= _PIXELS_MAX and 0 < height <= _PIXELS_MAX):
        raise BadPicture(f"a picture of {width} by {height}")
    return width, height


class _Bits:
    """Reads bits. Raises `BadPicture` behind the end."""

    def __init__(self, whole: bytes) -> None:
        self._value, self._left = int.from_bytes(whole), len(whole) * 8

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise BadPicture("ends inside its parameter set")
        return (self._value >> self._left) & ((1 << count) - 1)

    def golomb(self) -> int:
        """An unsigned number of Exp-Golomb's code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _BITS_MAX:
                raise BadPicture("a number without an end")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """A signed one."""
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)

    def skip_scaling(self, lists: int) -> None:
        """Scaling lists, 7.3.2.1.1.1."""
        for n in range(lists):
            if not self.take(1):
                continue
            last = following = 8
            for _ in range(16 if n < 6 else 64):  # noqa: PLR2004
                if following:
                    following = (last + self.signed()) % 256
                last = following or last

    def skip_order(self) -> None:
        """How pictures are counted."""
        kind = self.golomb()
        if kind == 0:
            self.golomb()
        elif kind == 1:
            self.take(1)
            self.signed()
            self.signed()
            for _ in range(min(self.golomb(), 255)):
                self.signed()
