"""Where payouts ask for a second factor: a code of the last minutes, of the session or with the request itself."""

from largesse import accounts
from largesse.accounts import AccountsService, FreshSecondFactorNeeded
from largesse.kit.db import Database, ReadTx
from largesse.kit.principal import Principal
from largesse.payouts import store


class SecondFactor:
    """Asked before money can go somewhere new, and before it goes."""

    def __init__(self, db: Database, people: AccountsService) -> None:
        self._db = db
        self._people = people

    async def require(self, tx: ReadTx, caller: Principal) -> None:
        """Go on where this session gave a code in the last five minutes; raises `FreshSecondFactorNeeded`."""
        await accounts.require_fresh_second_factor(tx, caller.account, caller.bearer, await store.get_now(tx))

    async def take(self, caller: Principal, code: str | None) -> None:
        """Take a code that came with a request, where the session's own is not fresh: a retried one is taken once.

        Raises `TooMany`, `WrongSecondFactor`, `SecondFactorOff`.
        """
        if code is None:
            return
        try:
            async with self._db.read() as tx:
                await self.require(tx, caller)
        except FreshSecondFactorNeeded:
            await self._people.second_factor.step_up(caller.account, caller.bearer, code)
