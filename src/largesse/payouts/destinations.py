"""Reading where money should go: each rail's account, checked by the rules of whoever gives out its numbers.

Sources: ISO 13616 through `schwifty` (IBAN), the American Bankers Association's check digit through `python-stdnum`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from largesse.kit.http import Invalid
from largesse.payouts.bankfiles import letters

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,189}\.[A-Za-z]{2,}")
_ACCOUNT = re.compile(r"[0-9]{4,17}")
_SHOWN = 4
_PAYPAL_EMAIL_MAX = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An account that could be read. `identity` is the same however it was written; `shown` is its end."""

    details: Mapping[str, str]
    identity: str
    shown: str
    country: str | None = None


def read(rail: str, given: Mapping[str, str]) -> Destination:
    """Read an account for a rail. Raises `Invalid`, naming the field."""
    reader = _READERS.get(rail)
    if reader is None:
        raise Invalid.field("rail", "no such rail")
    return reader(given)


def _paypal(given: Mapping[str, str]) -> Destination:
    email = _need(given, "email").lower()
    if not _EMAIL.fullmatch(email) or len(email) > _PAYPAL_EMAIL_MAX:
        raise Invalid.field("email", "not an address of electronic mail that PayPal takes")
    name, _, host = email.partition("@")
    return Destination(details={"email": email}, identity=email, shown=f"{name[:1]}…@{host}")


def _sepa(given: Mapping[str, str]) -> Destination:
    import schwifty  # noqa: PLC0415 - its tables of banks are read at the first IBAN, not at every start
    from schwifty.exceptions import SchwiftyException  # noqa: PLC0415

    try:
        iban = schwifty.IBAN(_need(given, "iban"))
    except SchwiftyException as error:
        raise Invalid.field("iban", f"not an IBAN: {error}") from error
    details = {"iban": iban.compact, "name": _bank_name(given)}
    return Destination(details=details, identity=iban.compact, shown=_end(iban.compact), country=str(iban.country_code))


def _ach(given: Mapping[str, str]) -> Destination:
    from stdnum.us import rtn  # noqa: PLC0415 - as above

    routing, account = _need(given, "routing"), _need(given, "account")
    if not rtn.is_valid(routing):
        raise Invalid.field("routing", "not a routing number: nine digits, the last one a check")
    if not _ACCOUNT.fullmatch(account):
        raise Invalid.field("account", "not 4 to 17 digits")
    kind = given.get("type", "checking")
    if kind not in {"checking", "savings"}:
        raise Invalid.field("type", "neither checking nor savings")
    details = {"routing": routing, "account": account, "type": kind, "name": _bank_name(given)}
    return Destination(details=details, identity=f"{routing} {account}", shown=_end(account), country="US")


def _manual(given: Mapping[str, str]) -> Destination:
    where = " ".join(_need(given, "where").split())
    return Destination(details={"where": where, "name": _name(given)}, identity=where.lower(), shown=_end(where))


def _sandbox(given: Mapping[str, str]) -> Destination:
    where = given.get("where", "") or "sandbox"
    return Destination(details={"where": where}, identity=where, shown=_end(where))


def _need(given: Mapping[str, str], field: str) -> str:
    value = given.get(field, "").strip()
    if not value:
        raise Invalid.field(field, "is needed for this rail")
    return value


def _name(given: Mapping[str, str]) -> str:
    return " ".join(_need(given, "name").split())


def _bank_name(given: Mapping[str, str]) -> str:
    name = _name(given)
    if not letters.is_writable(name):
        raise Invalid.field("name", "has no letter that a bank's file can hold")
    return name


def _end(text: str) -> str:
    return f"…{text[-_SHOWN:]}"


_READERS: dict[str, Callable[[Mapping[str, str]], Destination]] = {
    "paypal": _paypal,
    "sepa": _sepa,
    "ach": _ach,
    "manual": _manual,
    "sandbox": _sandbox,
}
