"""A bank's statement held against payouts: what left and what came back, and a planted cent is found."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bank_replies import OURS, came_back, debit, debit_of_all, income, report, statement
from largesse.kit import ids
from largesse.main.account import bank_of
from largesse.payments import Moved, ReconcilingService
from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling import bank_statement, comparing
from largesse.payouts.rails.sepa import Sepa

DUTCH = {"iban": "NL91 ABNA 0417 1643 00", "name": "Bob"}
DAYS = {"from_on": date(2026, 11, 20), "to_on": date(2026, 11, 30)}  # of the entries that `debit` makes
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def banks(desk: Any) -> Any:
    """The rail of SEPA files, as outside a sandbox, and a creator with something to withdraw."""
    own = replace(
        desk.settings, sandbox=False, sepa_iban="DE89 3704 0044 0532 0130 00", sepa_bic="COBADEFFXXX",
        sepa_name="Largesse GmbH",
    )  # fmt: skip
    desk.rails["sepa"] = Sepa(own, desk.db)
    desk.bank = bank_of(own)
    desk.__post_init__()
    await desk.earn(200_000)
    return desk


async def sent(banks: Any) -> tuple[str, int, str]:
    """A payout that went out in a file, and that the bank has paid: its names at the bank and its cents."""
    method = await banks.method(rail="sepa", currency="EUR", **DUTCH)
    await banks.methods.verify(banks.cast.olga.key, method.id, "a test")
    made = await banks.ask(await banks.quote(method))
    await banks.office.approve(banks.cast.olga.key, made.id)
    file, _ = await banks.bank_files.want(banks.cast.olga.key, file=ids.new(), rail="sepa", execution_on=None)
    await banks.bank_files.make_wanted()
    await banks.bank_files.write(banks.cast.olga.key, file.id)
    name = f"{made.id.hex}-1"
    await heard(banks, statement(debit(name, f"{made.net.minor / 100:.2f}"), message="FIRST"))
    return name, made.net.minor, f"LG-{file.id.hex}"


async def today_of(banks: Any) -> date:
    async with banks.db.read() as tx:
        found: datetime = await tx.scalar("SELECT max(recorded_at) FROM ledger.transfer")
    return found.astimezone(UTC).date()


async def heard(banks: Any, raw: bytes) -> None:
    await banks.bank_files.hear(banks.cast.olga.key, "sepa", raw)
    await banks.carrying.ask()


def euros(minor: int) -> str:
    return f"{minor / 100:.2f}"


async def held(banks: Any, raw: bytes, **days: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    service = ReconcilingService(banks.db, banks.bank)
    made, _ = await service.read(banks.cast.olga.key, "bank", raw, **(days or DAYS))
    found = await service.list_lines(made.id, 0, 10, is_open=True)
    return made, [(one.status, one.kind, one.ref, one.theirs_minor, one.ours_minor) for one in found]


async def test_a_cent_more_on_the_statement_is_found_and_what_stands_twice_and_what_nobody_sent(banks: Any) -> None:
    name, minor, message = await sent(banks)
    stranger = "0" * 32 + "-1"
    made, found = await held(banks, statement(debit(name, euros(minor)), income("7.00")))
    assert (made.lines, made.matched, made.other, found) == (2, 1, 1, [])
    made, found = await held(
        banks, statement(debit(name, euros(minor + 1)), debit(name, euros(minor)), debit(stranger, "5.00"))
    )
    assert (made.matched, found) == (0, [
        ("differs", "payout", name, minor + 1, minor), ("duplicate", "payout", name, minor, minor),
        ("unknown", "payout", stranger, 500, None),
    ])  # fmt: skip
    made, found = await held(banks, statement(debit_of_all(message, euros(minor))))
    assert (made.matched, found) == (1, [])
    made, found = await held(banks, statement(debit_of_all(message, euros(minor - 1))))
    assert found == [("differs", "payout", message, minor - 1, minor)]


async def test_what_came_back_is_held_against_what_the_books_say_came_back(banks: Any) -> None:
    name, minor, _ = await sent(banks)
    back = came_back(name, euros(minor - 150), sent=euros(minor))
    made, found = await held(banks, statement(debit(name, euros(minor)), back))
    assert (made.matched, found) == (1, [("unknown", "return", name, minor - 150, None)])
    await heard(banks, statement(back, message="SECOND"))
    made, found = await held(banks, statement(debit(name, euros(minor)), back, message="THIRD"))
    assert (made.matched, found) == (2, [])
    made, found = await held(banks, statement(came_back(name, euros(minor - 151))))
    assert found == [("differs", "return", name, minor - 151, minor - 150)]


async def test_the_sums_say_what_both_moved_and_the_balances_of_the_account(banks: Any) -> None:
    name, minor, _ = await sent(banks)
    ends = BALANCE.format("OPBD", "1000.00") + BALANCE.format("CLBD", euros(100_000 + 700 - minor - 1))
    made, _ = await held(banks, statement(debit(name, euros(minor + 1)), income("7.00"), extra=ends))
    (found,) = made.sums
    assert (found.currency, found.theirs_minor, found.ours_minor) == ("EUR", -minor - 1, -minor)
    assert (found.opening_minor, found.closing_minor) == (100_000, 100_000 + 700 - minor - 1)


async def test_what_left_in_these_days_and_is_not_on_the_statement_is_missing(banks: Any) -> None:
    name, minor, _ = await sent(banks)
    today = await today_of(banks)
    empty = statement(income("1.00"))
    _, found = await held(banks, empty, from_on=today - timedelta(days=10), to_on=today + timedelta(days=1))
    assert found == [("missing", "payout", name, None, minor)]
    # What was heard on these days may be on the statement before.
    _, found = await held(banks, empty, from_on=today - timedelta(days=1), to_on=today + timedelta(days=1))
    assert found == []


async def test_another_rails_payouts_are_not_missed_on_the_banks_statement(banks: Any) -> None:
    method = await banks.method()
    made = await banks.ask(await banks.quote(method))
    await banks.office.approve(banks.cast.olga.key, made.id)
    await banks.carrying.work()
    today = await today_of(banks)
    days = {"from_on": today - timedelta(days=10), "to_on": today + timedelta(days=1)}
    assert (await held(banks, statement(income("1.00")), **days))[1] == []


async def test_a_statement_of_other_days_or_of_another_kind_is_refused_by_name(banks: Any) -> None:
    refused = {
        "other-days": (statement(debit("x", "1.00")), {"from_on": date(2026, 10, 1), "to_on": date(2026, 10, 31)}),
        "unknown-kind": (report("LG-x", group="RJCT"), {}),
        "other-account": (statement(account="FR1420041010050500013M02606"), {}),
        "wrong-sum": (
            statement(
                debit("x", "1.01"), extra=BALANCE.format("OPBD", "10.00") + BALANCE.format("CLBD", "9.00")
            ), {},
        ),
        "not-xml": (b"<Document", {}),
    }  # fmt: skip
    for reason, (raw, days) in refused.items():
        with pytest.raises(ReportRefused) as error:
            await held(banks, raw, **days)
        assert error.value.reason == reason


def test_a_file_debited_in_one_sum_is_held_against_all_that_it_carried_and_was_not_named_alone() -> None:
    def moved(n: int, minor: int) -> Moved:
        return Moved(
            kind="payout", name=f"{n:032x}-1", message=f"LG-{7:032x}", minor=minor, currency="EUR", recorded_at=AT
        )

    raw = statement(debit_of_all(f"LG-{7:032x}", "3.00"), debit(f"{3:032x}-1", "4.00"))
    theirs = bank_statement.theirs_of(bank_statement.read(raw, OURS))
    ours = bank_statement.ours_of(theirs, [moved(1, 100), moved(2, 200), moved(3, 400)], AT, AT)
    assert comparing.compare(theirs, ours).matched == 2
    short = bank_statement.ours_of(theirs, [moved(1, 100), moved(3, 400)], AT, AT)
    assert [one.status for one in comparing.compare(theirs, short).lines] == ["differs"]
