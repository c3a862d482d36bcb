"""What every payment provider offers the room. No provider knows a table of ours, and none decides.

`look` says what stands at the provider; `payments.reconcile` decides what follows. Calls go out between transactions,
never inside one: *intend, commit, call, record*. What a call raises:

- `Away`: no answer, or a fault of theirs. The outcome is unknown: the same call with the same ids comes again.
- `Refused`: the provider said no, for a reason that the buyer or the operator can be told.
- `BadNotice`: somebody sent a notice that the provider did not.

What a call returns names each thing by a ref (`is_ref`); a class of this page raises `ValueError` for what is none,
and for a reason that cannot be kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal, Protocol, TypeGuard, runtime_checkable
from uuid import UUID

from largesse.kit import outside
from largesse.kit.money import Money

State = Literal["open", "pending", "paid", "canceled", "failed", "expired"]
PAYOUT = "payout:"
"""How a ref begins that names no payment: money that goes out, by the key of its attempt."""
Via = Literal["psp", "store"]


Away = outside.Away
Refused = outside.Refused


def is_ref(found: object) -> TypeGuard[str]:
    """Whether this can be what a provider calls a thing: text of at least one character, and no NUL.

    Source: https://www.postgresql.org/docs/current/datatype-character.html, "code zero ... cannot be stored"
    """
    return isinstance(found, str) and found != "" and "\x00" not in found


def _must_be_refs(*found: str, reason: str = "") -> None:
    if not all(is_ref(one) for one in found) or "\x00" in reason:
        raise ValueError("a name without a character, or with one that cannot be kept")


class Gone(Refused):
    """The provider knew this once and does not any more; it may still be a slip of its own."""


class BadNotice(Exception):  # noqa: N818 - a sender's fault, not a bug
    """A notice, receipt or token that the provider did not sign, or that is not meant for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid. `fee` is what the channel keeps of it by its price list; the provider's own word wins.

    `id` is the idempotency key of the payment; `buyer` is the account's public id. With `return_url` the buyer leaves
    our page and comes back there.
    """

    id: UUID
    buyer: UUID
    price: Money
    fee: Money
    coins: int
    return_url: str = ""


def ways_back(page: str, order: UUID) -> tuple[str, str]:
    """Where a buyer comes back to who has paid, and who has not: our page, told the order and which of them it is."""
    named = f"{page}{'&' if '?' in page else '?'}purchase={order}"
    return named, f"{named}&canceled=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What the buyer's page does next: nothing, confirm with a client secret, or go to a URL."""

    type: Literal["none", "client_secret", "redirect"]
    client_secret: str | None = None
    publishable_key: str | None = None
    url: str | None = None


