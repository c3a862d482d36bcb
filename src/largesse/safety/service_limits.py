"""People's own limits and breaks. Tightening is immediate; loosening waits; nobody shortens a break."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from largesse import accounts, ledger
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.ledger import OwnLimits
from largesse.safety import model, store
from largesse.safety.model import Amount, OwnLimit, Rest, RestKind
from largesse.safety.service_signals import export_signals

log = structlog.get_logger(__name__)
_DUE_MAX = 500


class LimitsService:
    """What somebody allows themselves to give and to buy."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, account: int) -> tuple[dict[str, OwnLimit], Rest | None]:
        """Every limit as it stands now, by name, and the break that runs."""
        async with self._db.read() as tx:
            now = await store.get_now(tx)
            found = await store.list_limits(tx, account)
            return {name: model.in_force(limit, now) for name, limit in found.items()}, await store.find_rest(
                tx, account
            )

    async def set_limits(self, account: int, wanted: Mapping[str, Amount]) -> dict[str, OwnLimit]:
        """Ask for amounts by name (None: no limit); what is not named stays. Returns every limit as it stands then."""
        async with self._db.write() as tx:
            await self._lock(tx, account)
            now = await store.get_now(tx)
            before = await store.list_limits(tx, account)
            after = {
                name: model.changed(limit, wanted[name], now) if name in wanted else model.in_force(limit, now)
                for name, limit in before.items()
            }
            asked = [(name, amount, after[name].next_at or now) for name, amount in wanted.items()]
            await store.note_changes(tx, account, asked)
            await store.put_limits(tx, account, list(after.values()))
            await self._apply(tx, [account])
        log.info("limits.set", account=account, names=sorted(wanted))
        return after

    async def rest(self, account: int, kind: RestKind, *, days: int = 0, months: int = 0) -> Rest:
        """Begin a break of so many days or months; one that runs longer stands, and is what is returned."""
        async with self._db.write() as tx:
            await self._lock(tx, account)
            now = await store.get_now(tx)
            until = model.months_later(now, months) if months else now + timedelta(days=days)
            await store.put_rest(tx, account, kind, until)
            await ledger.rest(tx, account, until)
            found = await store.find_rest(tx, account)
        assert found is not None
        log.info("rest.begun", account=account, kind=kind, until=found.until.isoformat())
        return found

    async def apply_due(self) -> None:
        """Let limits come that have waited long enough."""
        while True:
            async with self._db.write() as tx:
                due = await store.take_due(tx, _DUE_MAX)
                if due:
                    await self._apply(tx, due)
            if not due:
                return
            log.info("limits.loosened", accounts=len(due))

    async def _lock(self, tx: WriteTx, account: int) -> None:
        """The wallet's lock is the limits' too: what a batch reads under it is whole."""
        person = await accounts.get_account(tx, account)
        await ledger.open_wallet(tx, account, person.adult_from)

    async def _apply(self, tx: WriteTx, due: list[int]) -> None:
        await ledger.set_own_limits(tx, [OwnLimits(*row) for row in await store.list_give(tx, due)])


async def list_buy_limits(tx: ReadTx, account: int, now: datetime) -> dict[str, Amount]:
    """Somebody's own limits on buying that are in force, by name: money, for whoever takes their order."""
    found = await store.list_limits(tx, account)
    limits = {name: model.in_force(found[name], now).amount for name in model.BUY}
    return {name: amount for name, amount in limits.items() if amount is not None}


async def export_person(tx: ReadTx, account: int) -> dict[str, Any]:
    """What is kept here about a person: `own_limits`, `own_limit_changes`, `breaks`, `blocks`, `signals`."""
    return await store.export(tx, account) | await export_signals(tx, account)


async def find_rest(tx: ReadTx, account: int) -> Rest | None:
    """The break of somebody that runs, for whoever takes their order."""
    return await store.find_rest(tx, account)
