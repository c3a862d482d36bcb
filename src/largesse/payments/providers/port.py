"""What every payment provider offers the room."""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from largesse.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid. `fee` is what the channel keeps of it by its price list; the provider's own word wins."""

    id: UUID
    price: Money
    fee: Money
    coins: int
    return_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What the buyer's page does next: nothing, confirm with a client secret, or go to a URL."""

    type: Literal["none", "client_secret", "redirect"]
    client_secret: str | None = None
    publishable_key: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How a provider took an order: its own reference, whether the money is there already, the fee it kept."""

    ref: str
    is_paid: bool
    fee: Money
    next: Next


class Provider(Protocol):
    """Takes orders. `channels` are those of the price books that it sells through."""

    name: str
    channels: frozenset[str]

    async def begin(self, order: Order) -> Begun:
        """Take an order; the same order again is the same payment.

        A provider whose money is there at once uses no network here: it is asked inside the order's transaction.
        """
        ...
