"""The receipt of a purchase, and what was given back of it, as mail."""

from collections.abc import Callable

import msgspec

from largesse.accounts import Account
from largesse.kit import ids
from largesse.kit.money import Money, exponent
from largesse.payments.model import Purchase

_TEXT = """Hello {name},

thank you. This is the receipt for your coins.

Receipt   {number}
Date      {date} UTC
Coins     {coins:,}
Net       {net}
Tax       {tax}
Total     {total}
Paid by   {provider}

Print it, or look at the state of this purchase: {link}

Coins are used on this platform only. They cannot be turned into cash or passed to somebody else.
"""


# The message of a language, by its key; English where the language is not spoken here.
Words = Callable[[str, str], str]


class Letter(msgspec.Struct, frozen=True):
    """A mail."""

    to: str
    subject: str
    text: str


def write_receipt(purchase: Purchase, buyer: Account, origin: str) -> Letter | None:
    """The receipt of a granted purchase; None where it is not granted, or its buyer has no address."""
    if purchase.granted_at is None or buyer.email is None:
        return None
    number = ids.encode("purchase", purchase.id)
    net = purchase.price - Money(purchase.tax_minor, purchase.currency)
    text = _TEXT.format(
        name=buyer.display_name, number=number, date=f"{purchase.granted_at:%Y-%m-%d %H:%M}", coins=purchase.coins,
        net=amount(net), tax=amount(Money(purchase.tax_minor, purchase.currency)), total=amount(purchase.price),
        provider=purchase.provider, link=f"{origin}/account/purchases/{number}",
    )  # fmt: skip
    return Letter(buyer.email, f"Your receipt for {purchase.coins:,} coins", text)


def write_refund(
    purchase: Purchase, money: Money, coins: int, *, buyer: Account, origin: str, words: Words
) -> Letter | None:
    """What was given back, in the buyer's language; None where they have no address."""
    if buyer.email is None:
        return None
    spoken = buyer.language or "en"
    text = words(spoken, "mail.refund_text").format(
        name=buyer.display_name, number=ids.encode("purchase", purchase.id), money=amount(money), coins=coins,
        link=f"{origin}/account#purchases",
    )  # fmt: skip
    return Letter(buyer.email, words(spoken, "mail.refund_subject"), text)


def amount(money: Money) -> str:
    """Money as plain text: `13.99 USD`, with as many decimals as its currency has."""
    decimals = exponent(money.currency)
    if decimals == 0:
        return f"{money.minor} {money.currency}"
    whole, part = divmod(money.minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d} {money.currency}"
