"""What a creator shows is sealed, whoever looks is written down, and it is kept no longer than it is needed."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from largesse.accounts import UnderAge
from largesse.kit import ids
from largesse.kit.approval import FourEyes
from largesse.kit.http import Invalid, NotFound
from largesse.kit.idempotency import IdReused
from largesse.payouts import erase_person, errors, export_person
from largesse.payouts.paper import Details, Paper, years_old
from largesse.payouts.sealing import Seals
from pictured import jpeg, pdf, png

SAYS = Details(name="Bob Builder", birth_date=date(1990, 5, 17), number="P1234567")
HOME = Details(name="Bob Builder", address="1 Main Street\nSpringfield", number="536-90-4399")


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


async def write(desk: Any, kind: str = "passport", says: Details = SAYS, **more: Any) -> Paper:
    asked = {"paper": ids.new(), "kind": kind, "country": "US", "given": says, "told": None} | more
    made, _ = await desk.papers.begin(desk.bob.account, **asked)
    return made


async def waiting(desk: Any, kind: str = "passport", says: Details = SAYS, **more: Any) -> Paper:
    made = await write(desk, kind, says, **more)
    await desk.papers.attach(desk.bob.account, made.id, "front", jpeg())
    return await desk.papers.submit(desk.bob.account, made.id)


async def standing(desk: Any, subject: str = "identity") -> str:
    return (await desk.papers.standings(desk.bob.account))[subject][1]


async def rows(desk: Any, statement: Any) -> list[dict[str, Any]]:
    async with desk.db.read() as tx:
        return await tx.rows(statement)


async def test_a_passport_is_written_shown_looked_at_and_approved(desk: Any) -> None:
    bob, olga = desk.bob.account, desk.cast.olga.key
    assert await standing(desk) == "missing"
    made = await write(desk, told=date(2999, 1, 1))
    with pytest.raises(Invalid):  # no picture yet
        await desk.papers.submit(bob, made.id)
    await desk.papers.attach(bob, made.id, "front", jpeg())
    await desk.papers.attach(bob, made.id, "back", pdf())
    replaced = await desk.papers.attach(bob, made.id, "front", png())
    assert [(one.side, one.media) for one in replaced.files] == [("back", "application/pdf"), ("front", "image/png")]
    assert (await desk.papers.submit(bob, made.id)).status == "waiting"
    assert (await desk.papers.submit(bob, made.id)).status == "waiting"
    assert await standing(desk) == "waiting"
    assert [one.id for one in await desk.papers_office.list_papers(status="waiting", after=None, limit=9)] == [made.id]
    _, says, before = await desk.papers_office.look(olga, made.id)
    assert (says, before) == (SAYS, [])
    assert await desk.papers_office.look_at_picture(olga, made.id, "front") == ("image/png", png())
    done = await desk.papers_office.approve(olga, made.id, None)
    assert (done.status, done.decided_by, done.valid_until) == ("approved", olga, date(2999, 1, 1))
    assert await standing(desk) == "approved"
    _, _, looks = await desk.papers_office.look(desk.cast.charlie.key, made.id)
    assert [(one.side, one.looked_by) for one in looks] == [("front", olga), ("", olga)]
    trail = [row["verb"] for row in await rows(desk, "SELECT verb FROM kit.trail ORDER BY n")]
    assert trail == ["paper.looked", "paper.looked", "paper.approved", "paper.looked"]


async def test_nothing_of_it_stands_open_in_the_database_or_the_trail(desk: Any) -> None:
    made = await waiting(desk)
    await desk.papers_office.look(desk.cast.olga.key, made.id)
    dump = repr(
        await rows(
            desk,
            "SELECT encode(p.sealed, 'escape') AS says, encode(f.sealed, 'escape') AS picture, p.*::text"
            " FROM payouts.paper p JOIN payouts.paper_file f ON f.paper = p.id",
        )
    ) + repr(await rows(desk, "SELECT * FROM kit.trail"))
    assert "Builder" not in dump
    assert "P1234567" not in dump
    assert "JFIF" not in dump


async def test_a_paper_that_waits_or_was_decided_is_not_changed(desk: Any) -> None:
    bob, made = desk.bob.account, await waiting(desk)
    for change in (
        desk.papers.attach(bob, made.id, "front", png()),
        desk.papers.begin(bob, paper=made.id, kind="passport", country="DE", given=SAYS, told=None),
    ):
        with pytest.raises(errors.PaperNotNow):
            await change
    with pytest.raises(errors.PaperOpen):
        await write(desk, "identity_card")
    await desk.papers_office.reject(desk.cast.olga.key, made.id, "blurred")
    with pytest.raises(errors.PaperNotNow):
        await desk.papers.withdraw(bob, made.id)
    with pytest.raises(errors.PaperNotNow):
        await desk.papers_office.approve(desk.cast.olga.key, made.id, None)
    (mine,) = await desk.papers.list_own(bob)
    assert (mine.status, mine.reason, await standing(desk)) == ("rejected", "blurred", "rejected")


async def test_the_same_id_writes_a_draft_anew_and_nobody_elses(desk: Any) -> None:
    made = await write(desk)
    again, replayed = await desk.papers.begin(
        desk.bob.account, paper=made.id, kind="passport", country="DE", given=SAYS, told=None
    )
    assert (replayed, again.country, len(await desk.papers.list_own(desk.bob.account))) == (True, "DE", 1)
    for who, kind in ((desk.cast.charlie.key, "passport"), (desk.bob.account, "identity_card")):
        with pytest.raises(IdReused):
            await desk.papers.begin(who, paper=made.id, kind=kind, country="DE", given=SAYS, told=None)


async def test_what_is_somebody_elses_is_not_found(desk: Any) -> None:
    made, charlie = await waiting(desk), desk.cast.charlie.key
    for attempt in (
        desk.papers.get(charlie, made.id),
        desk.papers.get_picture(charlie, made.id, "front"),
        desk.papers.attach(charlie, made.id, "front", png()),
        desk.papers.submit(charlie, made.id),
        desk.papers.withdraw(charlie, made.id),
        desk.papers_office.look(desk.cast.olga.key, ids.new()),
        desk.papers_office.look_at_picture(desk.cast.olga.key, made.id, "back"),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_nobody_decides_their_own(desk: Any) -> None:
    made = await waiting(desk)
    with pytest.raises(FourEyes):
        await desk.papers_office.approve(desk.bob.account, made.id, None)
    with pytest.raises(FourEyes):
        await desk.papers_office.reject(desk.bob.account, made.id, "x")


async def test_a_picture_that_is_none_is_refused_and_not_kept(desk: Any) -> None:
    made = await write(desk)
    with pytest.raises(errors.PictureRefused) as refusal:
        await desk.papers.attach(desk.bob.account, made.id, "front", b"<script>")
    assert "JPEG" in refusal.value.reason
    assert await rows(desk, "SELECT * FROM payouts.paper_file") == []


async def test_a_document_says_when_somebody_is_too_young(desk: Any) -> None:
    born = date.today().replace(day=1)  # noqa: DTZ011 - any day of this month
    made = await waiting(desk, says=Details(name="Bob", birth_date=born.replace(year=born.year - 17), number="P1"))
    with pytest.raises(UnderAge):
        await desk.papers_office.approve(desk.cast.olga.key, made.id, None)
    assert await standing(desk) == "waiting"


def test_a_leapling_is_a_year_older_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert [years_old(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]


async def test_a_newer_one_takes_the_place_of_the_one_before(desk: Any) -> None:
    first = await waiting(desk)
    await desk.papers_office.approve(desk.cast.olga.key, first.id, None)
    second = await waiting(desk, "identity_card")
    assert await standing(desk) == "approved"  # while the newer one waits
    await desk.papers_office.approve(desk.cast.charlie.key, second.id, None)
    assert [paper.status for paper in await desk.papers.list_own(desk.bob.account)] == ["approved", "replaced"]
    await desk.papers_office.reject(desk.cast.olga.key, second.id, "it was reported stolen")
    assert await standing(desk) == "rejected"


async def test_an_approval_ends_with_the_last_day_of_the_paper(desk: Any) -> None:
    made = await waiting(desk)
    today = (await rows(desk, "SELECT now()::date AS day"))[0]["day"]
    await desk.papers_office.approve(desk.cast.olga.key, made.id, today)
    assert await standing(desk) == "approved"
    await desk.wait(1)
    assert await standing(desk) == "expired"


async def test_a_w8ben_counts_to_the_end_of_the_third_year(desk: Any) -> None:
    made = await waiting(desk, "w8ben", HOME, country="DE")
    done = await desk.papers_office.approve(desk.cast.olga.key, made.id, None)
    assert done.valid_until == date(done.submitted_at.year + 3, 12, 31)
    assert await standing(desk, "tax_form") == "approved"
    assert await standing(desk) == "missing"


BAD = {
    "no name": ("passport", "US", Details(name=" ", birth_date=date(1990, 1, 1), number="1"), "name"),
    "a name that turns around": (
        "passport", "US", Details(name="a\u202eb", birth_date=date(1990, 1, 1), number="1"), "name",
    ),
    "no day of birth": ("passport", "US", Details(name="Bob", number="1"), "birth_date"),
    "born tomorrow": ("passport", "US", Details(name="Bob", number="1", birth_date=date(2999, 1, 1)), "birth_date"),
    "born long ago": ("passport", "US", Details(name="Bob", number="1", birth_date=date(1800, 1, 1)), "birth_date"),
    "no number": ("identity_card", "US", Details(name="Bob", birth_date=date(1990, 1, 1)), "number"),
    "a W-9 from abroad": ("w9", "DE", HOME, "country"),
    "a W-9 without a number": ("w9", "US", Details(name="Bob", address="x"), "number"),
    "a W-9 with another number": ("w9", "US", Details(name="Bob", address="x", number="12-34"), "number"),
    "a W-8BEN from home": ("w8ben", "US", HOME, "country"),
    "a form without an address": ("self_declaration", "DE", Details(name="Bob"), "address"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
async def test_what_cannot_be_right_is_refused_with_its_field(desk: Any, what: str) -> None:
    kind, country, says, field = BAD[what]
    with pytest.raises(Invalid) as refusal:
        await write(desk, kind, says, country=country)
    assert [one.name for one in refusal.value.fields or []] == [field]
    assert await desk.papers.list_own(desk.bob.account) == []


async def test_a_document_that_has_run_out_is_refused(desk: Any) -> None:
    with pytest.raises(Invalid):
        await write(desk, told=date(2020, 1, 1))


async def test_what_was_taken_back_is_gone_at_once(desk: Any) -> None:
    made = await waiting(desk)
    await desk.papers.withdraw(desk.bob.account, made.id)
    await desk.papers.withdraw(desk.bob.account, made.id)
    found, says = await desk.papers.get(desk.bob.account, made.id)
    assert (found.status, found.is_kept, found.files, says) == ("withdrawn", False, [], None)
    assert await rows(desk, "SELECT * FROM payouts.paper_file") == []


async def test_what_need_not_be_kept_is_emptied_by_night(desk: Any) -> None:
    olga = desk.cast.olga.key
    first = await waiting(desk)
    await desk.papers_office.approve(olga, first.id, None)
    second = await waiting(desk)
    await desk.papers_office.approve(olga, second.id, None)  # replaces the first
    refused = await waiting(desk)
    await desk.papers_office.reject(olga, refused.id, "blurred")
    draft = await write(desk)

    async def kept() -> set[UUID]:
        await desk.papers.forget_outlived()
        return {one.id for one in await desk.papers.list_own(desk.bob.account) if one.is_kept}

    everything = {first.id, second.id, refused.id, draft.id}
    assert await kept() == everything
    await desk.wait(8)
    assert await kept() == everything - {draft.id}
    await desk.wait(23)
    assert await kept() == {first.id, second.id}
    await desk.wait(1800)
    assert await kept() == {second.id}
    assert len(await rows(desk, "SELECT * FROM payouts.paper_file")) == 1
    assert (await desk.papers_office.look(olga, second.id))[1] == SAYS


async def test_a_person_sees_what_is_kept_and_takes_it_along_when_erased(desk: Any) -> None:
    made, olga = await waiting(desk), desk.cast.olga.key
    await desk.papers_office.look_at_picture(olga, made.id, "front")
    seals = Seals(desk.books.keys.salt_secret)
    async with desk.db.read() as tx:
        (kept,) = (await export_person(tx, desk.bob.account, seals, desk.personal))["papers"]
        assert (await export_person(tx, desk.cast.charlie.key, seals, desk.personal))["papers"] == []
    assert (kept["says"], kept["decided_by"], [one["side"] for one in kept["looked_at"]]) == (SAYS, None, ["front"])
    async with desk.db.write() as tx:
        await erase_person(tx, desk.bob.account)
    assert await rows(desk, "SELECT * FROM payouts.paper_file") == []
    (paper, says, _) = await desk.papers_office.look(olga, made.id)
    assert (paper.status, paper.is_kept, says) == ("withdrawn", False, None)
    with pytest.raises(errors.PaperNotNow):
        await desk.papers_office.approve(olga, made.id, None)


async def test_an_upload_beside_an_erasure_leaves_nothing_behind(desk: Any, accounts_service: Any) -> None:
    """Whichever comes first: nothing is left that was sealed for somebody who is gone."""
    made = await write(desk)

    async def erase() -> None:
        async with desk.db.write() as tx:
            await erase_person(tx, desk.bob.account)
            await tx.execute("UPDATE accounts.account SET erased_at = now() WHERE key = %s", [desk.bob.account])
            await tx.execute("DELETE FROM accounts.personal_key WHERE account = %s", [desk.bob.account])
            await asyncio.sleep(0.05)

    attempts = [desk.papers.attach(desk.bob.account, made.id, side, png()) for side in ("front", "back", "extra")]
    done = await asyncio.gather(attempts[0], erase(), *attempts[1:], return_exceptions=True)
    assert {type(one) for one in done} <= {Paper, type(None), NotFound, errors.PaperNotNow}
    assert await rows(desk, "SELECT * FROM payouts.paper_file") == []
    assert await rows(desk, "SELECT * FROM payouts.paper WHERE sealed IS NOT NULL") == []
