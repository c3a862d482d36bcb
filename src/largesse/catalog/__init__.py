"""What can be bought and sent: gifts and their art, bundles and price books.

Owns `catalog.gift`, `.price_book`, `.bundle` (rows are retired, never removed), and `.edition`, which counts changes.
Publishes `catalog.changed` on NATS after a commit; every process also looks at the edition every five seconds.
"""

from largesse.catalog.errors import BookOutOfLine, GiftRetired
from largesse.catalog.model import Bundle, Channel, Gift, Price, PriceBook, Shelf, channel_fee
from largesse.catalog.seeding import seed
from largesse.catalog.service import CatalogService, price_in
from largesse.catalog.store import ask_kinds, read_shelf

__all__ = [
    "BookOutOfLine",
    "Bundle",
    "CatalogService",
    "Channel",
    "Gift",
    "GiftRetired",
    "Price",
    "PriceBook",
    "Shelf",
    "ask_kinds",
    "channel_fee",
    "price_in",
    "read_shelf",
    "seed",
]
