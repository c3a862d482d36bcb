"""Statements of the catalogue."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec
from psycopg import AsyncCursor

from largesse.catalog import store_regions
from largesse.catalog.model import Art, BookContent, Bundle, BundleContent, Gift, GiftContent, PriceBook, Shelf
from largesse.kit.db import ReadTx, WriteTx, sql


async def ask_kinds(tx: ReadTx, kinds: Sequence[int]) -> AsyncCursor[Any]:
    """Ask, without waiting inside a pipeline, for gifts by the books' keys: rows (key, coins, streakable, retired)."""
    return await tx.execute(sql("catalog", "ask_kinds"), {"kinds": list(kinds)})


async def read_shelf(tx: ReadTx) -> Shelf:
    """The whole catalogue as this transaction sees it."""
    version = await edition(tx)
    gifts = tuple(_gift(row) for row in await tx.rows(sql("catalog", "gifts")))
    books = await tx.all(PriceBook, sql("catalog", "books"))
    bundles = [b for b in await tx.all(Bundle, sql("catalog", "bundles")) if b.retired_at is None]
    by_book = {key: tuple(found) for key, found in groupby(bundles, lambda b: b.book)}
    return Shelf(
        version=version,
        gifts=gifts,
        books=tuple(b for b in books if b.key in by_book),
        bundles=by_book,
        by_id={g.id: g for g in gifts},
        by_key={g.key: g for g in gifts},
        regions=await store_regions.read_regions(tx),
    )


async def edition(tx: ReadTx) -> int:
    """The number that counts every change."""
    version: int = await tx.scalar(sql("catalog", "edition"))
    return version


async def next_edition(tx: WriteTx) -> None:
    """Count a change; writers of the catalogue wait here for each other."""
    await tx.execute(sql("catalog", "next_edition"))


async def add_gift(tx: WriteTx, gift_id: str, content: GiftContent) -> Gift:
    """Add a gift."""
    return await _write_gift(tx, "add_gift", gift_id, content)


async def change_gift(tx: WriteTx, gift_id: str, content: GiftContent) -> Gift:
    """Say a gift's content anew."""
    return await _write_gift(tx, "change_gift", gift_id, content)


async def retire_gift(tx: WriteTx, gift_id: str) -> Gift:
    """Take a gift out of the panel; repeating it changes nothing."""
    row = await tx.row(sql("catalog", "retire_gift"), {"id": gift_id})
    assert row is not None
    return _gift(row)


async def put_book(tx: WriteTx, region: str, channel: str, content: BookContent) -> None:
    """Make or change a book; its bundles become those of `content`."""
    custom = content.custom_amount
    key = await tx.scalar(
        sql("catalog", "put_book"),
        {
            "region": region,
            "channel": channel,
            "currency": content.currency,
            "tax_bps": content.tax_bps,
            "channel_fee_bps": content.channel_fee_bps,
            "channel_fee_minor": content.channel_fee_minor,
            "coins_min": custom.coins_min if custom else None,
            "coins_max": custom.coins_max if custom else None,
            "micros_per_coin": custom.micros_per_coin if custom else None,
            "unit_usd_micros": content.unit_usd_micros,
        },
    )
    await _put_bundles(tx, key, f"{channel}-{region.lower()}-", content.bundles)


async def _put_bundles(tx: WriteTx, book: int, stem: str, bundles: Sequence[BundleContent]) -> None:
    await tx.execute(
        sql("catalog", "put_bundles"),
        {
            "book": book,
            "stem": stem,
            "coins": [b.coins for b in bundles],
            "prices_minor": [b.price_minor for b in bundles],
            "product_ids": [b.product_id for b in bundles],
        },
    )


async def _write_gift(tx: WriteTx, statement: str, gift_id: str, content: GiftContent) -> Gift:
    values = msgspec.structs.asdict(content) | {"id": gift_id, "art": msgspec.json.encode(content.art).decode()}
    row = await tx.row(sql("catalog", statement), values)
    assert row is not None
    return _gift(row)


def _gift(row: dict[str, Any]) -> Gift:
    return Gift(**row | {"art": msgspec.convert(row["art"], Art)})
