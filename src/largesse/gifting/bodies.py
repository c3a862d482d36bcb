"""What gifting reads and writes on the wire."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from largesse import accounts, ledger
from largesse.gifting.model import COMBO_CHARS_MAX, COUNT_MAX, MESSAGE_CHARS_MAX
from largesse.kit import ids

BATCH_MAX = 1000
ComboText = Annotated[str, msgspec.Meta(min_length=1, max_length=COMBO_CHARS_MAX, pattern="^[A-Za-z0-9_.:-]+$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=COUNT_MAX, description="1 unless the gift is streakable")]
IdText = Annotated[str, msgspec.Meta(min_length=1, max_length=60, description="UUIDv7, bare or gift_…")]
Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="a gift of the catalogue")]


class GiftBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A gift to give. `expected_coins`: refuse unless it costs this in total; `not_after`: refuse when later.

    `to`: whose diamonds it makes, the creator or a guest who is on; the creator where absent.
    """

    id: IdText
    gift_id: Slug
    count: Count = 1
    expected_coins: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None = None
    not_after: datetime | None = None
    combo_id: ComboText | None = None
    message: Annotated[str, msgspec.Meta(max_length=MESSAGE_CHARS_MAX)] | None = None
    anonymous: bool = False
    to: Annotated[str, msgspec.Meta(max_length=60)] | None = None


class HostUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A user by the host platform's own id."""

    host_user: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BatchGift(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One gift of a batch; exactly one of `live_id` and `video_id`. `to` is a guest of the LIVE, or its creator."""

    id: IdText
    sender: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | HostUser
    gift_id: Slug
    live_id: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    video_id: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    count: Count = 1
    to: Annotated[str, msgspec.Meta(max_length=60)] | None = None


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 gifts, settled in order."""

    gifts: Annotated[list[BatchGift], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class BalanceBody(msgspec.Struct, frozen=True, gc=False):
    """What is left in the wallet, both classes of coins together."""

    coins: int


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True):
    """A settled gift. Coins are totals for `count`; `receipt` is its number, `batch.leaf`, unique for ever."""

    id: str
    gift_id: str
    count: int
    coins: int
    coins_promo: int
    diamonds_milli: int
    policy_id: str
    context: str
    sender: accounts.PersonBody | None
    receiver: accounts.PersonBody | None
    happened_at: datetime
    balance: BalanceBody
    receipt: str
    proof_url: str


class BatchReceipt(msgspec.Struct, frozen=True, gc=False):
    """The receipt of a gift in a batch."""

    receipt: str
    coins: int
    coins_promo: int
    diamonds_milli: int
    balance: BalanceBody


class BatchResult(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`settled`, `duplicate` or `refused` with its code."""

    id: str
    status: str
    code: str | None = None
    receipt: BatchReceipt | None = None


class BatchResults(msgspec.Struct, frozen=True):
    """Results in the order of the gifts."""

    results: list[BatchResult]


class LiveBody(msgspec.Struct, frozen=True):
    """Where it was given."""

    id: str
    title: str


class GiftItem(msgspec.Struct, frozen=True, kw_only=True):
    """A gift in a history. `sender` is null to everybody but the giver where the gift was anonymous.

    `api_key`: a program gave it; `given_by` tells the giver which one, by its host's name or its own.
    """

    id: str | None
    gift_id: str
    name: str
    count: int
    coins: int
    coins_paid: int
    coins_promo: int
    diamonds_milli: int
    policy_id: str
    context: str
    live: LiveBody | None
    sender: accounts.PersonBody | None
    receiver: accounts.PersonBody | None
    happened_at: datetime
    recorded_at: datetime
    receipt: str
    proof_url: str
    message: str | None
    combo_id: str | None
    api_key: bool
    given_by: str | None


def happened_at(gift: ledger.GiftRow) -> datetime:
    """When the giver sent it: the time in its id."""
    return ids.made_at(gift.id) or gift.recorded_at


Json = dict[str, Any]
