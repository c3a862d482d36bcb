"""What a torture does, from its seed alone: which faults in which order, after which pauses."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

API, APIS, WORKER, NURSERY, POSTGRES, NATS = "api", "every api", "worker", "nursery", "postgres", "nats"
POSTGRES_AND_API, POSTGRES_AND_NATS, EVERYTHING = "postgres and an api", "postgres and nats", "everything"
EATEN, CUT, STALL, REFUSED = "answers eaten", "network cut", "network stalled", "network refused"

KILLS: dict[str, tuple[str, ...]] = {
    API: ("api",),
    APIS: ("apis",),
    WORKER: ("worker",),
    NURSERY: ("nursery",),
    POSTGRES: ("postgres",),
    NATS: ("nats",),
    POSTGRES_AND_API: ("postgres", "api"),
    POSTGRES_AND_NATS: ("postgres", "nats"),
    EVERYTHING: ("postgres", "nats", "apis", "worker"),
}
NETWORK = (EATEN, CUT, STALL, REFUSED)
FAULTS = (*KILLS, *NETWORK)
_PAUSE_S = (0.1, 2.5)
_STALL_S = (0.3, 2.0)
_EATEN = (1, 3)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `pause_s` after the one before has been recovered from; a network one lasts `length_s`.

    `times`: answers eaten.
    """

    name: str
    pause_s: float
    length_s: float
    times: int


def faults(seed: int, names: Sequence[str] = FAULTS) -> Iterator[Fault]:
    """An endless sequence that is the same for a seed: each kind once in every round, in shuffled order."""
    rng = random.Random(seed)  # noqa: S311 - a plan to be replayed
    while True:
        deck = list(names)
        rng.shuffle(deck)
        for name in deck:
            yield Fault(name, rng.uniform(*_PAUSE_S), rng.uniform(*_STALL_S), rng.randint(*_EATEN))


def rng_of(seed: int, who: str) -> random.Random:
    """The dice of one client: the same for a seed, whatever others do."""
    return random.Random(f"{seed}:{who}")  # noqa: S311 - a plan to be replayed
