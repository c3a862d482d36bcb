"""Who a creator is, their tax form and a list of names stop a withdrawal where they should, and say why."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from largesse.kit import ids
from largesse.kit.approval import FourEyes
from largesse.kit.config import Settings
from largesse.payouts import ChecksService, errors
from largesse.payouts.paper import Details
from largesse.payouts.rails import Manual
from largesse.payouts.sealing import Seals
from pictured import png

IDENTITY = Details(name="Bob Builder", birth_date=date(1990, 5, 17), number="P1234567")
LIST = "id,name,birth_date\nNK-1,Viktor Bout,1967-01-13\n"
TAX = Details(name="Bob Builder", address="1 Main Street", number="536-90-4399")


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    relist(path, LIST)
    return path


@pytest.fixture
def desk_settings(settings: Settings, names: Path, request: pytest.FixtureRequest) -> Settings:
    """A sandbox that asks as another place does, or as a test says."""
    strict = {"payout_identity": "required", "payout_tax_form": "review", "payout_sanctions_file": str(names)}
    return replace(settings, sandbox=True, payout_cool_off_hours=0, **strict | getattr(request, "param", {}))


def relist(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_text(content, "utf-8")


def asking(**changed: str) -> Any:
    return pytest.mark.parametrize("desk_settings", [changed], indirect=True)


async def show(desk: Any, kind: str, says: Details, *, until: date | None = None, name: str = "") -> Any:
    says = Details(name=name or says.name, birth_date=says.birth_date, number=says.number, address=says.address)
    made, _ = await desk.papers.begin(desk.bob.account, paper=ids.new(), kind=kind, country="US", given=says, told=None)
    await desk.papers.attach(desk.bob.account, made.id, "front", png())
    await desk.papers.submit(desk.bob.account, made.id)
    return await desk.papers_office.approve(desk.cast.olga.key, made.id, until)


async def test_where_it_is_required_nobody_withdraws_without_it(desk: Any) -> None:
    await desk.earn()
    method = await desk.method()
    with pytest.raises(errors.IdentityNeeded) as needed:
        await desk.quote(method)
    assert needed.value.standing == "missing"
    await show(desk, "passport", IDENTITY)
    made = await desk.ask(await desk.quote(method))
    assert (made.status, made.reasons[-1]) == ("review", "tax-form-needed")
    await desk.office.approve(desk.cast.olga.key, made.id)  # who looked may say yes without the form
    await desk.carrying.work()
    assert (await desk.get(made)).status == "paid"


async def test_it_is_asked_again_at_the_request_and_at_the_approval(desk: Any) -> None:
    await desk.earn()
    paper = await show(desk, "passport", IDENTITY)
    method = await desk.method()
    quote = await desk.quote(method)
    await desk.papers_office.reject(desk.cast.olga.key, paper.id, "stolen")
    with pytest.raises(errors.IdentityNeeded) as needed:
        await desk.ask(quote)
    assert needed.value.standing == "rejected"
    assert (await desk.places())[1] == 0
    again = await show(desk, "passport", IDENTITY)
    made = await desk.ask(quote)
    await desk.papers_office.reject(desk.cast.olga.key, again.id, "stolen too")
    with pytest.raises(errors.NotNow) as blocked:
        await desk.office.approve(desk.cast.olga.key, made.id)
    assert blocked.value.state == "identity-needed"
    await desk.office.reject(desk.cast.olga.key, made.id, "no longer proved")
    assert await desk.places() == (21_000_000, 0, 0)


async def test_a_document_that_ran_out_has_to_be_shown_anew(desk: Any) -> None:
    await desk.earn()
    async with desk.db.read() as tx:
        today = await tx.scalar("SELECT now()::date")
    await show(desk, "passport", IDENTITY, until=today)
    method = await desk.method()
    await desk.quote(method)
    await desk.wait(1)
    with pytest.raises(errors.IdentityNeeded) as needed:
        await desk.quote(method)
    assert needed.value.standing == "expired"


@asking(payout_tax_form="required")
async def test_a_tax_form_can_be_required_too(desk: Any) -> None:
    await desk.earn()
    await show(desk, "passport", IDENTITY)
    method = await desk.method()
    with pytest.raises(errors.TaxFormNeeded):
        await desk.quote(method)
    await show(desk, "w9", TAX)
    assert "tax-form-needed" not in (await desk.ask(await desk.quote(method))).reasons


@asking(payout_identity="review", payout_tax_form="off")
async def test_where_a_person_looks_it_is_a_reason_and_no_refusal(desk: Any) -> None:
    await desk.earn()
    made = await desk.asked()
    assert made.reasons == ["first-payout", "new-method", "identity-needed"]


async def test_a_listed_name_stops_a_payout_until_a_person_rules(desk: Any) -> None:
    await desk.earn()
    olga = desk.cast.olga.key
    await show(desk, "passport", IDENTITY, name="BOUT, Víktor")
    made = await desk.asked()
    assert "screening" in made.reasons
    with pytest.raises(errors.NotNow) as blocked:
        await desk.office.approve(olga, made.id)
    assert blocked.value.state == "screening"
    (match,) = await desk.papers_office.list_matches(status="open", after=0, limit=9)
    assert (match.creator, match.entry, match.name, match.born) == (
        desk.bob.account, "NK-1", "Viktor Bout", "1967-01-13",
    )  # fmt: skip
    with pytest.raises(FourEyes):
        await desk.papers_office.decide_match(desk.bob.account, match.key, "cleared", "me")
    await desk.papers_office.decide_match(olga, match.key, "cleared", "born in another year")
    await desk.office.approve(olga, made.id)
    await desk.carrying.work()
    assert (await desk.get(made)).status == "paid"
    assert await desk.papers_office.list_matches(status="open", after=0, limit=9) == []  # not found again


async def test_whom_a_person_found_listed_is_not_paid(desk: Any) -> None:
    await desk.earn()
    olga = desk.cast.olga.key
    await show(desk, "passport", IDENTITY, name="Viktor Bout")
    made = await desk.asked()
    (match,) = await desk.papers_office.list_matches(status="open", after=0, limit=9)
    await desk.papers_office.decide_match(olga, match.key, "confirmed", "the same day of birth")
    with pytest.raises(errors.NotNow):
        await desk.office.approve(olga, made.id)
    await desk.office.reject(olga, made.id, "not payable")
    with pytest.raises(errors.NotPayable):
        await desk.quote(await desk.method())


async def test_the_holder_of_an_account_is_looked_up_as_well(desk: Any) -> None:
    await desk.earn()
    desk.rails["manual"] = Manual(desk.db)
    await show(desk, "passport", IDENTITY)
    await desk.method(rail="manual", where="First Bank 4711", name="Viktor Bout")
    assert "screening" in (await desk.asked()).reasons


async def test_a_name_that_is_listed_only_by_the_time_of_the_approval_stops_it(desk: Any, names: Path) -> None:
    await desk.earn()
    await show(desk, "passport", IDENTITY)
    made = await desk.asked()
    assert "screening" not in made.reasons
    relist(names, "id,name\nNK-2,Bob Builder\n")
    with pytest.raises(errors.NotNow) as blocked:
        await desk.office.approve(desk.cast.olga.key, made.id)
    assert blocked.value.state == "screening"
    assert [one.entry for one in await desk.papers_office.list_matches(status="open", after=0, limit=9)] == ["NK-2"]


async def test_a_list_that_is_gone_stops_every_payout_until_it_is_back(desk: Any, names: Path) -> None:
    await desk.earn()
    await show(desk, "passport", IDENTITY)
    relist(names, None)
    made = await desk.asked()
    assert "screening" in made.reasons
    with pytest.raises(errors.NotNow):
        await desk.office.approve(desk.cast.olga.key, made.id)
    relist(names, LIST)
    assert (await desk.office.approve(desk.cast.olga.key, made.id)).status == "approved"


def levels_of(desk: Any, settings: Settings) -> dict[str, str]:
    return dict(ChecksService(desk.db, settings, desk.personal, Seals(b"")).levels())


def test_outside_a_sandbox_an_identity_is_required_unless_a_setting_says_otherwise(desk: Any) -> None:
    asked = {
        name: levels_of(desk, replace(desk.settings, sandbox=sandbox, **said))
        for name, sandbox, said in (
            ("sandbox", True, {"payout_identity": "", "payout_tax_form": ""}),
            ("outside", False, {"payout_identity": "", "payout_tax_form": ""}),
            ("told", False, {"payout_identity": "off", "payout_tax_form": "required"}),
        )
    }
    assert asked == {
        "sandbox": {"identity-needed": "off", "tax-form-needed": "off"},
        "outside": {"identity-needed": "required", "tax-form-needed": "review"},
        "told": {"identity-needed": "off", "tax-form-needed": "required"},
    }