NOTHING = Next(type="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRefund:
    """Money that the provider gave back: an amount, or a part of the purchase where it names no amount.

    `undone`: the provider took the refund back, and the money is ours again. `at` is when it gave the money back, None
    where it does not say.
    """

    ref: str
    status: Literal["pending", "done", "failed", "undone"]
    money: Money | None = None
    part: Fraction | None = None
    reason: str = ""
    # Our own id of it, where we asked for it.
    id: UUID | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        _must_be_refs(self.ref, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDispute:
    """What the buyer's bank asks about. `fee` is what the provider charges for it; `fee_back` what a win returns.

    `at` is when it was opened, `decided_at` when it was decided; None where the provider does not say.
    """

    ref: str
    status: Literal["open", "won", "lost"]
    money: Money
    fee: Money
    fee_back: Money | None = None
    reason: str = ""
    evidence_due_at: datetime | None = None
    at: datetime | None = None
    decided_at: datetime | None = None

    def __post_init__(self) -> None:
        _must_be_refs(self.ref, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A payment as it stands at the provider, whole: looking twice, or late, or in another order, says the same.

    `paid` and `fee` are there from `paid` on (a store that names no price leaves them out). `purchase` and `buyer` are
    our own marks that the payment carries. `live` is False for the provider's test money, which is the only
    kind that a sandbox takes.
    `at` is when it was paid.
    """

    ref: str
    state: State
    live: bool
    paid: Money | None = None
    fee: Money | None = None
    purchase: UUID | None = None
    buyer: UUID | None = None
    product_id: str | None = None
    quantity: int = 1
    reason: str = ""
    at: datetime | None = None
    refunds: Sequence[SeenRefund] = ()
    # True: these refunds are all that stand, so one that is missing here was taken back.
    refunds_are_all: bool = False
    disputes: Sequence[SeenDispute] = ()
    # A store's: it counts the purchase as delivered already.
    finished: bool = False
    # A store's: what `look` takes for it, where that is more than `ref`.
    look_as: str = ""
    # A store's: what its reports of money call the purchase, where that is not `ref`.
    order: str | None = None
    # What a person should look at: `early-fraud-warning`.
    flags: Sequence[str] = ()

    def __post_init__(self) -> None:
        _must_be_refs(self.ref, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How a provider took an order; `seen` where it knows at once how the payment stands."""

    ref: str
    next: Next = NOTHING
    seen: Seen | None = None

    def __post_init__(self) -> None:
        _must_be_refs(self.ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A provider's word that something happened: where to look. No `refs`: a kind that we do not know, which is kept.

    A ref that begins with `:` names a store's receipt without its product, which we know where we granted it; one that
    begins with `PAYOUT` is the key of a payout's attempt, which is not this room's.
    `asks` is a question that the provider wants answered: Apple's CONSUMPTION_REQUEST. `body` is how the notice reads,
    where it did not come by itself but from the provider's own list.
    """

    event: str
    kind: str
    refs: Sequence[str] = ()
    asks: Literal["", "consumption"] = ""
    body: bytes = b""

    def __post_init__(self) -> None:
        _must_be_refs(self.event, *self.refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an app got from its store: Apple's signed transaction, or Google's product and token."""

    signed_transaction: str = ""
    product_id: str = ""
    purchase_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """What a store may know of a purchase that its buyer wants refunded, where the buyer has consented."""

    ref: str
    buyer: UUID
    granted: bool
    coins: int
    coins_spent: int
    account_days: int
    bought_minor: int
    refunded_minor: int


@runtime_checkable
class Provider(Protocol):
    """One provider. `channels` are those of the price books that it sells through, `via` the books' side of it."""

    name: str
    channels: frozenset[str]
    via: Via

    async def look(self, ref: str) -> Seen:
        """How the payment stands. Raises `Away`; `Refused` where there is no such payment."""
        ...

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Check a notice (header names in lower case) and say where to look. Raises `BadNotice`.

        Quick: it may use the network only for the provider's public keys, and keeps those. Then `Away` is an answer.
        """
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


@runtime_checkable
class Seller(Provider, Protocol):
    """A provider that takes orders."""

    async def begin(self, order: Order) -> Begun:
        """Take an order; the same order again is the same payment. Raises `Away`, `Refused`."""
        ...

    async def resume(self, ref: str, order: Order) -> Next:
        """What the buyer's page does next, again. Raises `Away`, `Refused`."""
        ...

    async def cancel(self, ref: str) -> None:
        """Let nobody pay this any more; nothing where it cannot be canceled. Raises `Away`, `Refused`."""
        ...

    async def refund(self, ref: str, refund: UUID, money: Money, reason: str) -> None:
        """Give money back; `refund` is the idempotency key, and `look` shows it. Raises `Away`, `Refused`."""
        ...


@runtime_checkable
class Store(Provider, Protocol):
    """An app store: its purchases are claimed with evidence, and finished after the grant."""

    async def claim(self, evidence: Evidence) -> Seen:
        """Check the evidence and say how the purchase stands. Raises `BadNotice`, `Away`, `Refused`."""
        ...

    async def finish(self, ref: str) -> None:
        """Tell the store that the coins are there (Google: consume), again too. Raises `Away`, `Refused`, `Gone`."""
        ...


@runtime_checkable
class NewsKeeper(Protocol):
    """A provider whose past news can be read again, for the time when notices did not reach us."""

    async def catch_up(self, since: datetime) -> Sequence[str | Notice]:
        """News since then, oldest first: objects to look at, or whole notices that may not have come. Raises `Away`."""
        ...


@runtime_checkable
class Answerer(Protocol):
    """A provider that asks what became of a purchase."""

    async def answer(self, facts: Consumption) -> None:
        """Answer its question. Raises `Away`, `Refused`."""
        ...


@runtime_checkable
class Warmer(Protocol):
    """A provider whose notices are checked by something of the network that can be had before one comes."""

    async def warm(self) -> None:
        """Fetch it; nothing where that fails, and the first notice tries again."""
        ...
