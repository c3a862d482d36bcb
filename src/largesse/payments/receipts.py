"""Receipts of purchases, and what was given back or disputed of them, as mail in the buyer's language."""

from typing import NamedTuple

import msgspec

from largesse.accounts import Account
from largesse.kit import ids
from largesse.kit.mail import Letter
from largesse.kit.money import Money
from largesse.kit.wording import Words, Writer
from largesse.payments.model import Purchase

# Names of companies, which are the same in every language; the sandbox's has a message of its own.
NAMES = {"stripe": "Stripe", "paypal": "PayPal", "apple": "App Store", "google": "Google Play"}


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """Who sells coins here, as the operator's settings say; `address` by lines."""

    name: str
    address: list[str]
    tax_id: str


class Returned(NamedTuple):
    """Money of a purchase that moved later, and the coins taken for it; `kind` is the letter's, such as `refund`."""

    kind: str
    money: Money
    coins: int


def write_receipt(purchase: Purchase, seller: Seller, *, buyer: Account, origin: str, words: Words) -> Letter | None:
    """The receipt of a granted purchase; None where its buyer has no address."""
    assert purchase.granted_at is not None, purchase.id
    writer = Writer(words, buyer.language)
    tax = Money(purchase.tax_minor, purchase.currency)
    return _letter(
        "receipt", purchase, buyer=buyer, origin=origin, writer=writer,
        date=writer.moment(purchase.granted_at),
        coins=writer.number(purchase.coins),
        net=writer.money(purchase.price - tax),
        tax=writer.money(tax),
        total=writer.money(purchase.price),
        provider=NAMES.get(purchase.provider) or writer.say("mail.play_money"),
        seller="\n".join(filter(None, [seller.name, *seller.address, seller.tax_id])),
    )  # fmt: skip


def write_returned(
    returned: Returned, purchase: Purchase, *, buyer: Account, origin: str, words: Words
) -> Letter | None:
    """What was given back, disputed or decided; None where the buyer has no address."""
    writer = Writer(words, buyer.language)
    money, coins = writer.money(returned.money), writer.number(returned.coins)
    return _letter(returned.kind, purchase, buyer=buyer, origin=origin, writer=writer, money=money, coins=coins)


def _letter(
    kind: str, purchase: Purchase, *, buyer: Account, origin: str, writer: Writer, **values: str
) -> Letter | None:
    """A letter of some kind. The link stands bare: a mark of direction beside it would be taken for a part of it."""
    if buyer.email is None:
        return None
    number = ids.encode("purchase", purchase.id)
    values |= {"name": buyer.display_name, "number": number}
    text = writer.fill(f"mail.{kind}_text", values, link=f"{origin}/account/purchases/{number}")
    return Letter(buyer.email, writer.say(f"mail.{kind}_subject"), text)
