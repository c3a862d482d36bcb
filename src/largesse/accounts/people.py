"""People by key, cached, because every event names some."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import monotonic
from uuid import UUID

from largesse.accounts.model import Person

HELD_S = 30.0
HELD_MAX = 200_000

Load = Callable[[Sequence[int]], Awaitable[list[Person]]]


class People:
    """What other rooms need of people; a change is seen at once where NATS tells of it, else within `HELD_S`."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._held: dict[int, tuple[Person, float]] = {}
        self._keys: dict[UUID, int] = {}  # ids never change

    async def get(self, accounts: Iterable[int]) -> dict[int, Person]:
        """The people with these keys; unknown keys are left out."""
        now, found, missing = monotonic(), dict[int, Person](), set[int]()
        for key in accounts:
            held = self._held.get(key)
            if held is not None and now < held[1]:
                found[key] = held[0]
            else:
                missing.add(key)
        if missing:
            for person in await self._load(sorted(missing)):
                self.hold(person)
                found[person.key] = person
        return found

    def find(self, account: UUID) -> Person | None:
        """The person with this id, where it is held; erased ones are not found."""
        held = self._held.get(self._keys.get(account, 0))
        return held[0] if held is not None and monotonic() < held[1] and not held[0].erased else None

    def hold(self, person: Person) -> None:
        """Keep what was read of somebody."""
        if len(self._held) > HELD_MAX:
            self._held.clear()
            self._keys.clear()
        self._held[person.key] = (person, monotonic() + HELD_S)
        self._keys[person.id] = person.key

    def forget(self, accounts: Iterable[int]) -> None:
        """Read these again when they are asked for."""
        for key in accounts:
            self._held.pop(key, None)
