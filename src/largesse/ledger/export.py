"""The whole journal for other programs: hledger, beancount, or one JSON object a line; streamed, in one snapshot.

Every transfer and every gift is an entry. The plain-text forms end with what this service says each balance is, as
assertions, so that the other program itself says whether it comes to the same. Forms: docs/reference/export.md
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple, Protocol

import msgspec
import psycopg
from psycopg import Connection
from psycopg.rows import namedtuple_row

from largesse.kit.db import sql
from largesse.kit.money import exponent
from largesse.ledger.entry import ANONYMOUS, CONTEXTS, GUEST, UNEARNING

JSONL_FORMAT = "largesse-books-1"
_ROWS_A_READ = 5000
# A cursor is planned to be read whole, and the journal is walked by its index instead of sorted.
_OPTIONS = "-c timezone=UTC -c enable_sort=off -c cursor_tuple_fraction=1 -c statement_timeout=0"
_WRITE_BYTES = 1 << 18
_OPENED = "1970-01-01"
_COMMODITIES = {"coin": "COIN", "promo": "PROMO", "diamond": "DIAMOND"}
_ROOTS = {"assets": "Assets", "liabilities": "Liabilities", "revenue": "Income", "expenses": "Expenses"}


class Posting(NamedTuple):
    """One leg as another program sees it; `amount` is a decimal text, `holder` 0 where the account has none."""

    book: str
    holder: int
    amount: str
    commodity: str


class Entry(NamedTuple):
    """A transfer or a gift: its day and when it was recorded, what it was, its cause, its public id, and its legs."""

    dated: date
    at: datetime
    kind: str
    source: str
    id: str
    postings: list[Posting]


class Form(Protocol):
    """How one program wants to read it."""

    def head(self, commodities: dict[str, int], accounts: Iterator[tuple[str, int]]) -> Iterator[str]:
        """Declarations: commodities with their decimals, accounts with their holders."""

    def entry(self, entry: Entry) -> str:
        """One entry."""

    def assertions(self, at: datetime, balances: Iterator[Posting]) -> Iterator[str]:
        """What each account holds after all of it."""


def export_books(url: str, form: str, out: BinaryIO) -> int:
    """Write the journal and return how many entries it has; memory does not grow with them."""
    with psycopg.connect(url, autocommit=True, options=_OPTIONS) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        lines = _jsonl(connection) if form == "jsonl" else _plain(connection, _PLAIN[form])
        return _write(lines, out)


def _write(lines: Iterator[tuple[int, bytes]], out: BinaryIO) -> int:
    entries, size, waiting = 0, 0, list[bytes]()
    for count, line in lines:
        entries += count
        waiting.append(line)
        size += len(line)
        if size >= _WRITE_BYTES:
            out.write(b"".join(waiting))
            waiting, size = [], 0
    out.write(b"".join(waiting))
    return entries


def _plain(connection: Connection[Any], form: Form) -> Iterator[tuple[int, bytes]]:
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    at: datetime = row[0]
    commodities = {"COIN": 0, "PROMO": 0, "DIAMOND": 3}
    commodities |= {r.currency: exponent(r.currency) for r in _read(connection, "export_currencies")}
    accounts = ((r.book, r.holder) for r in _read(connection, "export_accounts"))
    for text in form.head(commodities, accounts):
        yield 0, text.encode()
    for entry in _entries(connection):
        yield 1, form.entry(entry).encode()
    balances = (_posting(r.book, r.holder, r.asset, "", r.amount) for r in _read(connection, "export_balances"))
    for text in form.assertions(at + timedelta(days=1), balances):
        yield 0, text.encode()


def _entries(connection: Connection[Any]) -> Iterator[Entry]:
    for _, legs in groupby(_read(connection, "export_transfers"), key=lambda r: r.key):
        first = next(legs)
        postings = [_posting(r.book, r.holder, r.asset, r.currency, r.amount) for r in (first, *legs)]
        yield Entry(first.dated, first.recorded_at, first.kind, first.source, str(first.id), postings)
    for g in _read(connection, "export_gifts"):
        yield Entry(
            g.recorded_at.date(), g.recorded_at, "gift", f"receipt {g.batch}.{g.leaf}", str(g.id), _gift_postings(g)
        )


def _gift_postings(g: Any) -> list[Posting]:
    postings: list[Posting] = []
    if g.coins_paid:
        postings += [
            Posting("coins:wallet", g.sender, str(-g.coins_paid), "COIN"),
            Posting("coins:spent", 0, str(g.coins_paid), "COIN"),
        ]
    if g.coins_promo:
        postings += [
            Posting("promo:wallet", g.sender, str(-g.coins_promo), "PROMO"),
            Posting("promo:spent", 0, str(g.coins_promo), "PROMO"),
        ]
    if g.diamonds_milli:
        diamonds = decimal(g.diamonds_milli, 3)
        postings += [
            Posting("diamonds:issued", 0, f"-{diamonds}", "DIAMOND"),
            Posting("diamonds:creator", g.receiver, diamonds, "DIAMOND"),
        ]
    return postings


def _posting(book: str, holder: int, asset: str, currency: str, amount: int) -> Posting:
    if asset == "money":
        return Posting(book, holder, decimal(amount, exponent(currency)), currency)
    return Posting(book, holder, decimal(amount, 3 if asset == "diamond" else 0), _COMMODITIES[asset])


def decimal(amount: int, decimals: int) -> str:
    """An integer of smallest units as a decimal text."""
    if decimals == 0:
        return str(amount)
    whole, part = divmod(abs(amount), 10**decimals)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{decimals}d}"


class Hledger:
    """hledger's journal format.

    Source: https://hledger.org/1.25/hledger.html
    """

    def head(self, commodities: dict[str, int], accounts: Iterator[tuple[str, int]]) -> Iterator[str]:
        """Declarations, so that `hledger check --strict` holds."""
        yield "; Largesse: the whole journal\ndecimal-mark .\n"
        for commodity, decimals in commodities.items():
            yield f"commodity 1000.{'0' * decimals} {commodity}\n"
        for book, holder in accounts:
            yield f"account {_hledger_account(book, holder)}\n"

    def entry(self, entry: Entry) -> str:
        """The id and the moment are tags."""
        about = f"{_plain_text(entry.kind)} | {_plain_text(entry.source)}"
        lines = [f"\n{entry.dated:%Y-%m-%d} * {about}  ; id:{entry.id}, at:{_moment(entry.at)}\n"]
        lines += [f"    {_hledger_account(p.book, p.holder)}  {p.amount} {p.commodity}\n" for p in entry.postings]
        return "".join(lines)

    def assertions(self, at: datetime, balances: Iterator[Posting]) -> Iterator[str]:
        """One entry of nothing, whose postings assert."""
        yield f"\n{at:%Y-%m-%d} * balances | what the service shows\n"
        for p in balances:
            yield f"    {_hledger_account(p.book, p.holder)}  0 {p.commodity} = {p.amount} {p.commodity}\n"


class Beancount:
    """Beancount's language; unit accounts stand under Equity.

    Source: https://beancount.github.io/docs/
    """

    def head(self, commodities: dict[str, int], accounts: Iterator[tuple[str, int]]) -> Iterator[str]:
        """Every account is opened."""
        yield 'option "title" "Largesse: the whole journal"\n'
        for commodity in commodities:
            yield f"{_OPENED} commodity {commodity}\n"
        for book, holder in accounts:
            yield f"{_OPENED} open {_beancount_account(book, holder)}\n"

    def entry(self, entry: Entry) -> str:
        """The id and the moment are metadata."""
        about = f'"{_plain_text(entry.kind)}" "{_plain_text(entry.source)}"'
        lines = [f"\n{entry.dated:%Y-%m-%d} * {about}\n", f'  id: "{entry.id}"\n  at: "{_moment(entry.at)}"\n']
        lines += [f"  {_beancount_account(p.book, p.holder)}  {p.amount} {p.commodity}\n" for p in entry.postings]
        return "".join(lines)

    def assertions(self, at: datetime, balances: Iterator[Posting]) -> Iterator[str]:
        """Balance directives hold at the beginning of their day."""
        yield "\n"
        for p in balances:
            yield f"{at:%Y-%m-%d} balance {_beancount_account(p.book, p.holder)}  {p.amount} {p.commodity}\n"


_PLAIN: dict[str, Form] = {"hledger": Hledger(), "beancount": Beancount()}


def _hledger_account(book: str, holder: int) -> str:
    return f"{book}:{holder}" if holder else book


def _beancount_account(book: str, holder: int) -> str:
    root, _, rest = book.partition(":")
    parts = [_ROOTS[root]] if root in _ROOTS else ["Equity"] if root == "equity" else ["Equity", root.capitalize()]
    return ":".join([*parts, *(part.capitalize() for part in rest.split(":")), *([str(holder)] if holder else [])])


def _plain_text(text: str) -> str:
    """Letters, digits and a few signs that mean nothing to either program."""
    return "".join(c if c.isalnum() or c in " .:/_-+@" else "?" for c in text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _jsonl(connection: Connection[Any]) -> Iterator[tuple[int, bytes]]:
    encode = msgspec.json.Encoder().encode
    row = connection.execute("SELECT now(), (SELECT id FROM kit.world)").fetchone()
    assert row is not None
    yield 0, encode({"type": "books", "format": JSONL_FORMAT, "at": row[0], "world": row[1]}) + b"\n"
    for _, legs in groupby(_read(connection, "export_transfers"), key=lambda r: r.key):
        first = next(legs)
        transfer = {
            "type": "transfer",
            "id": first.id,
            "kind": first.kind,
            "source": first.source,
            "happened_at": first.happened_at,
            "recorded_at": first.recorded_at,
            "period": first.period,
            "legs": [_json_leg(r) for r in (first, *legs)],
        }
        yield 1, encode(transfer) + b"\n"
    for g in _read(connection, "export_gifts"):
        gift = {"type": "gift", "receipt": f"{g.batch}.{g.leaf}", **g._asdict()}
        gift |= {"context": CONTEXTS[g.flags & 3], "anonymous": bool(g.flags & ANONYMOUS)}
        gift |= {"unearning": bool(g.flags & UNEARNING), "to_guest": bool(g.flags & GUEST)}
        for name in ("batch", "leaf", "flags"):
            del gift[name]
        yield 1, encode(gift) + b"\n"
    for p in _read(connection, "export_parts"):
        part = {"type": "part", "transfer": p.id, "receipt": f"{p.batch}.{p.leaf}", "coins": p.coins}
        part |= {"diamonds_milli": p.milli, "paid_before": p.low, "sender": p.sender, "receiver": p.receiver}
        part |= {"stage": p.stage, "day": p.day, "policy": p.policy, "anonymous": p.anonymous}
        yield 0, encode(part) + b"\n"


def _json_leg(r: Any) -> dict[str, Any]:
    leg: dict[str, Any] = {"book": r.book, "amount": r.amount}
    if r.holder:
        leg["holder"] = r.holder
    if r.currency:
        leg["currency"] = r.currency
    return leg


def _read(connection: Connection[Any], statement: str) -> Iterator[Any]:
    with connection.cursor(name=statement, row_factory=namedtuple_row) as cursor:
        cursor.itersize = _ROWS_A_READ
        cursor.execute(sql("ledger", statement), binary=True)
        yield from cursor
