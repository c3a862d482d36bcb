"""Papers as they are sent, to their creator and to operators, and their pictures."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from litestar import Response

from largesse.accounts import Person, PersonBody, person_body
from largesse.kit import ids
from largesse.payouts.paper import Kind, Paper, PaperFile, Side, Status, Subject
from largesse.payouts.service_papers import PREFIX
from largesse.payouts.store_papers import Look, Match

PICTURE = "application/octet-stream"


class PaperBody(msgspec.Struct, frozen=True, kw_only=True):
    """A paper; `reason` says why it was rejected, `kept` whether what it says is still there."""

    id: str
    subject: Subject
    kind: Kind
    country: str
    status: Status
    valid_until: date | None
    made_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    reason: str
    kept: bool
    files: list[PaperFile]


class OfficePaper(PaperBody, frozen=True, kw_only=True):
    """A paper, as operators see it; `creator` and `decided_by` are accounts' keys.

    `person` is who that is, in lists and of one paper alone.
    """

    creator: int
    decided_by: int | None
    person: PersonBody | None = None


class OfficeLook(Look, frozen=True, kw_only=True):
    """A look at a paper, with who looked."""

    person: PersonBody | None = None


class OfficeMatch(Match, frozen=True, kw_only=True):
    """A match, with whom the entry seems to name; `person` is there in lists."""

    person: PersonBody | None = None


def paper_body(paper: Paper) -> PaperBody:
    """A paper as it is sent to its creator; which operator decided is not their business."""
    return PaperBody(
        id=ids.encode(PREFIX, paper.id), subject=paper.subject, kind=paper.kind, country=paper.country,
        status=paper.status, valid_until=paper.valid_until, made_at=paper.made_at, submitted_at=paper.submitted_at,
        decided_at=paper.decided_at, reason=paper.reason, kept=paper.is_kept, files=paper.files,
    )  # fmt: skip


def office_paper(paper: Paper, people: Mapping[int, Person] | None = None) -> OfficePaper:
    """A paper as it is sent to operators, with the person where `people` has them by key."""
    shown = msgspec.structs.asdict(paper_body(paper))
    who = _who(paper.creator, people)
    return OfficePaper(**shown, creator=paper.creator, decided_by=paper.decided_by, person=who)


def office_look(look: Look, people: Mapping[int, Person]) -> OfficeLook:
    """A look as it is sent to operators."""
    return OfficeLook(**msgspec.structs.asdict(look), person=_who(look.looked_by, people))


def office_match(match: Match, people: Mapping[int, Person] | None = None) -> OfficeMatch:
    """A match as it is sent to operators."""
    return OfficeMatch(**msgspec.structs.asdict(match), person=_who(match.creator, people))


def picture_answer(side: Side, content: bytes) -> Response[bytes]:
    """A picture that no browser shows by itself: it is a file, whatever it holds, and nobody keeps it on the way."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{side}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=PICTURE, headers=headers)


def _who(key: int, people: Mapping[int, Person] | None) -> PersonBody | None:
    person = people.get(key) if people else None
    return person_body(person) if person else None
