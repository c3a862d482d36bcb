"""A gift on its way into the books, and as it stands there."""

from datetime import datetime
from uuid import UUID

import msgspec

LIVE, AFTER_LIVE, VIDEO = 0, 1, 2
ANONYMOUS = 4
# Test money has granted coins to the giver: the gift's promotional coins earn nothing, whatever the policy says.
UNEARNING = 8
# Whose diamonds it makes is a guest of the LIVE, not its creator.
GUEST = 16
CONTEXTS = ("live", "after_live", "video")


class Entry(msgspec.Struct, gc=False):
    """A settled gift, written by the committer. Coins are totals; `*_before` are the wallet's `…_out` counters."""

    id: bytes
    sender: int
    receiver: int
    stage: int
    kind: int
    count: int
    coins_paid: int
    coins_promo: int
    diamonds_milli: int
    paid_before: int
    promo_before: int
    api_key: int
    policy: int
    flags: int
    batch: int = 0
    leaf: int = 0


class GiftRow(msgspec.Struct, frozen=True, gc=False):
    """A gift as it stands in the journal: the time of its batch, and the columns of `sql/gifts_of_batches.sql`."""

    recorded_at: datetime
    id: UUID
    batch: int
    leaf: int
    sender: int
    receiver: int
    stage: int
    kind: int
    count: int
    coins_paid: int
    coins_promo: int
    diamonds_milli: int
    policy: int
    flags: int
    api_key: int
    paid_before: int
    promo_before: int

    @property
    def coins(self) -> int:
        """What it cost, both classes of coins together."""
        return self.coins_paid + self.coins_promo

    @property
    def anonymous(self) -> bool:
        """Whether the giver asked not to be named."""
        return bool(self.flags & ANONYMOUS)

    @property
    def context(self) -> str:
        """`live`, `after_live` or `video`."""
        return CONTEXTS[self.flags & 3]

    @property
    def receipt(self) -> str:
        """The receipt number, unique and public: batch and leaf."""
        return f"{self.batch}.{self.leaf}"


def parse_receipt(text: str) -> tuple[int, int] | None:
    """Batch and leaf of a receipt number; None where it is not one."""
    batch, mark, leaf = text.partition(".")
    if not mark or not (batch.isascii() and leaf.isascii() and batch.isdigit() and leaf.isdigit()):
        return None
    if len(batch) > 18 or len(leaf) > 4:  # noqa: PLR2004 - int8, and what lies behind 1,000 leaves
        return None
    return int(batch), int(leaf)
