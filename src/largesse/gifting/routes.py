"""Gifts over HTTP: one at a time by people, many at once by keys, and what was given."""

from datetime import UTC, date
from typing import Annotated, NamedTuple
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from largesse import accounts
from largesse.gifting.bodies import (
    BATCH_MAX,
    BalanceBody,
    BatchBody,
    BatchGift,
    BatchReceipt,
    BatchResult,
    BatchResults,
    GiftBody,
    GiftItem,
    LiveBody,
    ReceiptBody,
    happened_at,
)
from largesse.gifting.errors import REFUSALS, UnknownGift
from largesse.gifting.model import Outcome, Receipt, Request
from largesse.gifting.routes_wallet import wallet_routes
from largesse.gifting.service import GiftingService
from largesse.kit import fields, http, ids
from largesse.kit.idempotency import REPLAY_HEADER
from largesse.kit.principal import Principal
from largesse.kit.problems import Problem
from largesse.ledger import CONTEXTS, GiftRow, LedgerService, Proof
from largesse.policy import PolicyService
from largesse.stage import Stage

Number = Annotated[str, PathParameter(max_length=24, description="a receipt number, `batch.leaf`")]
Before = Annotated[str | None, QueryParameter(max_length=24, description="`next_cursor` of the page before")]

Day = Annotated[date | None, QueryParameter(description="a UTC day of the books; all days where absent")]


class Giving(NamedTuple):
    """All that the hot route asks for, as one dependency: several are resolved by a group of tasks a request."""

    principal: Principal
    gifting: GiftingService
    policy: PolicyService


@post(
    "/v1/lives/{live:str}/gifts",
    summary="Give a gift",
    responses=http.declares(http.NotSignedIn, http.CsrfFailed, http.Forbidden, *REFUSALS),
)
async def give(live: FromPath[str], data: JSONBody[GiftBody], giving: NamedDependency[Giving]) -> Response[ReceiptBody]:
    """Turn coins into a gift on every screen and diamonds for the creator, at once and exactly once.

    The answer means that it is committed. Sending the same id and content again answers with the first receipt; a lost
    connection is an unknown outcome, so do just that.
    """
    return await _give(http.path_id("live", live), "live", data, giving)


@post(
    "/v1/videos/{video:str}/gifts",
    summary="Give a gift on a video",
    responses=http.declares(http.NotSignedIn, http.CsrfFailed, http.Forbidden, *REFUSALS),
)
async def give_on_video(
    video: FromPath[str], data: JSONBody[GiftBody], giving: NamedDependency[Giving]
) -> Response[ReceiptBody]:
    """The same for a published video whose creator takes gifts; its `context` is `video`."""
    return await _give(http.path_id("video", video), "video", data, giving)


async def _give(public: UUID, where: str, data: GiftBody, giving: Giving) -> Response[ReceiptBody]:
    principal, gifting, policy = giving.principal, giving.gifting, giving.policy
    if principal.kind not in {"session", "embed"}:
        raise http.Forbidden(detail="an API key gives through /v1/gifts/batch")
    place = await gifting.place_of(public, where)
    guest = await gifting.guest_of(place, data.to)
    to = guest or place.creator
    receiver = (await gifting.people.people([to])).get(to)
    request = _request(data, principal, place.key, gifting, guest)
    receipt = await gifting.give(principal, place, request)
    version = await policy.by_key(receipt.entry.policy)
    entry = receipt.entry
    gift = UUID(bytes=entry.id)
    body = ReceiptBody(
        id=ids.encode("gift", gift),
        gift_id=data.gift_id,
        count=entry.count,
        coins=entry.coins_paid + entry.coins_promo,
        coins_promo=entry.coins_promo,
        diamonds_milli=entry.diamonds_milli,
        policy_id=ids.encode("policy", version.id) if version else "",
        context=CONTEXTS[entry.flags & 3],
        sender=accounts.principal_body(principal),
        receiver=accounts.person_body(receiver) if receiver else None,
        happened_at=ids.made_at(gift) or receipt.recorded_at,
        balance=BalanceBody(receipt.coins_left),
        receipt=f"{entry.batch}.{entry.leaf}",
        proof_url=f"/v1/receipts/{entry.batch}.{entry.leaf}/proof",
    )
    return Response(body, status_code=201, headers={REPLAY_HEADER: "true"} if receipt.duplicate else None)


def _request(data: GiftBody, principal: Principal, stage: int, gifting: GiftingService, guest: int) -> Request:
    message = None
    if data.message:
        message = fields.line("message", data.message, 200)
    not_after_s = 0.0
    if data.not_after is not None:
        if data.not_after.tzinfo is None:
            raise http.Invalid.field("not_after", "a time needs its offset, such as Z")
        not_after_s = data.not_after.astimezone(UTC).timestamp()
    return Request(
        id=http.body_id("gift", "id", data.id).bytes,
        sender=principal.account,
        stage=stage,
        kind=gifting.kind_of(data.gift_id),
        count=data.count,
        anonymous=data.anonymous,
        expected_coins=-1 if data.expected_coins is None else data.expected_coins,
        not_after_s=not_after_s,
        api_key=principal.api_key,
        combo=data.combo_id,
        message=message,
        receiver=guest,
    )


