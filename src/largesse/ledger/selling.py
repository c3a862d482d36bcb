"""Coins that come in: sold, granted, given by an operator; and those that an operator takes.

Each verb locks the wallet first, and enters one transfer whose legs sum to zero per asset. A cause is `(kind, source)`:
the same cause again returns the transfer that it already has and changes nothing. Entries: docs/explanation/books.md
"""

from datetime import date, datetime

from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger import lots
from largesse.ledger.entering import Cause, NewLot, enter, enter_lot, enter_sale, money, same
from largesse.ledger.errors import NotEnoughUnspent
from largesse.ledger.line import plan_removal
from largesse.ledger.model import Book, Leg, Line, Via
from largesse.ledger.wallets import open_wallet, send_wallet, thaw_debt


async def sell_coins(
    tx: WriteTx,
    *,
    account: int,
    gives_from: date,
    coins: int,
    gross: Money,
    tax: Money,
    provider_fee: Money,
    source: str,
    happened_at: datetime,
    via: Via = "psp",
) -> int:
    """Enter a paid purchase: lot and wallet, debt repaid first; returns the transfer's key. One round trip if piped.

    `tax` is inside `gross`; `provider_fee` is what the provider keeps of it. A store remits the tax itself, and owes us
    what is left. Raises `SourceReused` where the source stands for another account, number of coins or price.
    """
    assert coins > 0, coins
    assert 0 <= tax.minor <= gross.minor, (tax, gross)
    assert provider_fee.minor >= 0, provider_fee
    await send_wallet(tx, account, gives_from)
    net = gross - tax
    nothing = Money(0, net.currency)
    legs = [
        *((leg, 0) for leg in (_psp(gross, tax, provider_fee) if via == "psp" else _store(net, provider_fee))),
        *((leg, 1) for leg in money(Book.COINS_OWED, nothing)),
        *((leg, -1) for leg in money(Book.RECOVERED, nothing)),
        (Leg(Book.COINS_ISSUED, -coins), 0),
        (Leg(Book.COINS_WALLET, coins, account), -1),
        (Leg(Book.COINS_RECOVERED, 0, account), 1),
    ]
    cause = Cause("purchase", source, happened_at)
    made = await enter_sale(tx, cause, legs, NewLot(account, "paid", coins, gross, net))
    if made is None:
        return await same(tx, cause, account=account, coins=coins, gross=gross)
    if made.thaws:
        await thaw_debt(tx, account)
    return made.key


async def grant_promo(
    tx: WriteTx, *, account: int, gives_from: date, coins: int, source: str, happened_at: datetime
) -> int:
    """Enter a grant of promotional coins, which are spent first and repay no debt; returns the transfer's key."""
    assert coins > 0, coins
    await send_wallet(tx, account, gives_from)
    cause = Cause("grant", source, happened_at)
    legs = [Leg(Book.PROMO_ISSUED, -coins), Leg(Book.PROMO_WALLET, coins, account)]
    key = await enter_lot(tx, cause, legs, NewLot(account, "promo", coins))
    return await same(tx, cause, account=account, coins=coins) if key is None else key


async def grant_test_coins(
    tx: WriteTx, *, account: int, gives_from: date, coins: int, source: str, happened_at: datetime
) -> int:
    """Enter promotional coins for a provider's test money; returns the transfer's key.

    From then on no promotional coin of this wallet earns a creator anything, whatever a policy says. Source:
    docs/decisions/0031-test-money.md
    """
    key = await grant_promo(
        tx, account=account, gives_from=gives_from, coins=coins, source=source, happened_at=happened_at
    )
    await tx.execute(sql("ledger", "mark_test_money"), {"account": account})
    return key


async def adjust_up(
    tx: WriteTx,
    *,
    account: int,
    gives_from: date,
    line: Line,
    coins: int,
    worth: Money,
    source: str,
    happened_at: datetime,
) -> int:
    """Give coins by an operator's decision; `worth` is what they would have cost without tax (zero for promotional).

    Two people have decided before this is called. Returns the transfer's key.
    """
    assert coins > 0, coins
    assert worth.minor >= 0, worth
    assert line == "paid" or worth.minor == 0, (line, worth)
    await send_wallet(tx, account, gives_from)
    cause = Cause("adjustment", source, happened_at)
    legs = [
        *money(Book.GOODWILL, worth),
        *money(Book.COINS_OWED, worth, credit=True),
        *_adjusted(line, account, coins),
    ]
    key = await enter_lot(tx, cause, legs, NewLot(account, line, coins, worth, worth))
    return await same(tx, cause, account=account, coins=coins, gross=worth) if key is None else key


async def adjust_down(
    tx: WriteTx, *, account: int, gives_from: date, line: Line, coins: int, source: str, happened_at: datetime
) -> int:
    """Take unspent coins by an operator's decision, from the newest lots first; returns the transfer's key.

    Two people have decided before this is called. Raises `NotEnoughUnspent`.
    """
    assert coins > 0, coins
    wallet = await open_wallet(tx, account, gives_from)
    cause = Cause("adjustment", source, happened_at)
    known = await tx.scalar(sql("ledger", "find_transfer"), {"kind": cause.kind, "source": source})
    if known is not None:
        return await same(tx, cause, account=account, coins=-coins)
    if coins > wallet.unspent(line):
        raise NotEnoughUnspent(needed=coins, available=wallet.unspent(line))
    cuts = plan_removal(await lots.list_lots(tx, account, line), wallet.spent(line), coins)
    worth = [Money(cut.worth.net, cut.lot.currency) for cut in cuts if cut.lot.currency]
    legs = [
        *(leg for amount in worth for leg in money(Book.COINS_OWED, amount)),
        *(leg for amount in worth for leg in money(Book.ADJUSTMENTS, amount, credit=True)),
        *_adjusted(line, account, -coins),
    ]
    key = await enter(tx, cause, legs)
    if key is None:
        return await same(tx, cause, account=account, coins=-coins)
    await lots.remove(tx, account, line, key, cuts)
    return key


def _psp(gross: Money, tax: Money, fee: Money) -> list[Leg]:
    return [
        *money(Book.PSP, gross),
        *money(Book.TAX, tax, credit=True),
        *money(Book.COINS_OWED, gross - tax, credit=True),
        *money(Book.PSP_FEES, fee),
        *money(Book.PSP, fee, credit=True),
    ]


def _store(net: Money, fee: Money) -> list[Leg]:
    return [*money(Book.STORE, net - fee), *money(Book.STORE_FEES, fee), *money(Book.COINS_OWED, net, credit=True)]


def _adjusted(line: Line, account: int, coins: int) -> list[Leg]:
    if line == "paid":
        return [Leg(Book.COINS_ADJUSTED, -coins), Leg(Book.COINS_WALLET, coins, account)]
    return [Leg(Book.PROMO_ADJUSTED, -coins), Leg(Book.PROMO_WALLET, coins, account)]
