"""What was asked and what was answered: the other side of the books, kept outside of them."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from struct import Struct

import uuid_utils

FAILURES_TOLD = 40
_SAMPLES = 4_000
_RESENT_MAX = 2_000
# id, sender, batch, leaf: in this order, so that sorting the bytes sorts by (id, sender).
RECORD = Struct(">16siqh")
KEY_BYTES = 20


@dataclass(slots=True)
class Gift:
    """A gift that somebody means to give. `receipt` is what its first acknowledgement said."""

    id: bytes
    sender: int
    live: int
    gift_id: str
    count: int
    receipt: str = ""

    @property
    def text_id(self) -> str:
        """The id on the wire: a bare UUID."""
        text = self.id.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(slots=True)
class Sample:
    """When a gift was first sent (seconds since 1970), and in which batch it was settled, at the first try."""

    sent_at: float
    batch: int


def new_id() -> bytes:
    """A fresh UUIDv7."""
    return uuid_utils.uuid7().bytes


@dataclass
class Tally:
    """Counts, acknowledged ids, failures. `rng` chooses samples only."""

    rng: random.Random
    acknowledged: int = 0
    resent: int = 0
    conflicts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unknown_outcomes: int = 0
    acked: bytearray = field(default_factory=bytearray)
    refused_ids: set[bytes] = field(default_factory=set)
    asked: set[bytes] = field(default_factory=set)
    again: list[Gift] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    newest: tuple[float, float] = (0.0, 0.0)

    def fail(self, promise: str, detail: str) -> None:
        """A promise was broken."""
        self.failures[promise] += 1
        if self.failures[promise] <= FAILURES_TOLD // 4 and len(self.details) < FAILURES_TOLD:
            self.details.append(f"{promise}: {detail}")

    def ask(self, gift: Gift) -> None:
        """A gift is about to be sent for the first time: until its answer comes, it may be in the books or not."""
        self.asked.add(_key(gift))

    def acknowledge(self, gift: Gift, receipt: str, sent_at: float, *, first_try: bool) -> None:
        """A gift was answered with a receipt, or with one again; both must be the same."""
        if gift.receipt:
            if gift.receipt != receipt:
                self.fail("a gift has one receipt", f"{gift.text_id} had {gift.receipt}, and now {receipt}")
            return
        gift.receipt = receipt
        key = _key(gift)
        batch, _, leaf = receipt.partition(".")
        self.acked += RECORD.pack(gift.id, gift.sender, int(batch), int(leaf))
        self.acknowledged += 1
        self.asked.discard(key)
        self.refused_ids.discard(key)
        self.newest = max(self.newest, (sent_at, time.monotonic()))
        if first_try:
            self._sample(Sample(sent_at, int(batch)))

    def keep_for_later(self, gift: Gift) -> None:
        """This id is sent again some time."""
        if len(self.again) < _RESENT_MAX:
            self.again.append(gift)

    def refuse(self, gift: Gift, code: str) -> None:
        """A gift was refused: it is not in the books unless it is accepted later."""
        if gift.receipt:
            self.fail("an acknowledged gift is never refused", f"{gift.text_id} has {gift.receipt}, and then {code}")
            return
        self.refused[code] += 1
        self.asked.discard(_key(gift))
        self.refused_ids.add(_key(gift))

    def _sample(self, sample: Sample) -> None:
        if len(self.samples) < _SAMPLES:
            self.samples.append(sample)
        elif (place := self.rng.randrange(self.acknowledged)) < _SAMPLES:
            self.samples[place] = sample


def _key(gift: Gift) -> bytes:
    return gift.id + gift.sender.to_bytes(4, "big")
