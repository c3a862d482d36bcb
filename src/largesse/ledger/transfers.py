"""Everything that changes a balance and is not a gift: purchases, grants, adjustments.

Each verb locks the wallet first, and enters one transfer whose legs sum to zero per asset. A cause is `(kind, source)`:
the same cause again returns the transfer that it already has and changes nothing. Entries: economy.md section 7, in
docs/explanation/books.md.
"""

from collections.abc import Sequence
from datetime import date, datetime

from largesse.kit import ids
from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger import lots
from largesse.ledger.errors import NotEnoughUnspent, SourceReused
from largesse.ledger.model import Book, Leg, Line, plan_removal
from largesse.ledger.wallets import open_wallet


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
) -> int:
    """Enter a paid purchase: lot and wallet, debt repaid first; returns the transfer's key.

    `tax` is inside `gross`; `provider_fee` is what the provider keeps of it. Raises `SourceReused` where the source
    stands for another account, number of coins or price.
    """
    assert coins > 0, coins
    assert 0 <= tax.minor <= gross.minor, (tax, gross)
    assert provider_fee.minor >= 0, provider_fee
    wallet = await open_wallet(tx, account, gives_from)
    net = gross - tax
    to_debt = min(wallet.debt, coins)
    recovered = Money(net.minor * to_debt // coins, net.currency)
    legs = [
        *_money(Book.PSP, gross),
        *_money(Book.TAX, tax, credit=True),
        *_money(Book.COINS_OWED, net, credit=True),
        *_money(Book.PSP_FEES, provider_fee),
        *_money(Book.PSP, provider_fee, credit=True),
        *_money(Book.COINS_OWED, recovered),
        *_money(Book.RECOVERED, recovered, credit=True),
        Leg(Book.COINS_ISSUED, -coins),
        Leg(Book.COINS_WALLET, coins - to_debt, account),
        Leg(Book.COINS_RECOVERED, to_debt, account),
    ]
    key = await _enter(tx, "purchase", source, happened_at, legs)
    if key is None:
        return await _same(tx, "purchase", source, account=account, coins=coins, gross=gross)
    await lots.lay(
        tx, wallet, transfer=key, line="paid", kind="purchase", coins=coins, to_debt=to_debt, gross=gross, net=net
    )
    return key


async def grant_promo(
    tx: WriteTx, *, account: int, gives_from: date, coins: int, source: str, happened_at: datetime
) -> int:
    """Enter a grant of promotional coins, which are spent first and repay no debt; returns the transfer's key."""
    assert coins > 0, coins
    wallet = await open_wallet(tx, account, gives_from)
    legs = [Leg(Book.PROMO_ISSUED, -coins), Leg(Book.PROMO_WALLET, coins, account)]
    key = await _enter(tx, "grant", source, happened_at, legs)
    if key is None:
        return await _same(tx, "grant", source, account=account, coins=coins)
    await lots.lay(tx, wallet, transfer=key, line="promo", kind="grant", coins=coins)
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
    wallet = await open_wallet(tx, account, gives_from)
    legs = [
        *_money(Book.GOODWILL, worth),
        *_money(Book.COINS_OWED, worth, credit=True),
        *_adjusted(line, account, coins),
    ]
    key = await _enter(tx, "adjustment", source, happened_at, legs)
    if key is None:
        return await _same(tx, "adjustment", source, account=account, coins=coins, gross=worth)
    await lots.lay(tx, wallet, transfer=key, line=line, kind="adjustment", coins=coins, gross=worth, net=worth)
    return key


async def adjust_down(
    tx: WriteTx, *, account: int, gives_from: date, line: Line, coins: int, source: str, happened_at: datetime
) -> int:
    """Take unspent coins by an operator's decision, from the newest lots first; returns the transfer's key.

    Two people have decided before this is called. Raises `NotEnoughUnspent`.
    """
    assert coins > 0, coins
    wallet = await open_wallet(tx, account, gives_from)
    known = await tx.scalar(sql("ledger", "find_transfer"), {"kind": "adjustment", "source": source})
    if known is not None:
        return await _same(tx, "adjustment", source, account=account, coins=-coins)
    if coins > wallet.unspent(line):
        raise NotEnoughUnspent(needed=coins, available=wallet.unspent(line))
    cuts = plan_removal(await lots.list_lots(tx, account, line), wallet.spent(line), coins)
    worth = [Money(cut.lot.net_of(cut.coins), cut.lot.currency) for cut in cuts if cut.lot.currency]
    legs = [
        *(leg for money in worth for leg in _money(Book.COINS_OWED, money)),
        *(leg for money in worth for leg in _money(Book.ADJUSTMENTS, money, credit=True)),
        *_adjusted(line, account, -coins),
    ]
    key = await _enter(tx, "adjustment", source, happened_at, legs)
    if key is None:
        return await _same(tx, "adjustment", source, account=account, coins=-coins)
    await lots.remove(tx, wallet, line, key, cuts)
    return key


def _money(book: Book, amount: Money, *, credit: bool = False) -> list[Leg]:
    return [Leg(book, -amount.minor if credit else amount.minor, 0, amount.currency)]


def _adjusted(line: Line, account: int, coins: int) -> list[Leg]:
    if line == "paid":
        return [Leg(Book.COINS_ADJUSTED, -coins), Leg(Book.COINS_WALLET, coins, account)]
    return [Leg(Book.PROMO_ADJUSTED, -coins), Leg(Book.PROMO_WALLET, coins, account)]


async def _enter(tx: WriteTx, kind: str, source: str, happened_at: datetime, legs: Sequence[Leg]) -> int | None:
    """Enter a transfer with those of its legs that are not zero; None where its cause is in the books already."""
    legs = [leg for leg in legs if leg.amount]
    key: int | None = await tx.scalar(
        sql("ledger", "enter_transfer"),
        {
            "id": ids.new(),
            "kind": kind,
            "source": source,
            "happened_at": happened_at,
            "books": [int(leg.book) for leg in legs],
            "holders": [leg.holder for leg in legs],
            "currencies": [leg.currency for leg in legs],
            "amounts": [leg.amount for leg in legs],
        },
    )
    return key


async def _same(tx: WriteTx, kind: str, source: str, *, account: int, coins: int, gross: Money | None = None) -> int:
    """The transfer that this cause already has; raises `SourceReused` where it says something else."""
    found = await tx.row(sql("ledger", "transfer_content"), {"kind": kind, "source": source})
    assert found is not None
    same = (found["account"], found["coins"]) == (account, coins)
    if gross is not None:
        same = same and (found["gross_minor"], found["currency"]) == (gross.minor, gross.currency)
    if not same:
        raise SourceReused(source)
    key: int = found["key"]
    return key
