"""Receipts: all that a buyer keeps of a purchase, as a page and as mail."""

from datetime import datetime
from uuid import UUID

import msgspec

from largesse import accounts, ledger
from largesse.accounts import Account
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx
from largesse.kit.http import NotFound
from largesse.kit.mail import Letter
from largesse.kit.money import Money
from largesse.kit.wording import Words
from largesse.ledger import Taken
from largesse.payments import receipts, store, store_money, store_office
from largesse.payments.model import Purchase
from largesse.payments.receipts import Seller

_NAME = "Largesse"


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back, or that a bank asked about: `coins` were taken for it, `from_gifts` of them out of gifts.

    `status` of a refund: wanted, pending, done, failed, undone; of a dispute: open, won, lost.
    """

    status: str
    money: Money
    coins: int
    from_gifts: int
    begun_at: datetime
    moved_at: datetime | None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase with its two sides, and what became of it."""

    seller: Seller
    buyer: Account
    purchase: Purchase
    refunds: list[Back]
    disputes: list[Back]


class Receipts:
    """What stands on receipts."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._origin = settings.origin
        address = [line for part in settings.seller_address.split(";") if (line := part.strip())]
        self._seller = Seller(name=settings.seller_name or _NAME, address=address, tax_id=settings.seller_tax_id)

    async def get(self, account: int, purchase: UUID) -> Receipt:
        """The receipt of a purchase of this account; raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store.find(tx, purchase)
            if found is None or found.account != account:
                raise NotFound
            taken = await _taken(tx, purchase)
            refunds = await store_office.list_refunds(tx, purchase)
            disputes = await store_office.list_disputes(tx, purchase=purchase, status=None, before=None, limit=100)
            buyer = await accounts.get_account(tx, account)
        return Receipt(
            seller=self._seller,
            buyer=buyer,
            purchase=found,
            refunds=[
                _back(row["status"], Money(row["minor"], row["currency"]), taken.get(f"refund:{row['id']}", []),
                      row["made_at"], row["moved_at"])
                for row in refunds
            ],
            disputes=[
                _back(row.status, Money(row.minor, row.currency), taken.get(f"dispute:{row.id}", []), row.opened_at,
                      row.decided_at)
                for row in reversed(disputes)
            ],
        )  # fmt: skip

    # Mail; None where there is nobody to send it to

    async def find_letter(self, purchase: str, words: Words) -> Letter | None:
        """The receipt of a granted purchase."""
        async with self._db.read() as tx:
            found = await store.find(tx, UUID(purchase))
            if found is None or found.granted_at is None:
                return None
            buyer = await accounts.get_account(tx, found.account)
        return receipts.write_receipt(found, self._seller, buyer=buyer, origin=self._origin, words=words)

    async def find_refund_letter(self, refund: str, words: Words) -> Letter | None:
        """What was given back; None too where that is not known here."""
        async with self._db.read() as tx:
            row = await store_money.find_refund(tx, UUID(refund))
            found = await store.find(tx, row.purchase) if row else None
            if row is None or found is None:
                return None
            taken = (await _taken(tx, found.id)).get(f"refund:{refund}", [])
            buyer = await accounts.get_account(tx, found.account)
        kept = receipts.Returned("refund", Money(row.minor, row.currency), sum(one.coins for one in taken))
        return receipts.write_returned(kept, found, buyer=buyer, origin=self._origin, words=words)

    async def find_dispute_letter(self, dispute: str, status: str, words: Words) -> Letter | None:
        """What a bank asks, or has decided; None too where it has moved on since."""
        async with self._db.read() as tx:
            row = await store_money.find_dispute(tx, UUID(dispute))
            found = await store.find(tx, row.purchase) if row else None
            if row is None or found is None or row.status != status:
                return None
            taken = (await _taken(tx, found.id)).get(f"dispute:{dispute}", [])
            buyer = await accounts.get_account(tx, found.account)
        kept = receipts.Returned(f"dispute_{status}", Money(row.minor, row.currency), sum(one.coins for one in taken))
        return receipts.write_returned(kept, found, buyer=buyer, origin=self._origin, words=words)


async def _taken(tx: ReadTx, purchase: UUID) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = {}
    for source, taken in await ledger.list_takings(tx, f"purchase:{purchase}"):
        found.setdefault(source, []).append(taken)
    return found


def _back(status: str, money: Money, taken: list[Taken], begun_at: datetime, moved_at: datetime | None) -> Back:
    return Back(
        status=status, money=money, coins=sum(one.coins for one in taken),
        from_gifts=sum(one.reversed_coins for one in taken), begun_at=begun_at, moved_at=moved_at,
    )  # fmt: skip
