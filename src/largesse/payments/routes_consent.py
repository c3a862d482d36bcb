"""Whether a store may be told what became of coins, when their buyer asks the store for the money back."""

from datetime import datetime

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from largesse.kit import http
from largesse.kit.http import Forbidden, NotSignedIn
from largesse.kit.principal import Principal
from largesse.payments.service import PaymentsService


class ConsentForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """True to consent, false to take it back."""

    consented: bool


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody consents, and since when."""

    consented: bool
    at: datetime | None


@get(
    "/v1/me/purchase-consent",
    summary="Whether a store may hear of your coins",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def get_consent(payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal]) -> ConsentBody:
    """Whether the App Store may be told how much of a purchase was spent when you ask it for a refund; not at first."""
    return _body(await payments.get_consent(_own(principal)))


@put(
    "/v1/me/purchase-consent",
    summary="Consent, or take it back",
    responses=http.declares(NotSignedIn, Forbidden),
)
async def set_consent(
    payments: NamedDependency[PaymentsService], principal: NamedDependency[Principal], data: JSONBody[ConsentForm]
) -> ConsentBody:
    """Without consent the App Store's question stays unanswered. The same again changes nothing."""
    return _body(await payments.set_consent(_own(principal), consented=data.consented))


def _own(principal: Principal) -> int:
    if principal.kind != "session":
        raise Forbidden(detail="people consent for themselves, signed in")
    return principal.account


def _body(at: datetime | None) -> ConsentBody:
    return ConsentBody(consented=at is not None, at=at)


routes = [get_consent, set_consent]
