"""Nacha files: what we write reads back equal, what banks send back is read, and what is not whole is refused."""

import contextlib
from datetime import UTC, date, datetime

import achkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.us import rtn

from bank_replies import ach_change, ach_file, ach_return
from largesse.kit.bankfile import BankFileRefused
from largesse.payouts.bankfiles import nacha, nacha_returns
from largesse.payouts.bankfiles.nacha import Credit, Originator

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
US = Originator(name="Größe Söhne Incorporated", company_id="1234567890", odfi="021000021", odfi_name="First Bank")


def credit(n: int = 1, name: str = "Bob", minor: int = 9_825, account: str = "12345678") -> Credit:
    return Credit(
        id=nacha.individual_id(f"payout:{n}:1"), name=name, routing="091000019", account=account, kind="checking",
        minor=minor,
    )  # fmt: skip


def write(*credits_: Credit, modifier: str = "A") -> bytes:
    return nacha.write(made_at=AT, modifier=modifier, effective_on=date(2026, 11, 27), originator=US, credits_=credits_)


def routing(first: int) -> str:
    """A routing number of eight digits with their check digit."""
    body = f"{first:08}"
    return body + rtn.calc_check_digit(body)


CREDITS = st.builds(
    Credit, id=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=15, max_size=15), name=st.text(max_size=40),
    routing=st.integers(0, 99_999_999).map(routing), account=st.text("0123456789", min_size=4, max_size=17),
    kind=st.sampled_from(["checking", "savings"]), minor=st.integers(1, nacha.MINOR_MAX),
)  # fmt: skip


@given(st.lists(CREDITS, min_size=1, max_size=30))
def test_what_is_written_reads_back_equal(credits_):
    raw = write(*credits_)
    found = nacha_returns.read(raw)
    kinds = {22: "checking", 32: "savings"}
    assert [(e.id, e.routing, e.account, e.minor, kinds[e.code]) for e in found.entries] == [
        (c.id, c.routing, c.account, c.minor, c.kind) for c in credits_
    ]
    assert all(e.is_credit and e.addendum is None for e in found.entries)
    assert achkit.validate(raw.decode())["ok"]
    assert [e["trace_number"] for b in achkit.parse(raw.decode())["batches"] for e in b["entries"]] == [
        e.trace for e in found.entries
    ]


def test_every_script_fits_into_the_format():
    raw = write(*(credit(n, name) for n, name in enumerate(["محمد علي", "山田太郎", "𠮷野家", "Łukasz", "a" * 99], 1)))
    names = [e.name for e in nacha_returns.read(raw).entries]
    assert names == ["MHMD `LY", "SHANTIANTAILANG", "KICHIYEJIA", "LUKASZ", "A" * 22]
    assert {len(line) for line in raw.decode("ascii").split("\n") if line} == {94}


def test_the_same_batch_is_the_same_file():
    assert write(credit()) == write(credit())
    assert nacha_returns.read(write(credit())).id != nacha_returns.read(write(credit(), modifier="B")).id


def test_an_attempts_id_is_its_own():
    ids = {nacha.individual_id(f"payout:{n}:1") for n in range(10_000)}
    assert len(ids) == 10_000
    assert {len(one) for one in ids} == {15}


def test_returns_and_notices_of_change_are_read():
    mine, other = nacha.individual_id("payout:1:1"), nacha.individual_id("payout:2:1")
    found = nacha_returns.read(ach_file(ach_return(mine, 9_825, "R03"), ach_return(other, 100, "R02", n=2)))
    assert [(e.id, e.minor, e.addendum and e.addendum.code) for e in found.entries] == [
        (mine, 9_825, "R03"), (other, 100, "R02"),
    ]  # fmt: skip
    (changed,) = nacha_returns.read(ach_file(ach_change(mine, "C01", "1918171614"), sec="COR")).entries
    assert changed.addendum is not None
    assert (changed.minor, changed.addendum.type, changed.addendum.code, changed.addendum.text) == (
        0, "98", "C01", "1918171614",
    )  # fmt: skip
    assert nacha_returns.meaning("R03") == "No account / unable to locate account"
    assert nacha_returns.meaning("C01") == "Incorrect DFI account number"
    assert nacha_returns.meaning("R99") == ""


