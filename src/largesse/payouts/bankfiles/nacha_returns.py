"""Reading Nacha files: what we wrote, and what a US bank sends back: returns (R01 …) and notices of change (C01 …).

Source: the Nacha Operating Rules, appendix three (record formats), four (returns) and five (notifications of change).
The records are read by a grammar of our own: `achkit` reads letters as if they were no digits, takes records in any
order and files without controls, and its judge of totals does not know the transaction codes of returns.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from achkit import describe_change, describe_return
from stdnum.us import rtn

from largesse.kit.bankfile import BankFileRefused

BYTES_MAX = 10_000_000
_WIDTH, _BLOCK = 94, 10
_HASH = 10**10
# Each record in its 94 columns; a group's name is what is read of it.
_RECORDS = {
    "1": re.compile(r"101 (?P<destination>\d{9})(?P<origin>.{10})(?P<made>\d{6}[ \d]{4})(?P<modifier>[A-Z0-9])"
        r"094101.{54}"),
    "5": re.compile(r"5(?P<service>200|220|225)(?P<company>.{16}).{20}(?P<company_id>.{10})(?P<sec>[A-Z]{3})"
        r".{10}.{6}(?P<effective>[\d ]{6}).{3}.(?P<odfi>\d{8})(?P<number>\d{7})"),
    "6": re.compile(r"6(?P<code>\d{2})(?P<routing>\d{9})(?P<account>.{17})(?P<minor>\d{10})(?P<id>.{15})(?P<name>.{22})"
        r".{2}(?P<addenda>[01])(?P<trace>\d{15})"),
    "7": re.compile(r"7(?P<type>\d{2})(?P<rest>.{91})"),
    "8": re.compile(r"8(?P<service>\d{3})(?P<count>\d{6})(?P<hash>\d{10})(?P<debit>\d{12})(?P<credit>\d{12})"
        r"(?P<company_id>.{10}).{25}(?P<odfi>\d{8})(?P<number>\d{7})"),
    "9": re.compile(r"9(?P<batches>\d{6})(?P<blocks>\d{6})(?P<count>\d{8})(?P<hash>\d{10})(?P<debit>\d{12})"
        r"(?P<credit>\d{12}).{39}"),
}  # fmt: skip
_RETURNED = re.compile(r"(?P<code>R\d{2})(?P<trace>\d{15})(?P<died>.{6})(?P<rdfi>\d{8})(?P<text>.{44})\d{15}")
_CHANGED = re.compile(r"(?P<code>C\d{2})(?P<trace>\d{15}).{6}(?P<rdfi>\d{8})(?P<text>.{29}).{15}\d{15}")
_CREDITS, _DEBITS = {1, 2, 3, 4}, {6, 7, 8, 9}  # a transaction code's last digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Addendum:
    """What a bank adds to an entry: 99 a return, 98 a notice of change; `text` is its remark, or the right account."""

    type: str
    code: str
    original_trace: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry: US cents to or from an account. `id` is the individual id number that the originator gave it."""

    line: int
    code: int
    routing: str
    account: str
    minor: int
    id: str
    name: str
    trace: str
    addendum: Addendum | None = None

    @property
    def is_credit(self) -> bool:
        """Whether it credits the account."""
        return self.code % 10 in _CREDITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ach:
    """A file that is whole: `id` is its origin, time and modifier, which no other file of the bank has."""

    id: str
    destination: str
    company_ids: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class _Batch:
    head: re.Match[str]
    line: int
    entries: list[Entry] = field(default_factory=list)
    addenda: int = 0
    open_line: int = 0  # of an entry that still waits for its addendum


def meaning(code: str) -> str:
    """What a return's or a change's code says, in English; empty where nobody knows it."""
    return describe_return(code) or describe_change(code) or ""


def read(raw: bytes) -> Ach:
    """Read a whole file: its records, their order, its counts, sums and hashes. Raises `BankFileRefused`."""
    lines = _lines(raw)
    head = _match("1", lines[0], 1)
    _check_time(head["made"])
    entries: list[Entry] = []
    companies: list[str] = []
    counts = [0, 0, 0, 0, 0]  # batches, entries with addenda, hash, debit, credit
    batch: _Batch | None = None
    for n, line in enumerate(lines[1:], 2):
        kind = line[0]
        if kind == "9":
            if batch is not None:
                raise _bad(n, "not-whole", "a batch has no control record")
            _close(line, lines, n, counts)
            where = "".join(head["origin"].split())
            return Ach(
                id=f"{where}-{head['made'].replace(' ', '0')}-{head['modifier']}",
                destination=head["destination"].strip(), company_ids=tuple(companies), entries=tuple(entries),
            )  # fmt: skip
        if kind == "5":
            if batch is not None:
                raise _bad(n, "out-of-order", "a batch begins inside another")
            batch = _Batch(_match("5", line, n), n)
            companies.append(batch.head["company_id"].strip())
        elif batch is None or kind not in "678":
            raise _bad(n, "out-of-order", f"a record of type {kind} stands here")
        elif kind == "8":
            _end(batch, line, n, counts)
            entries += batch.entries
            batch = None
        else:
            _take(batch, line, n)
    raise _bad(len(lines), "not-whole", "there is no file control record")


