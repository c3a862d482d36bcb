"""Reading providers' reports: Stripe's itemised balance changes and PayPal's activity, as CSV.

Sources: https://docs.stripe.com/reports/balance (columns of `balance_change_from_activity.itemized`), PayPal's Activity
download in English. Both are UTF-8 with a head line; columns that are not needed may be there, in any order.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from largesse.kit.money import Money, exponent
from largesse.payments.errors import ReportRefused

BYTES_MAX, LINES_MAX = 10_000_000, 100_000
Kind = Literal["charge", "refund", "dispute", "dispute_won", "other"]
_AMOUNT = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]{1,4})?|-?[0-9]{1,15}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_STRIPE_KINDS: dict[str, Kind] = {
    "charge": "charge", "refund": "refund", "dispute": "dispute", "dispute_reversal": "dispute_won",
}  # fmt: skip
_STRIPE_CHARGE = ("payment_metadata[largesse_purchase]", "payment_intent_id", "charge_id")
_PAYPAL_CHARGE = re.compile(
    r"(express checkout|website|mobile|general|pre-?approved).*payment|payment received", re.IGNORECASE
)
_PAYPAL_REFUND = re.compile(r"payment refund|.*reversal", re.IGNORECASE)
_PAYPAL_DISPUTE = re.compile(r"chargeback(?! fee| reversal)|.*dispute(?! fee)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A line of a report. `names` are what it may be called at ours, the surest first; `money` is what moved, plus."""

    line: int
    id: str
    kind: Kind
    names: tuple[str, ...]
    money: Money
    fee: Money | None = None


def read(provider: str, raw: bytes) -> list[Theirs]:
    """Every line of a report, in its order. Raises `ReportRefused`."""
    reader, needed = _READERS[provider]
    return [reader(line, row) for line, row in _rows(raw, needed)]


def _rows(raw: bytes, needed: frozenset[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    if len(raw) > BYTES_MAX:
        raise ReportRefused("too-large", f"over {BYTES_MAX:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportRefused("not-utf-8", f"at byte {error.start}") from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    head: list[str] | None = None
    try:
        for row in rows:
            if head is None:
                head = [name.strip() for name in row]
                missing = sorted(needed - set(head))
                if missing or len(set(head)) != len(head):
                    raise ReportRefused("other-columns", f"it needs {', '.join(sorted(needed))}, each once")
            elif row:
                if len(row) != len(head):
                    raise ReportRefused("not-whole", f"line {rows.line_num}: {len(row)} fields, not {len(head)}")
                if rows.line_num > LINES_MAX:
                    raise ReportRefused("too-large", f"over {LINES_MAX:,} lines")
                yield rows.line_num, dict(zip(head, (field.strip() for field in row), strict=True))
    except csv.Error as error:
        raise ReportRefused("not-csv", f"line {rows.line_num}: {error}"[:200]) from error
    if head is None:
        raise ReportRefused("not-whole", "it is empty")


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
        line=line, id=_need(line, row, "balance_transaction_id"), kind=kind,
        names=tuple(name for name in names if name),
        money=_plus(_money(line, amount, of)), fee=_money(line, row["fee"], currency) if of == currency else None,
    )  # fmt: skip


def _paypal(line: int, row: Mapping[str, str]) -> Theirs:
    gross = _money(line, row["Gross"], row["Currency"].upper())
    said = row["Type"]
    kind: Kind = "other"
    if row["Status"].lower() in {"completed", ""}:
        if _PAYPAL_DISPUTE.match(said):
            kind = "dispute" if gross.minor < 0 else "dispute_won"
        elif _PAYPAL_REFUND.match(said) and gross.minor < 0:
            kind = "refund"
        elif _PAYPAL_CHARGE.match(said) and gross.minor > 0:
            kind = "charge"
    fee = _money(line, row["Fee"] or "0", row["Currency"].upper())
    return Theirs(
        line=line, id=_need(line, row, "Transaction ID"), kind=kind,
        names=tuple(name for name in (row["Invoice Number"], row["Transaction ID"]) if name), money=_plus(gross),
        fee=_plus(fee),
    )  # fmt: skip


def _money(line: int, text: str, currency: str) -> Money:
    if not _CURRENCY.fullmatch(currency):
        raise ReportRefused("bad-amount", f"line {line}: no currency")
    if not _AMOUNT.fullmatch(text):
        raise ReportRefused("bad-amount", f"line {line}: not an amount: {text[:30]}")
    minor = Decimal(text.replace(",", "")).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ReportRefused("bad-amount", f"line {line}: a fraction of a minor unit")
    return Money(int(minor), currency)


def _plus(money: Money) -> Money:
    return Money(abs(money.minor), money.currency)


def _need(line: int, row: Mapping[str, str], column: str) -> str:
    if not 0 < len(row[column]) <= 100:  # noqa: PLR2004 - longer than any provider's
        raise ReportRefused("not-whole", f"line {line}: no {column}, or one that is too long")
    return row[column]


_READERS: dict[str, tuple[Callable[[int, Mapping[str, str]], Theirs], frozenset[str]]] = {
    "stripe": (
        _stripe, frozenset({"balance_transaction_id", "reporting_category", "currency", "gross", "fee", "source_id"})
    ),
    "paypal": (
        _paypal, frozenset({"Transaction ID", "Type", "Status", "Currency", "Gross", "Fee", "Invoice Number"})
    ),
}  # fmt: skip
PROVIDERS = frozenset(_READERS)
