"""The catalogue that a new database begins with: gifts and the reference price book, from the package's own files."""

from importlib import resources
from typing import Any

import msgspec

from largesse.catalog import store
from largesse.catalog.model import Art, BookContent, BundleContent, CustomAmount, GiftContent
from largesse.kit.db import WriteTx, sql


async def seed(tx: WriteTx) -> bool:
    """Install gifts and price books where there are none; True where something was installed.

    Safe to call at every start and from several processes: they wait for each other at the edition.
    """
    shelf = await store.read_shelf(tx)
    if shelf.gifts and shelf.books:
        return False
    await store.next_edition(tx)
    shelf = await store.read_shelf(tx)
    if not shelf.gifts:
        for position, gift in enumerate(_read("gifts")["gifts"]):
            art = gift["art"]
            content = GiftContent(
                name=gift["name"],
                coins=gift["coins"],
                tier=gift["tier"],
                streakable=gift["streakable"],
                art=Art(recipe=art["recipe"], accent=art["accent"]),
                position=position,
            )
            await store.add_gift(tx, gift["id"], content)
    if not shelf.books:
        book = _read("price_book")
        for channel in book["channels"]:
            await store.put_book(tx, book["region"], channel, _book(book, channel))
    return not (shelf.gifts and shelf.books)


async def let_withdraw(tx: WriteTx) -> None:
    """Let earnings be withdrawn everywhere, on terms that are otherwise those in force: for a sandbox that begins."""
    await store.next_edition(tx)
    await tx.execute(sql("catalog", "withdraw_everywhere"), {"reason": "a sandbox, where no money moves"})


def _book(book: dict[str, Any], channel: str) -> BookContent:
    custom, fees = book["custom_amount"], book["channel_fees"][channel]
    return BookContent(
        currency=book["currency"],
        bundles=[BundleContent(**bundle) for bundle in book["channels"][channel]],
        custom_amount=CustomAmount(**{name: custom[name] for name in CustomAmount.__struct_fields__})
        if channel == "web"
        else None,
        channel_fee_bps=fees["bps"],
        channel_fee_minor=fees["minor"],
    )


def _read(name: str) -> Any:
    return msgspec.json.decode(resources.files("largesse.catalog").joinpath("seed", f"{name}.json").read_bytes())
