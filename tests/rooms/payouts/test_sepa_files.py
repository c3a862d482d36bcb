"""SEPA files: what goes out is what the scheme takes, and what comes back is read or refused whole."""

import contextlib
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_replies import OURS, came_back, debit, debit_of_all, income, report, statement
from largesse.kit import iso20022
from largesse.kit.bankfile import BankFileRefused
from largesse.kit.iso20022 import Statement, StatusReport
from largesse.kit.money import Money
from largesse.payouts.bankfiles import letters, pain001
from largesse.payouts.bankfiles.pain001 import Credit, Debtor

DEBTOR = Debtor(name="Größe & Söhne GmbH", iban=OURS, bic="COBADEFFXXX")
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
PAYOUT = UUID(int=7)
ALPHABET = re.compile(r"[A-Za-z0-9/?:().,'+ -]*")
NAMES = ["محمد علي", "山田太郎", "𠮷野家", "Łukasz Þórsson", "Bob 😀 O'Neil", "//a//b/", "ﬁ", "a" * 200, "أ. ب."]


def credit(name: str = "Bob", n: int = 1, minor: int = 1_234) -> Credit:
    return Credit(
        id=pain001.end_to_end_id(UUID(int=n), 1), name=name, iban="NL91ABNA0417164300", minor=minor, text="Earnings"
    )


def write(*credits_: Credit) -> bytes:
    return pain001.write(
        message=pain001.message_id(PAYOUT), made_at=AT, execution_on=date(2026, 11, 27), debtor=DEBTOR,
        credits_=credits_,
    )  # fmt: skip