@post(
    "/v1/gifts/batch",
    status_code=200,
    summary="Give many gifts with an API key",
    responses=http.declares(http.NotSignedIn, http.Forbidden, http.Busy),
)
async def give_batch(
    data: JSONBody[list[BatchGift] | BatchBody],
    principal: NamedDependency[Principal],
    gifting: NamedDependency[GiftingService],
) -> BatchResults:
    """Settle up to 1,000 gifts of any senders that the key may act for, in order; each has its own result."""
    if principal.kind != "api_key" or "gifts:write" not in principal.scopes:
        raise http.Forbidden(detail="this needs an API key with the scope gifts:write")
    gifts = data.gifts if isinstance(data, BatchBody) else data
    if not 1 <= len(gifts) <= BATCH_MAX:
        raise http.Invalid.field("gifts", f"1 to {BATCH_MAX} of them")
    outcomes = await gifting.give_all(await _batch_requests(gifts, principal, gifting))
    return BatchResults([_result(gift, outcome) for gift, outcome in zip(gifts, outcomes, strict=True)])


async def _batch_requests(
    gifts: list[BatchGift], principal: Principal, gifting: GiftingService
) -> list[Request | Problem]:
    """What each gift asks for, or why it cannot be asked. What many gifts share is looked up once."""
    senders = await gifting.senders_of(principal, [gift.sender for gift in gifts])
    named = {_where(gift) for gift in gifts}
    read = {(kind, name): ids.decode(name, kind) for kind, name in named}
    found = await gifting.stages.find_all({public for public in read.values() if public is not None})
    places = {where: _place(where[0], found.get(public) if public else None) for where, public in read.items()}
    kinds = {name: gifting.find_kind(name) or UnknownGift() for name in {gift.gift_id for gift in gifts}}
    guests = await gifting.guests_of({gift.to for gift in gifts if gift.to})
    return [
        _batch_request(
            gift,
            sender,
            places[_where(gift)],
            kinds[gift.gift_id],
            principal.api_key,
            guests[gift.to] if gift.to else 0,
        )
        for gift, sender in zip(gifts, senders, strict=True)
    ]


def _where(gift: BatchGift) -> tuple[str, str]:
    """(kind, public id) of where a gift of a batch goes."""
    if gift.video_id is None:
        return "live", gift.live_id or ""
    return "video", gift.video_id if gift.live_id is None else ""  # both name nothing


def _place(kind: str, found: Stage | None) -> Stage | Problem:
    return found if found is not None and found.kind == kind else http.NotFound()


def _batch_request(  # noqa: PLR0917 - positional, as it is called a thousand times a request
    gift: BatchGift, sender: int | Problem, place: Stage | Problem, kind: int | Problem, api_key: int, to: int | Problem
) -> Request | Problem:
    gift_id = ids.decode_bytes(gift.id, "gift")
    if (
        gift_id is not None
        and isinstance(sender, int)
        and isinstance(place, Stage)
        and isinstance(kind, int)
        and isinstance(to, int)
    ):
        guest = 0 if to == place.creator else to
        return Request(gift_id, sender, place.key, kind, gift.count, api_key=api_key, receiver=guest)
    unread = http.Invalid.field("id", "not a UUID, nor an id that begins with gift_") if gift_id is None else 0
    return next(reason for reason in (sender, place, unread, kind, to) if isinstance(reason, Problem))


def _result(gift: BatchGift, outcome: Outcome) -> BatchResult:
    if not isinstance(outcome, Receipt):
        return BatchResult(gift.id, "refused", outcome.code)
    entry = outcome.entry
    receipt = BatchReceipt(  # positional, as below: half of what names cost, a thousand times a request
        f"{entry.batch}.{entry.leaf}",
        entry.coins_paid + entry.coins_promo,
        entry.coins_promo,
        entry.diamonds_milli,
        BalanceBody(outcome.coins_left),
    )
    return BatchResult(gift.id, "duplicate" if outcome.duplicate else "settled", None, receipt)


@get(
    "/v1/gifts/{gift_id:str}",
    summary="A gift of yours",
    responses=http.declares(http.NotSignedIn, http.Forbidden, http.NotFound),
)
async def get_gift(
    gift_id: FromPath[str], principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    policy: NamedDependency[PolicyService],
) -> GiftItem:  # fmt: skip
    """The giver's own gift, by its id."""
    gift = await gifting.get_own(http.oneself(principal), http.path_id("gift", gift_id))
    return (await _items(gifting, policy, [gift], principal))[0]


