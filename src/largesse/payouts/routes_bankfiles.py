"""Files to banks and back over HTTP. Roles: finance; support may look."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.kit import http, ids
from largesse.kit.approval import FourEyes
from largesse.kit.bankfile import BankFileRefused
from largesse.kit.http import Forbidden, Invalid, MoneyBody, NotConfigured, NotFound, NotSignedIn, Page, staff
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.iso20022 import BYTES_MAX
from largesse.kit.places import place_of, written
from largesse.kit.principal import Principal
from largesse.payouts.bank_news import Counts
from largesse.payouts.errors import BankFileLost, BankFileNotReady, NothingToPay, NotNow
from largesse.payouts.routes_office import Reason
from largesse.payouts.routes_withdrawals import METHOD, PREFIX
from largesse.payouts.service_bankfiles import BankFilesService, Said
from largesse.payouts.service_methods import MethodsService
from largesse.payouts.store_bank import BankFile, BankReport

FILE, REPORT = "bankfile", "bankreport"
_CURRENCY = {"sepa": "EUR", "ach": "USD"}


class WantFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of everything that is approved on a rail, to be carried out on a day; tomorrow where none is named."""

    rail: Literal["sepa", "ach"]
    execution_on: date | None = None
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None


class SayFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bank did with a whole file, its own number for that, and how you know."""

    said: Said
    reason: Reason
    reference: Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class FileBody(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a bank. `status`: wanted, made (not proved yet), empty, ready, handed, settled or refused.

    `findings` are what the audits around its making found; null: they are not over. `sha256` is of the file.
    """

    id: str
    rail: str
    status: str
    execution_on: date
    payouts: int | None
    total: MoneyBody | None
    findings: int | None
    wanted_at: datetime
    made_at: datetime | None
    handed_at: datetime | None
    said_at: datetime | None
    reference: str
    sha256: str | None


class MisfitBody(msgspec.Struct, frozen=True, kw_only=True):
    """Something that fits nothing of ours: where in the bank's file, why, and which payout, where there is one."""

    place: str
    reason: str
    payout: str | None