def test_a_file_of_every_script_is_valid_and_says_each_transfer_once():
    schema = xmlschema.XMLSchema(str(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd")))
    file = write(*(credit(name, n) for n, name in enumerate(NAMES, 1)))
    schema.validate(file.decode())
    root = ET.fromstring(file)
    ns = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    ids = [e.text for e in root.iterfind(".//p:EndToEndId", ns)]
    assert ids == [pain001.end_to_end_id(UUID(int=n), 1) for n in range(1, len(NAMES) + 1)]
    said = [e.text or "" for e in root.iterfind(".//p:Cdtr/p:Nm", ns)]
    assert said[:4] == ["mhmd 'ly", "ShanTianTaiLang", "KichiYeJia", "Lukasz Thorsson"]
    assert all(ALPHABET.fullmatch(name) and 0 < len(name) <= 70 for name in said)
    assert root.findtext(".//p:Dbtr/p:Nm", "", ns) == "Grosse + Sohne GmbH"
    assert {e.text for e in root.iterfind(".//p:CtrlSum", ns)} == {f"{12.34 * len(NAMES):.2f}"}
    assert {e.get("Ccy") for e in root.iterfind(".//p:InstdAmt", ns)} == {"EUR"}


def test_the_same_batch_is_the_same_file():
    assert write(credit(), credit("Charlie", 2)) == write(credit(), credit("Charlie", 2))
    assert write(credit()) != write(credit(minor=1_235))


def test_ids_are_as_long_as_the_scheme_allows():
    assert len(pain001.end_to_end_id(UUID(int=2**128 - 1), 99)) == 35
    assert len(pain001.message_id(UUID(int=2**128 - 1))) == 35


@given(st.text(max_size=200), st.integers(1, 140))
def test_letters_are_always_the_schemes(text, length):
    sepa, ach = letters.sepa(text, length), letters.ach(text, length)
    assert ALPHABET.fullmatch(sepa)
    assert len(sepa) <= length
    assert not sepa.startswith("/")
    assert not sepa.endswith("/")
    assert "//" not in sepa
    assert ach.isascii()
    assert ach == ach.upper()
    assert len(ach) <= length
    assert letters.sepa(sepa, length) == sepa


def test_a_name_of_nothing_but_pictures_cannot_be_written():
    assert letters.is_writable("山")
    assert not letters.is_writable("😀")
    assert not letters.is_writable("---")


@pytest.mark.parametrize("version", ["camt.053.001.02", "camt.053.001.08", "camt.053.001.13"])
def test_a_statement_says_what_was_paid_and_what_came_back(version):
    one, two = pain001.end_to_end_id(UUID(int=1), 1), pain001.end_to_end_id(UUID(int=2), 1)
    found = iso20022.read(
        statement(
            debit(one, "12.34"), debit(two, "5", status="<Cd>PDNG</Cd>"), income("1000.00"),
            debit_of_all("LG-x", "99.90"), came_back(one, "12.00", sent="12.34"), version=version,
        ),
        account=OURS,
    )  # fmt: skip
    assert isinstance(found, Statement)
    assert found.id == "STMT1"
    paid, other, whole, back = found.entries
    assert (paid.end_to_end, paid.money, paid.is_credit, paid.is_return) == (one, Money(1_234, "EUR"), False, False)
    assert paid.on == date(2026, 11, 26)
    assert (other.end_to_end, other.is_credit, other.is_return) == ("NOTPROVIDED", True, False)
    assert (whole.end_to_end, whole.message, whole.money.minor) == (None, "LG-x", 9_990)
    assert (back.end_to_end, back.money.minor, back.is_return, back.reason) == (one, 1_200, True, "AC04")


def test_a_notification_is_read_as_a_statement_is():
    raw = statement(debit("a-1", "1.00"), version="camt.054.001.08")
    raw = raw.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn").replace(b"Stmt>", b"Ntfctn>")
    found = iso20022.read(raw, account=OURS)
    assert isinstance(found, Statement)
    assert [entry.end_to_end for entry in found.entries] == ["a-1"]


def test_a_status_report_says_how_a_file_was_taken():
    found = iso20022.read(
        report("LG-1", group="PART", transfers=[("a-1", "RJCT", "AC01"), ("b-1", "ACSP", "")]), account=OURS
    )
    assert isinstance(found, StatusReport)
    assert (found.id, found.original) == ("STS1", "LG-1")
    assert [(one.end_to_end, one.status, one.reason) for one in found.statuses] == [
        (None, "PART", ""), ("a-1", "RJCT", "AC01"), ("b-1", "ACSP", ""),
    ]  # fmt: skip


GOOD = statement(debit("a-1", "1.00"))
BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><d>&b;</d>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>'
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
ENDS = BALANCE.format("OPBD", "10.00") + BALANCE.format("CLBD", "9.00")
HOSTILE = {
    "cut short": (GOOD[:-30], "not-xml"),
    "empty": (b"", "not-xml"),
    "not UTF-8": (GOOD.replace(b"STMT1", b"ST\xff1"), "not-utf-8"),
    "UTF-16": (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "not-utf-8"),
    "of another encoding": (GOOD.replace(b"UTF-8", b"ISO-8859-1"), "not-utf-8"),
    "overlong": (b" " * (iso20022.BYTES_MAX + 1), "too-large"),
    "an entity bomb": (BOMB, "hostile-xml"),
    "an external entity": (OUTSIDE, "hostile-xml"),
    "too deep": (GOOD.replace(b"<Ntry>", b"<Ntry>" + b"<a>" * 100, 1), "too-large"),
    "too many elements": (GOOD.replace(b"<Ntry>", b"<Ntry>" + b"<a/>" * 1_000_000, 1), "too-large"),
    "too many attributes": (
        GOOD.replace(b"<Ntry>", b"<Ntry %s>" % b" ".join(b'a%d=""' % n for n in range(30)), 1), "too-large",
    ),
    "a null": (GOOD.replace(b"STMT1", b"\x00"), "not-xml"),
    "another namespace": (GOOD.replace(b"iso:std:iso", b"iso:std:os"), "unknown-kind"),
    "another message": (GOOD.replace(b"camt.053", b"camt.052"), "unknown-kind"),
    "another account": (statement(debit("a-1", "1"), account="FR1420041010050500013M02606"), "other-account"),
    "a negative amount": (statement(debit("a-1", "-1.00")), "bad-amount"),
    "a huge amount": (statement(debit("a-1", "9" * 400)), "bad-amount"),
    "an exponent": (statement(debit("a-1", "1e99")), "bad-amount"),
    "other digits": (statement(debit("a-1", "١٢")), "bad-amount"),
    "a fraction of a cent": (statement(debit("a-1", "1.001")), "bad-amount"),
    "an id too long": (statement(debit("a" * 36, "1.00")), "overlong"),
    "a wrong count": (
        statement(debit("a-1", "1"), extra="<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"),
        "wrong-count",
    ),
    "balances that do not meet": (statement(debit("a-1", "1.01"), extra=ENDS), "wrong-sum"),
    "no day": (GOOD.replace(b"2026-11-26</Dt>", b"2026-13-26</Dt>"), "bad-date"),
    "neither credit nor debit": (GOOD.replace(b"DBIT", b"BOTH"), "not-whole"),
    "no status": (GOOD.replace(b"<Sts><Cd>BOOK</Cd></Sts>", b""), "not-whole"),
    "a report of nothing": (report("LG-1"), "not-whole"),
    "a report of other messages": (report("LG-1", group="RJCT").replace(b"pain.001", b"pain.008"), "other-message"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_by_name(what):
    raw, reason = HOSTILE[what]
    with pytest.raises(BankFileRefused) as refused:
        iso20022.read(raw, account=OURS)
    assert refused.value.reason == reason


def test_balances_that_meet_are_taken():
    assert iso20022.read(statement(debit("a-1", "1.00"), extra=ENDS), account=OURS)


def test_parts_that_do_not_sum_to_their_entry_are_refused():
    part = '<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs><Amt Ccy="EUR">{}</Amt></TxDtls>'
    parts = part.format("a-1", "1.00") + part.format("b-1", "2.00")
    entry = (
        '<Ntry><Amt Ccy="EUR">{}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<NtryDtls>{parts}</NtryDtls></Ntry>"
    )
    found = iso20022.read(statement(entry.format("3.00")), account=OURS)
    assert isinstance(found, Statement)
    assert [(e.end_to_end, e.money.minor) for e in found.entries] == [("a-1", 100), ("b-1", 200)]
    with pytest.raises(BankFileRefused, match="wrong-sum"):
        iso20022.read(statement(entry.format("3.01")), account=OURS)


@settings(max_examples=300)
@given(st.data())
def test_whatever_bytes_come_only_the_named_error_is_raised(data):
    raw = bytearray(data.draw(st.sampled_from([GOOD, report("LG-1", group="RJCT"), statement(came_back("a-1", "2"))])))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        end = min(len(raw), at + data.draw(st.integers(0, 40)))
        raw[at:end] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<Ntry>", b"</Ntry>", b"&x;", b"<!--", b'"'])
        )
        if not raw:
            break
    with contextlib.suppress(BankFileRefused):
        iso20022.read(bytes(raw), account=OURS)
