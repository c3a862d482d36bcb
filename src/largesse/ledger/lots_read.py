"""What somebody's next coins cost, lot by lot: read without a lock, for quotes."""

from dataclasses import dataclass
from fractions import Fraction

from largesse.kit.db import ReadTx, sql
from largesse.ledger.wallets import get_wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPart:
    """Coins of one bought lot: their price, and the tax and fee inside it, in exact minor units of `currency`."""

    coins: int
    currency: str
    gross: Fraction
    tax: Fraction
    fee: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCoins:
    """Where the next coins come from, in the order of spending; `short` are those that the wallet does not hold.

    Not `promo_earns`: its promotional coins earn nothing, whatever the policy says.
    """

    promo: int
    parts: tuple[LotPart, ...]
    short: int
    promo_earns: bool = True


async def next_coins_cost(tx: ReadTx, account: int, coins: int) -> NextCoins:
    """What the next `coins` of the account cost when they were bought.

    Promotional coins come first, then lots, first in first out. Coins that came without
    a purchase cost nothing and have no part.
    """
    wallet = await get_wallet(tx, account)
    promo = min(coins, wallet.promo)
    paid = min(coins - promo, wallet.paid)
    found = await tx.rows(
        sql("ledger", "next_lots"), {"account": account, "start": wallet.paid_out, "end": wallet.paid_out + paid}
    )
    return NextCoins(
        promo=promo,
        parts=tuple(_part(row) for row in found if row["currency"]),
        short=coins - promo - paid,
        promo_earns=not wallet.test_money,
    )


def _part(row: dict[str, int | str]) -> LotPart:
    coins, gross, net, fee = (int(row[name]) for name in ("taken", "gross_minor", "net_minor", "fee_minor"))
    ratio = Fraction(coins, int(row["coins"]))
    return LotPart(
        coins=coins, currency=str(row["currency"]), gross=gross * ratio, tax=(gross - net) * ratio, fee=fee * ratio
    )