def _lines(raw: bytes) -> list[str]:
    if len(raw) > BYTES_MAX:
        raise BankFileRefused("too-large", f"over {BYTES_MAX:,} bytes")
    if not raw:
        raise BankFileRefused("not-whole", "it is empty")
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise BankFileRefused("not-ascii", f"at byte {error.start}") from error
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    for n, line in enumerate(lines, 1):
        if len(line) > _WIDTH:
            raise _bad(n, "overlong", f"{len(line)} characters, not {_WIDTH}")
        if not line or not line.isprintable():
            raise _bad(n, "not-ascii", "empty, or with control characters")
    return [line.ljust(_WIDTH) for line in lines]  # banks cut blanks off


def _match(kind: str, line: str, n: int) -> re.Match[str]:
    found = _RECORDS[kind].fullmatch(line)
    if found is None:
        raise _bad(n, "bad-record", f"not a record of type {kind}")
    return found


def _take(batch: _Batch, line: str, n: int) -> None:
    if line[0] == "7":
        _add(batch, line, n)
        return
    if batch.open_line:
        raise _bad(n, "out-of-order", f"the entry of line {batch.open_line} has no addendum")
    found = _match("6", line, n)
    if not rtn.is_valid(found["routing"]):
        raise _bad(n, "wrong-check-digit", f"{found['routing']} is not a routing number")
    code = int(found["code"])
    if code % 10 not in _CREDITS | _DEBITS:
        raise _bad(n, "bad-record", f"no transaction code: {found['code']}")
    batch.entries.append(
        Entry(
            line=n, code=code, routing=found["routing"], account=found["account"].strip(), minor=int(found["minor"]),
            id=found["id"].strip(), name=found["name"].strip(), trace=found["trace"],
        )
    )  # fmt: skip
    batch.open_line = n if found["addenda"] == "1" else 0


def _add(batch: _Batch, line: str, n: int) -> None:
    if not batch.open_line:
        raise _bad(n, "out-of-order", "an addendum stands behind no entry that has one")
    found = _match("7", line, n)
    batch.addenda += 1
    batch.open_line = 0
    grammar = {"99": _RETURNED, "98": _CHANGED}.get(found["type"])
    if grammar is None:  # 05: a payment's own remark
        return
    said = grammar.fullmatch(found["rest"])
    if said is None:
        raise _bad(n, "bad-record", f"not an addendum of type {found['type']}")
    last = batch.entries.pop()
    added = Addendum(type=found["type"], code=said["code"], original_trace=said["trace"], text=said["text"].strip())
    batch.entries.append(
        Entry(
            line=last.line, code=last.code, routing=last.routing, account=last.account, minor=last.minor, id=last.id,
            name=last.name, trace=last.trace, addendum=added,
        )
    )  # fmt: skip


def _end(batch: _Batch, line: str, n: int, counts: list[int]) -> None:
    if batch.open_line:
        raise _bad(n, "out-of-order", f"the entry of line {batch.open_line} has no addendum")
    found = _match("8", line, n)
    entries = batch.entries
    debit = sum(entry.minor for entry in entries if not entry.is_credit)
    credit = sum(entry.minor for entry in entries if entry.is_credit)
    hash_ = sum(int(entry.routing[:8]) for entry in entries)
    if (found["service"], found["odfi"], found["number"]) != (
        batch.head["service"], batch.head["odfi"], batch.head["number"],
    ):  # fmt: skip
        raise _bad(n, "out-of-order", "the control record is of another batch")
    totals = (len(entries) + batch.addenda, hash_, debit, credit)
    _compare(n, found, totals)
    for at, amount in enumerate((1, *totals)):
        counts[at] += amount


def _close(line: str, lines: list[str], n: int, counts: list[int]) -> None:
    found = _match("9", line, n)
    batches, count, hash_, debit, credit = counts
    _compare(n, found, (count, hash_, debit, credit))
    if int(found["batches"]) != batches:
        raise _bad(n, "wrong-count", f"{int(found['batches'])} batches are said, {batches} are there")
    if int(found["blocks"]) != -(-n // _BLOCK):
        raise _bad(n, "wrong-count", "blocks of ten records are said wrongly")
    if any(after != "9" * _WIDTH for after in lines[n:]) or len(lines) > -(-n // _BLOCK) * _BLOCK:
        raise _bad(n + 1, "out-of-order", "something stands behind the file control record")


def _compare(n: int, found: re.Match[str], totals: tuple[int, int, int, int]) -> None:
    count, hash_, debit, credit = totals
    if int(found["count"]) != count:
        raise _bad(n, "wrong-count", f"{int(found['count'])} entries and addenda are said, {count} are there")
    if int(found["hash"]) != hash_ % _HASH:
        raise _bad(n, "wrong-hash", "the routing numbers do not sum to the entry hash")
    if (int(found["debit"]), int(found["credit"])) != (debit, credit):
        raise _bad(n, "wrong-sum", "the amounts do not sum to the totals")


def _check_time(made: str) -> None:
    try:
        day = date(2000 + int(made[:2]), int(made[2:4]), int(made[4:6]))
        datetime.combine(day, datetime.min.time()).replace(
            hour=int(made[6:8].strip() or 0), minute=int(made[8:].strip() or 0)
        )
    except ValueError as error:
        raise _bad(1, "bad-date", f"not a time: {made}") from error


def _bad(line: int, reason: str, detail: str) -> BankFileRefused:
    return BankFileRefused(reason, f"line {line}: {detail}")
