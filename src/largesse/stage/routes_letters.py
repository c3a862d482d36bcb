"""Mail about LIVEs over HTTP: what somebody wants, and the link that stops it."""

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from largesse.kit import http
from largesse.kit.http import Forbidden, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.stage.letters import LiveLettersService, MailWishes

_OWN = (NotSignedIn, Forbidden)


@get("/v1/me/mail", summary="Which mail about LIVEs one gets", responses=http.declares(*_OWN))
async def get_mail(letters: NamedDependency[LiveLettersService], principal: NamedDependency[Principal]) -> MailWishes:
    """Only of one's own reminders, unless asked for; only to an address that was proved."""
    return await letters.get_wishes(http.person(principal))


@put("/v1/me/mail", summary="Choose which mail about LIVEs one gets", responses=http.declares(*_OWN))
async def put_mail(
    letters: NamedDependency[LiveLettersService],
    principal: NamedDependency[Principal],
    data: JSONBody[MailWishes],
) -> MailWishes:
    """What is not sent yet follows it too."""
    return await letters.set_wishes(http.person(principal), data)


@post("/v1/mail-stops/{token:str}", summary="Stop mail about LIVEs", status_code=204, responses=http.declares(NotFound))
async def post_stop(letters: NamedDependency[LiveLettersService], token: FromPath[str]) -> None:
    """The token of a letter's own link stands for its reader, who need not sign in (RFC 8058); a body is not read."""
    if not await letters.stop(token):
        raise NotFound


@get("/v1/mail-stops/{token:str}", include_in_schema=False)  # a page's address, not a program's
async def get_stop(token: FromPath[str]) -> Response[None]:
    """Goes to the page that asks first: programs follow links of mail, and must stop nothing."""
    return Redirect(f"/stop/{token}", status_code=303)


letter_routes = [get_mail, put_mail, post_stop, get_stop]
