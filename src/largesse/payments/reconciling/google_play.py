"""Reading Google Play's earnings report: the CSV, or the zip file that it is downloaded in.

Source: Play Console Help, "Download & view sales and payouts reports" (earnings reports), in English. An order is
several rows: its `Charge`, without the tax that Google itself pays on; its `Google fee`; `Tax` that the operator is to
pay on; and for each refund a `Charge refund` with a `Google fee refund`. Amounts are taken as the buyer's currency has
them, which is the price book's.
"""

from collections.abc import Mapping

from largesse.kit.money import Money
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling.lines import Kind, Theirs, near, need, plus, rows
from largesse.payments.reconciling.unpacking import unzip

_NEEDS = frozenset({"Description", "Transaction Type", "Buyer Currency", "Amount (Buyer Currency)"})
_KINDS: dict[str, Kind] = {"charge": "charge", "charge refund": "refund"}
_FEE, _FEE_BACK = "google fee", "google fee refund"


def read(raw: bytes) -> list[Theirs]:
    """Every charge with its order's fee, every refund, and the rest as `other`, in the report's order.

    Raises `ReportRefused`.
    """
    found = list(rows(unzip(raw), _NEEDS))
    fees: dict[tuple[str, str, str], int] = {}
    for line, row in found:
        said = row["Transaction Type"].lower()
        if said in {_FEE, _FEE_BACK}:
            fee = _amount(line, row)
            of = said, row["Description"], fee.currency
            fees[of] = fees.get(of, 0) - fee.minor
    return [_line(line, row, fees) for line, row in found]


def _line(line: int, row: Mapping[str, str], fees: dict[tuple[str, str, str], int]) -> Theirs:
    said, amount = row["Transaction Type"].lower(), _amount(line, row)
    kind = _KINDS.get(said, "other")
    if kind == "other":  # fees, taxes, adjustments: some are of no order
        return Theirs(line=line, id=f"{line}", kind=kind, names=(), money=plus(amount))
    order = need(line, row, "Description")
    if (amount.minor < 0) != (kind == "refund"):
        raise ReportRefused("bad-amount", f"line {line}: a {said} of {amount.minor} minor units")
    # An order is charged once; of one with a quantity, parts may go back one after the other.
    # What came back of its fee stands with the first of them.
    of = _FEE if kind == "charge" else _FEE_BACK, order, amount.currency
    fee = Money(fees.pop(of, 0), amount.currency)
    return Theirs(
        line=line, id=f"charge {order}" if kind == "charge" else f"{line}", kind=kind, names=(order,),
        money=plus(amount), fee=fee,
    )  # fmt: skip


def _amount(line: int, row: Mapping[str, str]) -> Money:
    return near(line, row["Amount (Buyer Currency)"], row["Buyer Currency"].upper())
