"""A wallet's statement: transfers and gifts merged by time, newest first, each with the balance after it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from itertools import islice

import msgspec

from largesse.kit.db import ReadTx, sql
from largesse.kit.http import Invalid
from largesse.ledger.entry import GiftRow
from largesse.ledger.feed import list_sent
from largesse.ledger.wallets import get_wallet

_KEY_MAX = 2**63 - 1
_NO_GIFT = "0.0"  # before which there is none


class WalletEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a statement; `coins` is signed, `balance` what the wallet held after it.

    `kind` is `gift` or a transfer's kind (`purchase`, `grant`, `refund`, …); `source` names a transfer's cause. `debt`
    is how many coins more are owed, signed; `clawed` are spent coins that were taken back, `reversed` of them out of
    gifts.
    """

    at: datetime
    kind: str
    coins: int
    balance: int
    source: str | None = None
    debt: int = 0
    clawed: int = 0
    reversed: int = 0
    gift: GiftRow | None = None


class Statement(msgspec.Struct, frozen=True):
    """A page of a statement; `next_cursor` is None on the last one."""

    entries: list[WalletEntry]
    next_cursor: str | None


class _Transfer(msgspec.Struct, frozen=True, kw_only=True):
    key: int
    kind: str
    source: str
    recorded_at: datetime
    coins: int
    debt: int
    clawed: int
    reversed: int


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Before which gift and which transfer to go on, and the balance there."""

    receipt: str | None
    transfer: int
    balance: int


async def wallet_entries(tx: ReadTx, account: int, before: str | None, limit: int) -> Statement:
    """A page of the statement, from a cursor on; raises `Invalid` for a cursor that is none."""
    place = _decode(before) if before else _Place(None, _KEY_MAX, (await get_wallet(tx, account)).coins)
    params = {"account": account, "before": place.transfer, "n": limit + 1}
    transfers = await tx.all(_Transfer, sql("ledger", "wallet_transfers"), params)
    gifts = [] if place.receipt == _NO_GIFT else await list_sent(tx, account, place.receipt, limit + 1)
    if place.receipt is None:  # gifts that come between two pages stay out of the later one
        newest = f"{gifts[0].batch}.{gifts[0].leaf + 1}" if gifts else _NO_GIFT  # a batch that is there
        place = _Place(newest, place.transfer, place.balance)
    merged = _merge(transfers, gifts)
    entries: list[WalletEntry] = []
    for line in islice(merged, limit):
        if isinstance(line, GiftRow):
            entry = WalletEntry(at=line.recorded_at, kind="gift", coins=-line.coins, balance=place.balance, gift=line)
            place = _Place(line.receipt, place.transfer, place.balance - entry.coins)
        else:
            entry = WalletEntry(
                at=line.recorded_at,
                kind=line.kind,
                coins=line.coins,
                balance=place.balance,
                source=line.source,
                debt=line.debt,
                clawed=line.clawed,
                reversed=line.reversed,
            )
            place = _Place(place.receipt, line.key, place.balance - entry.coins)
        entries.append(entry)
    return Statement(entries, _encode(place) if len(merged) > limit else None)


def _merge(transfers: list[_Transfer], gifts: list[GiftRow]) -> list[_Transfer | GiftRow]:
    """Newest first; each list keeps its own order, in which the books have it."""
    merged: list[_Transfer | GiftRow] = []
    t = g = 0
    while t < len(transfers) or g < len(gifts):
        if g == len(gifts) or (t < len(transfers) and transfers[t].recorded_at >= gifts[g].recorded_at):
            merged.append(transfers[t])
            t += 1
        else:
            merged.append(gifts[g])
            g += 1
    return merged


def _encode(place: _Place) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _decode(text: str) -> _Place:
    try:
        place = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid.field("cursor", "not a next_cursor of this list") from error
    if not 0 <= place.transfer <= _KEY_MAX:
        raise Invalid.field("cursor", "not a next_cursor of this list")
    return place