def test_blanks_that_banks_cut_off_do_no_harm():
    raw = ach_file(ach_return(nacha.individual_id("a"), 1))
    cut = b"\r\n".join(line.rstrip() for line in raw.splitlines())
    assert nacha_returns.read(cut) == nacha_returns.read(raw)


GOOD = ach_file(ach_return(nacha.individual_id("payout:1:1"), 9_825))
LINES = GOOD.split(b"\n")


def changed(line: int, old: bytes, new: bytes) -> bytes:
    assert old in LINES[line]
    return b"\n".join([*LINES[:line], LINES[line].replace(old, new, 1), *LINES[line + 1 :]])


HOSTILE = {
    "empty": (b"", "not-whole"),
    "cut after a batch": (b"\n".join(LINES[:5]), "not-whole"),
    "cut inside a batch": (b"\n".join([*LINES[:4], LINES[5]]), "not-whole"),
    "cut inside a record": (GOOD[: 94 * 2 + 40], "bad-record"),
    "not ASCII": (changed(2, b"BOB", b"B\xc3\xb6"), "not-ascii"),
    "a control character": (changed(2, b"BOB", b"B\x00B"), "not-ascii"),
    "a line too long": (changed(2, b"BOB", b"BOBB"), "overlong"),
    "a file too long": (b"9" * (nacha_returns.BYTES_MAX + 1), "too-large"),
    "a wrong entry hash": (changed(4, b"0009100001", b"0009100002"), "wrong-hash"),
    "a wrong entry hash of the file": (changed(5, b"0009100001", b"0009100002"), "wrong-hash"),
    "a wrong check digit": (changed(2, b"091000019", b"091000018"), "wrong-check-digit"),
    "a wrong count": (changed(4, b"8200000002", b"8200000003"), "wrong-count"),
    "a wrong count of batches": (changed(5, b"9000001", b"9000002"), "wrong-count"),
    "a wrong sum": (changed(2, b"0000009825", b"0000009826"), "wrong-sum"),
    "letters for digits": (changed(2, b"0000009825", b"00000098Z5"), "bad-record"),
    "an unknown record": (changed(2, b"621", b"421"), "out-of-order"),
    "no addendum": (b"\n".join([*LINES[:3], *LINES[4:]]), "out-of-order"),
    "an addendum of nobody": (b"\n".join([*LINES[:2], LINES[3], *LINES[3:]]), "out-of-order"),
    "a batch in a batch": (b"\n".join([*LINES[:2], LINES[1], *LINES[2:]]), "out-of-order"),
    "something behind the end": (b"\n".join([*LINES[:6], LINES[2], *LINES[7:]]), "out-of-order"),
    "another batch's control": (changed(4, b"021000020000001", b"021000020000002"), "out-of-order"),
    "no such time": (changed(0, b"2611270900", b"2613270900"), "bad-date"),
    "a return of no code": (changed(3, b"799R03", b"799X03"), "bad-record"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_by_name(what):
    raw, reason = HOSTILE[what]
    with pytest.raises(BankFileRefused) as refused:
        nacha_returns.read(raw)
    assert refused.value.reason == reason, refused.value.detail


@settings(max_examples=300)
@given(st.data())
def test_whatever_bytes_come_only_the_named_error_is_raised(data):
    raw = bytearray(data.draw(st.sampled_from([GOOD, write(credit()), ach_file(ach_change("A" * 15, "C02", "1"))])))
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        raw[at : at + data.draw(st.integers(0, 100))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"9", b"\n", b"6"])
        )
    with contextlib.suppress(BankFileRefused):
        nacha_returns.read(bytes(raw))
