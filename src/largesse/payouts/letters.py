"""Mail to a creator about a payout, a paper or a grant, in their language: amounts, no account, no reason.

A letter is a job of the transaction that gives cause for it, so it is written if and only if that committed, and once
for each cause. Before it leaves, it is asked again whether it still stands so: who is paid within a second reads of
that alone. What a person wrote as the reason stands on the page behind the link, for mail is read by others.
"""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from largesse.accounts import Account
from largesse.kit import ids, jobs
from largesse.kit.db import WriteTx
from largesse.kit.mail import Letter
from largesse.kit.money import Money
from largesse.kit.wording import Words, Writer
from largesse.payouts.paper import Paper
from largesse.payouts.withdrawal import DOLLAR, HELD, OPEN, Payout, Status

JOB, JOB_PAPER, JOB_GRANT = "payouts.mail", "payouts.mail_paper", "payouts.mail_grant"
_MILLI = 1000
Kind = Literal["requested", "approved", "held", "rejected", "sent", "paid", "failed", "returned"]
_STANDS: dict[Kind, frozenset[Status]] = {
    "requested": OPEN,
    "approved": frozenset({"approved", "submitting", "unknown"}),
    "held": frozenset({"review"}),
    "rejected": frozenset({"rejected"}),
    "sent": frozenset({"submitted", "in_transit"}),
    "paid": frozenset({"paid"}),
    "failed": frozenset({"failed"}),
    "returned": frozenset({"returned"}),
}
# What follows from a state that a payout comes to; the office's own verbs name their letters themselves.
OF_STATUS: dict[Status, Kind] = {"submitted": "sent", "paid": "paid", "failed": "failed", "returned": "returned"}


async def post(tx: WriteTx, kind: Kind, payouts: Sequence[UUID]) -> None:
    """Let letters of a kind about payouts be sent, once this transaction has committed."""
    await jobs.send_all(tx, JOB, [_named(kind=kind, payout=str(payout)) for payout in payouts])


async def post_paper(tx: WriteTx, paper: Paper, status: str) -> None:
    """Let a letter about what was decided of a paper be sent, once this transaction has committed."""
    await jobs.send(tx, JOB_PAPER, **_named(paper=str(paper.id), status=status))


async def post_grant(tx: WriteTx, creator: int, milli: int) -> None:
    """Let a letter about granted diamonds, one at least, be sent, once this transaction has committed."""
    if milli >= _MILLI:
        await jobs.send(tx, JOB_GRANT, **_named(creator=str(creator), diamonds=str(milli // _MILLI)))


def stands(payout: Payout, kind: Kind) -> bool:
    """Whether a letter of this kind is still true."""
    return payout.status in _STANDS[kind] and (kind != "held" or HELD in payout.reasons)


def write(payout: Payout, kind: Kind, *, person: Account, origin: str, words: Words) -> Letter | None:
    """A letter about a payout; None where its creator has no address."""
    if person.email is None:
        return None
    writer, number = Writer(words, person.language), ids.encode("payout", payout.id)
    values = {
        "name": person.display_name,
        "number": number,
        "gross": writer.money(Money(payout.quote.gross_minor, DOLLAR)),
        "fee": writer.money(Money(payout.quote.fee_minor, DOLLAR)),
        "net": writer.money(payout.net),
    }
    text = writer.fill(f"mail.payout_{kind}_text", values, link=f"{origin}/studio/withdraw/{number}")
    return Letter(person.email, writer.say(f"mail.payout_{kind}_subject"), text)


def write_paper(paper: Paper, *, person: Account, origin: str, words: Words) -> Letter | None:
    """A letter about a paper that was approved or rejected; None where its creator has no address."""
    if person.email is None:
        return None
    writer = Writer(words, person.language)
    values = {"name": person.display_name, "what": writer.say(f"mail.paper_{paper.subject}")}
    text = writer.fill(f"mail.paper_{paper.status}_text", values, link=f"{origin}/studio/papers")
    return Letter(person.email, writer.say(f"mail.paper_{paper.status}_subject"), text)


def write_grant(diamonds: int, *, person: Account, origin: str, words: Words) -> Letter | None:
    """A letter about whole diamonds that were granted; None where their creator has no address."""
    if person.email is None:
        return None
    writer = Writer(words, person.language)
    values = {"name": person.display_name, "diamonds": writer.number(diamonds)}
    text = writer.fill("mail.grant_text", values, link=f"{origin}/studio/balance")
    return Letter(person.email, writer.say("mail.grant_subject"), text)


def _named(**about: str) -> dict[str, Any]:
    """What a letter is about, and the name that it keeps however often it is tried."""
    return about | {"letter": str(ids.new())}
