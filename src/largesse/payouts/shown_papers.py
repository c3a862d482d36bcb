"""Papers as they are sent, to their creator and to operators, and their pictures."""

from datetime import date, datetime

import msgspec
from litestar import Response

from largesse.kit import ids
from largesse.payouts.paper import Kind, Paper, PaperFile, Side, Status, Subject
from largesse.payouts.service_papers import PREFIX

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
    """A paper, as operators see it; `creator` and `decided_by` are accounts' keys."""

    creator: int
    decided_by: int | None


def paper_body(paper: Paper) -> PaperBody:
    """A paper as it is sent to its creator; which operator decided is not their business."""
    return PaperBody(
        id=ids.encode(PREFIX, paper.id), subject=paper.subject, kind=paper.kind, country=paper.country,
        status=paper.status, valid_until=paper.valid_until, made_at=paper.made_at, submitted_at=paper.submitted_at,
        decided_at=paper.decided_at, reason=paper.reason, kept=paper.is_kept, files=paper.files,
    )  # fmt: skip


def office_paper(paper: Paper) -> OfficePaper:
    """A paper as it is sent to operators."""
    shown = msgspec.structs.asdict(paper_body(paper))
    return OfficePaper(**shown, creator=paper.creator, decided_by=paper.decided_by)


def picture_answer(side: Side, content: bytes) -> Response[bytes]:
    """A picture that no browser shows by itself: it is a file, whatever it holds, and nobody keeps it on the way."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{side}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=PICTURE, headers=headers)
