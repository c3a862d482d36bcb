"""Stripe's objects as its API sends them, cut down to what tells the story; the fields and their meaning are Stripe's.

Shapes: the OpenAPI fixtures that Stripe publishes, and the types of its official library (test_stripe_objects.py holds
each field against them).
"""

from typing import Any

from largesse.payments.providers import stripe_objects as objects

PURCHASE, BUYER = "0198f2c0-0000-7000-8000-000000000001", "0198f2c0-0000-7000-8000-000000000002"
AT = 1_790_000_000
MARKS = {objects.PURCHASE: PURCHASE, objects.BUYER: BUYER}


def transaction(amount: int, fee: int, currency: str = "usd") -> dict[str, Any]:
    return {"id": "txn_1", "object": "balance_transaction", "amount": amount, "currency": currency, "fee": fee}


def refund(ref: str, amount: int, status: str = "succeeded", **more: Any) -> dict[str, Any]:
    facts = {"id": ref, "object": "refund", "amount": amount, "currency": "usd", "created": AT + 100, "status": status}
    return facts | {"payment_intent": "pi_1", "charge": "ch_1", "metadata": {}, "reason": None} | more


def charge(*refunds: dict[str, Any], **more: Any) -> dict[str, Any]:
    gone = sum(one["amount"] for one in refunds if one["status"] in {"succeeded", "pending"})
    facts = {
        "id": "ch_1", "object": "charge", "amount": 1399, "amount_captured": 1399, "amount_refunded": gone,
        "currency": "usd", "created": AT, "status": "succeeded", "captured": True, "disputed": False,
        "balance_transaction": transaction(1399, 71), "payment_intent": "pi_1",
        "refunds": {"object": "list", "data": list(refunds), "has_more": False},
    }  # fmt: skip
    return facts | more


def intent(status: str = "succeeded", latest: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    facts = {
        "id": "pi_1", "object": "payment_intent", "amount": 1399, "currency": "usd", "status": status,
        "livemode": True, "client_secret": "pi_1_secret_of_one", "latest_charge": latest, "last_payment_error": None,
        "metadata": dict(MARKS),
    }  # fmt: skip
    return facts | more


def session(status: str = "open", paid: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    facts = {
        "id": "cs_live_1", "object": "checkout.session", "livemode": True, "status": status, "payment_intent": paid,
        "url": "https://checkout.example/c/pay/cs_live_1" if status == "open" else None, "metadata": dict(MARKS),
    }  # fmt: skip
    return facts | more


def dispute(status: str, *booked: dict[str, Any], **more: Any) -> dict[str, Any]:
    facts = {
        "id": "dp_1", "object": "dispute", "amount": 1399, "currency": "usd", "created": AT + 200, "status": status,
        "reason": "fraudulent", "balance_transactions": list(booked), "payment_intent": "pi_1", "charge": "ch_1",
        "evidence_details": {"due_by": AT + 700_000, "has_evidence": False},
    }  # fmt: skip
    return facts | more


TAKEN, GIVEN_BACK = transaction(-1399, 1500), transaction(1399, 0)


def warning() -> dict[str, Any]:
    return {
        "id": "issfr_1", "object": "radar.early_fraud_warning", "actionable": True, "payment_intent": "pi_1",
        "charge": "ch_1", "created": AT + 50, "fraud_type": "card_never_received", "livemode": True,
    }  # fmt: skip


def listed(*of: dict[str, Any], url: str = "/v1/things") -> dict[str, Any]:
    return {"object": "list", "data": list(of), "has_more": False, "url": url}


def event(kind: str, about: dict[str, Any], ref: str = "evt_1") -> dict[str, Any]:
    return {
        "id": ref, "object": "event", "type": kind, "api_version": "2026-10-28.endive", "created": AT,
        "livemode": about.get("livemode", True), "pending_webhooks": 1, "data": {"object": about},
        "request": {"id": None, "idempotency_key": None},
    }  # fmt: skip
