"""What can be bought and sent, and where: gifts and their art, bundles and price books, regions.

Owns `catalog.gift`, `.price_book`, `.bundle` (rows are retired, never removed), `.coming_book` (what two people want a
book to be, from its time on), `.region` (which features and providers exist in which country: dated, announced by two
people, for ever), and `.edition`, which counts changes.
Publishes `catalog.changed` on NATS after a commit; every process also looks at the edition every five seconds.
"""

from largesse.catalog.errors import BookOutOfLine, GiftRetired, NotInRegion
from largesse.catalog.model import Bundle, Channel, Gift, Price, PriceBook, Shelf, asked, channel_fee
from largesse.catalog.regions import EVERYWHERE, Region, TaxShown, coming
from largesse.catalog.seeding import let_withdraw, seed
from largesse.catalog.service import CatalogService, price_in
from largesse.catalog.store import ask_kinds, edition, read_shelf

__all__ = [
    "EVERYWHERE",
    "BookOutOfLine",
    "Bundle",
    "CatalogService",
    "Channel",
    "Gift",
    "GiftRetired",
    "NotInRegion",
    "Price",
    "PriceBook",
    "Region",
    "Shelf",
    "TaxShown",
    "ask_kinds",
    "asked",
    "channel_fee",
    "coming",
    "edition",
    "let_withdraw",
    "price_in",
    "read_shelf",
    "seed",
]