class ReportBody(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came from a bank: what it moved, and what fits nothing of ours."""

    id: str
    rail: str
    kind: str
    bank_ref: str
    read_at: datetime
    counts: Counts
    misfits: list[MisfitBody]


class NoteBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank wants changed about a method: its code, what that says, and what the bank says is right."""

    code: str
    meaning: str
    corrected: str | None
    at: datetime


@post(
    "/v1/office/payout-files",
    tags=["Office"],
    summary="Ask for a file of payouts",
    responses=http.declares(NotSignedIn, Forbidden, NotConfigured, Invalid, IdReused, NothingToPay),
)
async def want_payout_file(
    data: JSONBody[WantFile],
    bank_files: NamedDependency[BankFilesService],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[FileBody]:
    """The worker makes it between two audits of the whole books; it is `ready` when they found nothing."""
    caller = staff(principal, "finance")
    made, replayed = await bank_files.want(
        caller.account, file=chosen_id(FILE, data.id, idempotency_key, caller), rail=data.rail,
        execution_on=data.execution_on,
    )  # fmt: skip
    return created(file_body(made), replayed=replayed)


@get(
    "/v1/office/payout-files",
    tags=["Office"],
    summary="Files of payouts",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_payout_files(
    bank_files: NamedDependency[BankFilesService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[FileBody]:
    """Newest first."""
    staff(principal, "finance", "support")
    found = await bank_files.list_files(place_of(cursor) if cursor else None, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page([file_body(one) for one in found[:limit]], written(last.wanted_at, last.id) if last else None)


@get(
    "/v1/office/payout-files/{file:str}",
    tags=["Office"],
    summary="A file of payouts",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_payout_file(
    bank_files: NamedDependency[BankFilesService], principal: NamedDependency[Principal], file: FromPath[str]
) -> FileBody:
    """Its state; the file itself is handed out by `POST …/file`."""
    staff(principal, "finance", "support")
    return file_body(await bank_files.get(http.path_id(FILE, file)))


@post(
    "/v1/office/payout-files/{file:str}/file",
    tags=["Office"],
    summary="Hand a file of payouts out",
    status_code=200,
    media_type="application/octet-stream",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, BankFileNotReady, BankFileLost, NothingToPay),
)
async def hand_payout_file_out(
    bank_files: NamedDependency[BankFilesService], principal: NamedDependency[Principal], file: FromPath[str]
) -> Response[bytes]:
    """The first time, its payouts are submitted by it; later it is the same file again, byte by byte."""
    by = staff(principal, "finance").account
    raw, found = await bank_files.write(by, http.path_id(FILE, file))
    suffix = {"sepa": "xml", "ach": "ach"}[found.rail]
    headers = {
        "Content-Disposition": f'attachment; filename="{ids.encode(FILE, found.id)}.{suffix}"',
        "Cache-Control": "no-store",
    }
    return Response(raw, media_type="application/octet-stream", headers=headers)


@post(
    "/v1/office/payout-files/{file:str}/said",
    tags=["Office"],
    summary="Say what a bank did with a whole file",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotNow, FourEyes),
)
async def say_payout_file(
    data: JSONBody[SayFile],
    bank_files: NamedDependency[BankFilesService],
    principal: NamedDependency[Principal],
    file: FromPath[str],
) -> FileBody:
    """Where no file of the bank's says it. Somebody else than who carried it says that it was refused."""
    by = staff(principal, "finance").account
    done = await bank_files.say(
        by, http.path_id(FILE, file), data.said, reference=data.reference, reason=data.reason
    )  # fmt: skip
    return file_body(done)


@post(
    "/v1/office/payout-reports/{rail:str}",
    tags=["Office"],
    summary="Read a file from a bank",
    request_max_body_size=BYTES_MAX + 1,
    responses=http.declares(NotSignedIn, Forbidden, NotConfigured, BankFileRefused, IdReused),
)
async def read_payout_report(
    request: Request[Any, Any, Any],
    bank_files: NamedDependency[BankFilesService],
    principal: NamedDependency[Principal],
    rail: FromPath[str],
) -> Response[ReportBody]:
    """The file itself is the body: for `sepa` a pain.002, camt.053 or camt.054, for `ach` returns and changes.

    It is read whole or refused whole, and once: the bank's own id names it. Its payouts follow within seconds.
    """
    by = staff(principal, "finance").account
    report, replayed = await bank_files.hear(by, rail, await request.body())
    return created(report_body(report), replayed=replayed)


@get(
    "/v1/office/payout-reports",
    tags=["Office"],
    summary="Files from banks",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def list_payout_reports(
    bank_files: NamedDependency[BankFilesService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[ReportBody]:
    """Newest first, with what followed from each."""
    staff(principal, "finance", "support")
    found = await bank_files.list_reports(place_of(cursor) if cursor else None, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page([report_body(one) for one in found[:limit]], written(last.read_at, last.id) if last else None)


@get(
    "/v1/office/payout-methods/{method:str}/notes",
    tags=["Office"],
    summary="What banks want changed about a method",
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def list_method_notes(
    payout_methods: NamedDependency[MethodsService], principal: NamedDependency[Principal], method: FromPath[str]
) -> Page[NoteBody]:
    """Newest first. Its creator has to add the account anew; until then a person looks at every payout there."""
    by = staff(principal, "finance").account
    found = await payout_methods.list_notes(by, http.path_id(METHOD, method))
    return Page([NoteBody(code=code, meaning=says, corrected=right, at=at) for code, says, right, at in found])


def file_body(file: BankFile) -> FileBody:
    """A file as it is sent."""
    total = None if file.minor is None else MoneyBody(file.minor, _CURRENCY[file.rail])
    over = None if file.findings_after is None else (file.findings_before or 0) + file.findings_after
    return FileBody(
        id=ids.encode(FILE, file.id), rail=file.rail, status=file.state, execution_on=file.execution_on,
        payouts=file.payouts, total=total, findings=over, wanted_at=file.wanted_at, made_at=file.made_at,
        handed_at=file.handed_at, said_at=file.said_at, reference=file.reference,
        sha256=file.digest.hex() if file.digest else None,
    )  # fmt: skip


def report_body(report: BankReport) -> ReportBody:
    """A bank's file as it is sent."""
    misfits = [
        MisfitBody(
            place=one.place, reason=one.reason, payout=ids.encode(PREFIX, one.payout) if one.payout else None
        )
        for one in report.result.misfits
    ]  # fmt: skip
    return ReportBody(
        id=ids.encode(REPORT, report.id), rail=report.rail, kind=report.kind, bank_ref=report.bank_ref,
        read_at=report.read_at, counts=report.result.counts, misfits=misfits,
    )  # fmt: skip


routes = [
    want_payout_file,
    list_payout_files,
    get_payout_file,
    hand_payout_file_out,
    say_payout_file,
    read_payout_report,
    list_payout_reports,
    list_method_notes,
]
