"""The wallet page: what is there, what limits it, and every movement."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from largesse.gifting.service import GiftingService
from largesse.kit import http
from largesse.kit.money import Money
from largesse.kit.principal import Principal
from largesse.ledger import LedgerService
from largesse.policy import PolicyService
from largesse.safety import Amount

Before = Annotated[str | None, QueryParameter(max_length=400, description="`next_cursor` of the page before")]


class GiveLimits(msgspec.Struct, frozen=True):
    """Coins; null is none."""

    day: int | None = None
    week: int | None = None
    month: int | None = None
    per_gift: int | None = None


class BuyLimits(msgspec.Struct, frozen=True):
    """Money; null is none."""

    day: http.MoneyBody | None = None
    week: http.MoneyBody | None = None
    month: http.MoneyBody | None = None

    @classmethod
    def of(cls, limits: dict[str, Amount]) -> "BuyLimits":
        """Those in force, by name."""
        money = {name: http.MoneyBody(m.minor, m.currency) for name, m in limits.items() if isinstance(m, Money)}
        return cls(money.get("buy_day"), money.get("buy_week"), money.get("buy_month"))


class Limits(msgspec.Struct, frozen=True):
    """The person's own limits; the platform's are on top."""

    give: GiveLimits
    buy: BuyLimits


class GivenBody(msgspec.Struct, frozen=True):
    """Coins given in this UTC day, week (from Monday) and month."""

    day: int
    week: int
    month: int


class SpentBody(msgspec.Struct, frozen=True):
    """What counts against limits so far."""

    give: GivenBody


class WalletBody(msgspec.Struct, frozen=True, kw_only=True):
    """Coins to give. `daily_max` is the platform's limit on giving, in coins a UTC day."""

    coins: int
    coins_paid: int
    coins_promo: int
    debt: int
    frozen: bool
    rests_until: datetime | None
    limits: Limits
    spent: SpentBody
    daily_max: int


class EntryAbout(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a movement was: a gift with its receipt number, or the cause of a transfer.

    `given_by` is the program that gave it: its host's name, or its own; `campaign` is what granted it.
    """

    gift_id: str | None = None
    count: int | None = None
    receipt: str | None = None
    receiver: str | None = None
    given_by: str | None = None
    source: str | None = None
    campaign: str | None = None


class WalletEntryBody(msgspec.Struct, frozen=True, kw_only=True):
    """One movement; `coins` is signed, `balance` what was there after it.

    `debt` is how many coins more are owed, signed. `clawed` are spent coins that a refund or a lost dispute took back
    (negative where they came back), `reversed` of them out of gifts.
    """

    at: datetime
    kind: str
    coins: int
    balance: int
    debt: int
    clawed: int
    reversed: int
    about: EntryAbout


@get("/v1/me/wallet", summary="Your coins", responses=http.declares(http.NotSignedIn, http.Forbidden))
async def get_wallet(
    principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    policy: NamedDependency[PolicyService],
) -> WalletBody:  # fmt: skip
    """Promotional coins are spent first and earn creators nothing unless the policy says so."""
    wallet, given, buying = await gifting.wallet_of(http.oneself(principal))
    version = await policy.current()
    return WalletBody(
        coins=wallet.coins,
        coins_paid=wallet.paid,
        coins_promo=wallet.promo,
        debt=wallet.debt,
        frozen=wallet.frozen,
        rests_until=wallet.rests_until,
        limits=Limits(
            GiveLimits(wallet.own_day_max, wallet.own_week_max, wallet.own_month_max, wallet.own_gift_max),
            BuyLimits.of(buying),
        ),
        spent=SpentBody(GivenBody(*given)),
        daily_max=version.give_day_coins_max,
    )


@get(
    "/v1/me/wallet/entries",
    summary="Every movement of your coins",
    responses=http.declares(http.NotSignedIn, http.Forbidden),
)
async def list_entries(
    principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    ledger: NamedDependency[LedgerService], cursor: Before = None, limit: http.Limit = 50,
) -> http.Page[WalletEntryBody]:  # fmt: skip
    """Newest first: purchases, grants, adjustments and gifts; refunds and disputes, and what became of them."""
    statement = await ledger.statement(http.oneself(principal).account, cursor, limit)
    people = await gifting.people.people({e.gift.receiver for e in statement.entries if e.gift})
    programs = await gifting.programs([e.gift for e in statement.entries if e.gift])
    named = await gifting.names(statement.entries)
    items = []
    for entry in statement.entries:
        about = EntryAbout(source=entry.source, campaign=named.get(entry.source or ""))
        if entry.gift:
            kind = gifting.catalog.gift_by_key(entry.gift.kind)
            receiver = people.get(entry.gift.receiver)
            about = EntryAbout(
                gift_id=kind.id if kind else None,
                count=entry.gift.count,
                receipt=entry.gift.receipt,
                receiver=receiver.username if receiver else None,
                given_by=programs.get(entry.gift.api_key),
            )
        items.append(
            WalletEntryBody(
                at=entry.at,
                kind=entry.kind,
                coins=entry.coins,
                balance=entry.balance,
                debt=entry.debt,
                clawed=entry.clawed,
                reversed=entry.reversed,
                about=about,
            )
        )
    return http.Page(items, statement.next_cursor)


wallet_routes = [get_wallet, list_entries]
