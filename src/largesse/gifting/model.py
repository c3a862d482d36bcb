"""Deciding gifts: a pure function over what was read under the wallets' locks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from largesse.gifting.errors import (
    AccountFrozen,
    BannedFromRoom,
    Expired,
    GiftingOff,
    GiftRetired,
    IdOutOfWindow,
    IdReused,
    InDebt,
    LimitReached,
    NotAGuest,
    NotEnoughCoins,
    NotStreakable,
    PriceChanged,
    SelfGift,
    UnderAge,
    UnknownGift,
)
from largesse.kit.http import NotFound
from largesse.kit.problems import Problem
from largesse.ledger import (
    ANONYMOUS,
    FROZEN,
    GUEST,
    IN_DEBT,
    RESTING,
    TEST_MONEY,
    UNDER_AGE,
    UNEARNING,
    Entry,
    WalletState,
)
from largesse.safety import Resting

ID_WINDOW_S = 24 * 3600
COUNT_MAX = 999
MESSAGE_CHARS_MAX = 200
COMBO_CHARS_MAX = 64
_VERSION_TIMED = 7


class Request(msgspec.Struct, gc=False):
    """A gift that somebody asks for. `expected_coins` -1 expects nothing; times are seconds since 1970, 0 for none.

    `receiver` is the guest whom it is for, and 0 for the creator of the stage.
    """

    id: bytes
    sender: int
    stage: int
    kind: int
    count: int = 1
    anonymous: bool = False
    expected_coins: int = -1
    not_after_s: float = 0.0
    api_key: int = 0
    combo: str | None = None
    message: str | None = None
    deferrals: int = 0
    receiver: int = 0


class Receipt(msgspec.Struct, gc=False):
    """A settled gift as its giver is told. `duplicate`: it was in the books before; `coins_left` is the balance now."""

    entry: Entry
    recorded_at: datetime
    coins_left: int
    duplicate: bool = False


Outcome = Receipt | Problem


class Kind(msgspec.Struct, gc=False, frozen=True):
    """A gift of the catalogue as the books need it."""

    coins: int
    streakable: bool
    retired: bool


class Place(msgspec.Struct, gc=False, frozen=True):
    """A LIVE or video as the books need it. `context`: 0 live, 1 after_live, 2 video; None where none can be given."""

    receiver: int
    context: int | None


class Terms(msgspec.Struct, frozen=True):
    """The policy in force: shares in basis points (multiples of 10), the day's maximum in coins."""

    policy: int
    share_bps: int
    promo_share_bps: int
    give_day_coins_max: int


class Facts(msgspec.Struct):
    """All that decides, read after the wallets were locked. `known` holds entries already in the books.

    `guests` are those (stage, account, sender) of the asked ones whose account is on there and may get that sender's.
    """

    batch: int
    now: datetime
    wallets: dict[int, WalletState]
    known: dict[tuple[bytes, int], tuple[Entry, datetime]]
    kinds: dict[int, Kind]
    places: dict[int, Place]
    bans: set[tuple[int, int]]
    terms: Terms
    guests: frozenset[tuple[int, int, int]] | set[tuple[int, int, int]] = frozenset()


def is_timed_id(gift_id: bytes) -> bool:
    """Whether 16 bytes are a UUIDv7 (RFC 9562)."""
    return gift_id[6] >> 4 == _VERSION_TIMED and gift_id[8] >> 6 == 2  # noqa: PLR2004 - the RFC variant


def id_seconds(gift_id: bytes) -> float:
    """The time in a UUIDv7, in seconds since 1970."""
    return int.from_bytes(gift_id[:6], "big") / 1000


def next_day(today: date) -> datetime:
    """The next 00:00 UTC."""
    return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)


def next_week(today: date) -> datetime:
    """The next Monday, 00:00 UTC."""
    return next_day(today) + timedelta(days=6 - today.weekday())


def next_month(today: date) -> datetime:
    """The first of the next month, 00:00 UTC."""
    return datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)


_OWN = (("own-day", next_day), ("own-week", next_week), ("own-month", next_month))


def decide(facts: Facts, requests: list[Request]) -> tuple[list[Outcome], list[Entry]]:
    """Decide each gift in order; outcomes match `requests`, entries are those to be written.

    Pure but for `facts.wallets`, which move to where the entries leave them. A refused gift changes nothing, so a
    refused big one does not refuse the small one behind it. Source: economy.md section 4.
    """
    outcomes: list[Outcome] = []
    entries: list[Entry] = []
    known, wallets, now = facts.known, facts.wallets, facts.now
    now_s = now.timestamp()
    for request in requests:
        key = (request.id, request.sender)
        if key in known:
            outcomes.append(_again(known[key], request, wallets.get(request.sender)))
            continue
        refusal = refuse(facts, request, now_s)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        wallet = wallets[request.sender]
        entry = settle(facts.terms, facts.places[request.stage], facts.kinds[request.kind], request, wallet)
        known[key] = (entry, now)
        entries.append(entry)
        outcomes.append(Receipt(entry, now, wallet.paid + wallet.promo))
    return outcomes, entries


