"""Reading providers' reports: Stripe's itemised balance changes and PayPal's activity as CSV, and the stores'.

Sources: https://docs.stripe.com/reports/balance (columns of `balance_change_from_activity.itemized`), PayPal's Activity
download in English. Both are UTF-8 with a head line; columns that are not needed may be there, in any order.
"""

import re
from collections.abc import Callable, Mapping

from largesse.payments.reconciling import apple_store, google_play
from largesse.payments.reconciling.apple_store import Sold
from largesse.payments.reconciling.lines import Kind, Theirs, money, need, plus, rows

_STRIPE_KINDS: dict[str, Kind] = {
    "charge": "charge", "refund": "refund", "dispute": "dispute", "dispute_reversal": "dispute_won",
}  # fmt: skip
_STRIPE_CHARGE = ("payment_metadata[largesse_purchase]", "payment_intent_id", "charge_id")
_PAYPAL_CHARGE = re.compile(
    r"(express checkout|website|mobile|general|pre-?approved).*payment|payment received", re.IGNORECASE
)
_PAYPAL_REFUND = re.compile(r"payment refund|.*reversal", re.IGNORECASE)
_PAYPAL_DISPUTE = re.compile(r"chargeback(?! fee| reversal)|.*dispute(?! fee)", re.IGNORECASE)
_STRIPE_NEEDS = frozenset({"balance_transaction_id", "reporting_category", "currency", "gross", "fee", "source_id"})
_PAYPAL_NEEDS = frozenset({"Transaction ID", "Type", "Status", "Currency", "Gross", "Fee", "Invoice Number"})


def read(provider: str, raw: bytes) -> list[Theirs] | Sold:
    """Every line of a report, in its order, or what a store says of its products. Raises `ReportRefused`."""
    return _READERS[provider](raw)


def _read_stripe(raw: bytes) -> list[Theirs]:
    return [_stripe(line, row) for line, row in rows(raw, _STRIPE_NEEDS)]


def _read_paypal(raw: bytes) -> list[Theirs]:
    return [_paypal(line, row) for line, row in rows(raw, _PAYPAL_NEEDS)]


def _stripe(line: int, row: Mapping[str, str]) -> Theirs:
    kind = _STRIPE_KINDS.get(row["reporting_category"], "other")
    currency = row["currency"].upper()
    # What the buyer was charged, where it was exchanged on the way into the balance: ours is in that currency.
    facing = row.get("customer_facing_amount", "")
    amount, of = (facing, row.get("customer_facing_currency", "").upper()) if facing else (row["gross"], currency)
    names = {
        "charge": tuple(row.get(column, "") for column in _STRIPE_CHARGE),
        "refund": (row["source_id"],), "dispute": (row["source_id"],), "dispute_won": (row["source_id"],),
    }.get(kind, ())  # fmt: skip
    return Theirs(
        line=line, id=need(line, row, "balance_transaction_id"), kind=kind,
        names=tuple(name for name in names if name),
        money=plus(money(line, amount, of)), fee=money(line, row["fee"], currency) if of == currency else None,
    )  # fmt: skip


def _paypal(line: int, row: Mapping[str, str]) -> Theirs:
    gross = money(line, row["Gross"], row["Currency"].upper())
    said = row["Type"]
    kind: Kind = "other"
    if row["Status"].lower() in {"completed", ""}:
        if _PAYPAL_DISPUTE.match(said):
            kind = "dispute" if gross.minor < 0 else "dispute_won"
        elif _PAYPAL_REFUND.match(said) and gross.minor < 0:
            kind = "refund"
        elif _PAYPAL_CHARGE.match(said) and gross.minor > 0:
            kind = "charge"
    fee = money(line, row["Fee"] or "0", row["Currency"].upper())
    return Theirs(
        line=line, id=need(line, row, "Transaction ID"), kind=kind,
        names=tuple(name for name in (row["Invoice Number"], row["Transaction ID"]) if name), money=plus(gross),
        fee=plus(fee),
    )  # fmt: skip


_READERS: dict[str, Callable[[bytes], list[Theirs] | Sold]] = {
    "stripe": _read_stripe, "paypal": _read_paypal, "google": google_play.read,
    "apple": apple_store.read,
}  # fmt: skip
PROVIDERS = frozenset(_READERS)
