"""Reading what a bank says in ISO 20022: pain.002 (how it took a file), camt.053 and camt.054 (what it booked).

Sources: the message definitions of iso20022.org, whose elements read here are the same in every version since camt v02
and pain.002 v03; the return codes are External Code Set's. XML is read by expat through `defusedxml`: no document type,
no entities, nothing from outside.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from largesse.kit.bankfile import BankFileRefused
from largesse.kit.money import Money, exponent

BYTES_MAX = 10_000_000
ENTRIES_MAX = 100_000
DEPTH_MAX, ELEMENTS_MAX, ATTRIBUTES_MAX = 40, 1_000_000, 20
_SPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.053|camt\.054)\.\d{3}\.\d{2}\}Document")
_ENCODING = re.compile(r"""^<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,5})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[A-Z0-9]{1,4}")
_ID_MAX = 35
# How our own transfers and files of transfers are named at a bank.
END_TO_END, MESSAGE = re.compile(r"([0-9a-f]{32})-[0-9]{1,2}"), re.compile(r"LG-([0-9a-f]{32})")
_ROOTS = {"pain.002": "CstmrPmtStsRpt", "camt.053": "BkToCstmrStmt", "camt.054": "BkToCstmrDbtCdtNtfctn"}
_PARTS = {"camt.053": "Stmt", "camt.054": "Ntfctn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a bank says of one transfer (`end_to_end`), or of a whole file (None): ISO's status and reason codes."""

    end_to_end: str | None
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """A pain.002: how a bank took the message `original`. The widest statement stands first."""

    id: str
    original: str
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """Something booked on the operator's account: one transfer (`end_to_end`), or a whole file's (`message`), or else.

    `is_return` where the bank says that a transfer came back, with the return's `reason`. `place` names the entry.
    """

    place: str
    is_credit: bool
    money: Money
    end_to_end: str | None = None
    message: str | None = None
    is_return: bool = False
    reason: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A statement of its own in the file: its balances at both ends, where it says them, and what its entries moved.

    Minor units of `currency`, minus where the account owes; the entries lead from one balance to the other.
    """

    currency: str
    opening_minor: int | None
    closing_minor: int | None
    moved_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A camt.053 or camt.054: what was booked, in the bank's order; what is only announced is left out."""

    kind: str
    id: str
    entries: tuple[Booked, ...]
    spans: tuple[Span, ...] = ()


def read(raw: bytes, *, account: str) -> StatusReport | Statement:
    """Read a bank's file about the account `account` (an IBAN). Raises `BankFileRefused`."""
    kind, body = _document(raw)
    if kind == "pain.002":
        return _status_report(body)
    return _statement(kind, body, account)


def _document(raw: bytes) -> tuple[str, Element]:
    if len(raw) > BYTES_MAX:
        raise BankFileRefused("too-large", f"over {BYTES_MAX:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BankFileRefused("not-utf-8", f"at byte {error.start}") from error
    said = _ENCODING.match(text)
    if said and said[1].upper() not in {"UTF-8", "US-ASCII"}:
        raise BankFileRefused("not-utf-8", f"it says that it is {said[1][:40]}")
    try:
        root: Element = _read_tree(text)
    except DefusedXmlException as error:
        raise BankFileRefused("hostile-xml", "a document type or an entity stands in it") from error
    except (ParseError, ValueError) as error:  # ValueError: a character that no XML may hold
        raise BankFileRefused("not-xml", f"{error}"[:200]) from error
    named = _SPACE.fullmatch(root.tag)
    if named is None:
        raise BankFileRefused("unknown-kind", f"neither pain.002, camt.053 nor camt.054: {root.tag[:100]}")
    for element in root.iter():  # one namespace, so names are read without it
        element.tag = element.tag.rpartition("}")[2]
    return named[1], _need(root, _ROOTS[named[1]])


def _read_tree(text: str) -> Element:
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    parser.feed(text)
    root: Element = parser.close()
    return root


class _Bounded(TreeBuilder):
    """A tree that grows neither deep nor without end: a small file could fill the memory of the process."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MAX or self._count > ELEMENTS_MAX or len(attrs) > ATTRIBUTES_MAX:
            raise BankFileRefused("too-large", "too deep, or too many elements or attributes")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _status_report(body: Element) -> StatusReport:
    group = _need(body, "OrgnlGrpInfAndSts")
    if not _need_text(group, "OrgnlMsgNmId").startswith("pain.001"):
        raise BankFileRefused("other-message", "it is not about credit transfers")
    found: list[Status] = []
    whole = group.findtext("GrpSts")
    if whole is not None:
        found.append(Status(end_to_end=None, status=_code(whole), reason=_reason(group)))
    for payment in body.findall("OrgnlPmtInfAndSts"):
        status = payment.findtext("PmtInfSts")
        if status is not None:  # a file of ours has one payment, so this is about the whole of it too
            found.append(Status(end_to_end=None, status=_code(status), reason=_reason(payment)))
        for one in payment.findall("TxInfAndSts"):
            found.append(  # noqa: PERF401 - said with the bound below
                Status(
                    end_to_end=_id(_need_text(one, "OrgnlEndToEndId"), "OrgnlEndToEndId"),
                    status=_code(_need_text(one, "TxSts")), reason=_reason(one),
                )
            )  # fmt: skip
    if not found:
        raise BankFileRefused("not-whole", "it says nothing of any transfer")
    _bound(len(found))
    return StatusReport(
        id=_id(_need_text(_need(body, "GrpHdr"), "MsgId"), "MsgId"),
        original=_id(_need_text(group, "OrgnlMsgId"), "OrgnlMsgId"),
        statuses=tuple(found),
    )


def _statement(kind: str, body: Element, account: str) -> Statement:
    parts = body.findall(_PARTS[kind])
    if not parts:
        raise BankFileRefused("not-whole", "no statement stands in it")
    booked: list[Booked] = []
    spans: list[Span] = []
    for n, part in enumerate(parts, 1):
        named = part.findtext("Acct/Id/IBAN") or part.findtext("Acct/Id/Othr/Id") or ""
        if "".join(named.split()).upper() != account:
            raise BankFileRefused("other-account", f"{_PARTS[kind]} {n} is of another account")
        entries = [_entry(entry, f"{_PARTS[kind]} {n}, Ntry {m}") for m, entry in enumerate(part.findall("Ntry"), 1)]
        spans += _check_sums(part, entries)
        booked += [one for _, parts_ in entries for one in parts_]
        _bound(len(booked))
    named = _id(_need_text(_need(body, "GrpHdr"), "MsgId"), "MsgId")
    return Statement(kind=kind, id=named, entries=tuple(booked), spans=tuple(spans))


def _entry(entry: Element, place: str) -> tuple[Booked, list[Booked]]:
    """An entry as a whole, and its parts: none where it is not booked yet."""
    status = entry.findtext("Sts/Cd") or entry.findtext("Sts/Prtry") or _need_text(entry, "Sts")
    whole = Booked(
        place=place, is_credit=_is_credit(entry), money=_money(_need(entry, "Amt"), place), on=_day(entry),
        is_return=_is_return(entry),
    )  # fmt: skip
    if status.strip() != "BOOK":
        return replace(whole, money=replace(whole.money, minor=0)), []
    details = [one for group in entry.findall("NtryDtls") for one in group.findall("TxDtls")]
    if not details:
        message = _opt_id(entry, "NtryDtls/Btch/PmtInfId") or _opt_id(entry, "NtryDtls/Btch/MsgId")
        return whole, [replace(whole, message=message)]
    parts = [_part(one, whole, f"{place}, TxDtls {n}", alone=len(details) == 1) for n, one in enumerate(details, 1)]
    if len(details) > 1 and not whole.is_credit and sum(part.money.minor for part in parts) != whole.money.minor:
        raise BankFileRefused("wrong-sum", f"{place}: its parts do not sum to it")
    return whole, parts


def _part(one: Element, whole: Booked, place: str, *, alone: bool) -> Booked:
    amount = next((e for e in (one.find(p) for p in ("Amt", "AmtDtls/TxAmt/Amt")) if e is not None), None)
    if amount is None and not alone:
        raise BankFileRefused("not-whole", f"{place} names no amount")
    is_credit = _is_credit(one) if one.find("CdtDbtInd") is not None else whole.is_credit
    reason = one.findtext("RtrInf/Rsn/Cd") or one.findtext("RtrInf/Rsn/Prtry") or ""
    return Booked(
        place=place,
        is_credit=is_credit,
        money=whole.money if amount is None else _money(amount, place),
        end_to_end=_opt_id(one, "Refs/EndToEndId"),
        message=_opt_id(one, "Refs/PmtInfId") or _opt_id(one, "Refs/MsgId"),
        is_return=whole.is_return or _is_return(one),
        reason=_short(reason),
        on=whole.on,
    )


def _is_return(element: Element) -> bool:
    """An entry or its part that a bank marks as a reversal, a return, or of the sub-family of returns."""
    return (
        element.findtext("RvslInd", "").strip() == "true"
        or element.find("RtrInf") is not None
        or element.findtext("BkTxCd/Domn/Fmly/SubFmlyCd", "").strip() == "RRTN"
    )


def _check_sums(part: Element, entries: list[tuple[Booked, list[Booked]]]) -> list[Span]:
    """What a statement says of itself: how many entries, their sum, and its balances at both ends.

    Gives its span, or none where it names no currency, or several.
    """
    said = part.findtext("TxsSummry/TtlNtries/NbOfNtries")
    if said is not None and said.strip() != str(len(entries)):
        raise BankFileRefused("wrong-count", f"{said[:20]} entries are said, {len(entries)} are there")
    opening, closing = _balance(part, "OPBD", "PRCD"), _balance(part, "CLBD")
    moved = sum(whole.money.minor * (1 if whole.is_credit else -1) for whole, _ in entries)
    if opening is not None and closing is not None and opening.minor + moved != closing.minor:
        raise BankFileRefused("wrong-sum", "its entries do not lead from the opening balance to the closing one")
    currencies = {one.currency for one in (opening, closing) if one} | {whole.money.currency for whole, _ in entries}
    if len(currencies) != 1:
        return []
    return [
        Span(
            currency=currency, opening_minor=opening.minor if opening else None,
            closing_minor=closing.minor if closing else None, moved_minor=moved,
        )
        for currency in currencies
    ]  # fmt: skip


def _balance(part: Element, *codes: str) -> Money | None:
    """A balance, minus where the account owes."""
    for one in part.findall("Bal"):
        if one.findtext("Tp/CdOrPrtry/Cd", "").strip() in codes:
            money = _money(_need(one, "Amt"), "Bal")
            return money if _is_credit(one) else replace(money, minor=-money.minor)
    return None


def _money(element: Element, place: str) -> Money:
    text, currency = (element.text or "").strip(), element.get("Ccy", "")
    if not _CURRENCY.fullmatch(currency):
        raise BankFileRefused("bad-amount", f"{place}: no currency")
    if not _AMOUNT.fullmatch(text):
        raise BankFileRefused("bad-amount", f"{place}: not an amount: {text[:30]}")
    minor = Decimal(text).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise BankFileRefused("bad-amount", f"{place}: a fraction of a minor unit")
    return Money(int(minor), currency)


def _is_credit(element: Element) -> bool:
    said = _need_text(element, "CdtDbtInd")
    if said not in {"CRDT", "DBIT"}:
        raise BankFileRefused("not-whole", f"neither credit nor debit: {said[:20]}")
    return said == "CRDT"


def _day(entry: Element) -> date | None:
    text = (entry.findtext("BookgDt/Dt") or entry.findtext("BookgDt/DtTm") or "").strip()[:10]
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BankFileRefused("bad-date", f"not a day: {text}")


def _reason(element: Element) -> str:
    return _short(element.findtext("StsRsnInf/Rsn/Cd") or element.findtext("StsRsnInf/Rsn/Prtry") or "")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text.strip()):
        raise BankFileRefused("not-whole", f"not a status: {text[:20]}")
    return text.strip()


def _short(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:_ID_MAX]


def _id(text: str, what: str) -> str:
    if len(text) > _ID_MAX or not text.isprintable():
        raise BankFileRefused("overlong", f"{what} is longer than {_ID_MAX} characters, or not of letters")
    return text


def _opt_id(element: Element, path: str) -> str | None:
    text = element.findtext(path, "").strip()
    return _id(text, path) if text else None


def _need(element: Element, name: str) -> Element:
    found = element.find(name)
    if found is None:
        raise BankFileRefused("not-whole", f"{element.tag} holds no {name}")
    return found


def _need_text(element: Element, name: str) -> str:
    text = (_need(element, name).text or "").strip()
    if not text:
        raise BankFileRefused("not-whole", f"{name} is empty")
    return text


def _bound(count: int) -> None:
    if count > ENTRIES_MAX:
        raise BankFileRefused("too-large", f"over {ENTRIES_MAX:,} entries")
