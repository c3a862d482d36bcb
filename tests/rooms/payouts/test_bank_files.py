"""A file out, the bank's files in: paid, refused, returned, credited again; whoever is killed in between."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace

from bank_replies import (
    OURS,
    ach_change,
    ach_file,
    ach_return,
    came_back,
    debit,
    debit_of_all,
    income,
    report,
    statement,
)
from largesse.kit import ids
from largesse.kit.config import BadSettings, Settings
from largesse.kit.http import Invalid
from largesse.ledger import Finding
from largesse.payouts import PayoutsService, configured
from largesse.payouts.errors import NotNow
from largesse.payouts.rails.ach import Ach
from largesse.payouts.rails.sepa import Sepa
from largesse.payouts.routes import routes

PROCESS = Path(__file__).parents[2] / "crash" / "bankfile_process.py"
BANKS = {
    "sepa_iban": OURS, "sepa_bic": "COBADEFFXXX", "sepa_name": "Largesse GmbH", "ach_company_id": "1234567890",
    "ach_company_name": "Largesse Inc", "ach_odfi": "021000021", "ach_odfi_name": "First Bank",
}  # fmt: skip
DUTCH = {"iban": "NL91 ABNA 0417 1643 00", "name": "Bob محمد"}
US = {"routing": "091000019", "account": "12345678", "type": "checking", "name": "Bob"}


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def banks(desk: Any) -> Any:
    """Both rails of files, as outside a sandbox, and a creator with something to withdraw."""
    own = replace(desk.settings, sandbox=False, **BANKS)
    desk.rails["sepa"], desk.rails["ach"] = Sepa(own, desk.db), Ach(own, desk.db)
    desk.__post_init__()
    await desk.earn(200_000)
    return desk


@pytest.fixture
async def client(app_client: Any, banks: Any, accounts_service: Any) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await app_client(
        routes, accounts=accounts_service, payouts=PayoutsService(banks.db, banks.policy), payout_methods=banks.methods,
        withdrawals=banks.requests, payouts_office=banks.office, payout_batches=banks.batches,
        bank_files=banks.bank_files,
    )  # fmt: skip
    return made


class Office:
    """Olga at her desk, over HTTP."""

    def __init__(self, client: httpx.AsyncClient, banks: Any) -> None:
        self.client, self.banks, self.headers = client, banks, banks.cast.olga.headers

    async def approved(self, rail: str, **given: str) -> Any:
        """Bob's payout, approved."""
        currency = {"sepa": "EUR", "ach": "USD"}[rail]
        method = await self.banks.method(rail=rail, currency=currency, **given)
        await self.banks.methods.verify(self.banks.cast.olga.key, method.id, "a test")
        made = await self.banks.ask(await self.banks.quote(method))
        await self.banks.office.approve(self.banks.cast.olga.key, made.id)
        return made

    async def post(self, path: str, status: int = 201, **sent: Any) -> httpx.Response:
        answer = await self.client.post(f"/v1/office/{path}", headers=self.headers, **sent)
        assert answer.status_code == status, answer.text
        return answer

    async def made(self, rail: str) -> str:
        """A file of what is approved, proved."""
        wanted = (await self.post("payout-files", json={"rail": rail})).json()
        await self.banks.bank_files.make_wanted()
        got = await self.client.get(f"/v1/office/payout-files/{wanted['id']}", headers=self.headers)
        assert (got.json()["status"], got.json()["findings"]) == ("ready", 0), got.text
        return str(wanted["id"])

    async def handed(self, rail: str) -> tuple[str, bytes]:
        file = await self.made(rail)
        return file, (await self.post(f"payout-files/{file}/file", 200)).content

    async def read(self, rail: str, raw: bytes, status: int = 201) -> Any:
        answer = await self.post(f"payout-reports/{rail}", status, content=raw)
        await self.banks.carrying.ask()
        return answer.json()

    async def status(self, payout: Any) -> str:
        return str((await self.banks.get(payout)).status)


@pytest.fixture
def office(client: httpx.AsyncClient, banks: Any) -> Office:
    return Office(client, banks)


def euros(payout: Any) -> str:
    return f"{payout.net.minor / 100:.2f}"