@get(
    "/v1/gifts/{gift_id:str}/proof",
    summary="Proof of a gift of yours",
    responses=http.declares(http.NotSignedIn, http.Forbidden, http.NotFound, http.Busy),
)
async def get_gift_proof(
    gift_id: FromPath[str], principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    ledger: NamedDependency[LedgerService],
) -> Proof:  # fmt: skip
    """The file that `largesse verify` checks without asking anybody."""
    gift = await gifting.get_own(http.oneself(principal), http.path_id("gift", gift_id))
    return await ledger.prove(gift)


@get(
    "/v1/receipts/{number:str}",
    summary="A gift by its receipt number",
    responses=http.declares(http.NotSignedIn, http.Forbidden, http.NotFound),
)
async def get_receipt(
    number: Number, principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    policy: NamedDependency[PolicyService],
) -> GiftItem:  # fmt: skip
    """For the giver, the creator and finance; 404 for everybody else."""
    gift = await gifting.get_by_receipt(http.oneself(principal), number)
    return (await _items(gifting, policy, [gift], principal))[0]


@get(
    "/v1/receipts/{number:str}/proof",
    summary="Proof of a gift by its receipt number",
    responses=http.declares(http.NotSignedIn, http.Forbidden, http.NotFound, http.Busy),
)
async def get_receipt_proof(
    number: Number, principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    ledger: NamedDependency[LedgerService],
) -> Proof:  # fmt: skip
    """The file that `largesse verify` checks without asking anybody; of an anonymous gift not for its receiver."""
    gift = await gifting.get_by_receipt(http.oneself(principal), number)
    if gift.anonymous and principal.account == gift.receiver:
        raise http.NotFound
    return await ledger.prove(gift)


@get("/v1/me/gifts/sent", summary="Gifts that you gave", responses=http.declares(http.NotSignedIn, http.Forbidden))
async def list_sent(
    principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    policy: NamedDependency[PolicyService], cursor: Before = None, limit: http.Limit = 50,
) -> http.Page[GiftItem]:  # fmt: skip
    """Newest first."""
    gifts = await gifting.list_sent(http.oneself(principal), cursor, limit)
    return _page(await _items(gifting, policy, gifts, principal), limit)


@get("/v1/me/gifts/received", summary="Gifts that you got", responses=http.declares(http.NotSignedIn, http.Forbidden))
async def list_received(  # noqa: PLR0917 - a parameter of the query each
    principal: NamedDependency[Principal], gifting: NamedDependency[GiftingService],
    policy: NamedDependency[PolicyService], cursor: Before = None, limit: http.Limit = 50, day: Day = None,
) -> http.Page[GiftItem]:  # fmt: skip
    """Newest first; anonymous givers stay without a name. With `day`, the gifts behind that day's earnings."""
    gifts = await gifting.list_received(http.oneself(principal), cursor, limit, day)
    return _page(await _items(gifting, policy, gifts, principal), limit)


def _page(items: list[GiftItem], limit: int) -> http.Page[GiftItem]:
    return http.Page(items, items[-1].receipt if len(items) == limit else None)


async def _items(
    gifting: GiftingService, policy: PolicyService, gifts: list[GiftRow], reader: Principal
) -> list[GiftItem]:
    people, places, notes = await gifting.around(gifts)
    programs = await gifting.programs([gift for gift in gifts if gift.sender == reader.account])
    items = []
    for gift in gifts:
        own = gift.sender == reader.account
        kind = gifting.catalog.gift_by_key(gift.kind)
        place = places.get(gift.stage)
        version = await policy.by_key(gift.policy)
        note = notes.get((gift.sender, gift.id))
        sender = people.get(gift.sender) if own or not gift.anonymous else None
        receiver = people.get(gift.receiver)
        items.append(
            GiftItem(
                id=ids.encode("gift", gift.id) if own or not gift.anonymous else None,
                gift_id=kind.id if kind else "",
                name=kind.name if kind else "",
                count=gift.count,
                coins=gift.coins,
                coins_paid=gift.coins_paid,
                coins_promo=gift.coins_promo,
                diamonds_milli=gift.diamonds_milli,
                policy_id=ids.encode("policy", version.id) if version else "",
                context=gift.context,
                live=LiveBody(place.public_id, place.title) if place else None,
                sender=accounts.person_body(sender) if sender else None,
                receiver=accounts.person_body(receiver) if receiver else None,
                happened_at=happened_at(gift),
                recorded_at=gift.recorded_at,
                receipt=gift.receipt,
                proof_url=f"/v1/receipts/{gift.receipt}/proof",
                message=note.message if note else None,
                combo_id=note.combo if note else None,
                api_key=bool(gift.api_key),
                given_by=programs.get(gift.api_key) if own else None,
            )
        )
    return items


routes = [
    give, give_on_video, give_batch, get_gift, get_gift_proof, get_receipt, get_receipt_proof, list_sent, list_received,
    *wallet_routes,
]  # fmt: skip
