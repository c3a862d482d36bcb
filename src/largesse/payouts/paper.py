"""What a creator shows so that money may go out: who they are, and a tax form. Pure rules, no I/O and no clock.

Sources: the Internal Revenue Service's instructions for the forms W-9 and W-8BEN (when the latter expires); a number
on a W-9 is checked by `python-stdnum`, which knows the ranges that the Service gives out.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from largesse.kit import fields
from largesse.kit.http import Invalid
from largesse.payouts.pictures import Media

Subject = Literal["identity", "tax_form"]
Kind = Literal[
    "passport", "identity_card", "residence_permit", "driving_licence", "w9", "w8ben", "self_declaration",
]  # fmt: skip
Status = Literal["draft", "waiting", "approved", "rejected", "replaced", "withdrawn"]
Side = Literal["front", "back", "extra"]
Standing = Literal["missing", "waiting", "rejected", "expired", "approved"]
TAX_FORMS: frozenset[Kind] = frozenset({"w9", "w8ben", "self_declaration"})
NAME_CHARS_MAX, NUMBER_CHARS_MAX, ADDRESS_CHARS_MAX = 120, 40, 300
_YEARS_OLD_MAX = 130
_W8BEN_YEARS = 3


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper says; it is sealed. `number` is the document's, or the taxpayer's."""

    name: str
    birth_date: date | None = None
    number: str = ""
    address: str = ""


class PaperFile(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a paper: what it is, and how many bytes."""

    side: Side
    media: Media
    size_bytes: int
    made_at: datetime


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper without what it says. `reason` is why it was rejected; `decided_by` an operator's key."""

    id: UUID
    creator: int
    subject: Subject
    kind: Kind
    country: str
    status: Status
    valid_until: date | None
    made_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: int | None
    reason: str
    is_kept: bool
    files: list[PaperFile]


def subject_of(kind: Kind) -> Subject:
    """What a kind of paper is about."""
    return "tax_form" if kind in TAX_FORMS else "identity"


def read(kind: Kind, country: str, given: Details, today: date) -> Details:
    """What a paper says, as it is kept. Raises `Invalid`, naming the field."""
    name = fields.line("name", given.name, NAME_CHARS_MAX)
    number = fields.line("number", given.number, NUMBER_CHARS_MAX, chars_min=0)
    address = fields.paragraphs("address", given.address, ADDRESS_CHARS_MAX)
    if kind not in TAX_FORMS:
        if not number:
            raise Invalid.field("number", "the document's own")
        if given.birth_date is None:
            raise Invalid.field("birth_date", "as the document says it")
        if not date(today.year - _YEARS_OLD_MAX, 1, 1) <= given.birth_date <= today:
            raise Invalid.field("birth_date", "nobody alive was born then")
    elif not address:
        raise Invalid.field("address", "is needed on a tax form")
    if kind == "w9":
        number = _taxpayer(country, number)
    if kind == "w8ben" and country == "US":
        raise Invalid.field("country", "a W-8BEN is for who is not of the United States")
    return Details(name=name, birth_date=given.birth_date, number=number, address=address)


def expires(kind: Kind, told: date | None, today: date) -> date | None:
    """The last day of a paper that begins to count today; `told` is what it says itself.

    A W-8BEN counts to the end of the third year after the one in which it was signed.
    """
    if kind != "w8ben":
        return told
    last = date(today.year + _W8BEN_YEARS, 12, 31)
    return last if told is None else min(told, last)


def standing(papers: Sequence[Paper], subject: Subject, today: date) -> Standing:
    """How far a creator has come with a subject; an approved paper counts until its last day is over."""
    own = sorted((paper for paper in papers if paper.subject == subject), key=lambda paper: paper.made_at)
    approved = [paper for paper in own if paper.status == "approved"]
    if any(paper.valid_until is None or paper.valid_until >= today for paper in approved):
        return "approved"
    if any(paper.status == "waiting" for paper in own):
        return "waiting"
    if approved:
        return "expired"
    decided = [paper for paper in own if paper.status == "rejected"]
    return "rejected" if decided else "missing"


def years_old(born: date, today: date) -> int:
    """Whole years; whoever was born on 29 February has a birthday on 1 March where there is none."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _taxpayer(country: str, number: str) -> str:
    from stdnum.exceptions import ValidationError  # noqa: PLC0415 - its tables are read at the first form
    from stdnum.us import tin  # noqa: PLC0415 - as above

    if country != "US":
        raise Invalid.field("country", "a W-9 is for who is of the United States")
    try:
        return str(tin.validate(number))
    except ValidationError as error:
        raise Invalid.field("number", "not a taxpayer identification number") from error