async def test_a_file_goes_out_a_statement_comes_in_and_ten_days_later_the_money_comes_back(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    await office.banks.carrying.work()
    assert await office.status(made) == "approved"  # the worker hands no file over
    file, raw = await office.handed("sepa")
    assert b"<Nm>Bob mhmd</Nm>" in raw
    assert f'<InstdAmt Ccy="EUR">{euros(made)}</InstdAmt>'.encode() in raw
    assert (await office.post(f"payout-files/{file}/file", 200)).content == raw
    told = [(step.status, step.actor) for step in (await office.banks.get(made)).history][-2:]
    olga = f"staff:{office.banks.cast.olga.key}"
    assert told == [("submitting", olga), ("submitted", olga)]
    named = f"{made.id.hex}-1"
    taken = await office.read("sepa", report(f"LG-{file_id(file)}", group="ACSP"))
    assert (taken["counts"]["moved"], await office.status(made)) == ({"in_transit": 1}, "in_transit")
    paid = await office.read("sepa", statement(income("7.00"), debit(named, euros(made))))
    assert (paid["counts"]["moved"], paid["counts"]["other"], paid["misfits"]) == ({"paid": 1}, 1, [])
    assert await office.status(made) == "paid"
    assert (await office.banks.places())[1:] == (0, 14_285_715)
    await office.banks.wait(11)
    back = statement(came_back(named, "80.00", "AC04"), message="STMT2")
    await office.read("sepa", back)
    again = await office.post("payout-reports/sepa", content=back)
    assert again.headers["Idempotent-Replay"] == "true"
    end = await office.banks.get(made)
    assert (end.status, end.history[-1].reason) == ("returned", "AC04")
    assert await office.banks.places() == (140_000_000, 0, 0)
    letters = [one["kind"] for one in await office.banks.posted()]
    assert letters == ["requested", "approved", "sent", "paid", "returned"]
    other = statement(came_back(named, "81.00", "AC04"), message="STMT2")
    assert (await office.read("sepa", other, 409))["code"] == "id-reused"


def decoded(file: str) -> UUID:
    found = ids.decode(file, "bankfile")
    assert found is not None
    return found


def file_id(file: str) -> str:
    return decoded(file).hex


async def test_a_whole_file_debited_in_one_sum_is_paid(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    file, _ = await office.handed("sepa")
    wrong = await office.read("sepa", statement(debit_of_all(f"LG-{file_id(file)}", "1.00")))
    assert [one["reason"] for one in wrong["misfits"]] == ["sum-differs"]
    assert await office.status(made) == "submitted"
    await office.read("sepa", statement(debit_of_all(f"LG-{file_id(file)}", euros(made)), message="STMT2"))
    assert await office.status(made) == "paid"


async def test_a_transfer_that_the_bank_refuses_is_credited_again(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    file, _ = await office.handed("sepa")
    await office.read(
        "sepa", report(f"LG-{file_id(file)}", group="PART", transfers=[(f"{made.id.hex}-1", "RJCT", "AC01")])
    )
    end = await office.banks.get(made)
    assert (end.status, end.history[-1].reason) == ("failed", "AC01")
    assert await office.banks.places() == (140_000_000, 0, 0)


async def test_what_does_not_fit_moves_nothing_and_calls_a_person(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    await office.handed("sepa")
    named = f"{made.id.hex}-1"
    read = await office.read("sepa", statement(debit(named, "1.00"), debit("0" * 32 + "-1", "5.00")))
    assert [(one["reason"], one["payout"] is not None) for one in read["misfits"]] == [
        ("amount-differs", True), ("unknown-transfer", False),
    ]  # fmt: skip
    found = await office.banks.get(made)
    assert (found.status, "bank-differs" in found.reasons) == ("submitted", True)
    refused = await office.read("sepa", statement(debit(named, euros(made)))[:-9], 422)
    assert (refused["code"], refused["reason"]) == ("bank-file-refused", "not-xml")
    assert await office.status(made) == "submitted"
    await office.read("sepa", statement(debit(named, euros(made)), came_back(named, euros(made)), message="STMT9"))
    assert await office.status(made) == "returned"


async def test_ach_goes_out_a_person_says_that_it_was_debited_and_a_return_comes_back(office: Office) -> None:
    made = await office.approved("ach", **US)
    file, raw = await office.handed("ach")
    assert len(raw) % 95 == 0
    named = raw.decode().split("\n")[2][39:54]
    await office.post(f"payout-files/{file}/said", 200, json={"said": "settled", "reason": "seen", "reference": "7"})
    await office.banks.carrying.ask()
    assert await office.status(made) == "paid"
    await office.banks.wait(11)
    read = await office.read("ach", ach_file(ach_return(named, made.net.minor, "R03")))
    assert read["counts"]["moved"] == {"returned": 1}
    assert ((await office.banks.get(made)).status, await office.banks.places()) == ("returned", (140_000_000, 0, 0))
    other = await office.read("ach", ach_file(ach_return(named, 1), company="999", made="2611280900"), 422)
    assert other["reason"] == "other-account"


async def test_a_notice_of_change_is_noted_on_the_method_and_a_person_looks_at_the_next_payout(office: Office) -> None:
    made = await office.approved("ach", **US)
    _, raw = await office.handed("ach")
    named = raw.decode().split("\n")[2][39:54]
    read = await office.read("ach", ach_file(ach_change(named, "C01", "1918171614"), sec="COR"))
    assert read["counts"]["notes"] == 1
    method = (await office.client.get("/v1/me/payout-methods", headers=office.banks.cast.bob.headers)).json()["items"][
        0
    ]
    assert method["noted"] == "C01"
    notes = await office.client.get(f"/v1/office/payout-methods/{method['id']}/notes", headers=office.headers)
    (note,) = notes.json()["items"]
    assert (note["code"], note["corrected"], note["meaning"]) == ("C01", "1918171614", "Incorrect DFI account number")
    await office.read("ach", ach_file(ach_return(named, made.net.minor), made="2611280900"))
    asked = await office.banks.ask(
        await office.banks.quote((await office.banks.methods.list_own(office.banks.bob.account))[0])
    )
    assert "bank-note" in asked.reasons


async def test_whoever_carried_a_file_does_not_say_that_it_was_refused(office: Office) -> None:
    made = await office.approved("ach", **US)
    file, _ = await office.handed("ach")
    said = {"said": "refused", "reason": "the bank's portal says so"}
    assert (await office.post(f"payout-files/{file}/said", 409, json=said)).json()["code"] == "four-eyes"
    await office.banks.bank_files.say(office.banks.cast.charlie.key, decoded(file), "refused", reference="", reason="x")
    await office.banks.carrying.ask()
    assert await office.status(made) == "failed"
    assert (await office.post(f"payout-files/{file}/file", 409)).json()["code"] == "bank-file-not-ready"


async def test_books_that_do_not_hold_make_no_file(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    wanted = (await office.post("payout-files", json={"rail": "sepa"})).json()
    assert (await office.post(f"payout-files/{wanted['id']}/file", 409)).json()["state"] == "wanted"
    prove, office.banks.batches._audit = office.banks.batches._audit, broken
    await office.banks.bank_files.make_wanted()
    assert ((await office.banks.get(made)).status, await office.banks.transfers()) == ("approved", [])
    office.banks.batches._audit = prove
    await office.banks.wait(1)  # the pause after a batch that was stopped
    await office.banks.bank_files.make_wanted()
    assert len((await office.post(f"payout-files/{wanted['id']}/file", 200)).content) > 500


async def broken() -> list[Any]:
    return [Finding(1, "entry 1", "does not sum to zero")]


async def test_nothing_approved_is_no_file_and_a_canceled_one_is_left_out(office: Office) -> None:
    assert (await office.post("payout-files", 409, json={"rail": "sepa"})).json()["code"] == "nothing-to-pay"
    made = await office.approved("sepa", **DUTCH)
    wanted = (await office.post("payout-files", json={"rail": "sepa"})).json()
    await office.banks.requests.cancel(office.banks.bob.account, made.id)
    await office.banks.bank_files.make_wanted()
    assert (await office.post(f"payout-files/{wanted['id']}/file", 409)).json()["code"] == "nothing-to-pay"
    late = {"rail": "sepa", "execution_on": "2020-01-01"}
    assert (await office.post("payout-files", 400, json=late)).json()["code"] == "invalid"
    assert await office.banks.places() == (140_000_000, 0, 0)


async def test_a_payout_is_canceled_or_in_the_file_and_never_both(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    await office.post("payout-files", json={"rail": "sepa"})
    _, canceled = await asyncio.gather(
        office.banks.bank_files.make_wanted(), office.banks.requests.cancel(office.banks.bob.account, made.id),
        return_exceptions=True,
    )  # fmt: skip
    is_in = len(await office.banks.transfers()) == 1
    assert isinstance(canceled, NotNow) == is_in
    assert await office.status(made) == ("submitting" if is_in else "canceled")


async def test_two_who_carry_a_file_at_once_carry_the_same_and_submit_once(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    file, olga = decoded(await office.made("sepa")), office.banks.cast.olga.key
    told = await asyncio.gather(*(office.banks.bank_files.write(olga, file) for _ in range(5)))
    assert len({raw for raw, _ in told}) == 1
    assert [step.status for step in (await office.banks.get(made)).history][-2:] == ["submitting", "submitted"]


async def test_two_who_read_a_file_at_once_read_it_once(office: Office) -> None:
    made = await office.approved("sepa", **DUTCH)
    await office.handed("sepa")
    raw, olga = statement(debit(f"{made.id.hex}-1", euros(made))), office.banks.cast.olga.key
    told = await asyncio.gather(*(office.banks.bank_files.hear(olga, "sepa", raw) for _ in range(5)))
    assert sorted(replayed for _, replayed in told) == [False, True, True, True, True]
    await office.banks.carrying.ask()
    assert [step.status for step in (await office.banks.get(made)).history].count("paid") == 1


async def test_an_erased_account_is_in_no_file_again(office: Office) -> None:
    await office.approved("sepa", **DUTCH)
    file, _ = await office.handed("sepa")
    async with office.banks.db.write() as tx:
        await tx.execute("DELETE FROM payouts.person_key")
    assert (await office.post(f"payout-files/{file}/file", 409)).json()["code"] == "bank-file-lost"


@pytest.mark.parametrize("cut", ["before", "begun", "committed", "made", "written", "submitted"])
async def test_whoever_is_killed_between_two_steps_a_payout_goes_out_once(office: Office, cut: str) -> None:
    made = await office.approved("sepa", **DUTCH)
    wanted = (await office.post("payout-files", json={"rail": "sepa"})).json()["id"]
    maker = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), office.banks.db.url, decoded(wanted).hex,
        office.banks.books.keys.salt_secret.hex(),
        str(office.banks.cast.olga.key), cut,
    )  # fmt: skip
    assert await asyncio.wait_for(maker.wait(), 60) == -signal.SIGKILL
    await office.banks.wait(1)  # a batch that died is forgotten after a few minutes
    await office.banks.bank_files.make_wanted()
    first = (await office.post(f"payout-files/{wanted}/file", 200)).content
    assert (await office.post(f"payout-files/{wanted}/file", 200)).content == first
    named = f"{made.id.hex}-1"
    assert first.count(named.encode()) == 2  # as its id, and in its text
    await office.read("sepa", statement(debit(named, euros(made))))
    assert [step.status for step in (await office.banks.get(made)).history][-3:] == ["submitting", "submitted", "paid"]
    assert [one["state"] for one in await office.banks.transfers()] == ["paid"]


@pytest.mark.parametrize("cut", ["read", "judged", "heard"])
async def test_whoever_is_killed_while_reading_a_banks_file_reads_it_once(
    office: Office, cut: str, tmp_path: Path
) -> None:  # fmt: skip
    made = await office.approved("sepa", **DUTCH)
    file, _ = await office.handed("sepa")
    raw = statement(debit(f"{made.id.hex}-1", euros(made)))
    (tmp_path / "statement.xml").write_bytes(raw)
    reader = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), office.banks.db.url, decoded(file).hex,
        office.banks.books.keys.salt_secret.hex(), str(office.banks.cast.olga.key), cut,
        str(tmp_path / "statement.xml"),
    )  # fmt: skip
    assert await asyncio.wait_for(reader.wait(), 60) == -signal.SIGKILL
    stands = {one["state"] for one in await office.banks.transfers()}
    assert stands == ({"paid"} if cut == "heard" else {"submitted"})  # all of it or nothing
    again = await office.post("payout-reports/sepa", content=raw)
    assert ("Idempotent-Replay" in again.headers) == (cut == "heard")
    await office.banks.carrying.ask()
    assert [step.status for step in (await office.banks.get(made)).history].count("paid") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"sepa_bic": ""}, {"sepa_iban": ""}, {"sepa_iban": OURS[:-1] + "1"}, {"sepa_bic": "NO"}, {"sepa_name": "😀"},
        {"ach_odfi": ""}, {"ach_odfi": "021000022"}, {"ach_company_id": "12345678901"}, {"ach_odfi_name": ""},
        {"sandbox": True},
    ],
)  # fmt: skip
def test_a_bank_that_is_half_set_ends_the_program(wrong: dict[str, Any]) -> None:
    nobody: Any = None
    assert set(configured(Settings(**BANKS), nobody)) >= {"sepa", "ach", "manual"}
    with pytest.raises(BadSettings, match="LARGESSE_"):
        configured(Settings(**{**BANKS, **wrong}), nobody)


async def test_an_account_outside_sepa_and_a_name_of_pictures_are_no_method(banks: Any) -> None:
    with pytest.raises(Invalid):
        await banks.method(rail="sepa", currency="EUR", iban="AE070331234567890123456", name="Bob")
    with pytest.raises(Invalid):
        await banks.method(rail="sepa", currency="USD", **DUTCH)
    with pytest.raises(Invalid):
        await banks.method(rail="sepa", currency="EUR", iban=DUTCH["iban"], name="😀")
