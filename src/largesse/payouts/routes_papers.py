"""What a creator shows so that money may go out, over HTTP: their own papers."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.kit import http
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn, Page, TooMany
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.payouts.errors import PaperNotNow, PaperOpen, PictureRefused
from largesse.payouts.paper import (
    ADDRESS_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    Details,
    Kind,
    Side,
    Standing,
    Subject,
)
from largesse.payouts.pictures import FILE_BYTES_MAX
from largesse.payouts.routes_papers_office import routes as office_routes
from largesse.payouts.routes_withdrawals import creator
from largesse.payouts.service_papers import PREFIX, PapersService
from largesse.payouts.shown_papers import PICTURE, PaperBody, paper_body, picture_answer

UPLOAD_BYTES_MAX = FILE_BYTES_MAX + 1  # one more than is taken, so that it is told from what is cut off


class WritePaper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a paper says.

    A passport, identity card, residence permit or driving licence needs `birth_date` and `number`, and takes
    `valid_until`; a tax form needs `address`, and a W-9 the `number` of the taxpayer.
    """

    kind: Kind
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="of the document, or of the taxpayer")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARS_MAX)]
    id: Annotated[str, msgspec.Meta(max_length=64, description="UUIDv7, bare or prefixed")] | None = None
    birth_date: date | None = None
    number: Annotated[str, msgspec.Meta(max_length=NUMBER_CHARS_MAX)] = ""
    address: Annotated[str, msgspec.Meta(max_length=ADDRESS_CHARS_MAX)] = ""
    valid_until: date | None = None


class OwnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper and what it says, or null once that is kept no longer."""

    paper: PaperBody
    says: Details | None


class StandingBody(msgspec.Struct, frozen=True, kw_only=True):
    """How far you have come with a subject; where its `level` is `required`, nothing is withdrawn before `approved`."""

    subject: Subject
    level: Literal["off", "review", "required"]
    standing: Standing


@post(
    "/v1/me/papers",
    summary="Write a paper",
    responses=http.declares(NotSignedIn, Forbidden, Invalid, IdReused, PaperOpen, PaperNotNow),
)
async def write_paper(
    data: JSONBody[WritePaper],
    papers: NamedDependency[PapersService],
    principal: NamedDependency[Principal],
    idempotency_key: IdempotencyKey = None,
) -> Response[PaperBody]:
    """An identity document or a tax form, as a draft; the same id writes it anew. Add pictures, then submit it."""
    caller = creator(principal)
    says = Details(name=data.name, birth_date=data.birth_date, number=data.number, address=data.address)
    made, replayed = await papers.begin(
        caller.account, paper=chosen_id(PREFIX, data.id, idempotency_key, caller), kind=data.kind,
        country=data.country, given=says, told=data.valid_until,
    )  # fmt: skip
    return created(paper_body(made), replayed=replayed)


@get("/v1/me/papers", summary="Your papers", responses=http.declares(NotSignedIn, Forbidden))
async def list_papers(papers: NamedDependency[PapersService], principal: NamedDependency[Principal]) -> Page[PaperBody]:
    """Newest first, without what they say."""
    return Page([paper_body(one) for one in await papers.list_own(creator(principal).account)])


@get("/v1/me/papers/standing", summary="What is asked of you", responses=http.declares(NotSignedIn, Forbidden))
async def get_standing(
    papers: NamedDependency[PapersService], principal: NamedDependency[Principal]
) -> list[StandingBody]:
    """Whether you have proved who you are, and your tax form, and whether that is needed before withdrawing."""
    found = await papers.standings(creator(principal).account)
    return [
        StandingBody(subject=subject, level=level, standing=standing) for subject, (level, standing) in found.items()
    ]


@get("/v1/me/papers/{paper:str}", summary="A paper", responses=http.declares(NotSignedIn, Forbidden, NotFound))
async def get_paper(
    papers: NamedDependency[PapersService], principal: NamedDependency[Principal], paper: FromPath[str]
) -> Response[OwnPaper]:
    """With what it says."""
    found, says = await papers.get(creator(principal).account, http.path_id(PREFIX, paper))
    return Response(OwnPaper(paper=paper_body(found), says=says), headers={"Cache-Control": "no-store"})


@put(
    "/v1/me/papers/{paper:str}/files/{side:str}",
    summary="Add a picture to a draft",
    request_max_body_size=UPLOAD_BYTES_MAX,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, PaperNotNow, PictureRefused, TooMany),
)
async def put_picture(
    request: Request[Any, Any, Any],
    papers: NamedDependency[PapersService],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
    side: FromPath[Side],
) -> PaperBody:
    """The body is the file itself: JPEG, PNG, WebP or PDF, at most 5 MB; what it is is seen from what it holds."""
    caller, key = creator(principal), http.path_id(PREFIX, paper)
    return paper_body(await papers.attach(caller.account, key, side, await request.body()))


@get(
    "/v1/me/papers/{paper:str}/files/{side:str}",
    summary="A picture of a paper",
    media_type=PICTURE,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def get_picture(
    papers: NamedDependency[PapersService],
    principal: NamedDependency[Principal],
    paper: FromPath[str],
    side: FromPath[Side],
) -> Response[bytes]:
    """The file as it was sent; what it is stands in the paper."""
    _, content = await papers.get_picture(creator(principal).account, http.path_id(PREFIX, paper), side)
    return picture_answer(side, content)


@post(
    "/v1/me/papers/{paper:str}/submit",
    summary="Hand a paper in",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, Invalid, PaperNotNow),
)
async def submit_paper(
    papers: NamedDependency[PapersService], principal: NamedDependency[Principal], paper: FromPath[str]
) -> PaperBody:
    """A person looks at it; it cannot be changed from then on."""
    return paper_body(await papers.submit(creator(principal).account, http.path_id(PREFIX, paper)))


@delete(
    "/v1/me/papers/{paper:str}",
    summary="Take a paper back",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, PaperNotNow),
)
async def withdraw_paper(
    papers: NamedDependency[PapersService], principal: NamedDependency[Principal], paper: FromPath[str]
) -> None:
    """Before it is decided; what it says and its pictures are destroyed at once."""
    await papers.withdraw(creator(principal).account, http.path_id(PREFIX, paper))


papers_routes = [
    write_paper,
    list_papers,
    get_standing,
    get_paper,
    put_picture,
    get_picture,
    submit_paper,
    withdraw_paper,
    *office_routes,
]
