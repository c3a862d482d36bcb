"""Writes real entries into the books for tests: purchases and grants by the ledger's verbs, gifts by its journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from largesse import ledger
from largesse.kit import ids
from largesse.kit.db import Database, ReadTx
from largesse.kit.money import Money
from largesse.ledger.keys import Keys

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADULT = date(2008, 5, 17)
POLICY, SHARE_BPS = 1, 7000
ROSE = 1


@dataclass(frozen=True)
class Gift:
    """A gift to settle, in coins; promotional coins go first."""

    sender: int
    receiver: int
    coins: int = 1
    stage: int = 1
    id: UUID | None = None
    flags: int = 0


class Bookkeeper:
    """The books of one test database, without rules about who may give what."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self.db = db
        self.keys = keys
        self._sources = 0

    async def buy(self, account: int, coins: int, gross_minor: int = 1399, currency: str = "USD") -> int:
        """Sells coins; a sixth of the price is tax, a twentieth the provider's."""
        self._sources += 1
        async with self.db.write() as tx:
            return await ledger.sell_coins(
                tx, account=account, gives_from=ADULT, coins=coins, gross=Money(gross_minor, currency),
                tax=Money(gross_minor // 6, currency), provider_fee=Money(gross_minor // 20, currency),
                source=f"purchase:{self._sources}", happened_at=AT,
            )  # fmt: skip

    async def grant(self, account: int, coins: int) -> int:
        """Grants promotional coins."""
        self._sources += 1
        async with self.db.write() as tx:
            return await ledger.grant_promo(
                tx, account=account, gives_from=ADULT, coins=coins, source=f"grant:{self._sources}", happened_at=AT
            )

    async def give(self, gifts: Sequence[Gift], *, journal: ledger.Journal | None = None) -> list[str]:
        """Settles gifts in one batch and returns their receipt numbers, in the order given."""
        open_journal = journal or await ledger.Journal.open(self.db, self.keys.salt_secret)
        try:
            return await self._settle(open_journal, gifts)
        finally:
            if journal is None:
                await open_journal.close()

    async def _settle(self, journal: ledger.Journal, gifts: Sequence[Gift]) -> list[str]:
        connection = journal.connection
        await connection.execute("BEGIN")
        try:
            wallets, _ = await journal.lock_wallets(sorted({g.sender for g in gifts}), wait=True)
            found = await (await journal.ask_batch()).fetchone()
            assert found is not None
            batch, at = found
            entries = [entry_of(gift, wallets[gift.sender], at) for gift in gifts]
            made = {id(e): e for e in entries}
            order = list(made)
            head = await journal.copy(entries, batch, max(at, journal.head.recorded_at))
            async with connection.pipeline():
                await journal.send_writes(entries, wallets, head)
                await connection.execute("COMMIT")
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
        journal.moved(head)
        return [f"{made[key].batch}.{made[key].leaf}" for key in order]


def entry_of(gift: Gift, wallet: ledger.WalletState, at: datetime) -> ledger.Entry:
    promo = min(wallet.promo, gift.coins)
    paid = gift.coins - promo
    assert paid <= wallet.paid, (gift, wallet)
    entry = ledger.Entry(
        id=(gift.id or _id_at(at)).bytes, sender=gift.sender, receiver=gift.receiver, stage=gift.stage, kind=ROSE,
        count=1, coins_paid=paid, coins_promo=promo, diamonds_milli=paid * SHARE_BPS // 10,
        paid_before=wallet.paid_out, promo_before=wallet.promo_out, api_key=0, policy=POLICY, flags=gift.flags,
    )  # fmt: skip
    wallet.paid -= paid
    wallet.paid_out += paid
    wallet.promo -= promo
    wallet.promo_out += promo
    wallet.given += gift.coins
    return entry


def _id_at(at: datetime) -> UUID:
    """A fresh id of that moment, which is the database's: tests may have moved its clock."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | ids.new().int % (1 << 80))


async def receipt(tx: ReadTx, number: str) -> ledger.GiftRow:
    """The gift of a receipt number."""
    place = ledger.parse_receipt(number)
    assert place is not None
    found = await ledger.find_by_receipt(tx, *place)
    assert found is not None
    return found


async def people(books: Bookkeeper, count: int) -> None:
    """Accounts with the keys 1 to `count`, in a database that has none."""
    async with books.db.write() as tx:
        for key in range(1, count + 1):
            await tx.execute(
                "INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from)"
                " VALUES (%s, %s, 'Somebody', '1990-01-01', 'US', '2008-01-01')",
                [ids.new(), f"person{key}"],
            )