def settle(terms: Terms, place: Place, kind: Kind, request: Request, wallet: WalletState) -> Entry:
    """Take the coins from the wallet, promotional ones first, and make the entry.

    Promotional coins of a wallet that test money has filled earn nothing, and the gift says so for ever.
    """
    coins = kind.coins * request.count
    promo = wallet.promo and min(wallet.promo, coins)
    paid = coins - promo
    milli = paid * terms.share_bps // 10
    flags = (place.context or 0) | (ANONYMOUS if request.anonymous else 0) | (GUEST if request.receiver else 0)
    if promo:
        if wallet.barred & TEST_MONEY:
            flags |= UNEARNING
        else:
            milli += promo * terms.promo_share_bps // 10
    entry = Entry(
        request.id,
        request.sender,
        request.receiver or place.receiver,
        request.stage,
        request.kind,
        request.count,
        paid,
        promo,
        milli,
        wallet.paid_out,
        wallet.promo_out,
        request.api_key,
        terms.policy,
        flags,
    )
    wallet.paid -= paid
    wallet.paid_out += paid
    wallet.given += coins
    if wallet.own is not None:
        wallet.own[0] -= coins * 4
    if promo:
        wallet.promo -= promo
        wallet.promo_out += promo
    return entry


def refuse(facts: Facts, request: Request, now_s: float) -> Problem | None:
    """Why this gift cannot be given, or None.

    One glance lets through what nothing stands against; only what it stops is asked why.
    """
    gift_id = request.id
    wallet = facts.wallets.get(request.sender)
    place = facts.places.get(request.stage)
    kind = facts.kinds.get(request.kind)
    if wallet is not None and place is not None and kind is not None:
        coins = kind.coins * request.count
        if (
            not wallet.barred
            and coins <= wallet.paid + wallet.promo
            and wallet.given + coins <= facts.terms.give_day_coins_max
            and (wallet.own is None or (coins * 4 <= wallet.own[0] and coins <= wallet.own[1]))
            and place.context is not None
            and (request.receiver or place.receiver) != request.sender
            and (not request.receiver or (request.stage, request.receiver, request.sender) in facts.guests)
            and not kind.retired
            and (request.count == 1 or kind.streakable)
            and (request.expected_coins < 0 or request.expected_coins == coins)
            and (not request.not_after_s or now_s <= request.not_after_s)
            and (not facts.bans or (request.stage, request.sender) not in facts.bans)
            and is_timed_id(gift_id)
            and -ID_WINDOW_S <= id_seconds(gift_id) - now_s <= ID_WINDOW_S
        ):
            return None
    return _why(facts, request, now_s)


def _why(facts: Facts, request: Request, now_s: float) -> Problem | None:
    """The refusal, asked in order: what it is, who gives, where, what it costs."""
    if not is_timed_id(request.id) or abs(id_seconds(request.id) - now_s) > ID_WINDOW_S:
        return IdOutOfWindow()
    if request.not_after_s and now_s > request.not_after_s:
        return Expired()
    kind = facts.kinds.get(request.kind)
    place = facts.places.get(request.stage)
    if kind is None or place is None:
        return UnknownGift() if kind is None else NotFound()
    return _why_person(facts, request, place) or _why_price(facts, request, kind)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BARS: tuple[tuple[int, Callable[[int], Problem]], ...] = (
    (UNDER_AGE, lambda _: UnderAge()),
    (FROZEN, lambda _: AccountFrozen()),
    (RESTING, lambda barred: Resting(_EPOCH + timedelta(microseconds=barred >> 5))),
    (IN_DEBT, lambda _: InDebt()),
)
_BARRED = UNDER_AGE | FROZEN | RESTING | IN_DEBT


def _why_person(facts: Facts, request: Request, place: Place) -> Problem | None:
    if (request.receiver or place.receiver) == request.sender:
        return SelfGift()
    wallet = facts.wallets.get(request.sender)
    if wallet is not None and wallet.barred & _BARRED:
        return next(refusal(wallet.barred) for bar, refusal in _BARS if wallet.barred & bar)
    if (request.stage, request.sender) in facts.bans:
        return BannedFromRoom()
    if place.context is None:
        return GiftingOff()
    if not request.receiver or (request.stage, request.receiver, request.sender) in facts.guests:
        return None
    return NotAGuest()


def _why_price(facts: Facts, request: Request, kind: Kind) -> Problem | None:
    coins = kind.coins * request.count
    if kind.retired:
        return GiftRetired()
    if request.count > 1 and not kind.streakable:
        return NotStreakable()
    if request.expected_coins not in {-1, coins}:
        return PriceChanged(coins=coins)
    wallet = facts.wallets.get(request.sender)
    available = wallet.paid + wallet.promo if wallet else 0
    if wallet is None or available < coins:
        return NotEnoughCoins(needed=coins, available=available)
    return _why_limit(facts, wallet, coins)


def _why_limit(facts: Facts, wallet: WalletState, coins: int) -> Problem | None:
    """The platform's limit, then the person's own."""
    today = facts.now.date()
    if wallet.given + coins > facts.terms.give_day_coins_max:
        return LimitReached(limit="platform-day", resets_at=next_day(today))
    if wallet.own is None:
        return None
    left, gift_max = wallet.own
    if coins > gift_max:
        return LimitReached(limit="own-gift", resets_at=None)
    if coins * 4 > left:
        name, resets = _OWN[left & 3]
        return LimitReached(limit=name, resets_at=resets(today))
    return None


def _again(before: tuple[Entry, datetime], request: Request, wallet: WalletState | None) -> Outcome:
    entry, recorded_at = before
    to = entry.receiver if entry.flags & GUEST else 0
    same: Any = (entry.stage, entry.kind, entry.count, bool(entry.flags & ANONYMOUS), to)
    if same != (request.stage, request.kind, request.count, request.anonymous, request.receiver):
        return IdReused()
    return Receipt(entry, recorded_at, wallet.paid + wallet.promo if wallet else 0, duplicate=True)
