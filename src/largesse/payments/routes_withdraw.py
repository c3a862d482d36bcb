"""Giving coins back by the withdrawal right."""

from typing import Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from largesse.kit import http, ids
from largesse.kit.http import Forbidden, MoneyBody, NotFound, NotSignedIn
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.payments.errors import (
    AccountFrozen,
    AlreadyWithdrawn,
    AskTheStore,
    NothingUnspent,
    NotRefundable,
    NoWithdrawalRight,
    PurchaseDisputed,
    WithdrawalOver,
)
from largesse.payments.service import PaymentsService


class WithdrawalBody(msgspec.Struct, frozen=True, kw_only=True):
    """Coins that left the wallet, and the money that goes back the way it came.

    `status`: wanted or pending while the provider is asked, done, or failed: then the coins are back in the wallet.
    """

    id: str
    purchase: str
    status: Literal["wanted", "pending", "done", "failed", "undone"]
    coins: int
    money: MoneyBody


@post(
    "/v1/purchases/{purchase:str}/withdraw",
    summary="Give unspent coins back",
    responses=http.declares(
        NotSignedIn,
        Forbidden,
        NotFound,
        NoWithdrawalRight,
        AccountFrozen,
        AskTheStore,
        WithdrawalOver,
        NothingUnspent,
        AlreadyWithdrawn,
        PurchaseDisputed,
        NotRefundable,
        IdReused,
    ),
)
async def withdraw_purchase(
    payments: NamedDependency[PaymentsService],
    principal: NamedDependency[Principal],
    purchase: FromPath[str],
    idempotency_key: IdempotencyKey = None,
) -> Response[WithdrawalBody]:
    """Take what is unspent of a web purchase back and refund exactly its part of the price, to where it came from.

    Where your country had the withdrawal right when you bought, and for as many days as it said. The same key again
    answers as the first time, with where the money is by then.
    """
    if principal.kind != "session":
        raise Forbidden(detail="people withdraw for themselves, signed in")
    number = http.path_id("purchase", purchase)
    refund = chosen_id("refund", None, idempotency_key, principal)
    made, replayed = await payments.withdrawals.withdraw(principal.account, number, refund)
    body = WithdrawalBody(
        id=ids.encode("refund", made.refund),
        purchase=ids.encode("purchase", number),
        status=msgspec.convert(made.status, Literal["wanted", "pending", "done", "failed", "undone"]),
        coins=made.coins,
        money=http.money_body(made.money),
    )
    return created(body, replayed=replayed)
